import Compiled
package import Tensors

/// What the backward pass of the decode head needs of its forward pass over a clip of N frames.
package struct DecodeHeadActivations: Sendable {
    /// Fused features F, after the activation: `[h, w, D]` for each frame.
    package let fused: [Tensor]
    /// Logits S: `[h, w, C]` for each frame.
    package let logits: [Tensor]
    /// Statistics of the batch norm over the whole clip; nil if the running ones normalised it.
    package let batch: BatchStatistics?

    fileprivate let features: [[Tensor]]
    fileprivate let preNorm: Tensor  // [N, h, w, D]
    fileprivate let activated: Tensor  // [N, h, w, D], the storage of `fused`
    fileprivate let dropout: [Tensor]  // [D] for each frame: 0 or 1 / (1 - p)
}

extension DecodeHead {
    /// Which statistics the batch norm uses in training.
    package enum Normalization: String, Sendable, Codable, CaseIterable {
        /// The clip's own; the running ones follow.
        case batch
        /// The source's running ones, which stay.
        case source
    }

    /// Training forward pass over a clip, with channel dropout before the classifier.
    ///
    /// - Parameters:
    ///   - clip: the encoder's levels of each frame, `[[h, w, C₁], [h/2, w/2, C₂], …]`.
    ///   - normalization: which statistics the batch norm uses.
    ///   - dropout: for each frame a factor for every channel `[D]`: 0, or 1 / (1 - p) (Dropout2d); ones for none.
    package func forward(_ clip: [[Tensor]], normalization: Normalization, dropout: [Tensor]) -> DecodeHeadActivations {
        let (preNorm, batch, _) = fusedClip(clip, normalization)
        let activated = activated(preNorm, batch)
        let fused = activated.parts
        return DecodeHeadActivations(
            fused: fused, logits: zip(fused, dropout).map { classified($0, dropout: $1) }, batch: batch,
            features: clip, preNorm: preNorm, activated: activated, dropout: dropout)
    }

    /// The same for the last frame only, without what the backward pass needs: fused features `[h, w, D]`, logits
    /// `[h, w, C]` and the clip's statistics, to which the other frames add.
    package func lastFrame(
        of clip: [[Tensor]], normalization: Normalization, dropout: [Tensor]
    ) -> (fused: Tensor, logits: Tensor, batch: BatchStatistics?) {
        let (preNorm, batch, _) = fusedClip(clip, normalization)
        let last = clip.count - 1
        let fused = activated(preNorm.parts[last], batch)
        return (fused, classified(fused, dropout: dropout[last]), batch)
    }

    /// The clip's fused maps `[N, h, w, D]` before the batch norm, and their statistics if it uses them.
    func fusedClip(
        _ clip: [[Tensor]], _ normalization: Normalization
    ) -> (preNorm: Tensor, batch: BatchStatistics?, fusion: FoldedFusion) {
        let fusion = FoldedFusion(self)
        let preNorm = Tensor(uninitialized: [clip.count] + clip[0][0].shape.dropLast() + [width])
        for (features, out) in zip(clip, preNorm.parts) { fusion(features, into: out) }
        return (preNorm, normalization == .batch ? batchStatistics(preNorm) : nil, fusion)
    }

    /// Batch norm, by the clip's statistics or the running ones, and ReLU.
    func activated(_ preNorm: Tensor, _ batch: BatchStatistics?) -> Tensor {
        let (scale, shift) = batchNormAffine(
            mean: batch?.mean ?? runningMean, variance: batch?.variance ?? runningVariance, weight: normWeight,
            bias: normBias, epsilon: Self.epsilon)
        return affineColumns(preNorm, scale: scale, shift: shift, floor: 0)
    }

    /// The logits of a frame's features.
    ///
    /// Dropping channels is dropping columns of the classifier: features are not copied.
    private func classified(_ fused: Tensor, dropout: Tensor) -> Tensor {
        linear(fused, scaledColumns(classifierWeight, by: dropout), classifierBias)
    }

