/// An 8-bit RGB picture.
public struct Image: Sendable, Equatable {
    /// Width in pixels, at least 1.
    public let width: Int
    /// Height in pixels, at least 1.
    public let height: Int
    /// Interleaved samples `[height, width, 3]`, row-major, 0...255.
    public var pixels: [UInt8]

    /// Makes a picture from interleaved RGB samples `[height, width, 3]`.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "an image has at least one pixel, not \(width)×\(height)")
        precondition(
            pixels.count == width * height * 3,
            "an RGB image of \(width)×\(height) has \(width * height * 3) samples, not \(pixels.count)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
