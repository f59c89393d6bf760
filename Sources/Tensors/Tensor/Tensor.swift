/// A dense float32 array: always contiguous, row-major, 64-byte aligned.
///
/// Copies and parts share their storage. What makes a tensor may write it; once handed out it is only read, except for the
/// values of a `Parameter`, which the optimiser moves in place.
package struct Tensor: Sendable {
    /// The extent of every dimension, outermost first.
    package let shape: [Int]
    /// The memory the values lie in.
    package let storage: Storage
    /// Where the values begin in the storage.
    package let offset: Int

    /// Makes a tensor of zeros.
    package init(zeros shape: [Int]) {
        self.init(uninitialized: shape)
        unsafe pointer.update(repeating: 0, count: count)
    }

    /// Makes a tensor of the given values, row-major.
    package init(_ values: [Float], _ shape: [Int]) {
        precondition(
            values.count == shape.reduce(1, *), "shape \(shape) has \(shape.reduce(1, *)) values, not \(values.count)")
        self.init(uninitialized: shape)
        unsafe values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { unsafe pointer.update(from: base, count: source.count) }
        }
    }

    /// Makes a tensor whose maker writes every value.
    package init(uninitialized shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
        self.shape = shape
        storage = Storage(bytes: shape.reduce(1, *) * MemoryLayout<Float>.stride)
        offset = 0
    }

    /// The tensor of some values in a storage, beginning at `offset`.
    package init(_ storage: Storage, _ shape: [Int], offset: Int) {
        self.shape = shape
        self.storage = storage
        self.offset = offset
    }

    /// The number of values.
    package var count: Int { shape.reduce(1, *) }

    /// The last extent: channels or classes.
    package var columns: Int { shape.last ?? 1 }

    /// The number of rows when all dimensions but the last are taken together.
    package var rows: Int { columns == 0 ? 0 : count / columns }

    /// A copy of the values, row-major.
    package var values: [Float] {
        unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
    }

    /// Whether no value is NaN or infinite.
    package var isFinite: Bool {
        // Counted in bits and without an early exit, which is some ten times as fast.
        let values = unsafe UnsafeBufferPointer(start: pointer, count: count)
        let exponent = Float.infinity.bitPattern
        return unsafe values.reduce(into: 0 as UInt32) { $0 |= $1.bitPattern & exponent == exponent ? 1 : 0 } == 0
    }

    /// The first value, for kernels; valid as long as the tensor lives.
    package var pointer: UnsafeMutablePointer<Float> {
        unsafe storage.pointer.assumingMemoryBound(to: Float.self) + offset
    }

    /// The same values under another shape.
    package func reshaped(_ shape: Int...) -> Tensor { reshaped(to: shape) }

    /// The same values under another shape.
    package func reshaped(to shape: [Int]) -> Tensor {
        precondition(shape.reduce(1, *) == count, "cannot view \(self.shape) as \(shape)")
        return Tensor(storage, shape, offset: offset)
    }

    /// The part of the given shape at an index of the outermost dimension; it shares the storage.
    package func part(_ index: Int, _ shape: Int...) -> Tensor { part(index, shape) }

    /// The part of the given shape at an index of the outermost dimension; it shares the storage.
    package func part(_ index: Int, _ shape: [Int]) -> Tensor {
        let size = shape.reduce(1, *)
        precondition(index >= 0 && (index + 1) * size <= count, "part \(index) of \(shape) in \(self.shape)")
        return Tensor(storage, shape, offset: offset + index * size)
    }

    /// The parts along the outermost dimension; they share the storage.
    package var parts: [Tensor] {
        let inner = Array(shape.dropFirst())
        return (0..<(shape.first ?? 0)).map { Tensor(storage, inner, offset: offset + $0 * inner.reduce(1, *)) }
    }

    /// A copy with storage of its own.
    package func copy() -> Tensor {
        let result = Tensor(uninitialized: shape)
        unsafe result.pointer.update(from: pointer, count: count)
        return result
    }
}

/// Sets the values of `out` to those of `x`, in place.
package func copyValues(of x: Tensor, to out: Tensor) {
    precondition(x.count == out.count, "copying \(x.shape) to \(out.shape)")
    unsafe out.pointer.update(from: x.pointer, count: x.count)
}

/// Sets all values to 0, in place.
package func clear(_ x: Tensor) {
    unsafe x.pointer.update(repeating: 0, count: x.count)
}

/// Tensors of one shape as one: `[N, ...]`.
package func stacked(_ parts: [Tensor]) -> Tensor {
    let shape = parts.first?.shape ?? []
    let result = Tensor(uninitialized: [parts.count] + shape)
    for (index, part) in parts.enumerated() {
        precondition(part.shape == shape, "stacking \(part.shape) on \(shape)")
        unsafe (result.pointer + index * part.count).update(from: part.pointer, count: part.count)
    }
    return result
}

/// Tensors of the same rows side by side: `[..., A]`, `[..., B]` → `[..., A + B]`.
package func joinedColumns(_ parts: [Tensor]) -> Tensor {
    let columns = parts.reduce(0) { $0 + $1.columns }
    let result = Tensor(uninitialized: (parts.first?.shape.dropLast() ?? []) + [columns])
    var offset = 0
    for part in parts {
        precondition(part.rows == result.rows, "joining \(part.shape) to rows of \(result.shape)")
        for row in 0..<part.rows {
            let target = unsafe result.pointer + row * columns + offset
            unsafe target.update(from: part.pointer + row * part.columns, count: part.columns)
        }
        offset += part.columns
    }
    return result
}

/// A copy of some columns of `[..., C]`: what `joinedColumns` joins.
package func columns(_ range: Range<Int>, of x: Tensor) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= x.columns, "columns \(range) of \(x.shape)")
    let result = Tensor(uninitialized: x.shape.dropLast() + [range.count])
    for row in 0..<x.rows {
        let source = unsafe x.pointer + row * x.columns + range.lowerBound
        unsafe (result.pointer + row * range.count).update(from: source, count: range.count)
    }
    return result
}
