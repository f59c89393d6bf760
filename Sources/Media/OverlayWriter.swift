package import Raster

/// Writes a video with the class of every pixel laid over the picture in its colour, and a legend below.
///
/// The file is H.264 (MPEG-4 where FFmpeg lacks x264) in mp4, with the times of the source frames. It has a
/// temporary name until `finish()`, and is removed if that is never called. Memory does not grow with the video.
package final class OverlayWriter {
    /// Width of the picture in pixels; the video is padded to an even width.
    package let width: Int
    /// Height of the picture in pixels; the video adds the legend and is padded to an even height.
    package let height: Int

    private let path: String
    private let palette: Palette
    private let canvasWidth: Int
    private let encoder: VideoEncoder
    private var canvas: [UInt8]

    /// Opens a video file.
    ///
    /// - Parameters:
    ///   - path: The file; its ending should be `mp4`, whatever it is.
    ///   - width: Width of the frames, in pixels.
    ///   - height: Height of the frames, in pixels.
    ///   - classNames: The names of classes 0, 1, …
    ///   - palette: Their colours.
    ///   - shownClasses: The classes of the legend, in order; as many as fit a quarter of the picture are shown.
    ///   - averageFrameRate: Frames per second.
    /// - Throws: if the file cannot be written or no encoder takes this size.
    package init(
        path: String, width: Int, height: Int, classNames: [String], palette: Palette, shownClasses: [Int],
        averageFrameRate: Double
    ) throws(MediaError) {
        try Self.check(width: width, height: height)
        self.path = path
        self.palette = palette
        (self.width, self.height) = (width, height)
        let entries = shownClasses.filter(classNames.indices.contains).map { (classNames[$0], palette[$0]) }
        let legend = Legend(entries: entries, pictureWidth: width, pictureHeight: height)
        // 4:2:0 has one colour for 2×2 pixels.
        canvasWidth = width + width % 2
        let canvasHeight = height + legend.height + (height + legend.height) % 2
        canvas = [UInt8](repeating: 0, count: canvasWidth * canvasHeight * 3)
        encoder = try VideoEncoder(path: path, width: canvasWidth, height: canvasHeight, frameRate: averageFrameRate)
        legend.draw(on: &canvas, width: canvasWidth, top: height)
    }

    /// Makes sure that frames of a size can be written.
    ///
    /// - Throws: a sentence, if they cannot.
    package static func check(width: Int, height: Int) throws(MediaError) {
        guard width > 0, height > 0, width <= 16384, height <= 16384 else {
            throw MediaError(
                "cannot write an overlay of \(width)×\(height) pixels, expected 1 to 16384 each way; --no-overlay leaves it out"
            )
        }
    }

    /// Appends a frame with its labels; both have the size of the video.
    ///
    /// Throws when they do not, or the file cannot be written.
    package func append(_ frame: Frame, labels: LabelMap) throws(MediaError) {
        guard frame.image.width == width, frame.image.height == height else {
            throw MediaError(
                "cannot write frame \(frame.index) to \(path): expected \(width)×\(height) pixels, "
                    + "found \(frame.image.width)×\(frame.image.height)")
        }
        guard labels.width == width, labels.height == height else {
            throw MediaError(
                "cannot write the labels of frame \(frame.index) to \(path): expected \(width)×\(height) pixels, "
                    + "found \(labels.width)×\(labels.height)")
        }
        blend(frame.image.pixels, labels.labels, into: &canvas)
        try encoder.append(canvas, time: frame.time)
    }

    /// Completes the file and gives it its name; nothing can be appended afterwards.
    ///
    /// Throws when no frame was appended or the file cannot be written.
    package func finish() throws(MediaError) {
        try encoder.finish()
    }

    /// Half picture, half class colour; where the class to the right or below differs, a dark line.
    private func blend(_ pixels: [UInt8], _ labels: [UInt16], into canvas: inout [UInt8]) {
        let (width, height, canvasWidth) = (width, height, canvasWidth)
        // The three samples of a pixel in one number, blue on top.
        let colors = (0...labels.reduce(0, max)).map { id in
            let color = palette[Int(id)]
            return UInt32(color.red) | UInt32(color.green) << 8 | UInt32(color.blue) << 16
        }
        // Every pixel of every frame: the sizes are checked above, once.
        unsafe canvas.withUnsafeMutableBytes { canvas in
            unsafe pixels.withUnsafeBytes { pixels in
                unsafe labels.withUnsafeBufferPointer { labels in
                    for y in 0..<height {
                        // At the edges a pixel is its own neighbour.
                        let below = y + 1 < height ? width : 0
                        for x in 0..<width {
                            let pixel = y * width + x
                            let label = unsafe labels[pixel]
                            let right = x + 1 < width ? 1 : 0
                            let isBorder = unsafe labels[pixel + right] != label || labels[pixel + below] != label
                            let samples = unsafe isBorder ? 0 : load(pixels, pixel * 3)
                            let color = colors[Int(label)]
                            // The mean of each sample, rounded down: what both have, and half of what one has.
                            let mean = (samples & color) + ((samples ^ color) & 0xFE_FEFE) >> 1
                            unsafe store(mean, canvas, (y * canvasWidth + x) * 3)
                        }
                    }
                }
            }
        }
    }
}

/// Three samples as one number.
private func load(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
    let low = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    return unsafe UInt32(UInt16(littleEndian: low)) | UInt32(bytes[offset + 2]) << 16
}

private func store(_ samples: UInt32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) {
    unsafe bytes.storeBytes(
        of: UInt16(truncatingIfNeeded: samples).littleEndian, toByteOffset: offset, as: UInt16.self)
    unsafe bytes[offset + 2] = UInt8(truncatingIfNeeded: samples >> 16)
}
