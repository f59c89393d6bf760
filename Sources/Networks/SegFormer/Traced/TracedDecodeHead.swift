import Compiled
package import Tensors
package import Training

extension DecodeHead {
    /// The head on a tape, with channel dropout before the classifier.
    ///
    /// - Parameters:
    ///   - clip: the encoder's levels of each frame, `[[h, w, C₁], [h/2, w/2, C₂], …]`.
    ///   - normalization: which statistics the batch norm uses.
    ///   - dropout: for each frame a factor for every channel `[D]`: 0, or 1 / (1 - p) (Dropout2d); nil for none.
    ///   - tape: where the operations are noted.
    /// - Returns: what is trained of it, and what it computed.
    package func traced(
        _ clip: [[Variable]], normalization: NormStatistics, dropout: [Tensor]? = nil, on tape: Tape
    ) -> TracedHead {
        let (fused, batch) = tracedFusion(clip, normalization, on: tape)
        let logits = fused.parts.enumerated().map { frame, fused in
            classified(fused, dropout: dropout?[frame], on: tape)
        }
        return TracedHead(fused: fused, logits: logits, batch: batch)
    }

    /// The folded fusion, batch norm and ReLU as one operation: each level's products at its own resolution, backwards as
    /// forwards.
    private func tracedFusion(
        _ clip: [[Variable]], _ normalization: NormStatistics, on tape: Tape
    ) -> (fused: Variable, batch: BatchStatistics?) {
        let features = clip.map { $0.map(\.value) }
        let (preNorm, batch, fusion) = fusedClip(features, normalization)
        let activated = activated(preNorm, batch)
        let parameters = FusionGradients(self, clip, tape)
        let head = self
        let inputs =
            clip.flatMap(\.self) + (linearWeights + linearBiases + [fuse, normWeight, normBias]).map(tape.parameter)
        let fused = tape.record(activated, from: inputs) { gradient in
            reluBackward(gradient, output: activated)
            // Batch statistics remove constants, so the gradient of what the levels' biases add is exactly 0; summed up in
            // single precision it would be noise, of which Adam makes whole steps.
            var constant = Tensor(zeros: [1, head.width])
            if let batch {
                let norm = batchNormBackward(
                    gradient, input: preNorm, statistics: batch, weight: head.normWeight, epsilon: Self.epsilon)
                parameters.normWeight?.add(norm.weight)
                parameters.normBias?.add(norm.bias)
            } else {
                let norm = fixedNormBackward(
                    gradient, input: preNorm, mean: head.runningMean, variance: head.runningVariance,
                    weight: head.normWeight, epsilon: Self.epsilon)
                parameters.normWeight?.add(norm.weight)
                parameters.normBias?.add(norm.bias)
                constant = norm.inputSum.reshaped(1, head.width)
            }
            let blocks = (0..<4).compactMap { level in
                parameters.add(
                    head, level: level, gradient, constant: constant, features: features.map { $0[level] },
                    folded: fusion.weights[level])
            }
            parameters.fuse?.add(joinedColumns(blocks.reversed()))
        }
        return (fused, batch)
    }
}

/// Where the gradients of what the fusion reads are summed up; nil where none is needed.
private struct FusionGradients {
    let linearWeights, linearBiases: [Gradient?]
    let fuse, normWeight, normBias: Gradient?
    let features: [[Gradient?]]

    init(_ head: DecodeHead, _ clip: [[Variable]], _ tape: Tape) {
        linearWeights = head.linearWeights.map { tape.parameter($0).gradient }
        linearBiases = head.linearBiases.map { tape.parameter($0).gradient }
        fuse = tape.parameter(head.fuse).gradient
        normWeight = tape.parameter(head.normWeight).gradient
        normBias = tape.parameter(head.normBias).gradient
        features = clip.map { $0.map(\.gradient) }
    }

    /// The chain rule through `FoldedFusion` for one level, at its own resolution.
    ///
    /// - Returns: the share of the fusing convolution's columns, if one is needed.
    func add(
        _ head: DecodeHead, level: Int, _ gradient: Tensor, constant: Tensor, features maps: [Tensor], folded: Tensor
    ) -> Tensor? {
        let needsWeights = linearWeights[level] != nil || fuse != nil
        var products: [Tensor] = []
        for (frame, map) in maps.enumerated() where needsWeights || features[frame][level] != nil {
            let whole = gradient.part(frame, Array(gradient.shape.dropFirst()))
            let (size, full) = ((map.shape[0], map.shape[1]), (whole.shape[0], whole.shape[1]))
            let own = level == 0 ? whole : Resampling.bilinear(size, full).transposed(whole)
            features[frame][level]?.accumulate { multiply(own, .plain, folded, .plain, into: $0, adding: $1) }
            if needsWeights { products.append(matmul(own, .transposed, map, .plain)) }
        }
        let block = columns(head.fuseColumns(of: level), of: head.fuse)
        if let bias = linearBiases[level] { bias.add(matmul(constant, .plain, block, .plain)) }
        guard needsWeights else { return nil }
        let dFolded = sum(products)
        linearWeights[level]?.accumulate { multiply(block, .transposed, dFolded, .plain, into: $0, adding: $1) }
        guard fuse != nil else { return nil }
        let dBlock = matmul(dFolded, .plain, head.linearWeights[level], .transposed)
        multiply(
            constant, .transposed, head.linearBiases[level].reshaped(1, head.width), .plain, into: dBlock, adding: true)
        return dBlock
    }
}

extension DecodeHead {
    /// What training makes of the last frame of a clip, without gradients: fused features `[h, w, D]`, logits `[h, w, C]` and
    /// the clip's statistics, to which the other frames add.
    ///
    /// - Parameters:
    ///   - clip: the encoder's levels of each frame, `[[h, w, C₁], [h/2, w/2, C₂], …]`.
    ///   - normalization: which statistics the batch norm uses.
    ///   - dropout: factors of the last frame's channels `[D]` before the classifier.
    /// - Returns: the fused features, the logits, and the statistics if the batch's are used.
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
