import CFFmpeg

/// The compressed packets of the one video stream of a file that matters.
@safe
final class Container {
    /// The file, for error messages.
    let path: String
    private let format: Owned<AVFormatContext>
    private let packet: Owned<AVPacket>
    private let streamIndex: Int

    /// The file broke off, rather than ended, at the last packet read.
    private(set) var brokeOff = false

    /// Opens a file and chooses its stream.
    init(path: String) throws(MediaError) {
        silenceFFmpeg()
        self.path = path
        unsafe format = try Self.open(path)
        unsafe packet = try makePacket()
        try check(unsafe avformat_find_stream_info(format.pointer, nil), "cannot find the streams of \(path)")
        streamIndex = try unsafe Self.chooseStream(of: format.pointer, path)
        for index in 0..<Int(unsafe format.pointer.pointee.nb_streams) where index != streamIndex {
            unsafe format.pointer.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
    }

    /// The chosen stream, valid as long as the container lives.
    var stream: UnsafeMutablePointer<AVStream> {
        get throws(MediaError) {
            guard let stream = unsafe format.pointer.pointee.streams[streamIndex] else {
                throw MediaError("\(path) has lost its video stream")
            }
            return unsafe stream
        }
    }

    /// Frames per second, on average; 25, as FFmpeg assumes, when the file does not say.
    var averageFrameRate: Double {
        get throws(MediaError) {
            let stream = try unsafe stream
            return unsafe [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate].lazy
                .map { av_q2d($0) }.first { $0.isFinite && $0 > 0 } ?? 25
        }
    }

    /// How many frames the file says that its stream has, by number or by duration; nil if it says neither.
    var statedFrames: Int? {
        guard let stream = try? unsafe stream else { return nil }
        if unsafe stream.pointee.nb_frames > 0 { return unsafe Int(exactly: stream.pointee.nb_frames) }
        guard let rate = try? averageFrameRate, unsafe format.pointer.pointee.duration > 0,
            unsafe format.pointer.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
        else { return nil }
        return unsafe Int(exactly: (Double(format.pointer.pointee.duration) / 1e6 * rate).rounded())
    }

    /// Whether time stamps of its format may jump without meaning it.
    var isDiscontinuous: Bool { unsafe format.pointer.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0 }

    /// The next packet of the stream, empty perhaps, valid until the next call; nil at the end.
    func nextPacket() -> UnsafeMutablePointer<AVPacket>? {
        while true {
            unsafe av_packet_unref(packet.pointer)
            let status = unsafe av_read_frame(format.pointer, packet.pointer)
            guard status >= 0 else {
                brokeOff = status != ditta_end_of_file
                return nil
            }
            if unsafe Int(packet.pointer.pointee.stream_index) == streamIndex { return unsafe packet.pointer }
        }
    }

    private static func open(_ path: String) throws(MediaError) -> Owned<AVFormatContext> {
        // With the `file:` prefix, a colon or a per cent sign in a name means nothing special.
        var io: UnsafeMutablePointer<AVIOContext>?
        try check(unsafe avio_open2(&io, "file:" + path, AVIO_FLAG_READ, nil, nil), "cannot open \(path)")
        var format = unsafe avformat_alloc_context()
        unsafe format?.pointee.pb = unsafe io
        // Playlists and the like may name other files and hosts: only this one file is ever read.
        var options: OpaquePointer?
        unsafe av_dict_set(&options, "protocol_whitelist", "none", 0)
        defer { unsafe av_dict_free(&options) }
        let status = unsafe avformat_open_input(&format, nil, nil, &options)
        guard status >= 0 else {
            unsafe avio_closep(&io)
            throw MediaError("\(path) is not a video, or its beginning or index is missing", code: status)
        }
        return try unsafe Owned(format) { [io] format in
            var (format, io) = unsafe (Optional(format), io)
            unsafe avformat_close_input(&format)
            unsafe avio_closep(&io)
        }
    }

    /// FFmpeg's best video stream, but a cover picture only when there is nothing else.
    private static func chooseStream(
        of format: UnsafeMutablePointer<AVFormatContext>, _ path: String
    ) throws(MediaError) -> Int {
        let best = unsafe av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard best >= 0 else { throw MediaError("\(path) has no video stream") }
        func isMovie(_ index: Int) -> Bool {
            guard let stream = unsafe format.pointee.streams[index] else { return false }
            return unsafe stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
                && stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        }
        if isMovie(Int(best)) { return Int(best) }
        return unsafe (0..<Int(format.pointee.nb_streams)).first(where: isMovie) ?? Int(best)
    }
}

/// Keeps FFmpeg from writing to the standard error; errors are thrown instead.
func silenceFFmpeg() {
    av_log_set_level(AV_LOG_QUIET)
}
