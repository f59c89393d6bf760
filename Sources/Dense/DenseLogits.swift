import CKernels
package import Raster
package import Tensors

/// Labels and entropies of a frame at full resolution.
package struct DensePrediction: Sendable {
    /// Class ids `[H, W]`: the argmax.
    package var labels: LabelMap
    /// Entropy of the class probabilities, in nats, `[H, W]`.
    package let entropy: Tensor
    /// The largest entropy in the frame.
    package let highestEntropy: Float

    /// How sure each pixel is beside the least sure one, 1 - entropy / highest, 0...1, `[H, W]`; 1 if all are sure (method
    /// step 9).
    package var reliability: Tensor {
        Tensor(entropy.values.map { highestEntropy > 0 ? 1 - $0 / highestEntropy : 1 }, entropy.shape)
    }
}

/// Logits at the network's resolution together with their way to the frame's: everything at full resolution is made a
/// row at a time.
package struct DenseLogits: Sendable {
    /// Logits `[h, w, C]`.
    package let logits: Tensor
    /// How they are upsampled to `[H, W, C]`.
    package let upsampling: Resampling

    /// Pairs logits with their upsampling.
    package init(_ logits: Tensor, _ upsampling: Resampling) {
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

    func scratch(_ more: Int = 0) -> Tensor {
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

    /// Class ids `[H, W]`: the argmax, the first of equal ones.
    package func labels() -> LabelMap {
        let (rows, columns) = (logits.shape[0], logits.shape[1])
        let cells = unsafe filledLabels(rows, width: columns) { buffer, range in
            unsafe ditta_cell_labels(
                buffer, logits.pointer + range.lowerBound * columns * classes, range.count * columns, classes)
        }
        let labels = unsafe filledLabels(height, width: width) { buffer, range in
            let scratch = Tensor(uninitialized: [classes + columns + width])
            unsafe withKernelLogits { logits in
                unsafe cells.withUnsafeBufferPointer { cells in
                    unsafe ditta_label_rows(
                        buffer, cells.baseAddress, logits, scratch.pointer, range.lowerBound, range.upperBound)
                }
            }
        }
        return LabelMap(width: width, height: height, labels: labels)
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
    package func predict() -> DensePrediction {
        let entropy = Tensor(uninitialized: [height, width])
        parallelFor(height) { rows in
            let scratch = scratch()
            unsafe withKernelLogits { logits in
                for y in rows { unsafe ditta_entropy_row(entropy.pointer + y * width, logits, scratch.pointer, y) }
            }
        }
        return DensePrediction(labels: labels(), entropy: entropy, highestEntropy: maximum(entropy))
    }
}
