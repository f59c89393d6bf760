import CKernels
package import Tensors

// Normalisations of the tape.

extension Tape {
    /// Layer normalisation over the last dimension: `[..., C]` with weight and bias `[C]`.
    package func layerNorm(_ x: Variable, weight: Variable, bias: Variable, epsilon: Float) -> Variable {
        let (input, scale) = (x.value, weight.value)
        let out = Tensors.layerNorm(input, weight: scale, bias: bias.value, epsilon: epsilon)
        return record(out, from: [x, weight, bias]) {
            [x = x.gradient, weight = weight.gradient, bias = bias.gradient] gradient in
            func pass(_ into: Tensor?, _ adding: Bool) -> (sums: [Double], products: [Double]) {
                let (hasSums, columns) = (weight != nil || bias != nil, input.columns)
                return unsafe accumulateColumns(rows: input.rows, columns: columns) { sums, products, rows in
                    let start = rows.lowerBound * columns
                    unsafe ditta_layer_norm_backward(
                        into.map { unsafe $0.pointer + start }, hasSums ? products : nil, hasSums ? sums : nil,
                        gradient.pointer + start, input.pointer + start, scale.pointer, rows.count, columns, epsilon,
                        adding ? 1 : 0)
                }
            }
            var totals: (sums: [Double], products: [Double]) = ([], [])
            if let x { x.accumulate { totals = pass($0, $1) } } else { totals = pass(nil, false) }
            weight?.add(Tensor(totals.products.map(Float.init), scale.shape))
            bias?.add(Tensor(totals.sums.map(Float.init), scale.shape))
        }
    }

    /// What a batch norm's positions are normalised by.
    package enum ColumnStatistics {
        /// Their own mean and variance, through which gradients go.
        case own(BatchStatistics)
        /// A mean and a variance `[C]` that do not change.
        case stored(mean: Tensor, variance: Tensor)
    }

    /// Batch normalisation of the columns of `[..., C]`, whatever their rows are (pixels, or points of a sparse grid), with
    /// weight and bias `[C]`.
    package func batchNorm(
        _ x: Variable, _ statistics: ColumnStatistics, weight: Variable, bias: Variable, epsilon: Float
    ) -> Variable {
        let (mean, variance) =
            switch statistics {
            case .own(let own): (own.mean, own.variance)
            case .stored(let mean, let variance): (mean, variance)
            }
        let (input, gamma) = (x.value, weight.value)
        let (scale, shift) = batchNormAffine(
            mean: mean, variance: variance, weight: gamma, bias: bias.value, epsilon: epsilon)
        let out = affineColumns(input, scale: scale, shift: shift)
        return record(out, from: [x, weight, bias]) {
            [x = x.gradient, weight = weight.gradient, bias = bias.gradient] gradient in
            let (dWeight, dBias): (Tensor, Tensor)
            switch statistics {
            case .own(let own):
                (dWeight, dBias) = batchNormBackward(
                    gradient, input: input, statistics: own, weight: gamma, epsilon: epsilon)
            case .stored:
                let norm = fixedNormBackward(
                    gradient, input: input, mean: mean, variance: variance, weight: gamma, epsilon: epsilon)
                (dWeight, dBias) = (norm.weight, norm.bias)
            }
            weight?.add(dWeight)
            bias?.add(dBias)
            x?.add(gradient)
        }
    }

    /// Rows of unit Euclidean length: `[..., C]` → `[..., C]`.
    package func unitRows(_ x: Variable) -> Variable {
        let (rows, norms) = Tensors.unitRows(x.value)
        return record(rows, from: [x]) { [x = x.gradient] gradient in
            unitRowsBackward(gradient, rows: rows, norms: norms)
            x?.add(gradient)
        }
    }
}

extension BatchStatistics {
    /// Running statistics `[C]` moved towards these (PyTorch's rule: the unbiased variance is followed).
    package func moving(
        mean oldMean: Tensor, variance oldVariance: Tensor, momentum: Float
    ) -> (mean: Tensor, variance: Tensor) {
        let unbiased = Float(count) / Float(max(count - 1, 1))
        let (mean, variance) = (self.mean.values, self.variance.values)
        let (oldMean, oldVariance) = (oldMean.values, oldVariance.values)
        return (
            Tensor(mean.indices.map { oldMean[$0] + momentum * (mean[$0] - oldMean[$0]) }, [mean.count]),
            Tensor(
                mean.indices.map { oldVariance[$0] + momentum * (variance[$0] * unbiased - oldVariance[$0]) },
                [mean.count])
        )
    }
}
