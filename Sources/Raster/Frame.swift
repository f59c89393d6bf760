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
