import Engine

/// The distillation loss of one prediction against a frame's target, with the logits' gradient (method step 15).
func distillation(
    _ logits: DenseLogits, _ target: DistillationTarget, source: DenseLogits, sourceLabels: [UInt16],
    _ options: AdaptationOptions
) -> (loss: Double, gradient: Tensor) {
    var classes = target.classes
    if options.uncovered == .label {
        for index in classes.indices where classes[index] == noLabel { classes[index] = sourceLabels[index] }
    }
    let covered = classes.count { $0 != noLabel }
    let counted = options.crossEntropy == .probabilities ? classes.count : covered
    var (loss, gradient) = logits.crossEntropy(
        classes, scale: counted > 0 ? 1 / Float(counted) : 0, ofProbabilities: options.crossEntropy == .probabilities)
    let uncovered = classes.count - covered
    if options.uncovered == .probabilities, uncovered > 0 {
        let kept = logits.divergence(from: source, where: classes, scale: 1 / Float(uncovered))
        loss += kept.loss
        add(kept.gradient, to: gradient)
    }
    return (loss, gradient)
}
