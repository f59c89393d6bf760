import Tensors

/// The linear part of the head, from the encoder's levels to the fused map before its activation, folded.
///
/// Bilinear upsampling and 1×1 convolutions commute, because the weights of a bilinear sample sum to 1. So
/// fuse · concat(up(Wᵢcᵢ + bᵢ)) = Σᵢ up((Fᵢ Wᵢ) cᵢ) + Σᵢ Fᵢ bᵢ: each product runs at its level's own resolution and the
/// map of 4D channels never exists.
package struct FoldedFusion: Sendable {
    /// Fᵢ Wᵢ for each level, `[D, Cᵢ]`.
    let weights: [Tensor]
    /// Σᵢ Fᵢ bᵢ, `[D]`.
    let constant: Tensor

    /// Folds the linears into the fusing convolution.
    init(_ head: DecodeHead) {
        var constant = [Float](repeating: 0, count: head.width)
        var weights: [Tensor] = []
        for level in 0..<4 {
            let block = columns(head.fuseColumns(of: level), of: head.fuse)
            weights.append(matmul(block, .plain, head.linearWeights[level], .plain))
            let shift = matmul(head.linearBiases[level].reshaped(1, head.width), .plain, block, .transposed).values
            for index in constant.indices { constant[index] += shift[index] }
        }
        self.weights = weights
        self.constant = Tensor(constant, [head.width])
    }

    /// Folds the batch norm in too, by its running statistics.
    init(foldingNormOf head: DecodeHead) {
        let plain = FoldedFusion(head)
        let (scale, shift) = batchNormAffine(
            mean: head.runningMean, variance: head.runningVariance, weight: head.normWeight, bias: head.normBias,
            epsilon: DecodeHead.epsilon)
        weights = plain.weights.map { scaledRows($0, by: scale) }
        constant = affineColumns(plain.constant, scale: scale, shift: shift)
    }

    /// Sets `out` to the fused map `[h, w, D]`, before its activation, of features `[h, w, C₁]`, `[h/2, w/2, C₂]`, ….
    func callAsFunction(_ features: [Tensor], into out: Tensor) {
        let (height, width) = (features[0].shape[0], features[0].shape[1])
        linear(features[0], weights[0], constant, into: out)
        for level in 1..<4 {
            let (h, w) = (features[level].shape[0], features[level].shape[1])
            Resampling.bilinear((h, w), (height, width))
                .apply(linear(features[level], weights[level]), to: out, adding: true)
        }
    }
}

/// A matrix whose rows are multiplied by a scale each.
private func scaledRows(_ matrix: Tensor, by scale: Tensor) -> Tensor {
    let scales = scale.values
    let values = matrix.values
    return Tensor(values.indices.map { values[$0] * scales[$0 / matrix.columns] }, matrix.shape)
}
