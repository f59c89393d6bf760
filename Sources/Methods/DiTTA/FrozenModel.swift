import Compiled
import Dense
import Networks
package import Raster
package import Tensors

/// The frozen phase: labels the frames of a video in order, and remembers what the next frame needs of the last.
package struct FrozenModel: Sendable {
    /// The labels of a frame.
    package struct Labels: Sendable {
        /// What the method says.
        package let adapted: LabelMap
        /// What the plain source model says, if it was asked.
        package let plain: LabelMap?
    }

    /// The source model, which prepares the frames.
    package let source: SourceModel
    private let head: CompiledDecodeHead?
    private let options: DiTTAOptions
    private var addOn: CompiledTemporalAddOn?
    private var memory: TemporalMemory

    /// Freezes an adapted model; nil for the plain one (ISS).
    package init(_ source: SourceModel, adapted: AdaptedModel?, options: DiTTAOptions) {
        self.source = source
        if let adapted {
            let head = CompiledDecodeHead(adapted.head, for: source.encoder)
            self.head = head
            addOn = options.fusion == .addOn ? CompiledTemporalAddOn(adapted.addOn, for: head) : nil
        } else {
            head = nil
        }
        self.options = options
        memory = TemporalMemory(options)
    }

    /// Labels the next frame.
    package mutating func label(_ image: Image, comparing: Bool = false) -> Labels {
        label(source.input(image), comparing: comparing)
    }

    /// Labels the next frame, as the source model prepared it `[H, W, 3]`.
    ///
    /// - Parameter comparing: whether the plain model labels it too, which costs its head's time.
    package mutating func label(_ input: Tensor, comparing: Bool = false) -> Labels {
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
        return Labels(adapted: labels, plain: comparing ? plainLabels(features) : nil)
    }

    private func plainLabels(_ features: EncoderFeatures) -> LabelMap {
        source.upsampling.dense(source.logits(features)).labels()
    }

    /// The paper's fusion: where the head is unreliable, the add-on's prediction by relative reliability (method step 19).
    private mutating func blended(_ fused: Matrix, _ logits: Tensor) -> LabelMap {
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
