import CKernels

/// Layer normalisation over the last dimension: `[..., C]` with weight and bias `[C]`.
package func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
    let out = Tensor(uninitialized: x.shape)
    let columns = x.columns
    parallelFor(x.rows, grain: max(1, 32768 / max(columns, 1))) { range in
        let offset = range.lowerBound * columns
        unsafe ditta_layer_norm(
            out.pointer + offset, x.pointer + offset, weight.pointer, bias.pointer, range.count, columns, epsilon, 0)
    }
    return out
}

/// x · scale + shift, a scale and a shift `[C]` for each column of `[..., C]`; at least `floor`, which is 0 for a ReLU.
package func affineColumns(_ x: Tensor, scale: Tensor, shift: Tensor, floor: Float = -.infinity) -> Tensor {
    let out = Tensor(uninitialized: x.shape)
    let columns = x.columns
    parallelFor(x.rows, grain: max(1, 32768 / max(columns, 1))) { range in
        let offset = range.lowerBound * columns
        unsafe ditta_affine_columns(
            out.pointer + offset, x.pointer + offset, scale.pointer, shift.pointer, floor, range.count, columns)
    }
    return out
}

/// What batch normalisation keeps of a training batch.
package struct BatchStatistics: Sendable {
    /// The mean of each channel `[C]`.
    package let mean: Tensor
    /// The biased variance of each channel `[C]`.
    package let variance: Tensor
    /// The number of positions the statistics were taken over.
    package let count: Int
}

/// Mean and biased variance of each column of `[..., C]`, in double.
package func batchStatistics(_ x: Tensor) -> BatchStatistics {
    let rows = Double(max(x.rows, 1))
    // Deviations from a sample near the mean keep the squares small; the exact mean corrects them afterwards.
    let center = x.rows > 0 ? x.part(0, x.columns) : Tensor(zeros: [x.columns])
    let (sums, squares) = unsafe accumulateColumns(rows: x.rows, columns: x.columns) { sums, squares, range in
        let start = unsafe x.pointer + range.lowerBound * x.columns
        unsafe ditta_column_moments(sums, squares, start, center.pointer, range.count, x.columns)
    }
    let mean = sums.map { $0 / rows }
    let reference = center.values
    let variance = squares.indices.map { index -> Float in
        let offset = mean[index] - Double(reference[index])
        return Float(max(squares[index] / rows - offset * offset, 0))
    }
    return BatchStatistics(
        mean: Tensor(mean.map(Float.init), [x.columns]), variance: Tensor(variance, [x.columns]), count: x.rows)
}

/// Batch normalisation with the given statistics, as one scale and shift a channel.
package func batchNormAffine(
    mean: Tensor, variance: Tensor, weight: Tensor, bias: Tensor, epsilon: Float
) -> (scale: Tensor, shift: Tensor) {
    let (mean, variance, weight, bias) = (mean.values, variance.values, weight.values, bias.values)
    let scale = variance.indices.map { weight[$0] / (variance[$0] + epsilon).squareRoot() }
    let shift = scale.indices.map { bias[$0] - mean[$0] * scale[$0] }
    return (Tensor(scale, [scale.count]), Tensor(shift, [shift.count]))
}

/// Gradient of batch normalisation by batch statistics: turns `gradient` into the input's, in place, and gives those of
/// weight and bias.
///
/// Source: Ioffe and Szegedy, "Batch normalization", 2015, section 3.
package func batchNormBackward(
    _ gradient: Tensor, input x: Tensor, statistics: BatchStatistics, weight: Tensor, epsilon: Float
) -> (weight: Tensor, bias: Tensor) {
    let columns = x.columns
    let count = Double(statistics.count)
    let (sums, products) = columnTotals(gradient, x)
    let (mean, variance, gamma) = (statistics.mean.values, statistics.variance.values, weight.values)
    var (dWeight, a, b, c) = ([Float](), [Float](), [Float](), [Float]())
    for i in 0..<columns {
        let inverse = 1 / (Double(variance[i]) + Double(epsilon)).squareRoot()
        let normalizedDot = (products[i] - Double(mean[i]) * sums[i]) * inverse
        dWeight.append(Float(normalizedDot))
        // dx = γ/σ (g - mean(g) - x̂ mean(g x̂)), with x̂ = (x - mean)/σ spelled out as a·g + b·x + c.
        let scale = Double(gamma[i]) * inverse
        let slope = -scale * normalizedDot / count * inverse
        a.append(Float(scale))
        b.append(Float(slope))
        c.append(Float(-scale * sums[i] / count - slope * Double(mean[i])))
    }
    let factors = (Tensor(a, [columns]), Tensor(b, [columns]), Tensor(c, [columns]))
    parallelFor(x.rows, grain: max(1, 32768 / max(columns, 1))) { range in
        let offset = range.lowerBound * columns
        unsafe ditta_affine2_columns(
            gradient.pointer + offset, x.pointer + offset, factors.0.pointer, factors.1.pointer, factors.2.pointer,
            range.count, columns)
    }
    return (Tensor(dWeight, [columns]), Tensor(sums.map(Float.init), [columns]))
}

/// Gradient of batch normalisation by fixed statistics: turns `gradient` into the input's, in place, and gives those of
/// weight and bias, and the input's summed over all rows.
package func fixedNormBackward(
    _ gradient: Tensor, input x: Tensor, mean: Tensor, variance: Tensor, weight: Tensor, epsilon: Float
) -> (weight: Tensor, bias: Tensor, inputSum: Tensor) {
    let (sums, products) = columnTotals(gradient, x)
    let (mean, inverse) = (mean.values, variance.values.map { 1 / ($0 + epsilon).squareRoot() })
    let dWeight = sums.indices.map { Float((products[$0] - Double(mean[$0]) * sums[$0]) * Double(inverse[$0])) }
    let scale = zip(weight.values, inverse).map { $0 * $1 }
    scaleColumns(gradient, by: Tensor(scale, [scale.count]))
    let inputSums = zip(sums, scale).map { Float($0 * Double($1)) }
    return (
        Tensor(dWeight, [dWeight.count]), Tensor(sums.map(Float.init), [sums.count]),
        Tensor(inputSums, [inputSums.count])
    )
}

/// Rows of unit Euclidean length, with the lengths they had: `[..., C]` → `[..., C]`, `[rows]`.
package func unitRows(_ x: Tensor) -> (rows: Tensor, norms: Tensor) {
    let out = Tensor(uninitialized: x.shape)
    let norms = Tensor(uninitialized: [x.rows])
    let columns = x.columns
    parallelFor(x.rows, grain: max(1, 32768 / max(columns, 1))) { range in
        let offset = range.lowerBound * columns
        unsafe ditta_unit_rows(
            out.pointer + offset, norms.pointer + range.lowerBound, x.pointer + offset, range.count, columns)
    }
    return (out, norms)
}

/// Gradient of `unitRows`, in place.
package func unitRowsBackward(_ gradient: Tensor, rows: Tensor, norms: Tensor) {
    let columns = rows.columns
    parallelFor(rows.rows, grain: max(1, 32768 / max(columns, 1))) { range in
        let offset = range.lowerBound * columns
        unsafe ditta_unit_rows_backward(
            gradient.pointer + offset, rows.pointer + offset, norms.pointer + range.lowerBound, range.count, columns)
    }
}
