import Engine
import Networks
public import Raster

/// The frozen phase: labels the frames of a video in order, and remembers what the next frame needs of the last.
public struct FrozenModel {
    /// The labels of a frame.
    public struct Labels: Sendable {
        /// What the method says.
        public let adapted: LabelMap
        /// What the plain source model says.
        public let plain: LabelMap
    }

    private let source: SourceModel
    private let adapted: (head: FrozenHead, addOn: TemporalAddOn)?
    private let threshold: Float
    private var previous: (fused: Tensor, logits: Tensor)?

    /// Freezes an adapted model; nil for the plain one (ISS).
    public init(_ source: SourceModel, adapted: AdaptedModel?, options: AdaptationOptions) {
        self.source = source
        self.adapted = adapted.map { (FrozenHead($0.head), $0.addOn) }
        threshold = options.fusionThreshold
    }

    /// Labels the next frame.
    public mutating func label(_ image: Image) -> Labels {
        let features = source.features(image)
        let plain = source.upsampling.dense(source.logits(features)).predict()
        let plainLabels = LabelMap(width: image.width, height: image.height, labels: plain.labels)
        guard let adapted else { return Labels(adapted: plainLabels, plain: plainLabels) }
        let fused = adapted.head.fused(features)
        let logits = adapted.head.logits(fused)
        let own = source.upsampling.dense(logits)
        var prediction = own.predict()
        if let previous {
            let carried = source.upsampling.dense(
                adapted.addOn(fused, previous: previous.fused, logits: previous.logits))
            own.blend(&prediction, with: carried, carried.predict(), below: threshold)
        }
        previous = (fused, logits)
        return Labels(
            adapted: LabelMap(width: image.width, height: image.height, labels: prediction.labels), plain: plainLabels)
    }
}
