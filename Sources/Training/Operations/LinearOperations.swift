package import Tensors

// Sums and products of the tape.

extension Tape {
    /// The sum of two values of one shape.
    package func add(_ a: Variable, _ b: Variable) -> Variable {
        let sum = a.value.copy()
        Tensors.add(b.value, to: sum)
        return record(sum, from: [a, b]) { [a = a.gradient, b = b.gradient] gradient in
            if let a { b?.accumulate(gradient); a.add(gradient) } else { b?.add(gradient) }
        }
    }

    /// An affine map of rows: x `[..., I]` by weight `[O, I]` plus bias `[O]` → `[..., O]`.
    ///
    /// - Parameters:
    ///   - x: the rows.
    ///   - weight: a row for each output.
    ///   - bias: what is added, nil for nothing.
    ///   - residual: what the result is added to, `[..., O]`.
    ///   - rectified: whether a ReLU follows.
    /// - Returns: the outputs `[..., O]`.
    package func linear(
        _ x: Variable, _ weight: Variable, _ bias: Variable? = nil, addedTo residual: Variable? = nil,
        rectified: Bool = false
    ) -> Variable {
        let out: Tensor
        if let residual {
            out = residual.value.copy()
            multiply(x.value, .plain, weight.value, .transposed, into: out, adding: true)
            if let bias { addToRows(bias.value, to: out) }
        } else {
            out = Tensors.linear(x.value, weight.value, bias?.value)
        }
        if rectified { rectify(out) }
        let rectifiedOutput = rectified ? out : nil
        // Each operand is needed for the other's gradient only.
        let input = weight.gradient == nil ? nil : x.value
        let matrix = x.gradient == nil ? nil : weight.value
        let inputs = [x, weight] + [bias, residual].compactMap(\.self)
        return record(out, from: inputs) {
            [x = x.gradient, weight = weight.gradient, bias = bias?.gradient, residual = residual?.gradient] gradient in
            if let rectifiedOutput { reluBackward(gradient, output: rectifiedOutput) }
            if let matrix {
                x?.accumulate { multiply(gradient, .plain, matrix, .plain, into: $0, adding: $1) }
            }
            if let input {
                weight?.accumulate { multiply(gradient, .transposed, input, .plain, into: $0, adding: $1) }
            }
            if let bias { bias.add(columnSums(gradient)) }
            residual?.add(gradient)
        }
    }

    /// The product of two matrices, either of them transposed.
    package func matmul(
        _ a: Variable, _ orientationA: Orientation, _ b: Variable, _ orientationB: Orientation
    ) -> Variable {
        let (left, right) = (a.value, b.value)
        let out = Tensors.matmul(left, orientationA, right, orientationB)
        return record(out, from: [a, b]) { [a = a.gradient, b = b.gradient] gradient in
            a?.accumulate { into, adding in
                if orientationA == .plain {
                    multiply(gradient, .plain, right, orientationB.other, into: into, adding: adding)
                } else {
                    multiply(right, orientationB, gradient, .transposed, into: into, adding: adding)
                }
            }
            b?.accumulate { into, adding in
                if orientationB == .plain {
                    multiply(left, orientationA.other, gradient, .plain, into: into, adding: adding)
                } else {
                    multiply(gradient, .transposed, left, orientationA, into: into, adding: adding)
                }
            }
        }
    }

    /// x `[..., C]` with a row of C numbers added to each of its own.
    package func addRow(_ row: Variable, to x: Variable) -> Variable {
        let out = x.value.copy()
        addToRows(row.value.reshaped(row.value.count), to: out)
        return record(out, from: [row, x]) { [row = row.gradient, x = x.gradient] gradient in
            row?.add(columnSums(gradient))
            x?.add(gradient)
        }
    }

    /// x `[..., C]` with each column multiplied by a fixed factor `[C]`: channel dropout, where they are 0 or 1 / (1 - p).
    package func scaleColumns(_ x: Variable, by factors: Tensor) -> Variable {
        let out = x.value.copy()
        Tensors.scaleColumns(out, by: factors)
        return record(out, from: [x]) { [x = x.gradient] gradient in
            Tensors.scaleColumns(gradient, by: factors)
            x?.add(gradient)
        }
    }
}

extension Orientation {
    fileprivate var other: Orientation { self == .plain ? .transposed : .plain }
}

extension Gradient {
    /// Adds a share that others need, too.
    package func accumulate(_ share: Tensor) {
        accumulate { into, adding in
            if adding { Tensors.add(share, to: into) } else { copyValues(of: share, to: into) }
        }
    }
}
