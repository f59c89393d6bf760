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
    // Every part packs its rows and columns anew, so parts are rather square and not many. How they are cut depends on the
    // extents alone: another cut would be another rounding.
    let (down, across) = productParts(m, n, k)
    parallelFor(down * across) { range in
        for part in range { multiplyPart(part) }
    }

    @Sendable func multiplyPart(_ part: Int) {
        let (y, x) = (part / across, part % across)
        let rows = y * m / down..<(y + 1) * m / down
        let columns = x * n / across..<(x + 1) * n / across
        let offsetA = orientationA == .plain ? rows.lowerBound * a.columns : rows.lowerBound
        let offsetB = orientationB == .plain ? columns.lowerBound : columns.lowerBound * b.columns
        unsafe singleThreadedProduct(
            a.pointer + offsetA, orientationA, stride: a.columns,
            b.pointer + offsetB, orientationB, stride: b.columns,
            into: out.pointer + rows.lowerBound * n + columns.lowerBound, stride: n,
            m: rows.count, n: columns.count, k: k, adding: adding)
    }
}

/// Into how many parts, down and across, a product's result is cut: at most 16, of some hundred rows or columns each and of
/// enough work for a thread.
private func productParts(_ m: Int, _ n: Int, _ k: Int) -> (down: Int, across: Int) {
    let worthwhile = min(max(Int(Double(m) * Double(n) * Double(k) / 400_000), 1), 16)
    var (down, across) = (1, 1)
    while 2 * down * across <= worthwhile {
        if m / down >= n / across, m / down >= 128 {
            down *= 2
        } else if n / across >= 128 {
            across *= 2
        } else {
            break
        }
    }
    return (down, across)
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

private let singleThreadedBLAS: Void = {
    openblas_set_num_threads(1)
    ProductBuffers.reserve()
}()