    /// Gradients of all parameters, in a head of the same form (its running statistics mean nothing).
    ///
    /// - Parameters:
    ///   - logits: gradients of the logits of each frame `[h, w, C]`; nil where there are none.
    ///   - dFused: further gradients of the fused features of all frames, `[N, h, w, D]`, of the add-on and the projection;
    ///     what follows is computed in its place.
    package func backward(
        _ activations: DecodeHeadActivations, logits: [Tensor?], fused dFused: Tensor
    ) -> DecodeHead {
        var gradients = self
        gradients.classifierWeight = Tensor(zeros: classifierWeight.shape)
        gradients.classifierBias = Tensor(zeros: classifierBias.shape)
        for (frame, gradient) in logits.enumerated() {
            guard let gradient else { continue }
            let dropout = activations.dropout[frame]
            multiply(
                gradient, .plain, scaledColumns(classifierWeight, by: dropout), .plain, into: dFused.parts[frame],
                adding: true)
            let dWeight = matmul(gradient, .transposed, activations.fused[frame], .plain)
            add(scaledColumns(dWeight, by: dropout), to: gradients.classifierWeight)
            add(columnSums(gradient), to: gradients.classifierBias)
        }

        reluBackward(dFused, output: activations.activated)
        if let batch = activations.batch {
            (gradients.normWeight, gradients.normBias) = batchNormBackward(
                dFused, input: activations.preNorm, statistics: batch, weight: normWeight, epsilon: Self.epsilon)
            // Batch statistics remove constants, so this gradient is exactly 0; summed up in single precision it would be
            // noise, of which Adam makes whole steps.
            fusionBackward(dFused, constant: Tensor(zeros: [1, self.width]), activations.features, into: &gradients)
        } else {
            let norm = fixedNormBackward(
                dFused, input: activations.preNorm, mean: runningMean, variance: runningVariance, weight: normWeight,
                epsilon: Self.epsilon)
            (gradients.normWeight, gradients.normBias) = (norm.weight, norm.bias)
            fusionBackward(
                dFused, constant: norm.inputSum.reshaped(1, self.width), activations.features, into: &gradients)
        }
        return gradients
    }

    /// The chain rule through `FoldedFusion`, each level at its own resolution.
    private func fusionBackward(
        _ gradient: Tensor, constant: Tensor, _ clip: [[Tensor]], into gradients: inout DecodeHead
    ) {
        let (height, width) = (clip[0][0].shape[0], clip[0][0].shape[1])
        var fuseBlocks: [Tensor] = []
        for level in 0..<4 {
            let products = clip.indices.map { frame -> Tensor in
                let features = clip[frame][level]
                let (h, w) = (features.shape[0], features.shape[1])
                let whole = gradient.parts[frame]
                let own = level == 0 ? whole : Resampling.bilinear((h, w), (height, width)).transposed(whole)
                return matmul(own, .transposed, features, .plain)
            }
            let dFolded = sum(products)
            let block = columns(fuseColumns(of: level), of: fuse)
            gradients.linearWeights[level] = matmul(block, .transposed, dFolded, .plain)
            gradients.linearBiases[level] = matmul(constant, .plain, block, .plain).reshaped(self.width)
            let dBlock = matmul(dFolded, .plain, linearWeights[level], .transposed)
            let bias = linearBiases[level].reshaped(1, self.width)
            multiply(constant, .transposed, bias, .plain, into: dBlock, adding: true)
            fuseBlocks.append(dBlock)
        }
        gradients.fuse = joinedColumns(fuseBlocks.reversed())
    }

    /// Moves the running statistics towards those of a batch (PyTorch's rule: unbiased variance, momentum 0.1).
    package mutating func updateRunningStatistics(_ statistics: BatchStatistics, momentum: Float = 0.1) {
        let unbiased = Float(statistics.count) / Float(max(statistics.count - 1, 1))
        let (mean, variance) = (statistics.mean.values, statistics.variance.values)
        let (oldMean, oldVariance) = (runningMean.values, runningVariance.values)
        runningMean = Tensor(mean.indices.map { oldMean[$0] + momentum * (mean[$0] - oldMean[$0]) }, [width])
        runningVariance = Tensor(
            mean.indices.map { oldVariance[$0] + momentum * (variance[$0] * unbiased - oldVariance[$0]) }, [width])
    }
}

private func scaledColumns(_ matrix: Tensor, by scale: Tensor) -> Tensor {
    let result = matrix.copy()
    scaleColumns(result, by: scale)
    return result
}
