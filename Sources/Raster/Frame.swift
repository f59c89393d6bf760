/// One picture of a video.
public struct Frame: Sendable {
    /// The place in the source, from 0: frames that the source has and that cannot be decoded count, too.
    public let index: Int
    /// Seconds since the first frame; greater than that of the frame before.
    public let time: Double
    /// The picture, upright.
    public let image: Image
    /// The packet of the stream that it was decoded from, from 0; nil for pictures of a folder.
    public let packet: Int?
    /// Whether its decoder patched it up.
    public let isDamaged: Bool
    /// The frames between the one before and this one that could not be decoded.
    public let missing: [MissingFrame]

    /// Makes a frame.
    public init(
        index: Int, time: Double, image: Image, packet: Int? = nil, isDamaged: Bool = false,
        missing: [MissingFrame] = []
    ) {
        (self.index, self.time, self.image) = (index, time, image)
        (self.packet, self.isDamaged, self.missing) = (packet, isDamaged, missing)
    }
}

/// A frame that a source has and that cannot be decoded.
public struct MissingFrame: Sendable, Equatable {
    /// The place in the source, from 0.
    public let index: Int
    /// The packet of the stream that holds, or held, it.
    public let packet: Int

    /// Names a frame.
    public init(index: Int, packet: Int) {
        (self.index, self.packet) = (index, packet)
    }
}
