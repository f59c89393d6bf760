import Networks

/// Adapts a source model to the warm-up frames of a video: several passes over them in order, one step a frame (method step
/// 17).
///
/// - Parameters:
///   - source: The source model.
///   - frames: Its view of the warm-up frames, in order; at least one.
///   - targets: What is taught on each frame.
///   - options: The method's numbers.
///   - progress: Called after every step, with the number of steps done and the step's losses; it may throw to stop.
/// - Returns: the adapted model.
/// - Throws: `OptionError` if an option is out of its range; what `progress` throws.
package func adapt(
    _ source: SourceModel, to frames: [WarmUpFrame], teaching targets: [DistillationTarget], options: DiTTAOptions,
    progress: (_ done: Int, _ losses: StepLosses) throws -> Void
) throws -> AdaptedModel {
    try options.validate()
    let start = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
    var warmUp = WarmUp(start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
    for step in 0..<options.passes * frames.count {
        let losses = warmUp.step(frame: step % frames.count)
        try progress(step + 1, losses)
    }
    return warmUp.model
}
