import Tensors
import Training

// Parts of tensors.

/// Some rows `[N, C]` of x `[V, C]`, by their numbers, without gradients.
func rows(_ rows: [Int32], of x: Tensor) -> Tensor {
    let tape = Tape(tracking: [])
    return tape.gather(tape.constant(x), rows: rows).value
}

/// Rows of x `[V, C]` one after another; they share its memory.
func rows(_ range: Range<Int>, of x: Tensor) -> Tensor {
    precondition(range.upperBound <= x.rows, "rows \(range) of \(x.shape)")
    return Tensor(x.storage, [range.count, x.columns], offset: x.offset + range.lowerBound * x.columns)
}

/// Rows in blocks, so that what they have with each row of a memory takes some MiB and not gigabytes.
func blocks(of rows: Int) -> [Range<Int>] {
    stride(from: 0, to: rows, by: 256).map { $0..<min($0 + 256, rows) }
}
