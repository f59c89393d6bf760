import Compiled
import Dense
import Networks
import Tensors
import Training

/// The losses of one step.
package struct StepLosses: Sendable, Codable {
    /// Distillation of the head's own prediction.
    package let distillation: Double
    /// The pull to the source's probabilities, weighted; 0 if there is none.
    package let source: Double
    /// Distillation of the add-on's prediction; 0 on the first frame, which has none.
    package let addOn: Double
    /// The momentum-contrastive loss; 0 on a frame without objects.
    package let contrast: Double

    /// All of them under their names.
    var byName: [String: Double] {
        ["distillation": distillation, "source": source, "addOn": addOn, "contrast": contrast]
    }
}

/// The adaptation of a model to the warm-up frames of one video: every step computes losses, gradients and updates.
///
/// The encoder is frozen and its features were computed once. Where the add-on is trained, a step's clip is the frame and
/// the one before; batch statistics are taken over the clip (method steps 15 to 18).
package struct WarmUp {
    /// The model being adapted.
    package private(set) var model: AdaptedModel
    /// Its slowly following copy, which makes the prototypes.
    package private(set) var momentumModel: AdaptedModel
    private let frames: [WarmUpFrame]
    private let targets: [DistillationTarget]
    private let options: DiTTAOptions
    private let upsampling: FrameUpsampling
    private var optimizer: AdamW
    private var bank: PrototypeBank
    private let pull: SourcePull
    private var random: RandomNumbers
    /// Every step makes the same tensors.
    private let memory = StorageReuse()

    /// Prepares the adaptation of a model to frames with their targets.
    package init(
        _ model: AdaptedModel, frames: [WarmUpFrame], targets: [DistillationTarget], upsampling: FrameUpsampling,
        options: DiTTAOptions
    ) {
        precondition(frames.count == targets.count, "\(targets.count) targets for \(frames.count) frames")
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
        let live = model.head.forward(
            clip, normalization: options.normalization, dropout: clip.map { _ in dropout() })
        if let batch = live.batch { model.head.updateRunningStatistics(batch, momentum: 0.1) }
        var gradients = Gradients(of: live)
        let losses = StepLosses(
            distillation: distilHead(index, live, &gradients), source: pullToSource(index, live, &gradients),
            addOn: distilAddOn(index, live, &gradients), contrast: contrastObjects(index, clip, live, &gradients))
        let head = model.head.backward(live, logits: gradients.logits, fused: gradients.allFused)
        let addOn = gradients.addOn?.parameters ?? model.addOn.parameters.map { Tensor(zeros: $0.shape) }
        let projection = gradients.projection?.parameters ?? model.projection.parameters.map { Tensor(zeros: $0.shape) }
        optimizer.update(model.parameters, gradients: head.parameters + addOn + projection)
        if options.contrastWeight > 0 {
            moveAverage(momentumModel.parameters, towards: model.parameters, keep: options.momentum)
        }
        return losses
    }

    /// What the losses' backward passes add up for the head's, frame by frame, and the new layers' own gradients.
    private struct Gradients {
        var logits: [Tensor?]
        let allFused: Tensor  // [N, h, w, D]
        let fused: [Tensor]  // its frames
        var addOn: TemporalAddOn?
        var projection: Perceptron?

        init(of activations: DecodeHeadActivations) {
            logits = activations.logits.map { _ in nil }
            allFused = Tensor(zeros: [logits.count] + activations.fused[0].shape)
            fused = allFused.parts
        }
    }

    private func distil(_ logits: Tensor, _ index: Int) -> (loss: Double, gradient: Tensor) {
        distillation(
            upsampling.dense(logits), targets[index], sourceLabels: frames[index].prediction.labels, options)
    }

    private func distilHead(_ index: Int, _ live: DecodeHeadActivations, _ gradients: inout Gradients) -> Double {
        let last = live.logits.count - 1
        let (loss, gradient) = distil(live.logits[last], index)
        gradients.logits[last] = gradient
        return loss
    }

    private func pullToSource(_ index: Int, _ live: DecodeHeadActivations, _ gradients: inout Gradients) -> Double {
        let last = live.logits.count - 1
        guard options.sourceWeight > 0, let own = gradients.logits[last] else { return 0 }
        let (loss, gradient) = pull(upsampling.dense(live.logits[last]), source: frames[index].logits)
        scale(gradient, by: options.sourceWeight)
        add(gradient, to: own)
        return loss * Double(options.sourceWeight)
    }

    private func distilAddOn(_ index: Int, _ live: DecodeHeadActivations, _ gradients: inout Gradients) -> Double {
        guard live.logits.count > 1, options.fusion == .addOn else { return 0 }
        let carried = model.addOn.forward(live.fused[1], previous: live.fused[0], logits: live.logits[0])
        let (loss, gradient) = distil(carried.logits, index)
        let (parameters, previous) = model.addOn.backward(
            gradient, carried, addingTo: gradients.fused[1], previous: gradients.fused[0])
        gradients.addOn = parameters
        gradients.logits[0] = previous
        return loss
    }

    private mutating func contrastObjects(
        _ index: Int, _ clip: [[Tensor]], _ live: DecodeHeadActivations, _ gradients: inout Gradients
    ) -> Double {
        guard options.contrastWeight > 0 else { return 0 }
        let last = clip.count - 1
        let still = momentumModel.head.lastFrame(
            of: clip, normalization: options.normalization, dropout: clip.map { _ in dropout() })
        if let batch = still.batch { momentumModel.head.updateRunningStatistics(batch, momentum: 0.1) }
        guard
            let (loss, parameters) = contrast(
                (model.projection, live.fused[last]),
                momentum: (momentumModel.projection, still.fused, upsampling.dense(still.logits)),
                objects: targets[index].objects, upsampling: upsampling.features, &bank, options,
                addingTo: gradients.fused[last])
        else { return 0 }
        gradients.projection = parameters
        return loss
    }

    /// Factors of the channels `[D]` for one frame: 0 for the dropped ones.
    private mutating func dropout() -> Tensor {
        let width = model.head.width
        guard options.dropout > 0 else { return Tensor((0..<width).map { _ in 1 }, [width]) }
        let keep = 1 - options.dropout
        return Tensor((0..<width).map { _ in random.unit() < keep ? 1 / keep : 0 }, [width])
    }
}
