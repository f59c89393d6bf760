import CFFmpeg

/// Writes RGB pictures as an mp4 file: H.264 where FFmpeg has x264, else MPEG-4.
///
/// The file has a temporary name until `finish()`, and is removed if that is never called.
@safe
final class VideoEncoder {
    /// Ticks of the file's clock per second: a multiple of most frame rates, and MPEG-4 takes no more than 65535.
    private static let ticksPerSecond = 60_000.0
    /// The longest time between two frames: what a sample's duration holds would overflow at a few hours.
    private static let longestStep = 3600.0

    private let path: String
    private let temporary: String
    private let width: Int
    private let height: Int
    private let format: Owned<AVFormatContext>
    private let codec: Owned<AVCodecContext>
    private let frame: Owned<AVFrame>
    private let packet: Owned<AVPacket>
    private let scaler: Scaler
    private var step: Int64  // ticks from the frame before
    private var previousTime: Double?
    private var clock = 0.0
    private var timestamp: Int64 = 0
    private var isFinished = false

    /// Opens a file for pictures of an even width and height.
    init(path: String, width: Int, height: Int, frameRate: Double) throws(MediaError) {
        precondition(width.isMultiple(of: 2) && height.isMultiple(of: 2), "4:2:0 needs even sizes")
        prepareFFmpeg()
        let what = "cannot write the video \(path) of \(width)×\(height) pixels"
        self.path = path
        temporary = path + ".part"
        (self.width, self.height) = (width, height)
        let rate = frameRate.isFinite ? min(max(frameRate, 1), 1000) : 25
        step = max(Int64(Self.ticksPerSecond / rate), 1)
        guard let encodedWidth = Int32(exactly: width), let encodedHeight = Int32(exactly: height) else {
            throw MediaError("\(what): that is too large")
        }
        unsafe codec = try Self.openCodec(encodedWidth, encodedHeight, rate, what)
        unsafe frame = try makeFrame()
        unsafe packet = try makePacket()
        scaler = try Scaler(
            from: (encodedWidth, encodedHeight, AV_PIX_FMT_RGB24),
            to: (encodedWidth, encodedHeight, AV_PIX_FMT_YUV420P), path: path)
        scaler.setMatrix(SWS_CS_ITU709, sourceIsFullRange: true, targetIsFullRange: false)
        unsafe frame.pointer.pointee.width = encodedWidth
        unsafe frame.pointer.pointee.height = encodedHeight
        unsafe frame.pointer.pointee.format = AV_PIX_FMT_YUV420P.rawValue
        try check(unsafe av_frame_get_buffer(frame.pointer, 0), what)
        // Last, so that a failure above leaves no file.
        unsafe format = try Self.openFile(temporary, codec.pointer, what)
    }

    deinit {
        if !isFinished { remove(temporary) }
    }

    /// Appends a picture, `[height, width, 3]` samples, shown from `time` on, in seconds.
    func append(_ pixels: [UInt8], time: Double) throws(MediaError) {
        precondition(pixels.count == width * height * 3, "a picture has the size of its video")
        precondition(!isFinished, "the video is finished")
        if let previousTime {
            let seconds = (time - previousTime).isFinite ? time - previousTime : 0
            clock += min(max(seconds, 0), Self.longestStep)
            // The sum is rounded, not each step, so that the error does not grow.
            let next = max(Int64((clock * Self.ticksPerSecond).rounded()), timestamp + 1)
            step = next - timestamp
            timestamp = next
        }
        previousTime = time
        let what = "cannot write the video \(path)"
        try check(unsafe av_frame_make_writable(frame.pointer), what)
        try check(unsafe ditta_rgb_to_frame(scaler.pointer, pixels, Int32(width * 3), frame.pointer), what)
        unsafe frame.pointer.pointee.pts = timestamp
        try check(unsafe avcodec_send_frame(codec.pointer, frame.pointer), what)
        try writePackets()
    }

    /// Writes what the encoder still holds and gives the file its name.
    func finish() throws(MediaError) {
        precondition(!isFinished, "the video is finished")
        guard previousTime != nil else { throw MediaError("cannot write the video \(path): it has no frame") }
        try check(unsafe avcodec_send_frame(codec.pointer, nil), "cannot write the video \(path)")
        try writePackets()
        try check(unsafe av_write_trailer(format.pointer), "cannot write the video \(path)")
        try check(unsafe avio_closep(&format.pointer.pointee.pb), "cannot write the video \(path)")
        try rename(temporary, to: path)
        isFinished = true
    }

