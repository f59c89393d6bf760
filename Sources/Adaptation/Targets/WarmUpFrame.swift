public import Engine
public import Raster

/// A frame of the warm-up with everything the frozen source model says of it, computed once.
public struct WarmUpFrame: Sendable {
    /// The picture.
    public let image: Image
    /// The encoder's levels, `[h, w, C₁]`, `[h/2, w/2, C₂]`, ….
    public let features: [Tensor]
    /// The source's logits `[h, w, C]`.
    public let logits: Tensor
    /// The source's labels `[H · W]` and entropies.
    public let prediction: DensePrediction

    /// Puts together what is known of a frame.
    public init(image: Image, features: [Tensor], logits: Tensor, prediction: DensePrediction) {
        self.image = image
        self.features = features
        self.logits = logits
        self.prediction = prediction
    }

    /// The reliability of each pixel, 0...1, `[H · W]`.
    public var reliability: [Float] { prediction.reliability.values }
}
