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
    private let head: FrozenHead?
    private let options: AdaptationOptions
    private var addOn: FrozenTemporalAddOn?
    private var memory: TemporalMemory

    /// Freezes an adapted model; nil for the plain one (ISS).
    public init(_ source: SourceModel, adapted: AdaptedModel?, options: AdaptationOptions) {
        self.source = source
        head = adapted.map { FrozenHead($0.head) }
        addOn = adapted.map { FrozenTemporalAddOn($0.addOn) }
        self.options = options
        memory = TemporalMemory(options)
    }

    /// Labels the next frame.
    public mutating func label(_ image: Image) -> Labels {
        let input = source.network.preprocessor(image)
        let features = source.network.encoder(input)
        let plain = source.upsampling.dense(source.logits(features)).labels()
        let plainLabels = LabelMap(width: image.width, height: image.height, labels: plain)
        guard let head else { return Labels(adapted: plainLabels, plain: plainLabels) }
        let fused = head.fused(features)
        let logits = head.logits(fused)
        let labels =
            switch options.fusion {
            case .memory:
                source.upsampling.dense(
                    memory.update(logits, features: features, input: input)
                ).labels()
            case .addOn: blended(fused, logits)
            }
        return Labels(
            adapted: LabelMap(width: image.width, height: image.height, labels: labels), plain: plainLabels)
    }

    /// The paper's fusion: where the head is unreliable, the add-on's prediction by relative reliability (method step 19).
    private mutating func blended(_ fused: Tensor, _ logits: Tensor) -> [UInt16] {
        let own = source.upsampling.dense(logits)
        var prediction = own.predict()
        let threshold = options.fusionThreshold
        if let carried = addOn?(fused, at: own.doubtfulCells(prediction, below: threshold)) {
            own.blend(&prediction, with: source.upsampling.dense(carried), below: threshold)
        }
        addOn?.remember(fused, logits: logits)
        return prediction.labels
    }
}
