import Dense
import Foundation
import Tensors

/// The pull to the source: KL divergence of the prediction from the source model's probabilities on every pixel,
/// weighted so that each class counts about alike, however few pixels it has (docs/method.md, "The pull to the
/// source").
///
/// The divergence is taken from q = softmax(S - α ln π), with π the classes' shares in the warm-up: the source's logits
/// with a part of its preference for frequent classes taken out. The weight of a pixel is Σ_c q_c / π_c, so that the
/// weights of each class have about the same sum over the warm-up. Source of the correction: Menon et al., "Long-tail
/// learning via logit adjustment", 2021; see docs/adaptation.md.
///
///     L = Σ u KL(q ‖ p) / Σ u, p = softmax(US), u = Σ_c q_c / (C π_c)     ∂L/∂(US) = u (p - q) / Σ u
///
/// Forward and backward are `DenseLogits.divergence`.
struct SourcePull {
    private let shift: Tensor
    private let weights: Tensor

    /// Takes the classes' shares from the source's probabilities on the warm-up frames; shares below 1 % count as that.
    init(_ frames: [WarmUpFrame], prior: Float) {
        let shares = frames.map { columnSums(softmax($0.logits)) }
        let totals = frames.isEmpty ? [] : sum(shares).values
        let total = max(totals.reduce(0, +), .leastNormalMagnitude)
        let share = totals.map { max($0 / total, 0.01) }
        shift = Tensor(share.map { -prior * log($0) }, [share.count])
        weights = Tensor(share.map { 1 / ($0 * Float(share.count)) }, [share.count])
    }

    /// The divergence of a prediction from the source's logits `[h, w, C]`, with the gradient of the prediction's `[h, w, C]`.
    func callAsFunction(_ logits: DenseLogits, source: Tensor) -> (loss: Double, gradient: Tensor) {
        let ones = Tensor(Array(repeating: 1, count: shift.count), [shift.count])
        let target = affineColumns(source, scale: ones, shift: shift)
        return logits.divergence(from: DenseLogits(target, logits.upsampling), weights: weights)
    }
}
