import CKernels

/// Adds `y` to `x` in place.
package func add(_ y: Tensor, to x: Tensor) {
    precondition(x.count == y.count, "add \(y.shape) to \(x.shape)")
    parallelFor(x.count, grain: 65536) { range in
        unsafe ditta_add(x.pointer + range.lowerBound, y.pointer + range.lowerBound, range.count)
    }
}

/// Adds a row `[C]` to every row of `x`, in place.
package func addToRows(_ row: Tensor, to x: Tensor) {
    precondition(row.count == x.columns, "row \(row.shape) to \(x.shape)")
    parallelFor(x.rows, grain: max(1, 65536 / max(x.columns, 1))) { rows in
        for r in rows { unsafe ditta_add(x.pointer + r * x.columns, row.pointer, x.columns) }
    }
}

/// Multiplies every value of `x`, in place.
package func scale(_ x: Tensor, by factor: Float) {
    let factors = Tensor(Array(repeating: factor, count: x.columns), [x.columns])
    scaleColumns(x, by: factors)
}

/// max(x, 0) for each value, in place.
package func rectify(_ x: Tensor) {
    parallelFor(x.count, grain: 65536) { range in
        unsafe ditta_relu(x.pointer + range.lowerBound, range.count)
    }
}

/// Sets `gradient` to zero, in place, where the ReLU whose output is given was not active.
package func reluBackward(_ gradient: Tensor, output: Tensor) {
    precondition(gradient.count == output.count, "gradient \(gradient.shape) of ReLU \(output.shape)")
    parallelFor(gradient.count, grain: 65536) { range in
        unsafe ditta_relu_backward(
            gradient.pointer + range.lowerBound, output.pointer + range.lowerBound, range.count)
    }
}

/// Multiplies each column of `x` by its scale, in place.
package func scaleColumns(_ x: Tensor, by scale: Tensor) {
    precondition(x.columns == scale.count, "scales \(scale.shape) for \(x.shape)")
    parallelFor(x.rows, grain: max(1, 65536 / max(x.columns, 1))) { rows in
        unsafe ditta_scale_columns(x.pointer + rows.lowerBound * x.columns, scale.pointer, rows.count, x.columns)
    }
}

/// The largest value of a tensor.
package func maximum(_ x: Tensor) -> Float { unsafe ditta_maximum(x.pointer, x.count) }

/// The sum of tensors of one shape.
package func sum(_ terms: [Tensor]) -> Tensor {
    let result = terms[0].copy()
    for term in terms.dropFirst() { add(term, to: result) }
    return result
}

/// The sum of each column: `[..., C]` → `[C]`, summed in double.
package func columnSums(_ x: Tensor) -> Tensor {
    Tensor(columnTotals(x, x).sums.map(Float.init), [x.columns])
}

/// For each column the sum of x and of x · y, in double.
package func columnTotals(_ x: Tensor, _ y: Tensor) -> (sums: [Double], products: [Double]) {
    precondition(x.count == y.count, "columns of \(x.shape) and \(y.shape)")
    return unsafe accumulateColumns(rows: x.rows, columns: x.columns) { sums, products, range in
        let offset = range.lowerBound * x.columns
        unsafe ditta_column_dot(sums, products, x.pointer + offset, y.pointer + offset, range.count, x.columns)
    }
}

/// Sums two doubles a column over all rows; the parts of the rows are added in their order, so the result does not
/// depend on which thread is first.
package func accumulateColumns(
    rows: Int, columns: Int,
    _ kernel: @Sendable (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, Range<Int>) -> Void
) -> (sums: [Double], products: [Double]) {
    let block = 2048
    let blocks = (rows + block - 1) / block
    let storage = UnsafeMutablePointer<Double>.allocate(capacity: max(blocks * columns * 2, 1))
    defer { unsafe storage.deallocate() }
    unsafe storage.initialize(repeating: 0, count: blocks * columns * 2)
    nonisolated(unsafe) let partial = unsafe storage
    parallelFor(blocks) { range in
        for index in range {
            let first = unsafe partial + index * columns * 2
            unsafe kernel(first, first + columns, index * block..<min((index + 1) * block, rows))
        }
    }
    var sums = [Double](repeating: 0, count: columns)
    var products = sums
    for index in 0..<blocks {
        for column in 0..<columns {
            unsafe sums[column] += partial[index * columns * 2 + column]
            unsafe products[column] += partial[(index * 2 + 1) * columns + column]
        }
    }
    return (sums, products)
}
