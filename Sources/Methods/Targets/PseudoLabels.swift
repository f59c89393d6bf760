import Raster

/// The labels nobody drew: what a teacher found on the warm-up frames, and what is taught of it.
package struct PseudoLabels: Sendable {
    /// The frames of the warm-up, by their place in the video.
    package let frames: [Int]
    /// The objects the teacher found.
    package let tracks: Tracks
    /// How every class stands in each of them, `[objects][C]`.
    package let standings: [[ClassStanding]]
    /// The classes they get for it, worst first.
    package let votes: [Vote]
    /// What is taught on each frame.
    package let targets: [DistillationTarget]

    /// Propagate, vote, paint (method steps 11 to 13).
    ///
    /// - Parameters:
    ///   - frames: the warm-up frames, in order; at least one.
    ///   - teacher: what turns the most reliable predictions into masks consistent in space and time.
    ///   - options: the method's numbers.
    ///   - progress: called after every frame, with the frames done on both ways; it may throw to stop.
    /// - Throws: `OptionError` if an option is out of its range; what `progress` throws; and if the teacher cannot be
    ///   loaded.
    package init(
        _ frames: [WarmUpFrame], teacher: any Teacher, options: DiTTAOptions,
        progress: (_ done: Int) throws -> Void
    ) throws {
        try options.validate()
        self.frames = frames.map(\.index)
        tracks = try propagate(frames, teacher: teacher, options: options, progress: progress)
        standings = Methods.standings(tracks, frames, options: options)
        votes = vote(standings)
        targets = paint(tracks, votes, width: frames[0].image.width, height: frames[0].image.height)
    }

    /// The share of pixels that masks cover, 0...1.
    package var coverage: Double {
        let covered = targets.reduce(0) { $0 + $1.classes.labels.count { $0 != noLabel } }
        return Double(covered) / Double(max(targets.reduce(0) { $0 + $1.classes.labels.count }, 1))
    }
}
