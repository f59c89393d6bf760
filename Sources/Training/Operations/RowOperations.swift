import CKernels
import Tensors

// Rows by their numbers: what sparse convolutions are made of.

extension Tape {
    /// Rows of x `[n, C]` by their numbers → `[count, C]`; zeros where a number is negative.
    package func gather(_ x: Variable, rows: [Int32]) -> Variable {
        let out = Tensor(uninitialized: [rows.count, x.value.columns])
        gatherRows(x.value, rows, into: out, adding: false)
        return record(out, from: [x]) { [x = x.gradient] gradient in
            x?.accumulate { into, adding in
                if !adding { clear(into) }
                scatterAddRows(gradient, rows, into: into)
            }
        }
    }

    /// The adjoint of `gather`: row i of x `[count, C]` is added to row `rows[i]` of zeros `[n, C]`.
    package func scatterAdd(_ x: Variable, rows: [Int32], count: Int) -> Variable {
        let out = Tensor(zeros: [count, x.value.columns])
        scatterAddRows(x.value, rows, into: out)
        return record(out, from: [x]) { [x = x.gradient] gradient in
            x?.accumulate { gatherRows(gradient, rows, into: $0, adding: $1) }
        }
    }

    /// Values of the same rows side by side: `[n, A]`, `[n, B]`, … → `[n, A + B + …]`.
    package func joinColumns(_ parts: [Variable]) -> Variable {
        let out = joinedColumns(parts.map(\.value))
        let widths = parts.map(\.value.columns)
        return record(out, from: parts) { [parts = parts.map(\.gradient)] gradient in
            var first = 0
            for (part, width) in zip(parts, widths) {
                part?.add(columns(first..<first + width, of: gradient))
                first += width
            }
        }
    }
}

private func gatherRows(_ x: Tensor, _ rows: [Int32], into out: Tensor, adding: Bool) {
    let columns = x.columns
    precondition(
        out.count == rows.count * columns && rows.allSatisfy { $0 < x.rows }, "\(rows.count) rows of \(x.shape)")
    parallelFor(rows.count, grain: max(1, 32768 / max(columns, 1))) { range in
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe ditta_gather_rows(
                out.pointer + range.lowerBound * columns, x.pointer,
                rows.baseAddress.map { unsafe $0 + range.lowerBound }, range.count, columns, adding ? 1 : 0)
        }
    }
}

/// Rows may repeat, so threads take columns and not rows.
private func scatterAddRows(_ x: Tensor, _ rows: [Int32], into out: Tensor) {
    let columns = x.columns
    precondition(
        x.count == rows.count * columns && out.columns == columns && rows.allSatisfy { $0 < out.rows },
        "\(rows.count) rows of \(x.shape) to \(out.shape)")
    parallelFor(columns, grain: 16, most: 4) { range in
        unsafe rows.withUnsafeBufferPointer { rows in
            unsafe ditta_scatter_add_rows(
                out.pointer, x.pointer, rows.baseAddress, rows.count, columns, range.lowerBound, range.upperBound)
        }
    }
}
