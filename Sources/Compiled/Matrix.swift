package import Tensors

/// Rows of numbers in memory planned ahead: contiguous, in either precision.
///
/// A view: copies and parts share their storage. Compiled networks write them again for every frame.
package struct Matrix: Sendable {
    /// What the numbers are.
    package let precision: Precision
    /// The number of rows.
    package let rows: Int
    /// The number of columns.
    package let columns: Int
    private let storage: Storage
    /// Where the first row begins, in bytes.
    private let offset: Int

    init(_ storage: Storage, offset: Int, _ rows: Int, _ columns: Int, _ precision: Precision) {
        precondition(
            rows >= 0 && columns >= 0 && offset >= 0 && offset + rows * columns * precision.size <= storage.bytes,
            "\(rows)×\(columns) of \(precision) at \(offset) in \(storage.bytes) bytes")
        self.precision = precision
        self.rows = rows
        self.columns = columns
        self.storage = storage
        self.offset = offset
    }

    /// A matrix with memory of its own, to be written before it is read.
    package init(uninitialized rows: Int, _ columns: Int, _ precision: Precision) {
        self.init(Storage(bytes: rows * columns * precision.size), offset: 0, rows, columns, precision)
    }

    /// A tensor's values as a matrix.
    package init(_ tensor: Tensor, rows: Int) {
        self.init(
            tensor.storage, offset: tensor.offset * MemoryLayout<Float>.stride, rows, tensor.count / max(rows, 1), .fp32
        )
    }

    /// A range of the rows.
    package subscript(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        return Matrix(
            storage, offset: offset + range.lowerBound * columns * precision.size, range.count, columns, precision)
    }

    /// The same numbers in so many rows.
    package func reshaped(rows: Int) -> Matrix {
        let count = self.rows * columns
        precondition(rows > 0 && count % rows == 0, "\(self.rows)×\(columns) in \(rows) rows")
        return Matrix(storage, offset: offset, rows, count / rows, precision)
    }

    /// The same numbers as a tensor, which the next frame overwrites: float32 only.
    package func tensor(_ shape: Int...) -> Tensor {
        precondition(precision == .fp32 && shape.reduce(1, *) == rows * columns, "\(rows)×\(columns) as \(shape)")
        return Tensor(storage, shape, offset: offset / MemoryLayout<Float>.stride)
    }

    /// How kernels are told the precision.
    package var bf16Flag: Int32 { precision == .bf16 ? 1 : 0 }

    /// The first number, for kernels.
    package var pointer: UnsafeMutableRawPointer { unsafe storage.pointer + offset }

    /// The first number of a float32 matrix, for kernels.
    package var floats: UnsafeMutablePointer<Float> {
        precondition(precision == .fp32, "float32 expected")
        return unsafe pointer.assumingMemoryBound(to: Float.self)
    }
}

/// A place for a matrix in memory of which there may be several copies, one a thread.
package struct Slot: Sendable {
    fileprivate let offset, rows, columns: Int
    fileprivate let precision: Precision

    /// The matrix in one copy of the memory; with fewer rows or columns if told.
    package func callAsFunction(in storage: Storage, rows: Int? = nil, columns: Int? = nil) -> Matrix {
        let (rows, columns) = (rows ?? self.rows, columns ?? self.columns)
        precondition(
            rows <= self.rows && columns <= self.columns,
            "\(rows)×\(columns) in a slot of \(self.rows)×\(self.columns)")
        return Matrix(storage, offset: offset, rows, columns, precision)
    }
}

/// Plans memory: hands out places one after the other, and starts again where told when what lay there has been used.
package struct WorkspacePlan {
    private var next = 0
    private var size = 0

    package init() {}

    /// A place for a matrix.
    package mutating func slot(_ rows: Int, _ columns: Int, _ precision: Precision) -> Slot {
        let slot = Slot(offset: next, rows: rows, columns: columns, precision: precision)
        // Cache lines are not shared, nor do vectors cross them at the beginning.
        next += (rows * columns * precision.size + 63) / 64 * 64
        size = max(size, next)
        return slot
    }

    /// What has been planned so far, to go back to.
    package var mark: Int { next }

    /// Lets the places after a mark be given out again.
    package mutating func release(to mark: Int) { next = mark }

    /// Memory for all the places.
    package func allocate() -> Storage { Storage(bytes: size) }
}
