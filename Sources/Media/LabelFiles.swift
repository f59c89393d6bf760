import CFFmpeg
public import Raster

/// Reads class ids from a PNG file of 8-bit grey, 16-bit grey or palette pixels (1 to 8 bits).
///
/// Of palette pixels the indices are the ids, whatever their colours. Grey below 8 bits counts in its own steps.
/// Throws when the file is missing, is no PNG, is damaged or has colours or alpha, which are no ids.
public func readLabels(at path: String) throws(MediaError) -> LabelMap {
    try readNumbers(at: path, "class id")
}

/// Reads numbers from a PNG file as `readLabels` does; `what` says what they are, in messages.
package func readNumbers(at path: String, _ what: String) throws(MediaError) -> LabelMap {
    guard let codec = try Picture.codec(of: path), codec == AV_CODEC_ID_PNG,
        let picture = try Picture(path: path)
    else { throw MediaError("\(path) is not a PNG file, expected one with a \(what) for every pixel") }
    let depth = picture.bitDepth
    return try unsafe picture.decode { frame throws(MediaError) in
        let (width, height) = unsafe (Int(frame.pointee.width), Int(frame.pointee.height))
        let stride = unsafe Int(frame.pointee.linesize.0)
        guard let data = unsafe frame.pointee.data.0 else { throw MediaError("\(path) is a PNG file without pixels") }
        func map(_ id: (_ row: Int, _ x: Int) -> UInt16) -> LabelMap {
            let labels = (0..<height).flatMap { y in (0..<width).map { x in id(y * stride, x) } }
            return LabelMap(width: width, height: height, labels: labels)
        }
        switch unsafe AVPixelFormat(rawValue: frame.pointee.format) {
        case AV_PIX_FMT_PAL8:
            return map { row, x in unsafe UInt16(data[row + x]) }
        case AV_PIX_FMT_GRAY8:
            // FFmpeg spreads 2 and 4 bits over 0...255.
            let step: UInt16 = depth == 2 ? 85 : depth == 4 ? 17 : 1
            return map { row, x in unsafe UInt16(data[row + x]) / step }
        case AV_PIX_FMT_GRAY16BE:
            return map { row, x in unsafe UInt16(data[row + 2 * x]) << 8 | UInt16(data[row + 2 * x + 1]) }
        case AV_PIX_FMT_MONOBLACK:
            return map { row, x in unsafe UInt16(data[row + x / 8] >> (7 - UInt8(x % 8))) & 1 }
        case let format:
            let found = unsafe av_get_pix_fmt_name(format).map { unsafe String(cString: $0) } ?? "unknown"
            throw MediaError(
                "\(path) has \(found) pixels, expected \(what)s: 8-bit or 16-bit grey or a palette")
        }
    }
}

/// The paths of a folder's PNG files in natural order: `frame2.png` before `frame10.png`.
///
/// Throws when there is no such folder or no PNG file in it.
package func labelFiles(in directory: String) throws(MediaError) -> [String] {
    let paths = try files(in: directory, endings: ["png"])
    guard !paths.isEmpty else { throw MediaError("the folder \(directory) has no PNG file of labels") }
    return paths
}

/// Writes an RGB picture to a PNG file, under a temporary name at first.
///
/// Equal pictures give equal bytes. Throws when the file cannot be written.
package func writeImage(_ image: Image, to path: String) throws(MediaError) {
    let png = try PNGEncoder(width: image.width, height: image.height, format: AV_PIX_FMT_RGB24, path: path)
    try unsafe png.write(to: path) { row, y in
        for (x, sample) in image.pixels[y * image.width * 3..<(y + 1) * image.width * 3].enumerated() {
            unsafe row[x] = sample
        }
    }
}
