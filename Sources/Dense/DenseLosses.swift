import CKernels
package import Raster
package import Tensors

extension DenseLogits {
    /// Room for what the kernels keep of a row.
    private func lossScratch() -> Tensor {
        let stride = (classes + 15) / 16 * 16
        return Tensor(uninitialized: [(3 * logits.shape[1] + 4) * stride])
    }

    /// The entropy of softmax(softmax(logits)), `[H, W]`: what the released code weighs features by.
    package func doubleEntropy() -> Tensor {
        let entropy = Tensor(uninitialized: [height, width])
        parallelFor(height) { rows in
            let scratch = lossScratch()
            unsafe withKernelLogits { logits in
                for y in rows {
                    unsafe ditta_double_entropy_row(entropy.pointer + y * width, logits, scratch.pointer, y)
                }
            }
        }
        return entropy
    }

    /// Cross entropy against targets, with the logits' gradient.
    ///
    /// With S the logits `[h, w, C]`, U their upsampling to `[H, W, C]`, p = softmax(US) and y the target of a pixel:
    ///
    ///     L = scale · Σ -ln p_y                    ∂L/∂(US)_c = scale · (p_c - [c = y])
    ///     L = scale · Σ -ln r_y, r = softmax(p)    ∂L/∂(US)_c = scale · p_c (g_c - Σ_k p_k g_k), g_c = r_c - [c = y]
    ///
    /// the second of probabilities. ∂L/∂S = Uᵀ ∂L/∂(US), which is added up a row at a time: no `[H, W, C]` exists.
    ///
    /// - Parameters:
    ///   - targets: class ids `[H, W]`, `noLabel` where there is no loss.
    ///   - scale: what a pixel's loss is multiplied by.
    ///   - ofProbabilities: whether it takes the softmax's output for logits (the released code).
    /// - Returns: the scaled loss and the gradient `[h, w, C]`.
    package func crossEntropy(
        _ targets: LabelMap, scale: Float, ofProbabilities: Bool = false
    ) -> (loss: Double, gradient: Tensor) {
        precondition(
            targets.width == width && targets.height == height,
            "targets of \(targets.width)×\(targets.height) for \(width)×\(height)")
        let parts = parallelMap(height) { rows in
            let scratch = lossScratch()
            let gradient = Tensor(zeros: logits.shape)
            var loss = 0.0
            unsafe targets.labels.withUnsafeBufferPointer { targets in
                unsafe withKernelLogits { logits in
                    for y in rows {
                        unsafe ditta_cross_entropy_row(
                            gradient.pointer, &loss, logits, targets.baseAddress.map { unsafe $0 + y * width }, scale,
                            ofProbabilities ? 1 : 0, scratch.pointer, y)
                    }
                }
            }
            return (loss: loss, gradient: gradient)
        }
        return (parts.reduce(0) { $0 + $1.loss } * Double(scale), sum(parts.map { $0.gradient }))
    }

    /// The weighted mean over all pixels of the KL divergence of this map's probabilities from another's, with the
    /// logits' gradient.
    ///
    /// With p of this map, q of the other and u = Σ_c q_c weight_c of a pixel:
    ///
    ///     L = Σ u Σ_c q_c ln(q_c / p_c) / Σ u      ∂L/∂(US)_c = u (p_c - q_c) / Σ u
    ///
    /// - Parameters:
    ///   - source: the map whose probabilities are to be kept.
    ///   - weights: the weight of each class `[C]`; a pixel's is their mean under the source's probabilities.
    /// - Returns: the mean and its gradient `[h, w, C]`.
    package func divergence(from source: DenseLogits, weights: Tensor) -> (loss: Double, gradient: Tensor) {
        precondition(
            source.classes == classes && source.height == height && source.width == width && weights.count == classes,
            "divergence of \(logits.shape) from \(source.logits.shape) with weights \(weights.shape)")
        let parts = parallelMap(height) { rows in
            let scratch = lossScratch()
            let gradient = Tensor(zeros: logits.shape)
            var (loss, total) = (0.0, 0.0)
            unsafe withKernelLogits { logits in
                unsafe source.withKernelLogits { source in
                    for y in rows {
                        unsafe ditta_divergence_row(
                            gradient.pointer, &loss, &total, logits, source, weights.pointer, scratch.pointer, y)
                    }
                }
            }
            return (loss: loss, total: total, gradient: gradient)
        }
        let total = max(parts.reduce(0) { $0 + $1.total }, .leastNormalMagnitude)
        let gradient = sum(parts.map { $0.gradient })
        scale(gradient, by: Float(1 / total))
        return (parts.reduce(0) { $0 + $1.loss } / total, gradient)
    }
}
