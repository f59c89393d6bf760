public import Engine
import Networks
public import Raster

/// The frozen phase: labels the frames of a video in order, and remembers what the next frame needs of the last.
public struct FrozenModel: Sendable {
    /// The labels of a frame.
    public struct Labels: Sendable {
        /// What the method says.
        public let adapted: LabelMap
        /// What the plain source model says, if it was asked.
        public let plain: LabelMap?
    }

    /// The source model, which prepares the frames.
    public let source: SourceModel
    private let head: FrozenDecodeHead?
    private let options: AdaptationOptions
    private var addOn: FrozenTemporalAddOn?
    private var memory: TemporalMemory

    /// Freezes an adapted model; nil for the plain one (ISS).
    public init(_ source: SourceModel, adapted: AdaptedModel?, options: AdaptationOptions) {
        self.source = source
        if let adapted {
            let head = FrozenDecodeHead(adapted.head, for: source.encoder)
            self.head = head
            addOn = options.fusion == .addOn ? FrozenTemporalAddOn(adapted.addOn, for: head) : nil
        } else {
            head = nil
        }
        self.options = options
        memory = TemporalMemory(options)
    }

    /// Labels the next frame.
    public mutating func label(_ image: Image, comparing: Bool = false) -> Labels {
        label(source.input(image), comparing: comparing)
    }

    /// Labels the next frame, as the source model prepared it `[H, W, 3]`.
    ///
    /// - Parameter comparing: whether the plain model labels it too, which costs its head's time.
    public mutating func label(_ input: Tensor, comparing: Bool = false) -> Labels {
        let features = source.encoder(input)
        guard let head else {
            let labels = plainLabels(features)
            return Labels(adapted: labels, plain: labels)
        }
        let logits = head(features)
        let labels =
            switch options.fusion {
            case .memory:
                source.upsampling.dense(
                    memory.update(logits, features: [features[0], features[1]], input: input)
                ).labels()
            case .addOn: blended(head.fused, logits)
            }
        return Labels(adapted: labelMap(labels), plain: comparing ? plainLabels(features) : nil)
    }

    private func plainLabels(_ features: FrozenFeatures) -> LabelMap {
        labelMap(source.upsampling.dense(source.logits(features)).labels())
    }

    /// Labels at the frames' size.
    private func labelMap(_ labels: [UInt16]) -> LabelMap {
        let size = source.upsampling.logits
        return LabelMap(width: size.columns.outputs, height: size.rows.outputs, labels: labels)
    }

    /// The paper's fusion: where the head is unreliable, the add-on's prediction by relative reliability (method step 19).
    private mutating func blended(_ fused: Matrix, _ logits: Tensor) -> [UInt16] {
        let own = source.upsampling.dense(logits)
        var prediction = own.predict()
        let threshold = options.fusionThreshold
        if let carried = addOn?(fused, at: own.doubtfulCells(prediction, below: threshold)) {
            own.blend(&prediction, with: source.upsampling.dense(carried), below: threshold)
        }
        addOn?.remember(fused, logits: logits.copy())
        return prediction.labels
    }
}
