import CKernels
import Raster
import Tensors

// Two predictions of a frame joined by how reliable each is (method step 19).
extension DenseLogits {
    /// The cells that pixels in doubt take from, in order: those whose reliability in this map's prediction is below
    /// `threshold`.
    package func doubtfulCells(_ own: DensePrediction, below threshold: Float) -> [Int32] {
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
    package func blend(_ own: inout DensePrediction, with other: DenseLogits, below threshold: Float) {
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
        unsafe own.labels.labels.withUnsafeMutableBufferPointer { buffer in
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
