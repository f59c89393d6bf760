package import Dense
package import Networks
package import Raster
package import Tensors

extension Array {
    /// So many elements at most, the middles of equal parts of the array.
    func evenlySpread(atMost most: Int) -> [Element] {
        let taken = Swift.min(count, most)
        return (0..<taken).map { self[(2 * $0 + 1) * count / (2 * taken)] }
    }
}

/// A frame of the warm-up with everything the frozen source model says of it, computed once.
package struct WarmUpFrame: Sendable {
    /// The place in the video, from 0.
    package let index: Int
    /// The picture.
    package let image: Image
    /// What the features are, the finest level first.
    package let levels: [FeatureLevel]
    /// The encoder's features of each level, `[h, w, C₁]` of the finest first.
    package let features: [Tensor]
    /// The source's logits `[h, w, C]`.
    package let logits: Tensor
    /// The source's labels `[H, W]` and entropies.
    package let prediction: DensePrediction

    /// Puts together what is known of a frame.
    package init(
        index: Int, image: Image, levels: [FeatureLevel], features: [Tensor], logits: Tensor,
        prediction: DensePrediction
    ) {
        self.index = index
        self.image = image
        self.levels = levels
        self.features = features
        self.logits = logits
        self.prediction = prediction
    }

    /// The same frame with other logits: what the head is held to.
    package func with(logits: Tensor) -> WarmUpFrame {
        WarmUpFrame(
            index: index, image: image, levels: levels, features: features, logits: logits, prediction: prediction)
    }

    /// The reliability of each pixel, 0...1, `[H · W]`.
    package var reliability: [Float] { prediction.reliability.values }

    /// The number of the level whose stride is nearest to one, in pixels of the network's input.
    package func level(ofStride stride: Int) -> Int {
        levels.indices.min { abs(levels[$0].stride - stride) < abs(levels[$1].stride - stride) } ?? 0
    }
}
