import Compiled
import Methods
import Metrics
import Raster
import Tensors

/// Flicker of the written labels and of the plain model's, measured on two consecutive frames in every eight.
///
/// A sample is enough, and the plain model's head, which runs for this figure only, costs a quarter of what it would.
struct FlickerSample {
    /// The plain model's.
    private(set) var plain = Flicker()
    /// What was written.
    private(set) var adapted = Flicker()

    /// A pair of consecutive frames is compared every `period` frames.
    private static let period = 8

    /// Whether a frame is of a pair.
    static func includes(_ frame: Int) -> Bool { frame % period < 2 }

    /// Adds a frame, if it is of a pair.
    mutating func add(_ labelled: LabelledFrame) throws {
        let frame = labelled.frame.index
        guard Self.includes(frame), let other = labelled.plain else { return }
        if frame % Self.period == 0 {
            plain.beginVideo()
            adapted.beginVideo()
        }
        try plain.add(other)
        try adapted.add(labelled.labels)
    }
}
