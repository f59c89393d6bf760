import CKernels

/// The label that stands for "no target" in maps of targets and objects.
public let noLabel = UInt16.max

/// Labels and entropies of a frame at full resolution.
public struct DensePrediction: Sendable {
    /// Class ids `[H · W]`: the argmax.
    public var labels: [UInt16]
    /// Entropy of the class probabilities, in nats, `[H, W]`.
    public let entropy: Tensor
    /// The largest entropy in the frame.
    public let highestEntropy: Float

    /// How sure each pixel is beside the least sure one, 1 - entropy / highest, 0...1, `[H, W]`; 1 if all are sure (method
    /// step 9).
    public var reliability: Tensor {
        Tensor(entropy.values.map { highestEntropy > 0 ? 1 - $0 / highestEntropy : 1 }, entropy.shape)
    }
}

/// Logits at the network's resolution together with their way to the frame's: everything at full resolution is made a
/// row at a time.
public struct DenseLogits: Sendable {
    /// Logits `[h, w, C]`.
    public let logits: Tensor
    /// How they are upsampled to `[H, W, C]`.
    public let upsampling: Resampling

    /// Pairs logits with their upsampling.
    public init(_ logits: Tensor, _ upsampling: Resampling) {
        precondition(
            logits.shape.count == 3 && logits.shape[0] == upsampling.rows.inputs
                && logits.shape[1] == upsampling.columns.inputs,
            "logits \(logits.shape) for upsampling from \(upsampling.rows.inputs)×\(upsampling.columns.inputs)")
        self.logits = logits
        self.upsampling = upsampling
    }

    var classes: Int { logits.columns }
    var height: Int { upsampling.rows.outputs }
    var width: Int { upsampling.columns.outputs }

    private func scratch(_ more: Int = 0) -> Tensor {
        Tensor(uninitialized: [2 * logits.shape[1] * classes + 2 * (classes + 1) * width + more])
    }

    /// Calls `body` with the logits as the kernels take them.
    func withKernelLogits<Result>(_ body: (ditta_logits) -> Result) -> Result {
        unsafe upsampling.rows.withKernelAxis { rows in
            unsafe upsampling.columns.withKernelAxis { columns in
                unsafe body(
                    ditta_logits(
                        logits: logits.pointer, width: logits.shape[1], classes: classes, rows: rows, columns: columns))
            }
        }
    }

    /// Class ids `[H · W]`: the argmax, the first of equal ones.
    public func labels() -> [UInt16] {
        let (rows, columns) = (logits.shape[0], logits.shape[1])
        let cells = unsafe filledLabels(rows, width: columns) { buffer, range in
            unsafe ditta_cell_labels(
                buffer, logits.pointer + range.lowerBound * columns * classes, range.count * columns, classes)
        }
        return unsafe filledLabels(height, width: width) { buffer, range in
            let scratch = Tensor(uninitialized: [classes + columns + width])
            unsafe withKernelLogits { logits in
                unsafe cells.withUnsafeBufferPointer { cells in
                    unsafe ditta_label_rows(
                        buffer, cells.baseAddress, logits, scratch.pointer, range.lowerBound, range.upperBound)
                }
            }
        }
    }

    /// Labels of rows, which `body` writes: it is given where a range of them begins.
    private func filledLabels(
        _ height: Int, width: Int, _ body: @Sendable (UnsafeMutablePointer<UInt16>, Range<Int>) -> Void
    ) -> [UInt16] {
        unsafe Array(unsafeUninitializedCapacity: height * width) { buffer, count in
            count = height * width
            guard let base = buffer.baseAddress else { return }
            nonisolated(unsafe) let first = unsafe base
            parallelFor(height) { rows in unsafe body(first + rows.lowerBound * width, rows) }
        }
    }

    /// Labels and entropies: upsample → softmax → argmax and entropy.
    public func predict() -> DensePrediction {
        let entropy = Tensor(uninitialized: [height, width])
        parallelFor(height) { rows in
            let scratch = scratch()
            unsafe withKernelLogits { logits in
                for y in rows { unsafe ditta_entropy_row(entropy.pointer + y * width, logits, scratch.pointer, y) }
            }
        }
        return DensePrediction(labels: labels(), entropy: entropy, highestEntropy: maximum(entropy))
    }

    /// The cells that pixels in doubt take from, in order: those whose reliability in this map's prediction is below
    /// `threshold`.
    public func doubtfulCells(_ own: DensePrediction, below threshold: Float) -> [Int32] {
        let doubt = ditta_doubt(highest: own.highestEntropy, threshold: threshold)
        let parts = parallelMap(height) { rows in
            var cells = [UInt8](repeating: 0, count: logits.rows)
            unsafe cells.withUnsafeMutableBufferPointer { cells in
                unsafe withKernelLogits { logits in
                    for y in rows {
                        unsafe ditta_doubtful_cells_row(
                            cells.baseAddress, logits, own.entropy.pointer + y * width, doubt, y)
                    }
                }
            }
            return cells
        }
        return (0..<logits.rows).filter { cell in parts.contains { $0[cell] != 0 } }.map(Int32.init)
    }

    /// Replaces labels of `own`, this map's prediction, where its reliability is below `threshold`, by those of both maps'
    /// probabilities, weighted by relative reliability.
    ///
    /// The other map is read at these pixels only, and the highest entropy that its reliability is measured by is that of
    /// these pixels. Source: the paper's reliability-weighted fusion (method step 19).
    public func blend(_ own: inout DensePrediction, with other: DenseLogits, below threshold: Float) {
        let entropy = own.entropy
        let doubt = ditta_doubt(highest: own.highestEntropy, threshold: threshold)
        let carried = Tensor(uninitialized: entropy.shape)
        let room = (1 + 2 * upsampling.columns.taps) * width
        parallelFor(height) { rows in
            let scratch = scratch(room)
            unsafe other.withKernelLogits { logits in
                for y in rows {
                    unsafe ditta_doubtful_entropy_row(
                        carried.pointer + y * width, logits, entropy.pointer + y * width, doubt, scratch.pointer, y)
                }
            }
        }
        let highest = maximum(carried)
        unsafe own.labels.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let base = unsafe buffer
            parallelFor(height) { rows in
                let scratch = scratch(room)
                unsafe withKernelLogits { first in
                    unsafe other.withKernelLogits { second in
                        for y in rows {
                            unsafe ditta_blend_row(
                                base.baseAddress.map { unsafe $0 + y * width }, first, entropy.pointer + y * width,
                                doubt, second, carried.pointer + y * width, highest, scratch.pointer, y)
                        }
                    }
                }
            }
        }
    }
}

/// The largest value of a tensor.
public func maximum(_ x: Tensor) -> Float { unsafe ditta_maximum(x.pointer, x.count) }
