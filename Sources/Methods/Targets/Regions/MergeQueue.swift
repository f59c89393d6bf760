/// Edges of a graph by their weights, the heaviest first; of equal ones that of the smaller number.
struct MergeQueue {
    /// An edge as it was when it came.
    struct Entry {
        let weight: Double
        let edge: Int32
        /// The pairs of cells it stood for, by which one sees whether it has changed since.
        let pairs: Int32

        fileprivate func precedes(_ other: Entry) -> Bool {
            weight != other.weight ? weight > other.weight : edge < other.edge
        }
    }

    /// A binary heap.
    private var entries: [Entry]

    /// Takes the first entries, in any order.
    init(_ entries: [Entry]) {
        self.entries = entries
        for index in (0..<entries.count / 2).reversed() { sink(index) }
    }

    /// Adds an entry.
    mutating func push(_ entry: Entry) {
        var index = entries.count
        entries.append(entry)
        while index > 0, entry.precedes(entries[(index - 1) / 2]) {
            entries[index] = entries[(index - 1) / 2]
            index = (index - 1) / 2
        }
        entries[index] = entry
    }

    /// Takes the first entry out; nil if there is none.
    mutating func pop() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty {
            entries[0] = last
            sink(0)
        }
        return first
    }

    private mutating func sink(_ start: Int) {
        let entry = entries[start]
        var index = start
        while true {
            var child = 2 * index + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            entries[index] = entries[child]
            index = child
        }
        entries[index] = entry
    }
}
