public import Engine
import Networks
public import Raster

/// The frozen phase: labels the frames of a video in order, and remembers what the next frame needs of the last.
public struct FrozenModel: Sendable {
    /// The labels of a frame.
    public struct Labels: Sendable {
        /// What the method says.
        public let adapted: LabelMap
        /// What the plain source model says.
        public let plain: LabelMap
    }

    /// The source model, which prepares the frames.
    public let source: SourceModel
    private let adapted: (head: FrozenDecodeHead, addOn: TemporalAddOn)?
    private let options: AdaptationOptions
    /// What the learned add-on attends to.
    private var previous: (fused: Tensor, logits: Tensor)?
    private var memory: TemporalMemory

    /// Freezes an adapted model; nil for the plain one (ISS).
    public init(_ source: SourceModel, adapted: AdaptedModel?, options: AdaptationOptions) {
        self.source = source
        self.adapted = adapted.map { (FrozenDecodeHead($0.head, for: source.encoder), $0.addOn) }
        self.options = options
        memory = TemporalMemory(options)
    }

    /// Labels the next frame.
    public mutating func label(_ image: Image) -> Labels { label(source.input(image)) }

    /// Labels the next frame, as the source model prepared it `[H, W, 3]`.
    public mutating func label(_ input: Tensor) -> Labels {
        let features = source.encoder(input)
        let plain = source.upsampling.dense(source.logits(features)).predict().labels
        let plainLabels = labelMap(plain)
        guard let adapted else { return Labels(adapted: plainLabels, plain: plainLabels) }
        let logits = adapted.head(features)
        let labels =
            switch options.fusion {
            case .memory:
                source.upsampling.dense(
                    memory.update(logits, descriptors: memoryDescriptors([features[0], features[1]], input: input))
                ).predict().labels
            case .addOn: blended(adapted.addOn, adapted.head.fused, logits.copy())
            }
        return Labels(adapted: labelMap(labels), plain: plainLabels)
    }

    /// Labels at the frames' size.
    private func labelMap(_ labels: [UInt16]) -> LabelMap {
        let size = source.upsampling.logits
        return LabelMap(width: size.columns.outputs, height: size.rows.outputs, labels: labels)
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
