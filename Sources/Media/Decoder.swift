import CFFmpeg

/// Turns compressed packets into frames.
@safe
final class Decoder {
    /// The most pixels a picture or frame may have: no camera makes more, but damaged headers do.
    static let maximumPixels: Int64 = 1 << 27

    private let codec: Owned<AVCodecContext>
    private let frame: Owned<AVFrame>

    /// Opens the decoder for a codec.
    ///
    /// - Parameters:
    ///   - id: The codec.
    ///   - parameters: What the container says of the stream.
    ///   - timeBase: Seconds per tick of the packets' times.
    ///   - strict: Damaged data gives an error, not a damaged picture.
    ///   - maximumPixels: The most pixels it decodes.
    ///   - threads: How many threads decode, 0 for as many as there are cores.
    ///   - path: The file, for error messages.
    /// - Throws: a sentence, if FFmpeg has no such decoder or cannot open it.
    init(
        _ id: AVCodecID, parameters: UnsafePointer<AVCodecParameters>? = nil,
        timeBase: AVRational = AVRational(num: 0, den: 1), strict: Bool = false,
        maximumPixels: Int64 = Decoder.maximumPixels, threads: Int32, path: String
    ) throws(MediaError) {
        guard let decoder = unsafe avcodec_find_decoder(id) else {
            let name = unsafe id == AV_CODEC_ID_NONE ? "an unknown codec" : String(cString: avcodec_get_name(id))
            throw MediaError("cannot decode \(path): FFmpeg has no decoder for \(name) here")
        }
        unsafe codec = try makeCodec(decoder)
        unsafe frame = try makeFrame()
        if let parameters = unsafe parameters {
            try check(unsafe avcodec_parameters_to_context(codec.pointer, parameters), "cannot decode \(path)")
        }
        unsafe codec.pointer.pointee.pkt_timebase = timeBase
        unsafe codec.pointer.pointee.thread_count = threads
        if strict {
            let errors = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE
            unsafe codec.pointer.pointee.err_recognition = errors
        }
        unsafe codec.pointer.pointee.max_pixels = maximumPixels
        unsafe ditta_pass_marks(codec.pointer)
        try check(unsafe avcodec_open2(codec.pointer, decoder, nil), "cannot decode \(path)")
    }

    /// Hands over a packet, or nil once, after the last, for the frames still inside; returns FFmpeg's status.
    func send(_ packet: UnsafePointer<AVPacket>?) -> Int32 {
        unsafe avcodec_send_packet(codec.pointer, packet)
    }

    /// Numbers the packet that is sent next, for the frame it becomes (`ditta_mark_of`).
    func mark(_ packet: UnsafeMutablePointer<AVPacket>, _ number: Int) {
        unsafe ditta_mark(codec.pointer, packet, Int64(number))
    }

    /// By how many frames decoding is ahead of display, as far as is known by now.
    var delay: Int { unsafe Int(codec.pointer.pointee.has_b_frames) }

    /// The next frame, valid until the next call, or FFmpeg's status when there is none.
    func receive() -> (frame: UnsafeMutablePointer<AVFrame>?, status: Int32) {
        let status = unsafe avcodec_receive_frame(codec.pointer, frame.pointer)
        return unsafe (status >= 0 ? frame.pointer : nil, status)
    }
}

/// An empty frame.
func makeFrame() throws(MediaError) -> Owned<AVFrame> {
    try unsafe Owned(av_frame_alloc()) { frame in
        var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
        unsafe av_frame_free(&frame)
    }
}

/// An empty packet.
func makePacket() throws(MediaError) -> Owned<AVPacket> {
    try unsafe Owned(av_packet_alloc()) { packet in
        var packet: UnsafeMutablePointer<AVPacket>? = unsafe packet
        unsafe av_packet_free(&packet)
    }
}

/// The context of a decoder or encoder, not yet opened.
func makeCodec(_ codec: UnsafePointer<AVCodec>) throws(MediaError) -> Owned<AVCodecContext> {
    try unsafe Owned(avcodec_alloc_context3(codec)) { context in
        var context: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe avcodec_free_context(&context)
    }
}
