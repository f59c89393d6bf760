import Compiled
package import Tensors
import Training

extension DecodeHead {
    /// What training makes of the last frame of a clip, without gradients: fused features `[h, w, D]`, logits `[h, w, C]` and
    /// the clip's statistics, to which the other frames add.
    ///
    /// - Parameters:
    ///   - clip: the encoder's levels of each frame, `[[h, w, C₁], [h/2, w/2, C₂], …]`.
    ///   - normalization: which statistics the batch norm uses.
    ///   - dropout: factors of the last frame's channels `[D]` before the classifier.
    package func lastFrame(
        of clip: [[Tensor]], normalization: NormStatistics, dropout: Tensor
    ) -> (fused: Tensor, logits: Tensor, batch: BatchStatistics?) {
        let (preNorm, batch, _) = fusedClip(clip, normalization)
        let fused = activated(preNorm.parts[clip.count - 1], batch)
        let tape = Tape(tracking: [])
        return (fused, classified(tape.constant(fused), dropout: dropout, on: tape).value, batch)
    }

    /// The clip's fused maps `[N, h, w, D]` before the batch norm, and their statistics if it uses them.
    func fusedClip(
        _ clip: [[Tensor]], _ normalization: NormStatistics
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

    /// The logits of a frame's features, on a tape.
    ///
    /// Dropping channels is dropping columns of the classifier: features are not copied.
    func classified(_ fused: Variable, dropout: Tensor?, on tape: Tape) -> Variable {
        let weight = tape.parameter(classifierWeight)
        return tape.linear(
            fused, dropout.map { tape.scaleColumns(weight, by: $0) } ?? weight, tape.parameter(classifierBias))
    }

    /// Moves the running statistics towards those of a batch.
    package mutating func updateRunningStatistics(_ statistics: BatchStatistics, momentum: Float) {
        (runningMean, runningVariance) = statistics.moving(
            mean: runningMean, variance: runningVariance, momentum: momentum)
    }
}