    private func writePackets() throws(MediaError) {
        while true {
            let status = unsafe avcodec_receive_packet(codec.pointer, packet.pointer)
            if status == ditta_try_again || status == ditta_end_of_file { return }
            try check(status, "cannot encode the video \(path)")
            guard let stream = unsafe format.pointer.pointee.streams[0] else { return }
            // The last frame of all is shown as long as the one before.
            unsafe packet.pointer.pointee.duration = step
            unsafe av_packet_rescale_ts(packet.pointer, codec.pointer.pointee.time_base, stream.pointee.time_base)
            try check(
                unsafe av_interleaved_write_frame(format.pointer, packet.pointer), "cannot write the video \(path)")
        }
    }

    private static func openCodec(
        _ width: Int32, _ height: Int32, _ frameRate: Double, _ what: String
    ) throws(MediaError) -> Owned<AVCodecContext> {
        let x264 = unsafe avcodec_find_encoder_by_name("libx264")
        guard let encoder = unsafe x264 ?? avcodec_find_encoder(AV_CODEC_ID_MPEG4) else {
            throw MediaError("\(what): FFmpeg has neither an H.264 nor an MPEG-4 encoder here")
        }
        let codec = try unsafe makeCodec(encoder)
        unsafe codec.pointer.pointee.width = width
        unsafe codec.pointer.pointee.height = height
        unsafe codec.pointer.pointee.pix_fmt = AV_PIX_FMT_YUV420P
        unsafe codec.pointer.pointee.colorspace = AVCOL_SPC_BT709
        unsafe codec.pointer.pointee.color_primaries = AVCOL_PRI_BT709
        unsafe codec.pointer.pointee.color_trc = AVCOL_TRC_BT709
        unsafe codec.pointer.pointee.color_range = AVCOL_RANGE_MPEG
        unsafe codec.pointer.pointee.framerate = av_d2q(frameRate, 100_000)
        // The network needs the cores more.
        unsafe codec.pointer.pointee.thread_count = 1
        // A keyframe every few seconds lets players jump.
        unsafe codec.pointer.pointee.gop_size = 100
        unsafe codec.pointer.pointee.time_base = AVRational(num: 1, den: Int32(ticksPerSecond))
        // mp4 keeps the headers of the stream apart from its packets.
        unsafe codec.pointer.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        if unsafe x264 == nil {
            unsafe codec.pointer.pointee.flags |= AV_CODEC_FLAG_QSCALE
            unsafe codec.pointer.pointee.global_quality = 4 * FF_QP2LAMBDA
        } else {
            unsafe av_opt_set(codec.pointer.pointee.priv_data, "preset", "superfast", 0)
            unsafe av_opt_set(codec.pointer.pointee.priv_data, "crf", "20", 0)
        }
        try check(unsafe avcodec_open2(codec.pointer, encoder, nil), what)
        return unsafe codec
    }

    private static func openFile(
        _ path: String, _ codec: UnsafePointer<AVCodecContext>, _ what: String
    ) throws(MediaError) -> Owned<AVFormatContext> {
        var context: UnsafeMutablePointer<AVFormatContext>?
        try check(unsafe avformat_alloc_output_context2(&context, nil, "mp4", "file:" + path), what)
        let format = try unsafe Owned(context) { context in
            unsafe avio_closep(&context.pointee.pb)
            unsafe avformat_free_context(context)
        }
        guard let stream = unsafe avformat_new_stream(format.pointer, nil) else { throw MediaError(what) }
        try check(unsafe avcodec_parameters_from_context(stream.pointee.codecpar, codec), what)
        unsafe stream.pointee.time_base = codec.pointee.time_base
        unsafe stream.pointee.avg_frame_rate = codec.pointee.framerate
        try check(unsafe avio_open(&format.pointer.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), what)
        var options: OpaquePointer?
        unsafe av_dict_set(&options, "movflags", "+faststart", 0)
        defer { unsafe av_dict_free(&options) }
        let status = unsafe avformat_write_header(format.pointer, &options)
        if status < 0 { remove(path) }
        try check(status, what)
        return unsafe format
    }
}
