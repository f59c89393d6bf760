import Dense
import Raster
import Tensors

/// The distillation loss of one prediction against a frame's target, with the logits' gradient (method steps 14 and 15).
///
///     L = 1/n Σ -ln p_y        over the n pixels with a target y (paper), p = softmax(US)
///     L = 1/(HW) Σ -ln r_y     of all HW pixels (released code), r = softmax(p)
///
/// Forward and backward are `DenseLogits.crossEntropy`, which has the gradient.
///
/// - Parameters:
///   - logits: the prediction S, `[h, w, C]` and its way to `[H, W]`.
///   - target: what the teacher's masks say.
///   - sourceLabels: the source model's labels `[H, W]`, which the released code teaches where no mask lies.
///   - options: every number of the method.
/// - Returns: the loss and its gradient `[h, w, C]`.
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
