import CKernels
import Tensors

// Activations of the tape.

extension Tape {
    /// max(x, 0) for each value.
    package func relu(_ x: Variable) -> Variable {
        let out = x.value.copy()
        rectify(out)
        return record(out, from: [x]) { [x = x.gradient] gradient in
            reluBackward(gradient, output: out)
            x?.add(gradient)
        }
    }

    /// x Φ(x) for each value (GELU by erf).
    package func gelu(_ x: Variable) -> Variable {
        let input = x.value
        let out = Tensor(uninitialized: input.shape)
        parallelFor(input.count, grain: 16384) { range in
            unsafe ditta_gelu(out.pointer + range.lowerBound, input.pointer + range.lowerBound, range.count)
        }
        return record(out, from: [x]) { [x = x.gradient] gradient in
            // In the gradient's own place, which nobody needs afterwards.
            parallelFor(input.count, grain: 16384) { range in
                let start = range.lowerBound
                unsafe ditta_gelu_backward(
                    gradient.pointer + start, gradient.pointer + start, input.pointer + start, range.count, 0)
            }
            x?.add(gradient)
        }
    }

    /// Softmax over the last dimension: `[..., C]` → `[..., C]`.
    package func softmax(_ x: Variable) -> Variable {
        let out = Tensors.softmax(x.value)
        return record(out, from: [x]) { [x = x.gradient] gradient in
            let columns = out.columns
            parallelFor(out.rows, grain: max(1, 16384 / max(columns, 1))) { rows in
                let start = rows.lowerBound * columns
                unsafe ditta_softmax_rows_backward(
                    gradient.pointer + start, gradient.pointer + start, out.pointer + start, 1, rows.count, columns, 0)
            }
            x?.add(gradient)
        }
    }
}
