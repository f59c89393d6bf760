import CFFmpeg
import Raster

/// The pictures of a file's video stream, in the order of display, each with its place in the source.
@safe
final class PacketDecoder {
    /// How many packets were damaged so far: skipped, or patched up by their decoder.
    private(set) var damaged = 0
    /// Where the last picture stands.
    private(set) var place = PacketLedger.Place(index: 0, packet: nil, missing: [])
    /// What is missing behind the last picture; after it.
    private(set) var missingAtEnd: [MissingFrame] = []

    private let container: Container
    private let decoder: Decoder
    private let codec: AVCodecID
    private var ledger = PacketLedger()
    private var isDraining = false
    private var unsent: UnsafeMutablePointer<AVPacket>?

    /// Opens a file and its decoder.
    init(path: String) throws(MediaError) {
        container = try Container(path: path)
        let stream = try unsafe container.stream
        unsafe codec = stream.pointee.codecpar.pointee.codec_id
        // One picture needs one thread; with more, FFmpeg 5 ends the program over a WebP file that is damaged behind its
        // picture.
        isStill = codec == AV_CODEC_ID_TIFF || codec == AV_CODEC_ID_WEBP
        decoder = try unsafe Decoder(
            codec, parameters: stream.pointee.codecpar, timeBase: stream.pointee.time_base, threads: isStill ? 1 : 0,
            path: path)
        averageFrameRate = try container.averageFrameRate
        secondsPerTick = unsafe av_q2d(stream.pointee.time_base)
    }

    let averageFrameRate: Double
    let secondsPerTick: Double

    /// Whether it is a TIFF or WebP picture, of which FFmpeg reads the pixels of the first and not how it is turned.
    let isStill: Bool

    /// How long a step from frame to frame may be, in seconds.
    var longestStep: Double { container.isDiscontinuous ? 10 : 3600 }

    /// How many frames the file promises behind its last one, after that.
    var promisedAtEnd: Int { container.promisedAtEnd }

    /// How the container wants pictures to be turned, if it says so.
    var orientation: Orientation? {
        get throws(MediaError) {
            try unsafe ditta_display_matrix(container.stream).map { unsafe Orientation(matrix: $0) }
        }
    }

    /// The next picture, valid until the next call, with its `place`; nil after the last.
    func next() -> UnsafeMutablePointer<AVFrame>? {
        guard let frame = unsafe decode() else {
            missingAtEnd += ledger.ended()
            return nil
        }
        if unsafe frame.pointee.decode_error_flags != 0 { damaged += 1 }
        place = unsafe ledger.received(Int(ditta_mark_of(frame)), delay: decoder.delay)
        return unsafe frame
    }

    private func decode() -> UnsafeMutablePointer<AVFrame>? {
        // While draining, a broken stream may give one error for each frame inside the decoder, but not for ever.
        var failuresLeft = 256
        while failuresLeft > 0 {
            let (frame, status) = unsafe decoder.receive()
            if let frame = unsafe frame { return unsafe frame }
            if status == ditta_end_of_file { return nil }
            if status != ditta_try_again {
                damaged += 1
                failuresLeft -= 1
            }
            if isDraining {
                failuresLeft -= 1
                continue
            }
            if unsafe unsent == nil { unsafe unsent = nextPacket() }
            isDraining = unsafe unsent == nil
            if isDraining, container.brokeOff { damaged += 1 }
            let sent = unsafe decoder.send(unsent)
            if sent == ditta_try_again {
                failuresLeft -= 1
                continue
            }
            if sent < 0, sent != ditta_end_of_file { damaged += 1 }
            unsafe unsent = nil
        }
        return nil
    }

    /// The next packet that its decoder can take, numbered.
    private func nextPacket() -> UnsafeMutablePointer<AVPacket>? {
        while let packet = unsafe container.nextPacket() {
            guard unsafe packet.pointee.flags & AV_PKT_FLAG_DISCARD == 0 else { return unsafe packet }
            let times = unsafe [packet.pointee.pts, packet.pointee.dts].map { $0 == ditta_no_timestamp ? nil : $0 }
            for _ in 0..<container.gap { _ = ledger.sent(presentation: nil, decoding: nil) }
            let number = ledger.sent(presentation: times[0], decoding: times[1])
            // To a decoder an empty packet would mean the end of the stream.
            guard unsafe packet.pointee.size > 0 else { continue }
            if unsafe ditta_is_hidden(codec, packet) != 0 { ledger.hid(number) }
            unsafe hideCompressedMetadata(in: packet, of: codec)
            unsafe decoder.mark(packet, number)
            return unsafe packet
        }
        return nil
    }
}
