import Engine
public import Networks
public import Raster

/// The network as published, frozen, for the frames of one size: what every method begins with.
public struct SourceModel: Sendable {
    /// The network.
    public let network: SegFormer
    /// From the network's resolution to the frames'.
    public let upsampling: FrameUpsampling
    private let head: FrozenHead

    /// Prepares a network for frames of a size.
    public init(_ network: SegFormer, width: Int, height: Int) {
        self.network = network
        upsampling = FrameUpsampling(width: width, height: height, preprocessor: network.preprocessor)
        head = FrozenHead(network.head)
    }

    /// The plain model's logits `[h, w, C]`.
    func logits(_ features: [Tensor]) -> Tensor { head.logits(head.fused(features)) }

    /// Everything the warm-up needs of a frame.
    public func observe(_ image: Image) -> WarmUpFrame {
        let features = network.encoder(network.preprocessor(image))
        let logits = logits(features)
        return WarmUpFrame(
            image: image, features: features, logits: logits, prediction: upsampling.dense(logits).predict())
    }
}
