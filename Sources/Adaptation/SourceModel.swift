public import Engine
public import Networks
public import Raster

/// The network as published, frozen, for the frames of one size: what every method begins with.
public struct SourceModel: Sendable {
    /// The network.
    public let network: SegFormer
    /// From the network's resolution to the frames'.
    public let upsampling: FrameUpsampling
    private let head: FrozenHead
    private let normalization: PixelNormalization

    /// Prepares a network for frames of a size.
    public init(_ network: SegFormer, width: Int, height: Int) {
        self.network = network
        upsampling = FrameUpsampling(width: width, height: height, preprocessor: network.preprocessor)
        head = FrozenHead(network.head)
        normalization = network.preprocessor.prepared(width: width, height: height)
    }

    /// A frame as the network takes it, `[H, W, 3]`.
    public func input(_ image: Image) -> Tensor { normalization(image.pixels) }

    /// The plain model's logits `[h, w, C]`.
    func logits(_ features: [Tensor]) -> Tensor { head.logits(head.fused(features)) }

    /// Everything the warm-up needs of a frame.
    public func observe(_ image: Image) -> WarmUpFrame {
        let features = network.encoder(input(image))
        let logits = logits(features)
        return WarmUpFrame(
            image: image, features: features, logits: logits, prediction: upsampling.dense(logits).predict())
    }
}
