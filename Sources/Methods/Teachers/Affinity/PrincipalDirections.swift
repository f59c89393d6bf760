import Tensors

/// The directions of largest variation of unit vectors `[N, C]`: an orthonormal basis `[count, C]` that keeps most of
/// their distances, by subspace iteration on Σ u uᵀ.
///
/// Source: Golub and Van Loan, "Matrix computations", section 8.2 (orthogonal iteration).
func principalDirections(_ vectors: Tensor, count: Int) -> Tensor {
    let channels = vectors.columns
    let scatter = matmul(vectors, .transposed, vectors, .plain)
    // Any start that is not orthogonal to the answer will do; a fixed seed keeps runs equal.
    var random = RandomNumbers(seed: 1)
    var basis = orthonormalRows(random.uniform([min(count, channels), channels], bound: 1))
    // Neighbouring directions need not be told apart, only their span: a few dozen rounds are plenty.
    for _ in 0..<40 { basis = orthonormalRows(matmul(basis, .plain, scatter, .plain)) }
    return basis
}

/// Gram–Schmidt on the rows of a matrix, in double; a row that depends on those before it becomes zero.
private func orthonormalRows(_ matrix: Tensor) -> Tensor {
    let columns = matrix.columns
    let values = matrix.values.map(Double.init)
    var rows: [[Double]] = []
    for index in 0..<matrix.rows {
        var row = Array(values[index * columns..<(index + 1) * columns])
        let before = squaredLength(row)
        // Twice, because once leaves rounding errors of nearly dependent rows.
        for _ in 0..<2 {
            for other in rows {
                let product = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
                for column in row.indices { row[column] -= product * other[column] }
            }
        }
        let length = squaredLength(row)
        let scale = length > before * 1e-12 ? 1 / length.squareRoot() : 0
        rows.append(row.map { $0 * scale })
    }
    return Tensor(rows.flatMap { $0.map { Float($0) } }, matrix.shape)
}

private func squaredLength(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
