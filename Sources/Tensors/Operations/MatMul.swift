import COpenBLAS

/// Whether a matrix enters a product as it is or transposed.
package enum Orientation: Sendable {
    /// Rows stay rows.
    case plain
    /// Rows become columns.
    case transposed

    fileprivate var cblas: CBLAS_TRANSPOSE { self == .plain ? CblasNoTrans : CblasTrans }
}

/// The product of two matrices, `[..., M, K]` times `[K, N]` → `[M, N]`; leading dimensions count as rows.
package func matmul(
    _ a: Tensor, _ orientationA: Orientation, _ b: Tensor, _ orientationB: Orientation
) -> Tensor {
    let m = orientationA == .plain ? a.rows : a.columns
    let n = orientationB == .plain ? b.columns : b.rows
    let out = Tensor(uninitialized: [m, n])
    multiply(a, orientationA, b, orientationB, into: out, adding: false)
    return out
}

/// An affine map of rows: x `[..., I]` by weight `[O, I]` plus bias `[O]` → `[..., O]`.
package func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil) -> Tensor {
    let out = Tensor(uninitialized: x.shape.dropLast() + [weight.rows])
    linear(x, weight, bias, into: out)
    return out
}

/// The same affine map, to `out`.
package func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor? = nil, into out: Tensor) {
    if let bias { fillRows(out, with: bias) }
    multiply(x, .plain, weight, .transposed, into: out, adding: bias != nil)
}

/// Sets every row of `out` to `row`.
func fillRows(_ out: Tensor, with row: Tensor) {
    precondition(out.columns == row.count, "row of \(row.count) for \(out.shape)")
    parallelFor(out.rows, grain: 1024) { range in
        for r in range {
            unsafe (out.pointer + r * row.count).update(from: row.pointer, count: row.count)
        }
    }
}

/// out = a·b, or out + a·b.
///
/// OpenBLAS runs on one thread and the rows (or columns) of the result are split here: one pool of threads is
/// busy at a time, and small products cost no second one's spinning.
package func multiply(
    _ a: Tensor, _ orientationA: Orientation, _ b: Tensor, _ orientationB: Orientation, into out: Tensor, adding: Bool
) {
    let (m, k) = orientationA == .plain ? (a.rows, a.columns) : (a.columns, a.rows)
    let (kb, n) = orientationB == .plain ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(k == kb, "matmul of \(a.shape) and \(b.shape): inner extents \(k) and \(kb)")
    precondition(out.count == m * n, "matmul of \(m)×\(k)×\(n) into \(out.shape)")
    guard m > 0, n > 0 else { return }
    let byRows = m >= n
    // One part for each thread: every part packs the other operand anew.
    let extent = byRows ? m : n
    let grain = max(8, 200_000 / max(k * (byRows ? n : m), 1), extent / Parallel.workers)
    parallelFor(extent, grain: grain) { range in
        let rows = byRows ? range : 0..<m
        let columns = byRows ? 0..<n : range
        let offsetA = orientationA == .plain ? rows.lowerBound * a.columns : rows.lowerBound
        let offsetB = orientationB == .plain ? columns.lowerBound : columns.lowerBound * b.columns
        unsafe singleThreadedProduct(
            a.pointer + offsetA, orientationA, stride: a.columns,
            b.pointer + offsetB, orientationB, stride: b.columns,
            into: out.pointer + rows.lowerBound * n + columns.lowerBound, stride: n,
            m: rows.count, n: columns.count, k: k, adding: adding)
    }
}

/// One `sgemm` of the calling thread, on parts of row-major matrices with the given row strides.
package func singleThreadedProduct(
    _ a: UnsafePointer<Float>, _ orientationA: Orientation, stride strideA: Int,
    _ b: UnsafePointer<Float>, _ orientationB: Orientation, stride strideB: Int,
    into out: UnsafeMutablePointer<Float>, stride: Int, m: Int, n: Int, k: Int, adding: Bool
) {
    _ = singleThreadedBLAS
    unsafe cblas_sgemm(
        CblasRowMajor, orientationA.cblas, orientationB.cblas, blasint(m), blasint(n), blasint(k), 1,
        a, blasint(max(strideA, 1)), b, blasint(max(strideB, 1)), adding ? 1 : 0, out, blasint(max(stride, 1)))
}

/// The name of the processor OpenBLAS has chosen its kernels for.
package var blasCoreName: String {
    guard let name = unsafe openblas_get_corename() else { return "unknown" }
    return unsafe String(cString: name)
}

/// The version of OpenBLAS and how it was built.
package var blasConfiguration: String {
    guard let text = unsafe openblas_get_config() else { return "unknown" }
    return unsafe String(cString: text)
}

private let singleThreadedBLAS: Void = openblas_set_num_threads(1)
