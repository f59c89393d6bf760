import CFFmpeg
public import Raster

/// Writes class ids to PNG files, each under a temporary name at first.
///
/// A palette of up to 255 classes gives 8-bit palette pixels, whose indices are the ids; more classes, or an id
/// above 255, give 16-bit grey. Equal maps give equal bytes.
public final class LabelWriter {
    private let palette: Palette
    /// Maps of a video are alike, so the encoder of the last one mostly serves the next.
    private var encoder: PNGEncoder?

    /// Makes a writer of labels with these colours.
    public init(palette: Palette) {
        self.palette = palette
    }

    /// Writes one file.
    ///
    /// Throws when the file cannot be written.
    public func write(_ map: LabelMap, to path: String) throws(MediaError) {
        let isWide = palette.count > 255 || map.labels.reduce(0, max) > 255
        let encoder = try encoder(for: map, isWide ? AV_PIX_FMT_GRAY16BE : AV_PIX_FMT_PAL8, path)
        let width = map.width
        try unsafe encoder.write(to: path) { row, y in
            unsafe map.labels.withUnsafeBufferPointer { labels in
                let labels = unsafe UnsafeBufferPointer(rebasing: labels[y * width..<(y + 1) * width])
                if isWide {
                    for x in 0..<width {
                        unsafe row[2 * x] = UInt8(labels[x] >> 8)
                        unsafe row[2 * x + 1] = UInt8(labels[x] & 255)
                    }
                } else {
                    for x in 0..<width { unsafe row[x] = UInt8(truncatingIfNeeded: labels[x]) }
                }
            }
        }
    }

    private func encoder(
        for map: LabelMap, _ format: AVPixelFormat, _ path: String
    ) throws(MediaError) -> PNGEncoder {
        if let encoder, encoder.width == map.width, encoder.height == map.height, encoder.format == format {
            return encoder
        }
        let new = try PNGEncoder(width: map.width, height: map.height, format: format, path: path) { self.palette[$0] }
        encoder = new
        return new
    }
}
