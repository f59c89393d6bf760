import Compiled
import Dense
package import Networks
package import Raster
package import Tensors

/// An adapted decoder, frozen: labels frames in order, and remembers what the next frame needs of the last (method step 19).
package struct FrozenDecoder: Sendable {
    private let upsampling: FrameUpsampling
    private let adapted: AdaptedModel
    private let head: any CompiledHead
    private let options: DiTTAOptions
    private var addOn: CompiledTemporalAddOn?
    private var memory: TemporalMemory

    /// Compiles an adapted model; `trust` is a factor of the distance up to which its memory trusts matches.
    package init(_ source: SourceModel, _ adapted: AdaptedModel, options: DiTTAOptions, trust: Float = 1) {
        upsampling = source.upsampling
        self.adapted = adapted
        head = adapted.head.compile(for: source.encoder)
        addOn = options.fusion == .addOn ? CompiledTemporalAddOn(adapted.addOn, for: head) : nil
        self.options = options
        memory = TemporalMemory(
            options, trust: trust, classes: adapted.head.classes, source.encoder, levels: source.network.levels)
    }

    /// The published head, frozen as it is, with an empty memory; nil where an add-on is learned, for then it has nothing beside the
    /// head.
    init?(published source: SourceModel, options: DiTTAOptions, trust: Float = 1) {
        guard options.fusion == .memory else { return nil }
        let model = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
        self.init(source, model, options: options, trust: trust)
    }

    /// Labels the next frame.
    ///
    /// - Parameters:
    ///   - features: the encoder's features of it.
    ///   - input: the network's input `[H, W, 3]`.
    /// - Returns: its labels, and the head's own logits `[h, w, C]`, which know nothing of the past and hold until the next frame.
    package mutating func label(_ features: EncoderFeatures, input: Tensor) -> (labels: LabelMap, logits: Tensor) {
        let logits = head(features)
        switch options.fusion {
        case .memory:
            return (upsampling.dense(memory.update(logits, features: features, input: input)).labels(), logits)
        case .addOn: return (blended(head.fused, logits), logits)
        }
    }

    /// Forgets all frames so far.
    mutating func forget() {
        memory.forget()
        addOn?.forget()
    }

    /// The paper's fusion: where the head is unreliable, the add-on's prediction by relative reliability.
    private mutating func blended(_ fused: Matrix, _ logits: Tensor) -> LabelMap {
        let own = upsampling.dense(logits)
        var prediction = own.predict()
        let threshold = options.fusionThreshold
        if let carried = addOn?(fused, at: own.doubtfulCells(prediction, below: threshold)) {
            own.blend(&prediction, with: upsampling.dense(carried), below: threshold)
        }
        addOn?.remember(fused, logits: logits.copy())
        return prediction.labels
    }

    /// The adapted parameters under their published names, and what is remembered of the last frame.
    var state: [String: Tensor] {
        let remembered = options.fusion == .memory ? memory.state : [:]
        let tensors = adapted.state.merging(remembered) { own, _ in own }
        return tensors.merging(addOn?.state ?? [:]) { own, _ in own }
    }

    /// Remembers what a state does, whose parameters this one was made with.
    mutating func restore(_ state: [String: Tensor]) throws(MethodError) {
        try memory.restore(state)
        try addOn?.restore(state)
    }
}
