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

    private func scratch() -> Tensor {
        Tensor(uninitialized: [2 * logits.shape[1] * classes + 2 * (classes + 1) * width])
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

    /// Labels and entropies: upsample → softmax → argmax and entropy.
    public func predict() -> DensePrediction {
        var labels = [UInt16](repeating: 0, count: height * width)
        let entropy = Tensor(uninitialized: [height, width])
        unsafe labels.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let base = unsafe buffer
            parallelFor(height) { rows in
                let scratch = scratch()
                unsafe withKernelLogits { logits in
                    for y in rows {
                        unsafe ditta_predict_row(
                            base.baseAddress.map { unsafe $0 + y * width }, entropy.pointer + y * width, logits,
                            scratch.pointer, y)
                    }
                }
            }
        }
        return DensePrediction(labels: labels, entropy: entropy, highestEntropy: maximum(entropy))
    }

    /// Replaces labels of `own`, this map's prediction, where its reliability is below `threshold`, by those of both
    /// predictions' probabilities, weighted by relative reliability.
    ///
    /// Source: the paper's reliability-weighted fusion (method step 19).
    public func blend(
        _ own: inout DensePrediction, with other: DenseLogits, _ prediction: DensePrediction, below threshold: Float
    ) {
        let (entropy, highest) = (own.entropy, own.highestEntropy)
        unsafe own.labels.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let base = unsafe buffer
            parallelFor(height) { rows in
                let scratch = scratch()
                unsafe withKernelLogits { first in
                    unsafe other.withKernelLogits { second in
                        for y in rows {
                            unsafe ditta_blend_row(
                                base.baseAddress.map { unsafe $0 + y * width }, first, entropy.pointer + y * width,
                                highest, second, prediction.entropy.pointer + y * width, prediction.highestEntropy,
                                threshold, scratch.pointer, y)
                        }
                    }
                }
            }
        }
    }
}

/// The largest value of a tensor.
public func maximum(_ x: Tensor) -> Float { x.values.max() ?? 0 }
