import CKernels

/// Turns RGB pictures of one size into normalised float pictures of another, in one pass over memory.
package struct PixelNormalization: Sendable {
    private let resampling: Resampling
    private let scale: [Float]
    private let shift: [Float]

    /// Sample · scale + shift, one of each for red, green and blue, after resampling.
    package init(_ resampling: Resampling, scale: [Float], shift: [Float]) {
        precondition(
            scale.count == 3 && shift.count == 3, "RGB has 3 channels, not \(scale.count) and \(shift.count)")
        self.resampling = resampling
        self.scale = scale
        self.shift = shift
    }

    /// Normalises interleaved samples `[H, W, 3]` → `[H', W', 3]`.
    package func callAsFunction(_ pixels: [UInt8]) -> Tensor {
        let (rows, columns) = (resampling.rows, resampling.columns)
        precondition(
            pixels.count == rows.inputs * columns.inputs * 3,
            "\(pixels.count) samples, expected [\(rows.inputs), \(columns.inputs), 3]")
        let out = Tensor(uninitialized: [rows.outputs, columns.outputs, 3])
        parallelFor(rows.outputs, grain: 16) { range in
            let line = Tensor(uninitialized: [3 * columns.inputs + 1])
            let target = unsafe out.pointer + range.lowerBound * columns.outputs * 3
            unsafe rows.withKernelAxis { rows in
                unsafe columns.withKernelAxis { columns in
                    unsafe ditta_normalize_pixels(
                        target, pixels, resampling.columns.inputs, rows, columns, scale, shift, line.pointer,
                        range.lowerBound, range.upperBound)
                }
            }
        }
        return out
    }
}
