package import Compiled
package import Networks

/// SAM 2 as the teacher: a click on each prompt's pixel, and masks carried by what it remembers.
///
/// Source: DiTTA's use of SAM 2 (method steps 11 and 12).
package struct SAM2Teacher: Teacher {
    private let file: SAM2File
    private let path: String
    private let side, memories: Int
    private let precision: Precision
    private let isStopped: @Sendable () -> Bool

    /// Prepares to load a SAM 2 when there are frames to follow objects through.
    ///
    /// - Parameters:
    ///   - file: The checkpoint, recognised.
    ///   - path: Where it is, for reports.
    ///   - side: The side of its input in pixels, a multiple of 32; nil for the published one.
    ///   - memories: How many frames are remembered of an object, the prompted one among them; nil for the published number.
    ///   - precision: What it multiplies.
    ///   - isStopped: Asked before each object, which takes a second at full size; if so, no more are looked for.
    package init(
        _ file: SAM2File, path: String, side: Int? = nil, memories: Int? = nil, precision: Precision,
        isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        (self.file, self.path, self.precision, self.isStopped) = (file, path, precision, isStopped)
        self.side = side ?? file.configuration.imageSize
        self.memories = memories ?? file.configuration.memory.frames
    }

    package var name: String { "sam2" }

    package var model: TeacherModel? {
        TeacherModel(path: path, inputSize: side, memories: memories, precision: precision)
    }

    package func makeTracker(over frames: [WarmUpFrame]) throws -> any Tracker {
        precondition(!frames.isEmpty, "a clip has at least one frame")
        return SAM2Tracker(
            try file.load(side: side, precision: precision), frames, memories: memories, isStopped: isStopped)
    }
}
