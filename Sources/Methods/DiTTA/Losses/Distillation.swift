import Dense
import Raster
import Tensors

/// The distillation loss of one prediction against a frame's target, with the logits' gradient (method step 15).
///
/// - Parameters:
///   - logits: the prediction.
///   - target: what the teacher's masks say.
///   - sourceLabels: the source model's labels, which the released code teaches where no mask lies.
func distillation(
    _ logits: DenseLogits, _ target: DistillationTarget, sourceLabels: LabelMap, _ options: DiTTAOptions
) -> (loss: Double, gradient: Tensor) {
    var classes = target.classes
    if options.uncovered == .label {
        for index in classes.labels.indices where classes.labels[index] == noLabel {
            classes.labels[index] = sourceLabels.labels[index]
        }
    }
    let isReference = options.crossEntropy == .probabilities
    let counted = isReference ? classes.labels.count : classes.labels.count { $0 != noLabel }
    return logits.crossEntropy(
        classes, scale: counted > 0 ? 1 / Float(counted) : 0, ofProbabilities: isReference)
}
