public import Engine
public import Networks

/// How maps at a quarter of the network's input size become maps of the frame's size.
public struct FrameUpsampling: Sendable {
    /// Logits: bilinear to the network's input size, then to the frame's (method step 4).
    public let logits: Resampling
    /// Features: one bilinear step (method step 16).
    public let features: Resampling

    /// Pairs both upsamplings.
    public init(logits: Resampling, features: Resampling) {
        self.logits = logits
        self.features = features
    }

    /// The upsampling for frames of a size, as a preprocessor feeds them to the network.
    public init(width: Int, height: Int, preprocessor: Preprocessor) {
        let input = preprocessor.inputSize(width: width, height: height)
        let grid = (height: input.height / 4, width: input.width / 4)
        logits = .bilinear(grid, (input.height, input.width), (height, width))
        features = .bilinear(grid, (height, width))
    }

    /// Logits `[h, w, C]` with their upsampling.
    public func dense(_ logits: Tensor) -> DenseLogits { DenseLogits(logits, self.logits) }
}
