import CFFmpeg
public import Raster

/// A video, frame by frame: a file or a folder of pictures.
public protocol FrameSource: AnyObject {
    /// The path of the file or folder.
    var name: String { get }
    /// Width of every frame, in pixels.
    var width: Int { get }
    /// Height of every frame, in pixels.
    var height: Int { get }
    /// Frames per second, on average.
    var averageFrameRate: Double { get }
    /// How many packets were damaged so far: skipped, or patched up by their decoder.
    var damagedPackets: Int { get }
    /// The frames behind the last one that gave no picture; known when `next` has given nil.
    var missingAtEnd: [MissingFrame] { get }
    /// How many frames the file promises behind its last one, which may be a guess; known when `next` has given nil.
    var promisedAtEnd: Int { get }

    /// What of the source is not read, a sentence each.
    var notes: [String] { get }

    /// The next frame, nil after the last.
    func next() throws(MediaError) -> Frame?
}

/// Opens a video file, a folder of PNG and JPEG pictures, a single such picture, or a stream.
///
/// - Parameters:
///   - path: The file or folder; `-` is what comes in at the standard input, `http://…` and the like come over the network.
///   - pictureRate: Pictures per second of a folder; a video file has its own times.
/// - Returns: the frames, from the first.
/// - Throws: if there is nothing at the path, or nothing there that can be decoded.
public func openFrames(at path: String, pictureRate: Double = 25) throws(MediaError) -> any FrameSource {
    if !isStreamed(path), try isPictures(path) { return try ImageSequence(path: path, frameRate: pictureRate) }
    return try VideoReader(path: path)
}

/// How many frames `openFrames` will give, without decoding any.
///
/// Counts the packets of the stream, or the pictures of the folder. A damaged file may give fewer frames.
/// Throws when there is nothing at the path or it is no video.
public func countFrames(at path: String) throws(MediaError) -> Int { try measureFrames(at: path).count }

/// The same, and how many frames there are a second, on average.
package func measureFrames(
    at path: String, pictureRate: Double = 25
) throws(MediaError) -> (count: Int, rate: Double) {
    if try isPictures(path) { return (try ImageSequence.pictures(at: path).count, pictureRate) }
    let container = try Container(path: path)
    var count = 0
    while let packet = unsafe container.nextPacket() {
        // Frames before the start of the presentation are decoded, as others refer to them, but not given out.
        if unsafe packet.pointee.flags & AV_PKT_FLAG_DISCARD == 0 { count += 1 + container.gap }
    }
    return (count, try container.averageFrameRate)
}

/// The files that `openFrames` reads: one, or the pictures of a folder in their order.
///
/// Throws when there is nothing at the path.
package func sourceFiles(at path: String) throws(MediaError) -> [String] {
    try kind(of: path) == .folder ? try ImageSequence.pictures(at: path) : [path]
}

private func isPictures(_ path: String) throws(MediaError) -> Bool {
    if try kind(of: path) == .folder { return true }
    // Motion JPEG without a container and animated PNG begin as pictures do, and are videos.
    guard try Picture.codec(of: path) != nil, try fileSize(of: path) <= PictureParts.largestFile,
        let picture = try Picture(path: path)
    else { return false }
    return !picture.isFirstOfMany
}
