import Networks

/// Adapts a source model to the warm-up frames of a video: several passes over them in order, one step a frame.
///
/// - Parameters:
///   - source: the source model.
///   - frames: its view of the warm-up frames, in order; at least one.
///   - targets: what is taught on each frame.
///   - options: the method's numbers.
///   - progress: called after every step, with the steps done and to do; it may throw to stop.
/// - Returns: the adapted model and the losses of every step.
/// - Throws: `OptionError` if an option is out of its range; what `progress` throws.
package func adapt(
    _ source: SourceModel, to frames: [WarmUpFrame], teaching targets: [DistillationTarget],
    options: DiTTAOptions, progress: (_ done: Int, _ steps: Int) throws -> Void
) throws -> (model: AdaptedModel, losses: [StepLosses]) {
    try options.validate()
    let steps = options.passes * frames.count
    let start = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
    var warmUp = WarmUp(start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
    var losses: [StepLosses] = []
    for step in 0..<steps {
        losses.append(warmUp.step(frame: step % frames.count))
        try progress(step + 1, steps)
    }
    return (warmUp.model, losses)
}
