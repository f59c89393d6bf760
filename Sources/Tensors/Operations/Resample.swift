package import CKernels

/// One axis of a separable resampling, as a sparse matrix: each output is a weighted sum of a few inputs.
///
/// Steps compose exactly (bilinear to one size and then to another is one axis of up to four taps), and the
/// transposed axis is the gradient's.
package struct ResamplingAxis: Sendable {
    /// The number of inputs.
    package let inputs: Int
    /// The number of outputs.
    package let outputs: Int
    /// The most inputs an output takes.
    package let taps: Int
    /// The input of tap k of output i at `[k · outputs + i]`.
    private let index: [Int32]
    /// The weight of tap k of output i at `[k · outputs + i]`.
    private let weight: [Float]

    /// Bilinear interpolation with half-pixel centres (PyTorch's `align_corners=False`), without antialiasing.
    package static func bilinear(from inputs: Int, to outputs: Int) -> ResamplingAxis {
        precondition(inputs > 0 && outputs > 0, "resampling from \(inputs) to \(outputs)")
        if inputs == outputs { return ResamplingAxis(inputs: inputs, (0..<inputs).map { [($0, 1)] }) }
        let step = Double(inputs) / Double(outputs)
        return ResamplingAxis(
            inputs: inputs,
            (0..<outputs).map { output in
                let position = max((Double(output) + 0.5) * step - 0.5, 0)
                let low = min(Int(position), inputs - 1)
                let high = min(low + 1, inputs - 1)
                let fraction = Float(position - Double(low))
                return low == high ? [(low, 1 as Float)] : [(low, 1 - fraction), (high, fraction)]
            })
    }

    /// Bicubic interpolation with half-pixel centres, borders repeated (PyTorch's `bicubic`, Keys' kernel of a = -3/4).
    ///
    /// - Parameters:
    ///   - inputs: the number of inputs.
    ///   - outputs: the number of outputs.
    ///   - scale: by how much outputs are denser, where that is not their number over the inputs' (PyTorch's `scale_factor`).
    /// - Returns: the axis.
    package static func bicubic(from inputs: Int, to outputs: Int, scale: Double? = nil) -> ResamplingAxis {
        precondition(inputs > 0 && outputs > 0, "resampling from \(inputs) to \(outputs)")
        let step = scale.map { 1 / $0 } ?? Double(inputs) / Double(outputs)
        func kernel(_ x: Double) -> Double { keys(x, a: -0.75) }
        return ResamplingAxis(
            inputs: inputs,
            (0..<outputs).map { output in
                let position = (Double(output) + 0.5) * step - 0.5
                let low = position.rounded(.down)
                let t = position - low
                var weights: [Int: Float] = [:]
                for (offset, weight) in [(-1, kernel(t + 1)), (0, kernel(t)), (1, kernel(1 - t)), (2, kernel(2 - t))] {
                    weights[min(max(Int(low) + offset, 0), inputs - 1), default: 0] += Float(weight)
                }
                return weights.sorted { $0.key < $1.key }.map { (input: $0.key, weight: $0.value) }
            })
    }

    /// Keys' cubic kernel at a distance, 0 from 2 on.
    private static func keys(_ x: Double, a: Double) -> Double {
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }

    /// Bilinear interpolation whose triangle widens as the picture shrinks (PyTorch's `antialias=True`).
    package static func antialiased(from inputs: Int, to outputs: Int) -> ResamplingAxis {
        antialiased(from: inputs, to: outputs, radius: 1) { max(1 - $0, 0) }
    }

    /// Bicubic interpolation whose kernel, Keys' of a = -1/2, widens as the picture shrinks (PyTorch's `bicubic` with
    /// `antialias=True`).
    package static func antialiasedBicubic(from inputs: Int, to outputs: Int) -> ResamplingAxis {
        antialiased(from: inputs, to: outputs, radius: 2) { keys($0, a: -0.5) }
    }

    private static func antialiased(
        from inputs: Int, to outputs: Int, radius: Double, _ kernel: (Double) -> Double
    ) -> ResamplingAxis {
        precondition(inputs > 0 && outputs > 0, "resampling from \(inputs) to \(outputs)")
        let step = Double(inputs) / Double(outputs)
        let width = max(step, 1)
        return ResamplingAxis(
            inputs: inputs,
            (0..<outputs).map { output in
                let center = (Double(output) + 0.5) * step
                let first = max(Int(center - width * radius + 0.5), 0)
                let end = min(Int(center + width * radius + 0.5), inputs)
                let weights = (first..<end).map { kernel(abs(Double($0) + 0.5 - center) / width) }
                let sum = weights.reduce(0, +)
                return zip(first..<end, weights).map { ($0, Float($1 / sum)) }
            })
    }

    /// The mean of each group of so many inputs; the last group may be smaller.
    package static func means(of size: Int, over inputs: Int) -> ResamplingAxis {
        ResamplingAxis(
            inputs: inputs,
            stride(from: 0, to: inputs, by: size).map { start in
                let end = min(start + size, inputs)
                return (start..<end).map { ($0, 1 / Float(end - start)) }
            })
    }

    private init(inputs: Int, _ rows: [[(input: Int, weight: Float)]]) {
        self.inputs = inputs
        outputs = rows.count
        taps = max(rows.map(\.count).max() ?? 1, 1)
        var index = [Int32](repeating: 0, count: taps * rows.count)
        var weight = [Float](repeating: 0, count: taps * rows.count)
        for (output, row) in rows.enumerated() {
            for (tap, entry) in row.enumerated() {
                index[tap * rows.count + output] = Int32(entry.input)
                weight[tap * rows.count + output] = entry.weight
            }
        }
        self.index = index
        self.weight = weight
    }

    /// The inputs and weights of one output.
    private func row(_ output: Int) -> [(input: Int, weight: Float)] {
        (0..<taps).compactMap { tap in
            let value = weight[tap * outputs + output]
            return value == 0 ? nil : (Int(index[tap * outputs + output]), value)
        }
    }

    /// This axis followed by another.
    package func then(_ next: ResamplingAxis) -> ResamplingAxis {
        precondition(outputs == next.inputs, "axis to \(outputs) followed by one from \(next.inputs)")
        return ResamplingAxis(
            inputs: inputs,
            (0..<next.outputs).map { output in
                var sums: [Int: Float] = [:]
                for (middle, outer) in next.row(output) {
                    for (input, inner) in row(middle) { sums[input, default: 0] += outer * inner }
                }
                return sums.sorted { $0.key < $1.key }.map { (input: $0.key, weight: $0.value) }
            })
    }

    /// The adjoint: carries gradients of the outputs back to the inputs.
    package var transposed: ResamplingAxis {
        var rows = [[(input: Int, weight: Float)]](repeating: [], count: inputs)
        for output in 0..<outputs {
            for (input, value) in row(output) { rows[input].append((output, value)) }
        }
        return ResamplingAxis(inputs: outputs, rows)
    }

    /// Calls `body` with the axis as the kernels take it.
    package func withKernelAxis<Result>(_ body: (ditta_axis) -> Result) -> Result {
        unsafe index.withUnsafeBufferPointer { index in
            unsafe weight.withUnsafeBufferPointer { weight in
                unsafe body(
                    ditta_axis(index: index.baseAddress, weight: weight.baseAddress, taps: taps, length: outputs))
            }
        }
    }
}

