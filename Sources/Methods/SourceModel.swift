package import Compiled
import Dense
package import Networks
package import Raster
package import Tensors

/// The network as published, compiled for the frames of one size: what every method begins with.
///
/// One frame at a time: what it computes lies in memory that the next frame takes.
package struct SourceModel: Sendable {
    /// The network.
    package let network: SegFormer
    /// From the network's resolution to the frames'.
    package let upsampling: FrameUpsampling
    /// The network's encoder.
    package let encoder: CompiledMixTransformer
    private let head: CompiledDecodeHead
    private let normalization: PixelNormalization

    /// Compiles a network for frames of a size.
    package init(_ network: SegFormer, width: Int, height: Int, precision: Precision) {
        self.network = network
        upsampling = FrameUpsampling(width: width, height: height, preprocessor: network.preprocessor)
        normalization = network.preprocessor.prepared(width: width, height: height)
        let input = network.preprocessor.inputSize(width: width, height: height)
        encoder = CompiledMixTransformer(
            network.encoder, height: input.height, width: input.width, precision: precision)
        head = CompiledDecodeHead(network.head, for: encoder)
    }

    /// A frame as the network takes it, `[H, W, 3]`.
    package func input(_ image: Image) -> Tensor { normalization(image.pixels) }

    /// The plain model's logits `[h, w, C]` of a frame's features; they hold until the next frame.
    func logits(_ features: EncoderFeatures) -> Tensor { head(features) }

    /// The plain model's logits `[h, w, C]` of an input `[H, W, 3]`; they hold until the next frame.
    package func logits(_ input: Tensor) -> Tensor { head(encoder(input)) }

    /// Everything the warm-up needs of a frame.
    package func observe(_ image: Image) -> WarmUpFrame {
        let features = encoder(input(image))
        let logits = logits(features).copy()
        return WarmUpFrame(
            image: image, features: features.copies(), logits: logits, prediction: upsampling.dense(logits).predict())
    }
}
