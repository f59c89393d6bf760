public import Raster

/// One picture of a video.
public struct Frame: Sendable {
    /// The place in the video, from 0.
    public let index: Int
    /// Seconds since the first frame; greater than that of the frame before.
    public let time: Double
    /// The picture, upright.
    public let image: Image

    /// Makes a frame.
    public init(index: Int, time: Double, image: Image) {
        self.index = index
        self.time = time
        self.image = image
    }
}

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

    /// The next frame, nil after the last.
    func next() throws(MediaError) -> Frame?
}
