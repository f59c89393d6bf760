package import Dense
package import Networks
package import Tensors

/// How maps on the grid of a network's finest level become maps of the frame's size.
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

    /// The upsampling for frames of a size, as a network takes them.
    package init(width: Int, height: Int, _ network: any SegmentationNetwork) {
        let input = network.preprocessor.inputSize(width: width, height: height)
        let stride = network.levels[0].stride
        let grid = (height: input.height / stride, width: input.width / stride)
        logits = .bilinear(grid, (input.height, input.width), (height, width))
        features = .bilinear(grid, (height, width))
    }

    /// Logits `[h, w, C]` with their upsampling.
    package func dense(_ logits: Tensor) -> DenseLogits { DenseLogits(logits, self.logits) }
}
