import CKernels
package import Tensors

// What compiled networks do between products, on a tile's rows and on the calling thread.

/// x `[rows, C]` in another precision.
package func convert(_ x: Matrix, into out: Matrix) {
    precondition(x.rows == out.rows && x.columns == out.columns, "\(x.rows)×\(x.columns) into \(out.rows)")
    let count = x.rows * x.columns
    switch (x.precision, out.precision) {
    case (.fp32, .bf16): unsafe ditta_to_bfloat16s(out.pointer, x.floats, count)
    case (.bf16, .fp32): unsafe ditta_from_bfloat16s(out.floats, x.pointer, count)
    default: unsafe out.pointer.copyMemory(from: x.pointer, byteCount: count * x.precision.size)
    }
}

/// Layer normalisation of float32 rows `[rows, C]` with weight and bias `[C]`, into either precision; in place if told so.
package func layerNorm(_ x: Matrix, weight: Tensor, bias: Tensor, epsilon: Float, into out: Matrix) {
    precondition(
        x.rows == out.rows && x.columns == out.columns && weight.count == x.columns && bias.count == x.columns,
        "layer norm of \(x.rows)×\(x.columns) by \(weight.shape) into \(out.rows)×\(out.columns)")
    unsafe ditta_layer_norm(
        out.pointer, x.floats, weight.pointer, bias.pointer, x.rows, x.columns, epsilon, out.bf16Flag)
}

/// Softmax but for the division: e^(x - the row's highest), and its sum for each row `[rows, 1]`; in place if told so.
///
/// - Parameters:
///   - x: scores `[rows, M]`, M a multiple of 16.
///   - columns: how many of them count; for the others the result is 0.
///   - out: where the powers go `[rows, M]`; may be `x`.
///   - sums: where their sums go `[rows, 1]`.
package func exponentialRows(_ x: Matrix, columns: Int, into out: Matrix, sums: Matrix) {
    precondition(
        x.rows == out.rows && x.columns == out.columns && x.columns % 16 == 0 && (1...x.columns).contains(columns)
            && sums.rows == x.rows && sums.columns == 1,
        "exponentials of \(columns) of \(x.rows)×\(x.columns) into \(out.rows)×\(out.columns)")
    unsafe ditta_exponential_rows(
        out.pointer, sums.floats, x.floats, x.rows, columns, x.columns, out.bf16Flag)
}

/// Some rows of x, in the order of their numbers; what is left of `out` repeats the last.
package func gather(_ x: Matrix, rows: ArraySlice<Int32>, into out: Matrix) {
    precondition(
        x.columns == out.columns && x.precision == out.precision && !rows.isEmpty && rows.count <= out.rows,
        "\(rows.count) rows of \(x.columns) into \(out.rows)×\(out.columns)")
    let size = x.columns * x.precision.size
    for index in 0..<out.rows {
        let row = x[Int(rows[min(rows.startIndex + index, rows.endIndex - 1)])..<x.rows]
        unsafe (out.pointer + index * size).copyMemory(from: row.pointer, byteCount: size)
    }
}

/// Sets all numbers to 0.
package func clear(_ x: Matrix) {
    unsafe x.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: x.rows * x.columns * x.precision.size)
}

/// Sets all numbers of a float32 matrix to one.
package func fill(_ x: Matrix, with value: Float) {
    unsafe x.floats.update(repeating: value, count: x.rows * x.columns)
}

/// Rows of x `[rows, d]` divided by `sums` `[rows, 1]`, into the columns of `out` that begin at `column`.
package func divideRows(_ x: Matrix, by sums: Matrix, into out: Matrix, column: Int) {
    precondition(
        x.rows == out.rows && sums.rows == x.rows && sums.columns == 1 && column >= 0
            && column + x.columns <= out.columns, "rows \(x.rows)×\(x.columns) into \(out.columns) from \(column)")
    unsafe ditta_divide_rows(
        out.pointer + column * out.precision.size, out.columns, x.floats, sums.floats, x.rows, x.columns, out.bf16Flag)
}

/// GELU of a depthwise 3×3 convolution with zero padding, for some rows of a picture.
///
/// - Parameters:
///   - x: the whole picture `[height · width, C]`.
///   - width: the picture's width.
///   - weight: `[9, C]`.
///   - bias: `[C]`.
///   - rows: the picture's rows to compute.
///   - out: where they go, `[rows · width, C]`.
package func depthwiseConvolutionGELU(
    _ x: Matrix, width: Int, weight: Tensor, bias: Tensor, rows: Range<Int>, into out: Matrix
) {
    let height = x.rows / width
    precondition(
        weight.shape == [9, x.columns] && bias.count == x.columns && out.columns == x.columns
            && x.precision == out.precision && rows.lowerBound >= 0 && rows.upperBound <= height
            && out.rows == rows.count * width, "depthwise \(weight.shape) of \(x.rows)×\(x.columns), rows \(rows)")
    unsafe ditta_depthwise_gelu(
        out.pointer, x.pointer, weight.pointer, bias.pointer, height, width, x.columns, rows.lowerBound,
        rows.upperBound, out.bf16Flag)
}

/// The patches of a convolution with zero padding, for some rows of its output.
///
/// - Parameters:
///   - x: the whole picture `[height · width, C]`.
///   - width: the picture's width.
///   - kernel: the kernel's side.
///   - stride: the step from patch to patch.
///   - padding: the zeros around the picture.
///   - outWidth: the output's width.
///   - rows: the output's rows to compute.
///   - out: where they go, `[rows · outWidth, kernel² · C]`.
package func unfold(
    _ x: Matrix, width: Int, kernel: Int, stride: Int, padding: Int, outWidth: Int, rows: Range<Int>, into out: Matrix
) {
    precondition(
        x.precision == out.precision && out.columns == kernel * kernel * x.columns && rows.lowerBound >= 0
            && out.rows == rows.count * outWidth, "patches of \(x.rows)×\(x.columns) into \(out.rows)×\(out.columns)")
    unsafe ditta_unfold(
        out.pointer, x.pointer, x.rows / width, width, x.columns * x.precision.size, kernel, stride, padding, outWidth,
        rows.lowerBound, rows.upperBound)
}

/// A depthwise convolution of stride 1 with zero padding, for some rows of a picture, in float32.
///
/// - Parameters:
///   - x: the whole picture `[height · width, C]`.
///   - width: the picture's width.
///   - weight: `[kernel², C]`.
///   - bias: `[C]`.
///   - kernel: the kernel's side, odd.
///   - rows: the picture's rows to compute.
///   - out: where they go, `[rows · width, C]`.
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

/// x + y of float32 numbers `[rows, C]`, into either precision.
package func add(_ x: Matrix, _ y: Matrix, into out: Matrix) {
    precondition(
        x.rows == y.rows && x.columns == y.columns && x.rows == out.rows && x.columns == out.columns,
        "sum of \(x.rows)×\(x.columns) and \(y.rows)×\(y.columns) into \(out.rows)×\(out.columns)")
    unsafe ditta_sum_rows(out.pointer, x.floats, y.floats, x.rows * x.columns, out.bf16Flag)
}
