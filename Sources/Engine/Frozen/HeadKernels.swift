import CKernels

// What SAM 2's mask decoder and memory encoder do between products, on a tile's rows and on the calling thread.

/// x + y of float32 numbers `[rows, C]`, into either precision.
package func add(_ x: Matrix, _ y: Matrix, into out: Matrix) {
    precondition(
        x.rows == y.rows && x.columns == y.columns && x.rows == out.rows && x.columns == out.columns,
        "sum of \(x.rows)×\(x.columns) and \(y.rows)×\(y.columns) into \(out.rows)×\(out.columns)")
    unsafe ditta_sum_rows(out.pointer, x.floats, y.floats, x.rows * x.columns, out.half)
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

/// A depthwise convolution of stride 1 with zero padding, for some rows of a picture, in float32.
///
/// - Parameters:
///   - x: the whole picture `[height · width, C]`.
///   - weight: `[kernel², C]`, kernel odd; bias: `[C]`.
///   - rows: the picture's rows to compute: out is `[rows · width, C]`.
package func depthwiseConvolution(
    _ x: Matrix, width: Int, weight: Tensor, bias: Tensor, kernel: Int, rows: Range<Int>, into out: Matrix
) {
    let height = x.rows / width
    precondition(
        weight.shape == [kernel * kernel, x.columns] && kernel % 2 == 1 && bias.count == x.columns
            && out.columns == x.columns && rows.lowerBound >= 0 && rows.upperBound <= height
            && out.rows == rows.count * width, "depthwise \(weight.shape) of \(x.rows)×\(x.columns), rows \(rows)")
    unsafe ditta_depthwise(
        out.floats, x.floats, weight.pointer, bias.pointer, kernel, height, width, x.columns, rows.lowerBound,
        rows.upperBound)
}

/// GELU of the layer norm of a mask's 3×3 convolution of stride 2 with zero padding, for some rows of its output.
///
/// - Parameters:
///   - mask: `[height, width]`, the height even and the width a multiple of 32.
///   - weight: `[4, 9]`; bias: `[4]`.
///   - factor: the norm's weight `[4]`; shift: its bias.
///   - rows: the output's rows: out is `[rows · width/2, 4]`, in either precision.
package func embedMask(
    _ mask: Tensor, weight: Tensor, bias: Tensor, factor: Tensor, shift: Tensor, epsilon: Float, rows: Range<Int>,
    into out: Matrix
) {
    let (height, width) = (mask.rows, mask.columns)
    precondition(
        height % 2 == 0 && width % 32 == 0 && weight.shape == [4, 9] && bias.count == 4 && factor.count == 4
            && shift.count == 4 && rows.lowerBound >= 0 && rows.upperBound <= height / 2
            && out.rows == rows.count * width / 2 && out.columns == 4,
        "mask \(mask.shape), rows \(rows) into \(out.rows)×\(out.columns)")
    unsafe ditta_embed_mask_rows(
        out.pointer, mask.pointer, weight.pointer, bias.pointer, factor.pointer, shift.pointer, epsilon, width,
        rows.lowerBound, rows.upperBound, out.half)
}
