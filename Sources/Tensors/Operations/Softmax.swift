import CKernels

/// Softmax over the last dimension: `[..., C]` → `[..., C]`.
package func softmax(_ x: Tensor) -> Tensor {
    let out = x.copy()
    let columns = x.columns
    parallelFor(x.rows, grain: max(1, 16384 / max(columns, 1))) { rows in
        unsafe ditta_softmax_rows(out.pointer + rows.lowerBound * columns, 1, rows.count, columns)
    }
    return out
}

extension Tensor {
    /// The likeliest class of each row of logits or probabilities `[…, C]`, the first of equal ones.
    package var likeliestClasses: [UInt16] {
        let (values, classes) = (values, columns)
        return stride(from: 0, to: values.count, by: classes).map { start in
            var best = start
            for place in start..<start + classes where values[place] > values[best] { best = place }
            return UInt16(best - start)
        }
    }
}
