package import Compiled
import Dense
package import Networks
package import Raster
package import Tensors

/// A frame of the video with the network's input made of it.
package struct PreparedFrame: Sendable {
    /// The frame as it was read.
    package let frame: Frame
    /// The network's input `[H, W, 3]`, normalised.
    package let input: Tensor

    /// Pairs a frame with what was made of it.
    package init(frame: Frame, input: Tensor) {
        (self.frame, self.input) = (frame, input)
    }
}

/// The network as published, compiled for the frames of one size: what every method begins with.
///
/// One frame at a time: what it computes lies in memory that the next frame takes.
package struct SourceModel: Sendable {
    /// The network.
    package let network: any SegmentationNetwork
    /// From the network's resolution to the frames'.
    package let upsampling: FrameUpsampling
    /// The network's encoder.
    package let encoder: any CompiledEncoder
    private var head: any CompiledHead
    private let normalization: PixelNormalization
    /// How pictures are changed before they become input.
    package var picture = PictureTransform.asIs

    /// Compiles a network for frames of a size, in pixels.
    package init(_ network: any SegmentationNetwork, width: Int, height: Int, precision: Precision) {
        self.network = network
        upsampling = FrameUpsampling(width: width, height: height, network)
        normalization = network.preprocessor.prepared(width: width, height: height)
        let input = network.preprocessor.inputSize(width: width, height: height)
        encoder = network.compileEncoder(height: input.height, width: input.width, precision: precision)
        head = network.head.compile(for: encoder)
    }

    /// The model with an adapted head in place of the published one, which `network` still has.
    func with(head: any SegmentationHead) -> SourceModel {
        var model = self
        model.head = head.compile(for: encoder)
        return model
    }

    /// The network's input `[H, W, 3]` made of a picture, normalised.
    package func input(of image: Image) -> Tensor { normalization(picture(image).pixels) }

    /// A frame with the network's input.
    package func prepare(_ frame: Frame) -> PreparedFrame { PreparedFrame(frame: frame, input: input(of: frame.image)) }

    /// The finest level's grid of cells.
    var grid: (height: Int, width: Int) { (encoder.levels[0].grid.height, encoder.levels[0].grid.width) }

    /// The plain model's logits `[h, w, C]` of a frame's features; they hold until the next frame.
    package func logits(_ features: EncoderFeatures) -> Tensor { head(features) }

    /// The plain model's logits `[h, w, C]` of an input `[H, W, 3]`; they hold until the next frame.
    package func logits(_ input: Tensor) -> Tensor { head(encoder(input)) }

    /// The plain model's labels of a frame's features.
    package func labels(_ features: EncoderFeatures) -> LabelMap { upsampling.dense(head(features)).labels() }

    /// The plain model's labels of a picture that is taken as it is.
    package func labels(of image: Image) -> LabelMap { labels(encoder(normalization(image.pixels))) }

    /// Everything the warm-up needs of a frame.
    package func observe(_ frame: PreparedFrame) -> WarmUpFrame {
        let features = encoder(frame.input)
        let logits = logits(features).copy()
        return WarmUpFrame(
            index: frame.frame.index, image: frame.frame.image, levels: network.levels, features: features.copies(),
            logits: logits, prediction: upsampling.dense(logits).predict())
    }
}
