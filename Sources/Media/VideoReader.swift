import CFFmpeg
package import Raster

/// The frames of a video file of any container and codec that FFmpeg knows.
///
/// Reads the best video stream and no other. Frames come upright (the file's rotation is applied) and in RGB (see
/// `PixelConverter` for matrices and ranges); alpha and the pixels' aspect ratio are ignored. All have the size of
/// the first: a stream that changes its resolution is scaled. Memory does not grow with the video.
///
/// Damaged packets are counted, and skipped or patched up by their decoder, as in ffmpeg; a file that breaks off ends early.
package final class VideoReader: FrameSource {
    /// The path of the file.
    package let name: String
    /// Width of every frame, in pixels, as displayed.
    package let width: Int
    /// Height of every frame, in pixels, as displayed.
    package let height: Int
    /// Frames per second, on average; 25 when the file does not say.
    package let averageFrameRate: Double
    /// How many packets were damaged so far: skipped, or patched up by their decoder.
    package private(set) var damagedPackets = 0

    private let container: Container
    private let decoder: Decoder
    private let converter = PixelConverter()
    private let orientation: Orientation
    private let storedSize: (width: Int, height: Int)
    private var clock: FrameClock
    private var isDraining = false
    private var first: Image?
    private var index = 0

    /// Opens a file and decodes its first frame.
    ///
    /// Throws when the file is missing, is no video, has no video stream or no frame that can be decoded.
    package init(path: String) throws(MediaError) {
        name = path
        container = try Container(path: path)
        averageFrameRate = try container.averageFrameRate
        let stream = try unsafe container.stream
        let timeBase = unsafe stream.pointee.time_base
        decoder = try unsafe Decoder(
            stream.pointee.codecpar.pointee.codec_id, parameters: stream.pointee.codecpar, timeBase: timeBase,
            threads: 0, path: path)
        clock = FrameClock(secondsPerTick: av_q2d(timeBase), frameRate: averageFrameRate)
        var damaged = 0
        guard
            let frame = unsafe Self.decode(container, decoder, isDraining: &isDraining, damaged: &damaged)
        else {
            throw MediaError(
                damaged == 0
                    ? "\(path) has a video stream without a frame"
                    : "\(path) has no frame that can be decoded: \(damaged) packets are damaged")
        }
        let matrix = unsafe ditta_display_matrix(stream).map { unsafe Orientation(matrix: $0) }
        orientation = unsafe matrix ?? Orientation(of: frame) ?? .upright
        let stored = try unsafe converter.image(of: frame, path: path)
        storedSize = (stored.width, stored.height)
        let image = orientation.apply(to: stored)
        (width, height) = (image.width, image.height)
        first = image
        unsafe clock.advance(to: frame)
        damagedPackets = damaged
    }

    /// The next frame, nil after the last.
    package func next() throws(MediaError) -> Frame? {
        if let image = first {
            first = nil
            return Frame(index: 0, time: clock.time, image: image)
        }
        guard
            let frame = unsafe Self.decode(container, decoder, isDraining: &isDraining, damaged: &damagedPackets)
        else { return nil }
        let stored = try unsafe converter.image(
            of: frame, width: storedSize.width, height: storedSize.height, path: name)
        unsafe clock.advance(to: frame)
        index += 1
        return Frame(index: index, time: clock.time, image: orientation.apply(to: stored))
    }

    /// The next frame in order of display, valid until the next call; nil after the last.
    private static func decode(
        _ container: Container, _ decoder: Decoder, isDraining: inout Bool, damaged: inout Int
    ) -> UnsafeMutablePointer<AVFrame>? {
        // While draining, a broken stream may give one error for each frame inside the decoder, but not for ever.
        var failuresLeft = 256
        var unsent: UnsafeMutablePointer<AVPacket>?
        while failuresLeft > 0 {
            let (frame, status) = unsafe decoder.receive()
            if let frame = unsafe frame {
                if unsafe frame.pointee.decode_error_flags != 0 { damaged += 1 }
                return unsafe frame
            }
            if status == ditta_end_of_file { return nil }
            if status != ditta_try_again {
                damaged += 1
                failuresLeft -= 1
            }
            if isDraining {
                failuresLeft -= 1
                continue
            }
            unsafe unsent = unsafe unsent ?? container.nextPacket()
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
}
