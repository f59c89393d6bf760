import Compiled
import Dense
import Networks
import Tensors
import Training

/// The losses of one step.
package struct StepLosses: Sendable, Codable {
    /// Distillation of the head's own prediction; 0 without masks.
    package let distillation: Double
    /// The pull to the source's probabilities, weighted; 0 if there is none.
    package let source: Double
    /// The momentum-contrastive loss; 0 on a frame without objects.
    package let contrast: Double
    /// Distillation of the add-on's prediction; 0 on the first frame, which has none.
    package let addOn: Double

    /// All of them under their names.
    var byName: [String: Double] {
        ["distillation": distillation, "source": source, "addOn": addOn, "contrast": contrast]
    }
}

/// The adaptation of a model to the warm-up frames of one video: every step computes losses, gradients and updates.
///
/// The encoder is frozen and its features were computed once. Where the add-on is trained, a step's clip is the frame and
/// the one before; batch statistics are taken over the clip (method steps 15 to 18).
package struct DecoderTraining {
    /// The model being adapted.
    package private(set) var model: AdaptedModel
    /// Its slowly following copy, which makes the prototypes.
    package private(set) var momentumModel: AdaptedModel
    private let frames: [WarmUpFrame]
    private let targets: [DistillationTarget]?
    private let options: DiTTAOptions
    private let upsampling: FrameUpsampling
    private var optimizer: AdamW
    private var bank: PrototypeBank
    private let pull: SourcePull
    private var random: RandomNumbers
    /// Every step makes the same tensors.
    private let reuse = StorageReuse()

    /// Prepares the adaptation of a model to frames with the masks that are taught on them, if any are.
    package init(
        _ model: AdaptedModel, frames: [WarmUpFrame], targets: [DistillationTarget]?, upsampling: FrameUpsampling,
        options: DiTTAOptions
    ) {
        precondition(
            targets.map { $0.count == frames.count } ?? true,
            "\(targets?.count ?? 0) targets for \(frames.count) frames")
        self.model = model
        momentumModel = model.copy()
        self.frames = frames
        self.targets = targets
        self.options = options
        self.upsampling = upsampling
        optimizer = AdamW(rate: options.learningRate, decay: options.weightDecay)
        bank = PrototypeBank(options.prototypes)
        pull = SourcePull(frames, prior: options.sourcePrior)
        // Dropout has a sequence of its own, so that switching it off leaves the new layers as they are.
        random = RandomNumbers(seed: options.seed &+ 1)
    }

    /// One step on a frame.
    package mutating func step(frame index: Int) -> StepLosses {
        let needsPrevious = options.fusion == .addOn || options.normalization == .batch
        let frames = index > 0 && needsPrevious ? [frames[index - 1], frames[index]] : [frames[index]]
        let clip = frames.map(\.features)
        let parameters = model.parameters
        let tape = Tape(tracking: parameters)
        let live = model.head.traced(
            clip.map { $0.map(tape.constant) }, normalization: options.normalization,
            dropout: clip.map { _ in dropout() }, on: tape)
        if let batch = live.batch { model.head.updateRunningStatistics(batch, momentum: 0.1) }
        let losses = StepLosses(
            distillation: distil(live.logits[clip.count - 1], index, on: tape),
            source: pullToSource(live.logits[clip.count - 1], index, on: tape),
            contrast: contrastObjects(index, clip, live, on: tape), addOn: distilAddOn(index, live, on: tape))
        tape.backward()
        optimizer.update(parameters, tape)
        if options.contrastWeight > 0 {
            momentumModel.parameters.moveAverage(towards: parameters, keep: options.momentum)
        }
        return losses
    }

    private func distil(_ logits: Variable, _ index: Int, on tape: Tape) -> Double {
        guard let target = targets?[index] else { return 0 }
        let (loss, gradient) = distillation(
            upsampling.dense(logits.value), target, sourceLabels: frames[index].prediction.labels, options)
        tape.record(loss: loss, gradient: gradient, of: logits)
        return loss
    }

    private func pullToSource(_ logits: Variable, _ index: Int, on tape: Tape) -> Double {
        guard options.sourceWeight > 0 else { return 0 }
        let (loss, gradient) = pull(upsampling.dense(logits.value), source: frames[index].logits)
        tape.record(loss: loss, gradient: gradient, of: logits, weight: options.sourceWeight)
        return loss * Double(options.sourceWeight)
    }

    private func distilAddOn(_ index: Int, _ live: TracedHead, on tape: Tape) -> Double {
        guard live.logits.count > 1, options.fusion == .addOn else { return 0 }
        let carried = model.addOn.traced(
            live.fused.part(1), previous: live.fused.part(0), logits: live.logits[0], on: tape)
        return distil(carried, index, on: tape)
    }

    private mutating func contrastObjects(
        _ index: Int, _ clip: [[Tensor]], _ live: TracedHead, on tape: Tape
    ) -> Double {
        guard options.contrastWeight > 0, let target = targets?[index] else { return 0 }
        let last = clip.count - 1
        let still = momentumModel.head.lastFrame(
            of: clip, normalization: options.normalization, dropout: clip.map { _ in dropout() }[last])
        if let batch = still.batch { momentumModel.head.updateRunningStatistics(batch, momentum: 0.1) }
        return contrast(
            (model.projection, live.fused.part(last)),
            momentum: (momentumModel.projection, still.fused, upsampling.dense(still.logits)),
            objects: target.objects, upsampling: upsampling.features, &bank, options, on: tape)
    }

    /// Factors of the channels `[D]` for one frame: 0 for the dropped ones.
    private mutating func dropout() -> Tensor {
        let width = model.head.width
        guard options.dropout > 0 else { return Tensor((0..<width).map { _ in 1 }, [width]) }
        let keep = 1 - options.dropout
        return Tensor((0..<width).map { _ in random.unit() < keep ? 1 / keep : 0 }, [width])
    }
}

/// Adapts a source model to the warm-up frames of a video: several passes over them, one step a frame (method step 17).
///
/// - Parameters:
///   - source: The source model.
///   - frames: Its view of the warm-up frames, in order; at least one.
///   - targets: The masks that are taught on each frame, if any are.
///   - options: The method's numbers.
///   - progress: Called after every step, with the number of steps done and the step's losses; it may throw to stop.
/// - Returns: the adapted model.
/// - Throws: `OptionError` if an option is out of its range; what `progress` throws.
package func adapt(
    _ source: SourceModel, to frames: [WarmUpFrame], teaching targets: [DistillationTarget]?, options: DiTTAOptions,
    progress: (_ done: Int, _ losses: StepLosses) throws -> Void
) throws -> AdaptedModel {
    try options.validate()
    let start = AdaptedModel(source: source.network.head, windowRadius: options.windowRadius, seed: options.seed)
    var training = DecoderTraining(
        start, frames: frames, targets: targets, upsampling: source.upsampling, options: options)
    for step in 0..<options.passes * frames.count {
        let losses = training.step(frame: options.order.frame(ofStep: step, of: frames.count))
        try progress(step + 1, losses)
    }
    return training.model
}

extension DiTTASchema.Order {
    /// The frame of a step, of so many.
    ///
    /// Spread out, step n has the frame at the fraction of n φ, φ the golden ratio: any few steps in a row cover the whole
    /// warm-up evenly (a Kronecker sequence).
    package func frame(ofStep step: Int, of frames: Int) -> Int {
        switch self {
        case .video: return step % frames
        case .spread:
            let place = Double(step) * 0.618_033_988_749_895
            return min(Int((place - place.rounded(.down)) * Double(frames)), frames - 1)
        }
    }
}
