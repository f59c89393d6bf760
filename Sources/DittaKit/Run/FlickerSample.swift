import Compiled
import Methods
import Metrics
import Raster
import Tensors

/// Flicker of the written labels and of the plain model's, measured on two consecutive frames in every eight.
///
/// A sample is enough, and the plain model's head, which runs for this figure only, costs a quarter of what it would.
struct FlickerSample: Codable {
    /// The plain model's.
    private(set) var plain = Flicker()
    /// What was written.
    private(set) var adapted = Flicker()

    /// A pair of consecutive frames is compared every `period` frames.
    private static let period = 8

    /// Whether a frame, by how many were labelled before, is of a pair.
    static func includes(_ count: Int) -> Bool { count % period < 2 }

    /// Whether a frame begins a pair: between the two of a pair a run is not interrupted.
    static func begins(_ count: Int) -> Bool { count % period == 0 }

    /// Adds a frame, of which so many were labelled before, if it is of a pair.
    mutating func add(_ labelled: LabelledFrame, count: Int) throws {
        guard Self.includes(count), let other = labelled.plain else { return }
        // Frames with a hole between them are no neighbours.
        if Self.begins(count) || !labelled.frame.missing.isEmpty {
            plain.beginVideo()
            adapted.beginVideo()
        }
        try plain.add(other)
        try adapted.add(labelled.labels)
    }
}
