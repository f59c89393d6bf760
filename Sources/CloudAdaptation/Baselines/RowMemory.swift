import Tensors

/// The newest rows of a stream, at most so many: a new one takes the place of the oldest.
struct RowMemory {
    private let storage: Tensor
    private var next = 0
    /// How many rows there are.
    private(set) var count = 0

    /// Makes room for rows of so many columns.
    init(capacity: Int, columns: Int) { storage = Tensor(zeros: [capacity, columns]) }

    /// The rows `[count, C]` in the order of their places; memory that the next ones are put into.
    var rows: Tensor { storage.part(0, [count, storage.columns]) }

    /// Puts rows `[N, C]` in.
    ///
    /// - Returns: the place of each.
    @discardableResult
    mutating func append(_ rows: Tensor) -> [Int] {
        let (capacity, columns) = (storage.rows, storage.columns)
        precondition(rows.columns == columns, "rows \(rows.shape) for \(columns) columns")
        return (0..<rows.rows).map { row in
            let place = next
            copyValues(of: rows.part(row, [columns]), to: storage.part(place, [columns]))
            next = (next + 1) % capacity
            count = max(count, place + 1)
            return place
        }
    }
}
