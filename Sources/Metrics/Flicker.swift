package import Raster

/// The share of pixels whose label changes from one frame to the next.
///
/// Needs no truth: it tells how restless labels are, not how right. Motion changes labels too, so the flicker of the
/// truth is the level to compare with, not 0. All pairs of consecutive frames of all videos are pooled; memory is one
/// frame whatever the length of the video.
package struct Flicker: Sendable, Codable {
    /// Pixels whose label differed from the frame before.
    package private(set) var changedPixels = 0
    /// Pixels that had a frame before.
    package private(set) var comparedPixels = 0
    private var previous: LabelMap?

    // The frame before is not written down: what is read back begins a video.
    private enum CodingKeys: CodingKey { case changedPixels, comparedPixels }

    /// Makes a measure that has seen no frame.
    package init() {}

    /// The share of changed pixels, 0...100; `nil` before any video has two frames.
    package var percent: Double? {
        comparedPixels > 0 ? 100 * Double(changedPixels) / Double(comparedPixels) : nil
    }

    /// Starts another video: its first frame is not compared with the last of the video before.
    package mutating func beginVideo() {
        previous = nil
    }

    /// Adds the next frame of the video.
    ///
    /// - Throws: when its size differs from that of the frame before; the measure is then as it was.
    package mutating func add(_ labels: LabelMap) throws(EvaluationError) {
        if let previous {
            guard previous.width == labels.width, previous.height == labels.height else {
                throw EvaluationError(
                    "the labels are \(labels.width)×\(labels.height), but the frame before has "
                        + "\(previous.width)×\(previous.height)")
            }
            changedPixels += Self.differences(previous.labels, labels.labels)
            comparedPixels += labels.labels.count
        }
        previous = labels
    }

    private static func differences(_ one: [UInt16], _ other: [UInt16]) -> Int {
        var count = 0
        for (before, after) in zip(one, other) { count &+= before == after ? 0 : 1 }
        return count
    }
}
