import Engine
import Networks

/// The losses of one step.
public struct StepLosses: Sendable, Codable {
    /// Distillation of the head's own prediction.
    public let distillation: Double
    /// The pull to the source's probabilities, weighted; 0 if there is none.
    public let source: Double
    /// Distillation of the add-on's prediction; 0 on the first frame, which has none.
    public let addOn: Double
    /// The momentum-contrastive loss; 0 on a frame without objects.
    public let contrast: Double
}

/// The adaptation of a model to the warm-up frames of one video: every step computes losses, gradients and updates.
///
/// The encoder is frozen and its features were computed once. Where the add-on is trained, a step's clip is the frame and
/// the one before; batch statistics are taken over the clip (method steps 15 to 18).
public struct WarmUp {
    /// The model being adapted.
    public private(set) var model: AdaptedModel
    /// Its slowly following copy, which makes the prototypes.
    public private(set) var momentumModel: AdaptedModel
    private let frames: [WarmUpFrame]
    private let targets: [DistillationTarget]
    private let options: AdaptationOptions
    private let upsampling: FrameUpsampling
    private var optimizer: AdamW
    private var bank: PrototypeBank
    private let pull: SourcePull
    private var random: RandomNumbers

    /// Prepares the adaptation of a model to frames with their targets.
    public init(
        _ model: AdaptedModel, frames: [WarmUpFrame], targets: [DistillationTarget], upsampling: FrameUpsampling,
        options: AdaptationOptions
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
    public mutating func step(frame index: Int) -> StepLosses {
        let frame = frames[index]
        let target = targets[index]
        let needsPrevious = options.fusion == .addOn || options.normalization == .batch
        let clip = (index > 0 && needsPrevious ? [frames[index - 1], frame] : [frame]).map(\.features)
        let last = clip.count - 1
        let live = forward(\.model, clip)
        let still = forward(\.momentumModel, clip)

        var (logitsGradients, fusedGradients) = (clip.map { _ in Tensor?.none }, clip.map { _ in Tensor?.none })
        func distil(_ logits: Tensor) -> (loss: Double, gradient: Tensor) {
            distillation(upsampling.dense(logits), target, sourceLabels: frame.prediction.labels, options)
        }
        let own = distil(live.logits[last])
        logitsGradients[last] = own.gradient

        var sourceLoss = 0.0
        if options.sourceWeight > 0 {
            let (loss, gradient) = pull(upsampling.dense(live.logits[last]), source: frame.logits)
            scale(gradient, by: options.sourceWeight)
            add(gradient, to: own.gradient)
            sourceLoss = loss * Double(options.sourceWeight)
        }

        var addOnLoss = 0.0
        var addOnGradients = zeroed(model.addOn)
        if last > 0, options.fusion == .addOn {
            let carried = model.addOn.forward(live.fused[1], previous: live.fused[0], logits: live.logits[0])
            let (loss, gradient) = distil(carried.logits)
            let back = model.addOn.backward(gradient, carried)
            addOnLoss = loss
            addOnGradients = back.parameters
            (fusedGradients[1], fusedGradients[0], logitsGradients[0]) = (back.features, back.previous, back.logits)
        }

        var contrastLoss = 0.0
        var projectionGradients = zeroed(model.projection)
        if options.contrastWeight > 0 {
            let projected = model.projection.forward(live.fused[last])
            let momentum = (momentumModel.projection(still.fused[last]), upsampling.dense(still.logits[last]))
            if let (loss, gradient) = contrast(
                projected[3], momentum: momentum, objects: target.objects, upsampling: upsampling.features, &bank,
                options)
            {
                contrastLoss = loss
                let back = model.projection.backward(gradient, projected)
                projectionGradients = back.parameters
                if let other = fusedGradients[last] { add(other, to: back.input) }
                fusedGradients[last] = back.input
            }
        }

        let headGradients = model.head.backward(
            live, logits: zip(logitsGradients, live.logits).map { $0 ?? Tensor(zeros: $1.shape) },
            fused: fusedGradients)
        optimizer.update(
            model.parameters,
            gradients: headGradients.parameters + addOnGradients.parameters + projectionGradients.parameters)
        moveAverage(momentumModel.parameters, towards: model.parameters, keep: options.momentum)
        return StepLosses(distillation: own.loss, source: sourceLoss, addOn: addOnLoss, contrast: contrastLoss)
    }

    /// The training forward pass of one of the two models.
    private mutating func forward(
        _ model: WritableKeyPath<WarmUp, AdaptedModel>, _ clip: [[Tensor]]
    ) -> DecodeHeadActivations {
        let activations = self[keyPath: model].head.forward(
            clip, normalization: options.normalization, dropout: clip.map { _ in dropout() })
        if let batch = activations.batch { self[keyPath: model].head.updateRunningStatistics(batch) }
        return activations
    }

    /// Factors of the channels `[D]` for one frame: 0 for the dropped ones.
    private mutating func dropout() -> Tensor {
        let width = model.head.width
        guard options.dropout > 0 else { return Tensor((0..<width).map { _ in 1 }, [width]) }
        let keep = 1 - options.dropout
        return Tensor((0..<width).map { _ in random.unit() < keep ? 1 / keep : 0 }, [width])
    }
}

private func zeroed(_ addOn: TemporalAddOn) -> TemporalAddOn {
    var result = addOn
    result.query = zeroed(addOn.query)
    result.key = zeroed(addOn.key)
    return result
}

private func zeroed(_ layers: Perceptron) -> Perceptron {
    var result = layers
    result.weights = layers.weights.map { Tensor(zeros: $0.shape) }
    result.biases = layers.biases.map { Tensor(zeros: $0.shape) }
    return result
}
