import CKernels
import Tensors

// What transformers do between products beyond what every compiled network does, on a tile's rows and on the calling thread.

/// GELU of numbers `[rows, C]` of either precision, into either; in place if told so.
package func gelu(_ x: Matrix, into out: Matrix) {
    precondition(x.rows == out.rows && x.columns == out.columns, "GELU of \(x.rows)×\(x.columns) into \(out.rows)")
    unsafe ditta_gelu_rows(out.pointer, x.pointer, x.rows * x.columns, x.bf16Flag, out.bf16Flag)
}

/// SiLU of the first half of each row's numbers times the second half: `[rows, 2C]` → `[rows, C]`, of either precision into either.
package func swiglu(_ x: Matrix, into out: Matrix) {
    precondition(
        x.rows == out.rows && x.columns == 2 * out.columns, "halves of \(x.rows)×\(x.columns) into \(out.columns)")
    unsafe ditta_swiglu_rows(out.pointer, x.pointer, x.rows, out.columns, x.bf16Flag, out.bf16Flag)
}

/// Softmax over keys that come in blocks, but for the division: a block's e^(score - highest score so far), its sum added to
/// `sums` `[rows, 1]`; where the highest rises, `sums` and what was weighed so far are brought to it.
///
/// - Parameters:
///   - x: scores `[rows, M]`, M a multiple of 16.
///   - columns: how many of them count; for the others the result is 0.
///   - out: where the block's weights go, `[rows, M]`.
///   - sums: the sum of weights of each row so far `[rows, 1]`.
///   - highest: the highest score of each row `[rows, 1]`, -∞ before the first block.
///   - weighed: Σ weight · value so far `[rows, d]`.
package func runningSoftmax(
    _ x: Matrix, columns: Int, into out: Matrix, sums: Matrix, highest: Matrix, weighed: Matrix
) {
    precondition(
        x.rows == out.rows && x.columns == out.columns && x.columns % 16 == 0 && (1...x.columns).contains(columns)
            && sums.rows == x.rows && highest.rows == x.rows && weighed.rows == x.rows && sums.columns == 1
            && highest.columns == 1, "softmax of \(columns) of \(x.rows)×\(x.columns) into \(out.rows)×\(out.columns)")
    unsafe ditta_running_softmax(
        out.pointer, sums.floats, highest.floats, weighed.floats, x.floats, x.rows, columns, x.columns, weighed.columns,
        out.bf16Flag)
}

/// Adds float32 numbers to others of the same extents.
package func add(_ x: Matrix, to out: Matrix) {
    precondition(x.rows == out.rows && x.columns == out.columns, "\(x.rows)×\(x.columns) added to \(out.rows)")
    unsafe ditta_add(out.floats, x.floats, x.rows * x.columns)
}

/// The highest of each 2×2 of a float32 map: `[height · width, C]` → `[height/2 · width/2, C]`.
package func maxPool(_ x: Matrix, width: Int, into out: Matrix) {
    let halfWidth = width / 2
    precondition(
        width % 2 == 0 && x.rows % (2 * width) == 0 && 4 * out.rows == x.rows && out.columns == x.columns,
        "pooling of \(x.rows)×\(x.columns) into \(out.rows)×\(out.columns)")
    for row in 0..<out.rows {
        let corner = row / halfWidth * 2 * width + row % halfWidth * 2
        let first = unsafe x.floats + corner * x.columns
        let below = unsafe first + width * x.columns
        unsafe ditta_pool_rows(
            out.floats + row * x.columns, first, first + x.columns, below, below + x.columns, x.columns)
    }
}

/// Rotary embedding: each pair of channels of float32 rows `[rows, C]` turned by its angle; in place if told so.
///
/// - Parameters:
///   - x: the rows `[rows, C]`.
///   - cosines: of each pair's angle `[rows, C/2]`.
///   - sines: of each pair's angle `[rows, C/2]`.
///   - out: where they go; may be `x`.
package func rotate(_ x: Matrix, cosines: Matrix, sines: Matrix, into out: Matrix) {
    precondition(
        x.rows == out.rows && x.columns == out.columns && x.columns % 2 == 0 && cosines.rows == x.rows
            && sines.rows == x.rows && 2 * cosines.columns == x.columns && 2 * sines.columns == x.columns,
        "rotation of \(x.rows)×\(x.columns) by \(cosines.rows)×\(cosines.columns)")
    unsafe ditta_rotate_rows(out.floats, x.floats, cosines.floats, sines.floats, x.rows * x.columns)
}

/// The products of few rows `[M, K]` with a tile's cells `[N, K]`, into the columns of float32 `out` `[M, *]` that begin at
/// `column`.
package func products(_ rows: Matrix, _ cells: Matrix, into out: Matrix, column: Int) {
    precondition(
        rows.columns == cells.columns && out.rows == rows.rows && column >= 0
            && column + cells.rows <= out.columns,
        "\(rows.rows)×\(rows.columns) with \(cells.rows)×\(cells.columns) into \(out.columns) columns from \(column)")
    unsafe singleThreadedProduct(
        rows.floats, .plain, stride: rows.columns, cells.floats, .transposed, stride: cells.columns,
        into: out.floats + column, stride: out.columns, m: rows.rows, n: cells.rows, k: rows.columns, adding: false)
}

/// One head of softmax attention: queries `[M, C]`, keys and values `[N, C]`, in float32, of which the head has C / heads
/// channels; into the same channels of `out` `[M, C]`, in either precision.
///
/// For few keys or few queries: the scores exist as a whole. Queries come scaled.
package func attend(_ queries: Matrix, keys: Matrix, values: Matrix, head: Int, of heads: Int, into out: Matrix) {
    let (rows, width) = (queries.rows, queries.columns)
    precondition(
        keys.columns == width && values.columns == width && values.rows == keys.rows && out.rows == rows
            && out.columns == width && width % heads == 0 && (0..<heads).contains(head),
        "head \(head) of \(heads) of \(rows)×\(width) and \(keys.rows)×\(keys.columns)")
    let (channels, padded) = (width / heads, (keys.rows + 15) / 16 * 16)
    let column = head * channels
    let scores = Matrix(Tensor(uninitialized: [rows, padded]), rows: rows)
    unsafe singleThreadedProduct(
        queries.floats + column, .plain, stride: width, keys.floats + column, .transposed, stride: width,
        into: scores.floats, stride: padded, m: rows, n: keys.rows, k: channels, adding: false)
    let sums = Matrix(Tensor(uninitialized: [rows, 1]), rows: rows)
    exponentialRows(scores, columns: keys.rows, into: scores, sums: sums)
    let weighed = Matrix(Tensor(uninitialized: [rows, channels]), rows: rows)
    unsafe singleThreadedProduct(
        scores.floats, .plain, stride: padded, values.floats + column, .plain, stride: width, into: weighed.floats,
        stride: channels, m: rows, n: channels, k: keys.rows, adding: false)
    divideRows(weighed, by: sums, into: out, column: column)
}
