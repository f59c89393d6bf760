package import Dense
package import Networks
package import Tensors

/// How maps at a quarter of the network's input size become maps of the frame's size.
package struct FrameUpsampling: Sendable {
    /// Logits: bilinear to the network's input size, then to the frame's (method step 4).
    package let logits: Resampling
    /// Features: one bilinear step (method step 16).
    package let features: Resampling

    /// Pairs both upsamplings.
    package init(logits: Resampling, features: Resampling) {
        self.logits = logits
        self.features = features
    }

    /// The upsampling for frames of a size, as a preprocessor feeds them to the network.
    package init(width: Int, height: Int, preprocessor: Preprocessor) {
        let input = preprocessor.inputSize(width: width, height: height)
        let grid = (height: input.height / 4, width: input.width / 4)
        logits = .bilinear(grid, (input.height, input.width), (height, width))
        features = .bilinear(grid, (height, width))
    }

    /// Logits `[h, w, C]` with their upsampling.
    package func dense(_ logits: Tensor) -> DenseLogits { DenseLogits(logits, self.logits) }
}
