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
    /// How many places of the stream before the last packet read have none: AVI counts frames that it has not.
    private(set) var gap = 0
    /// How many places there were up to the last packet read, it included.
    private var places = 0
    /// The latest end of a packet so far, in ticks.
    private var lastEnd: Int64?
    private var lastPlace: Int64 = -1
    private var gapsLeft = 100_000
    private let countsPlaces: Bool

    /// Opens a file and chooses its stream.
    init(path: String) throws(MediaError) {
        prepareFFmpeg()
        self.path = path
        unsafe format = try Self.open(path)
        unsafe packet = try makePacket()
        for index in 0..<Int(unsafe format.pointer.pointee.nb_streams) {
            if let stream = unsafe format.pointer.pointee.streams[index] { unsafe hideCompressedMetadata(in: stream) }
        }
        try check(unsafe avformat_find_stream_info(format.pointer, nil), "cannot find the streams of \(path)")
        streamIndex = try unsafe Self.chooseStream(of: format.pointer, path)
        countsPlaces = unsafe String(cString: format.pointer.pointee.iformat.pointee.name) == "avi"
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

    /// How many frames the file promises behind its last packet, after that.
    ///
    /// Files that are cut do. It is a guess where a file tells how long its video is, and not of how many frames; 0 where it tells
    /// neither.
    var promisedAtEnd: Int {
        guard let stream = try? unsafe stream, let rate = try? averageFrameRate else { return 0 }
        if let stated = unsafe Int(exactly: stream.pointee.nb_frames), stated > 0 { return max(stated - places, 0) }
        guard let seconds = unsafe statedSeconds(stream), let lastEnd else { return 0 }
        let start = unsafe stream.pointee.start_time == ditta_no_timestamp ? 0 : stream.pointee.start_time
        let tick = unsafe av_q2d(stream.pointee.time_base)
        let left = seconds - (Double(lastEnd) - Double(start)) * tick
        // Durations are rounded, and of streams that end a little apart.
        guard left > max(3 / rate, 0.01 * seconds), left < 1e6 else { return 0 }
        return Int((left * rate).rounded())
    }

    /// How long the stream is by what is said of it alone: its own duration, or Matroska's tag.
    private func statedSeconds(_ stream: UnsafeMutablePointer<AVStream>) -> Double? {
        if let tag = unsafe av_dict_get(stream.pointee.metadata, "DURATION", nil, 0) {
            // 00:01:02.345000000
            let parts = unsafe String(cString: tag.pointee.value).split(separator: ":").map { Double($0) ?? .nan }
            let seconds = parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : .nan
            return seconds.isFinite ? seconds : nil
        }
        guard unsafe format.pointer.pointee.nb_streams == 1, unsafe format.pointer.pointee.duration > 0,
            unsafe format.pointer.pointee.duration_estimation_method == AVFMT_DURATION_FROM_STREAM
        else { return nil }
        return unsafe Double(format.pointer.pointee.duration) / 1e6
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
            if unsafe Int(packet.pointer.pointee.stream_index) == streamIndex {
                unsafe account(for: packet.pointer)
                return unsafe packet.pointer
            }
        }
    }

    private func account(for packet: UnsafePointer<AVPacket>) {
        let place = unsafe packet.pointee.dts
        gap = 0
        if countsPlaces, place > lastPlace {
            // A number in a damaged file may be any: of a whole file, more than an hour of nothing is not believed.
            gap = Int(min(place - (lastPlace + 1), Int64(gapsLeft)))
            gapsLeft -= gap
            lastPlace = place
        }
        places += 1 + gap
        if unsafe packet.pointee.pts != ditta_no_timestamp {
            let (end, overflow) = unsafe packet.pointee.pts.addingReportingOverflow(max(packet.pointee.duration, 0))
            if !overflow { lastEnd = max(lastEnd ?? end, end) }
        }
    }

    private static func open(_ path: String) throws(MediaError) -> Owned<AVFormatContext> {
        let input = StreamInput(path)
        var format = unsafe avformat_alloc_context()
        var options: OpaquePointer?
        defer { unsafe av_dict_free(&options) }
        // Playlists and the like may name other files and hosts: only a stream that was asked for goes over the network.
        unsafe av_dict_set(&options, "protocol_whitelist", input?.protocols ?? "none", 0)
        var io: UnsafeMutablePointer<AVIOContext>?
        if input?.isRemote != true {
            // With the `file:` prefix, a colon or a per cent sign in a name means nothing special.
            let url = input == nil ? "file:" + path : "pipe:0"
            try check(unsafe avio_open2(&io, url, AVIO_FLAG_READ, nil, nil), "cannot open \(path)")
            unsafe format?.pointee.pb = unsafe io
        }
        let url = input?.isRemote == true ? path : nil
        let status = unsafe avformat_open_input(&format, url, nil, &options)
        guard status >= 0 else {
            unsafe avio_closep(&io)
            let what =
                input?.isRemote == true ? "cannot be opened" : "is not a video, or its beginning or index is missing"
            throw MediaError("\(path) \(what)", code: status)
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

/// Keeps FFmpeg from writing to the standard error, where errors are thrown instead, and from taking what no frame needs.
func prepareFFmpeg() {
    av_log_set_level(AV_LOG_QUIET)
    // The largest frame, of four samples of 16 bits a pixel, with what decoders add at its edges.
    av_max_alloc(Int(Decoder.maximumPixels) * 8 + (64 << 20))
}
