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
