import CFFmpeg
package import Raster

/// The frames of a video file of any container and codec that FFmpeg knows.
///
/// Reads the best video stream and no other. Frames come upright (the file's rotation is applied) and in RGB (see
/// `PixelConverter` for matrices and ranges); alpha and the pixels' aspect ratio are ignored. All have the size of
/// the first: a stream that changes its resolution is scaled. Memory does not grow with the video.
///
/// A frame's index is its place in the source: a packet that its decoder makes no picture of leaves a gap (`PacketLedger`). Damaged
/// packets are counted, and skipped or patched up by their decoder, as in ffmpeg; a file that breaks off ends early.
package final class VideoReader: FrameSource {
    /// The path of the file.
    package let name: String
    /// Width of every frame, in pixels, as displayed.
    package let width: Int
    /// Height of every frame, in pixels, as displayed.
    package let height: Int
    /// Frames per second, on average; 25 when the file does not say.
    package let averageFrameRate: Double
    private let packets: PacketDecoder
    private let converter = PixelConverter()
    private let orientation: Orientation
    private let storedSize: (width: Int, height: Int)
    private var clock: FrameClock
    private var first: Frame?

    /// Opens a file and decodes its first frame.
    ///
    /// Throws when the file is missing, is no video, has no video stream or no frame that can be decoded.
    package init(path: String) throws(MediaError) {
        name = path
        packets = try PacketDecoder(path: path)
        let still = try packets.isStill ? StillFile(path: path) : nil
        if let still, still.pictures > 1 {
            throw MediaError(
                "\(path) holds \(still.pictures) pictures, of which only the first can be read; expected one, a folder of "
                    + "pictures or a video")
        }
        averageFrameRate = packets.averageFrameRate
        clock = FrameClock(
            secondsPerTick: packets.secondsPerTick, frameRate: averageFrameRate, longestStep: packets.longestStep)
        guard let frame = unsafe packets.next() else {
            throw MediaError(
                packets.damaged == 0
                    ? "\(path) has a video stream without a frame"
                    : "\(path) has no frame that can be decoded: \(packets.damaged) packets are damaged")
        }
        orientation = try unsafe packets.orientation ?? Orientation(of: frame) ?? still?.orientation ?? .upright
        let stored = try unsafe converter.image(of: frame, path: path)
        storedSize = (stored.width, stored.height)
        let image = orientation.apply(to: stored)
        (width, height) = (image.width, image.height)
        first = unsafe makeFrame(frame, image)
    }

    package var notes: [String] { [] }
    package var damagedPackets: Int { packets.damaged }
    package var missingAtEnd: [MissingFrame] { packets.missingAtEnd }
    package var promisedAtEnd: Int { packets.promisedAtEnd }

    /// The next frame, nil after the last.
    package func next() throws(MediaError) -> Frame? {
        if let frame = first {
            first = nil
            return frame
        }
        guard let frame = unsafe packets.next() else { return nil }
        let stored = try unsafe converter.image(
            of: frame, width: storedSize.width, height: storedSize.height, path: name)
        return unsafe makeFrame(frame, orientation.apply(to: stored))
    }

    private func makeFrame(_ frame: UnsafePointer<AVFrame>, _ image: Image) -> Frame {
        let place = packets.place
        unsafe clock.advance(to: frame, missing: place.missing.count)
        return unsafe Frame(
            index: place.index, time: clock.time, image: image, packet: place.packet,
            isDamaged: frame.pointee.decode_error_flags != 0, missing: place.missing)
    }
}
