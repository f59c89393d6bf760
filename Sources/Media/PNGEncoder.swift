import CFFmpeg

/// Writes PNG files of one size and pixel format.
@safe
final class PNGEncoder {
    /// Width of the pictures, in pixels.
    let width: Int
    /// Height of the pictures, in pixels.
    let height: Int
    /// The pixel format.
    let format: AVPixelFormat

    private let codec: Owned<AVCodecContext>
    private let frame: Owned<AVFrame>
    private let packet: Owned<AVPacket>

    /// Makes an encoder.
    ///
    /// - Parameters:
    ///   - width: Width of the pictures, in pixels.
    ///   - height: Height of the pictures, in pixels.
    ///   - format: The pixel format.
    ///   - path: The first file, for error messages.
    ///   - colors: The colour of each index, for palette pixels.
    /// - Throws: a sentence, if FFmpeg has no encoder for such pictures.
    init(
        width: Int, height: Int, format: AVPixelFormat, path: String,
        colors: ((Int) -> (red: UInt8, green: UInt8, blue: UInt8))? = nil
    ) throws(MediaError) {
        prepareFFmpeg()
        (self.width, self.height, self.format) = (width, height, format)
        let what = "cannot write \(path) of \(width)×\(height) pixels"
        guard let encoder = unsafe avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw MediaError("\(what): FFmpeg has no PNG encoder here")
        }
        unsafe codec = try makeCodec(encoder)
        unsafe frame = try makeFrame()
        unsafe packet = try makePacket()
        guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
            throw MediaError("\(what): that is too large")
        }
        unsafe codec.pointer.pointee.width = width
        unsafe codec.pointer.pointee.height = height
        unsafe codec.pointer.pointee.pix_fmt = format
        unsafe codec.pointer.pointee.time_base = AVRational(num: 1, den: 25)
        unsafe codec.pointer.pointee.thread_count = 1
        // Labels are like those above; with this filter they are both smaller and faster than with none. Higher levels
        // take twice the time to save a fifth.
        let (level, prediction) = format == AV_PIX_FMT_RGB24 ? (3, "sub") : (2, "up")
        unsafe codec.pointer.pointee.compression_level = Int32(level)
        unsafe av_opt_set(codec.pointer.pointee.priv_data, "pred", prediction, 0)
        try check(unsafe avcodec_open2(codec.pointer, encoder, nil), what)
        unsafe frame.pointer.pointee.width = width
        unsafe frame.pointer.pointee.height = height
        unsafe frame.pointer.pointee.format = format.rawValue
        try check(unsafe av_frame_get_buffer(frame.pointer, 0), what)
        if let colors, format == AV_PIX_FMT_PAL8, let table = unsafe frame.pointer.pointee.data.1 {
            unsafe table.withMemoryRebound(to: UInt32.self, capacity: 256) { table in
                for index in 0..<256 {
                    let (red, green, blue) = colors(index)
                    unsafe table[index] = 0xFF00_0000 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
                }
            }
        }
    }

    /// Encodes a picture and writes its file, under a temporary name at first.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - fill: Fills row `y` of the picture, in bytes of the pixel format.
    /// - Throws: a sentence, if the file cannot be written.
    func write(
        to path: String, fill: (_ row: UnsafeMutablePointer<UInt8>, _ y: Int) -> Void
    ) throws(MediaError) {
        let what = "cannot write \(path)"
        try check(unsafe av_frame_make_writable(frame.pointer), what)
        guard let data = unsafe frame.pointer.pointee.data.0 else { throw MediaError(what) }
        let stride = unsafe Int(frame.pointer.pointee.linesize.0)
        for y in 0..<height { unsafe fill(data + y * stride, y) }
        try check(unsafe avcodec_send_frame(codec.pointer, frame.pointer), what)
        try check(unsafe avcodec_receive_packet(codec.pointer, packet.pointer), what)
        try unsafe writeBytes(
            UnsafeBufferPointer(start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)), to: path)
    }
}
