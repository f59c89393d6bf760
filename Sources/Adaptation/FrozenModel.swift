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
    private let options: AdaptationOptions
    /// What the learned add-on attends to.
    private var previous: (fused: Tensor, logits: Tensor)?
    private var memory: TemporalMemory

    /// Freezes an adapted model; nil for the plain one (ISS).
    public init(_ source: SourceModel, adapted: AdaptedModel?, options: AdaptationOptions) {
        self.source = source
        self.adapted = adapted.map { (FrozenHead($0.head), $0.addOn) }
        self.options = options
        memory = TemporalMemory(options)
    }

    /// Labels the next frame.
    public mutating func label(_ image: Image) -> Labels {
        let input = source.network.preprocessor(image)
        let features = source.network.encoder(input)
        let plain = source.upsampling.dense(source.logits(features)).labels()
        let plainLabels = LabelMap(width: image.width, height: image.height, labels: plain)
        guard let adapted else { return Labels(adapted: plainLabels, plain: plainLabels) }
        let fused = adapted.head.fused(features)
        let logits = adapted.head.logits(fused)
        let labels =
            switch options.fusion {
            case .memory:
                source.upsampling.dense(
                    memory.update(logits, features: features, input: input)
                ).labels()
            case .addOn: blended(adapted.addOn, fused, logits)
            }
        return Labels(
            adapted: LabelMap(width: image.width, height: image.height, labels: labels), plain: plainLabels)
    }

    /// The paper's fusion: where the head is unreliable, the add-on's prediction by relative reliability (method step 19).
    private mutating func blended(_ addOn: TemporalAddOn, _ fused: Tensor, _ logits: Tensor) -> [UInt16] {
        let own = source.upsampling.dense(logits)
        var prediction = own.predict()
        if let previous {
            let carried = source.upsampling.dense(addOn(fused, previous: previous.fused, logits: previous.logits))
            own.blend(&prediction, with: carried, carried.predict(), below: options.fusionThreshold)
        }
        previous = (fused, logits)
        return prediction.labels
    }
}
