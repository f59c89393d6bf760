import Engine
import Networks
import Raster

/// What adapting to a video gave.
public struct AdaptationResult: Sendable {
    /// The adapted model.
    public let model: AdaptedModel
    /// The objects the teacher found.
    public let tracks: Tracks
    /// How their pixels voted, worst first.
    public let votes: [Vote]
    /// What was taught on each frame.
    public let targets: [DistillationTarget]
    /// The losses of every step.
    public let losses: [StepLosses]

    /// The share of pixels that masks cover, 0...1.
    public var coverage: Double {
        let covered = targets.reduce(0) { $0 + $1.classes.count { $0 != noLabel } }
        return Double(covered) / Double(max(targets.reduce(0) { $0 + $1.classes.count }, 1))
    }
}

/// Adapts a source model to the warm-up frames of a video with labels nobody drew: propagate, vote, distil.
///
/// - Parameters:
///   - source: the source model.
///   - frames: its view of the warm-up frames, in order; at least one.
///   - teacher: what turns its most reliable predictions into masks consistent in space and time.
///   - progress: called after the targets (0) and after every step, with the steps done and to do; it may throw to stop.
public func adapt(
    _ source: SourceModel, to frames: [WarmUpFrame], teacher: any Teacher, options: AdaptationOptions,
    progress: (_ done: Int, _ steps: Int) throws -> Void
) throws -> AdaptationResult {
    let steps = options.passes * frames.count
    let tracks = propagate(frames, teacher: teacher, options: options)
    let votes = vote(tracks, frames, options: options)
    let targets = paint(tracks, votes, pixels: frames[0].image.width * frames[0].image.height)
    try progress(0, steps)
    let start = AdaptedModel(
        source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
    var warmUp = WarmUp(start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
    var losses: [StepLosses] = []
    for step in 0..<steps {
        losses.append(warmUp.step(frame: step % frames.count))
        try progress(step + 1, steps)
    }
    return AdaptationResult(model: warmUp.model, tracks: tracks, votes: votes, targets: targets, losses: losses)
}
