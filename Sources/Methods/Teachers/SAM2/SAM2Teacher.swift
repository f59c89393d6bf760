package import Networks
import Raster

/// SAM 2 as the teacher: a click on each prompt's pixel, and masks carried by what it remembers.
///
/// Source: DiTTA's use of SAM 2 (method steps 11 and 12).
package struct SAM2Teacher: Teacher {
    private let base: SAM2Base
    private let memories: Int
    private let frames: [WarmUpFrame]
    private let isStopped: @Sendable () -> Bool

    /// Prepares to follow objects through a clip, of which there is at least one frame.
    ///
    /// - Parameters:
    ///   - memories: how many frames are remembered of an object, the prompted one among them.
    ///   - isStopped: asked before each object, which takes a second at full size; if so, no more are looked for.
    package init(
        _ base: SAM2Base, frames: [WarmUpFrame], memories: Int, isStopped: @escaping @Sendable () -> Bool = { false }
    ) {
        precondition(!frames.isEmpty, "a clip has at least one frame")
        self.base = base
        self.frames = frames
        self.memories = memories
        self.isStopped = isStopped
    }

    /// A tracker that has not seen any frame yet.
    package func makeTracker() -> any Tracker { makeSAM2Tracker() }

    /// The same, to be given masks that nobody prompted.
    package func makeSAM2Tracker() -> SAM2Tracker {
        SAM2Tracker(base, frames: frames, memories: memories, isStopped: isStopped)
    }
}