/// Both axes of a picture's resampling.
package struct Resampling: Sendable {
    /// The vertical axis.
    package let rows: ResamplingAxis
    /// The horizontal axis.
    package let columns: ResamplingAxis

    /// Makes a resampling of its axes.
    package init(rows: ResamplingAxis, columns: ResamplingAxis) {
        self.rows = rows
        self.columns = columns
    }

    /// Bilinear resampling from one size (height, width) through any number of others.
    package static func bilinear(_ sizes: (height: Int, width: Int)...) -> Resampling {
        var rows = ResamplingAxis.bilinear(from: sizes[0].height, to: sizes[0].height)
        var columns = ResamplingAxis.bilinear(from: sizes[0].width, to: sizes[0].width)
        for (from, to) in zip(sizes, sizes.dropFirst()) {
            rows = rows.then(.bilinear(from: from.height, to: to.height))
            columns = columns.then(.bilinear(from: from.width, to: to.width))
        }
        return Resampling(rows: rows, columns: columns)
    }

    /// The adjoint.
    package var transposed: Resampling { Resampling(rows: rows.transposed, columns: columns.transposed) }

    /// Resamples x `[H, W, C]` → `[H', W', C]`.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        let out = Tensor(uninitialized: [rows.outputs, columns.outputs, x.shape[2]])
        apply(x, to: out, adding: false)
        return out
    }

    /// Resamples x `[H, W, C]` into `out` `[H', W', C]`, or adds it there.
    package func apply(_ x: Tensor, to out: Tensor, adding: Bool) {
        precondition(
            x.shape.count == 3 && x.shape[0] == rows.inputs && x.shape[1] == columns.inputs,
            "resampling of \(x.shape), expected [\(rows.inputs), \(columns.inputs), C]")
        let (width, channels) = (x.shape[1], x.shape[2])
        precondition(
            out.count == rows.outputs * columns.outputs * channels, "resampling of \(x.shape) into \(out.shape)")
        parallelFor(rows.outputs) { range in
            let line = Tensor(uninitialized: [width, channels])
            for y in range {
                unsafe rows.withKernelAxis { axis in
                    unsafe ditta_resample_rows(line.pointer, x.pointer, axis, width * channels, 0, y, y + 1)
                }
                unsafe columns.withKernelAxis { axis in
                    let target = unsafe out.pointer + y * axis.length * channels
                    unsafe ditta_resample_columns(target, line.pointer, axis, channels, adding ? 1 : 0)
                }
            }
        }
    }
}
