import CFFmpeg
public import Raster

/// One picture file, decoded on its own: PNG or JPEG, told by its first bytes, not by its name.
struct Picture {
    /// The endings of picture files in a folder.
    static let endings = ["png", "jpg", "jpeg"]

    private let path: String
    private let decoder: Decoder
    private let parts: PictureParts

    /// Reads a file; nil when it is neither PNG nor JPEG.
    ///
    /// - Throws: a sentence, if it cannot be read, is damaged at first sight, or is larger than `PictureParts` permits.
    init?(path: String) throws(MediaError) {
        prepareFFmpeg()
        guard let codec = try Self.codec(of: path) else { return nil }
        let size = try fileSize(of: path)
        guard size <= PictureParts.largestFile else {
            throw MediaError("\(path) has \(size) bytes, expected a picture of at most \(PictureParts.largestFile)")
        }
        let file = try readBytes(of: path, atMost: size)
        let isPNG = codec == AV_CODEC_ID_PNG
        parts = isPNG ? try PictureParts(png: file, path: path) : try PictureParts(jpeg: file, path: path)
        self.path = path
        decoder = try unsafe Decoder(codec, strict: true, maximumPixels: parts.mostPixels, threads: 1, path: path)
    }

    /// Which decoder reads a file, if it is a picture.
    static func codec(of path: String) throws(MediaError) -> AVCodecID? {
        let start = try readBytes(of: path, atMost: 8)
        if start == PictureParts.pngSignature { return AV_CODEC_ID_PNG }
        if start.starts(with: PictureParts.jpegSignature) { return AV_CODEC_ID_MJPEG }
        return nil
    }

    /// Whether it is but the first picture of a file that holds several.
    var isFirstOfMany: Bool { parts.isFirstOfMany }

    /// Width and height, turned as its Exif data says, if the file has them.
    var size: (width: Int, height: Int)? {
        parts.size.map { parts.orientation?.transposes == true ? ($0.height, $0.width) : $0 }
    }

    /// Bits for each sample, as the header of a PNG file says.
    var bitDepth: UInt8 { parts.bitDepth }

    /// Calls `body` with the decoded picture, which is valid during the call only.
    func decode<Result>(
        _ body: (UnsafeMutablePointer<AVFrame>) throws(MediaError) -> Result
    ) throws(MediaError) -> Result {
        let packet = try unsafe makePacket()
        try check(unsafe av_new_packet(packet.pointer, Int32(parts.bytes.count)), "cannot read \(path)")
        unsafe packet.pointer.pointee.data.update(from: parts.bytes, count: parts.bytes.count)
        try check(unsafe decoder.send(packet.pointer), "\(path) is a damaged picture")
        try check(unsafe decoder.send(nil), "\(path) is a damaged picture")
        let (frame, status) = unsafe decoder.receive()
        guard let frame = unsafe frame else { throw MediaError("\(path) is a damaged picture", code: status) }
        return try unsafe body(frame)
    }

    /// The picture in RGB, turned as its Exif data says.
    func image(by converter: PixelConverter) throws(MediaError) -> Image {
        try unsafe decode { frame throws(MediaError) in
            let image = try unsafe converter.image(of: frame, path: path)
            return (parts.orientation ?? .upright).apply(to: image)
        }
    }
}

/// Reads a PNG or JPEG file in RGB.
///
/// Throws when the file is missing, is no such picture or is damaged.
public func readImage(at path: String) throws(MediaError) -> Image {
    guard let picture = try Picture(path: path) else {
        throw MediaError("\(path) is not a picture, expected PNG or JPEG")
    }
    return try picture.image(by: PixelConverter())
}

/// The size of a PNG or JPEG file's picture as `readImage` gives it; nothing is decoded.
///
/// Throws when the file is missing, is no such picture or does not say how large it is.
package func pictureSize(at path: String) throws(MediaError) -> (width: Int, height: Int) {
    guard let picture = try Picture(path: path) else {
        throw MediaError("\(path) is not a picture, expected PNG or JPEG")
    }
    guard let size = picture.size, size.width > 0, size.height > 0 else {
        throw MediaError("\(path) is a damaged picture: it does not say how large it is")
    }
    return size
}
