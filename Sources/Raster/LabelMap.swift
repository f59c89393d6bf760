/// The label of a pixel that has none: of one without a target, and of one under no mask.
package let noLabel = UInt16.max

/// A class id for every pixel of a picture.
public struct LabelMap: Sendable, Equatable {
    /// Width in pixels, at least 1.
    public let width: Int
    /// Height in pixels, at least 1.
    public let height: Int
    /// Class ids `[height, width]`, row-major.
    public var labels: [UInt16]

    /// Makes a map from class ids `[height, width]`.
    public init(width: Int, height: Int, labels: [UInt16]) {
        precondition(width > 0 && height > 0, "a label map has at least one pixel, not \(width)×\(height)")
        precondition(
            labels.count == width * height,
            "a label map of \(width)×\(height) has \(width * height) labels, not \(labels.count)")
        self.width = width
        self.height = height
        self.labels = labels
    }

    /// Makes a map of one label.
    public init(width: Int, height: Int, repeating label: UInt16) {
        self.init(width: width, height: height, labels: Array(repeating: label, count: width * height))
    }
}
