import CFFmpeg

/// Writes one PNG file.
@safe
final class PNGEncoder {
    private let path: String
    private let codec: Owned<AVCodecContext>
    private let frame: Owned<AVFrame>

    /// Makes an encoder for a picture of this size and pixel format.
    init(width: Int, height: Int, format: AVPixelFormat, path: String) throws(MediaError) {
        silenceFFmpeg()
        self.path = path
        let what = "cannot write \(path) of \(width)×\(height) pixels"
        guard let encoder = unsafe avcodec_find_encoder(AV_CODEC_ID_PNG) else {
            throw MediaError("\(what): FFmpeg has no PNG encoder here")
        }
        unsafe codec = try unsafe Owned(avcodec_alloc_context3(encoder)) { codec in
            var codec: UnsafeMutablePointer<AVCodecContext>? = unsafe codec
            unsafe avcodec_free_context(&codec)
        }
        unsafe frame = try makeFrame()
        guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
            throw MediaError("\(what): that is too large")
        }
        unsafe codec.pointer.pointee.width = width
        unsafe codec.pointer.pointee.height = height
        unsafe codec.pointer.pointee.pix_fmt = format
        unsafe codec.pointer.pointee.time_base = AVRational(num: 1, den: 25)
        unsafe codec.pointer.pointee.thread_count = 1
        unsafe codec.pointer.pointee.compression_level = format == AV_PIX_FMT_RGB24 ? 3 : 1
        let prediction = format == AV_PIX_FMT_RGB24 ? "sub" : "none"
        unsafe av_opt_set(codec.pointer.pointee.priv_data, "pred", prediction, 0)
        try check(unsafe avcodec_open2(codec.pointer, encoder, nil), what)
        unsafe frame.pointer.pointee.width = width
        unsafe frame.pointer.pointee.height = height
        unsafe frame.pointer.pointee.format = format.rawValue
        try check(unsafe av_frame_get_buffer(frame.pointer, 0), what)
    }

    /// Encodes the picture and writes its file.
    ///
    /// - Parameters:
    ///   - fill: Fills row `y` of the picture, in bytes of the pixel format.
    ///   - colors: The colour of each index, for palette pixels.
    func encode(
        fill: (_ row: UnsafeMutablePointer<UInt8>, _ y: Int) -> Void,
        colors: ((Int) -> (red: UInt8, green: UInt8, blue: UInt8))? = nil
    ) throws(MediaError) {
        guard let data = unsafe frame.pointer.pointee.data.0 else { throw MediaError("cannot write \(path)") }
        let stride = unsafe Int(frame.pointer.pointee.linesize.0)
        for y in 0..<Int(unsafe frame.pointer.pointee.height) {
            unsafe fill(data + y * stride, y)
        }
        if let colors, unsafe frame.pointer.pointee.format == AV_PIX_FMT_PAL8.rawValue,
            let table = unsafe frame.pointer.pointee.data.1
        {
            unsafe table.withMemoryRebound(to: UInt32.self, capacity: 256) { table in
                for index in 0..<256 {
                    let (red, green, blue) = colors(index)
                    unsafe table[index] = 0xFF00_0000 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
                }
            }
        }
        let packet = try unsafe makePacket()
        try check(unsafe avcodec_send_frame(codec.pointer, frame.pointer), "cannot write \(path)")
        try check(unsafe avcodec_receive_packet(codec.pointer, packet.pointer), "cannot write \(path)")
        try unsafe writeBytes(
            UnsafeBufferPointer(start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)), to: path)
    }
}
