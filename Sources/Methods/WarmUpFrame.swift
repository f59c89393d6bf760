package import Dense
package import Raster
package import Tensors

/// A frame of the warm-up with everything the frozen source model says of it, computed once.
package struct WarmUpFrame: Sendable {
    /// The picture.
    package let image: Image
    /// The encoder's levels, `[h, w, C₁]`, `[h/2, w/2, C₂]`, ….
    package let features: [Tensor]
    /// The source's logits `[h, w, C]`.
    package let logits: Tensor
    /// The source's labels `[H · W]` and entropies.
    package let prediction: DensePrediction

    /// Puts together what is known of a frame.
    package init(image: Image, features: [Tensor], logits: Tensor, prediction: DensePrediction) {
        self.image = image
        self.features = features
        self.logits = logits
        self.prediction = prediction
    }

    /// The reliability of each pixel, 0...1, `[H · W]`.
    package var reliability: [Float] { prediction.reliability.values }
}
