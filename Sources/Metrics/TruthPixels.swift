/// How many true pixels there were of every stored id, and what became of them: a class, ignored, or neither.
package struct TruthPixels: Sendable, Equatable {
    /// How stored ids become classes.
    package let labels: TruthLabels
    /// The pixels of each of the 65,536 storable ids.
    private var counts = [Int](repeating: 0, count: Int(UInt16.max) + 1)

    init(_ labels: TruthLabels) { self.labels = labels }

    /// Counts the stored ids of a frame.
    mutating func add(_ stored: [UInt16]) {
        // Labels come in runs, so equal pixels are gathered before they touch the table.
        var (id, run) = (0, 0)
        for next in stored {
            if Int(next) != id {
                counts[id] += run
                (id, run) = (Int(next), 0)
            }
            run += 1
        }
        counts[id] += run
    }

    /// The number of pixels of a stored id.
    package subscript(id: Int) -> Int { counts[id] }

    /// The stored ids that occur, ascending.
    package var ids: [Int] { counts.indices.filter { counts[$0] > 0 } }
    /// Those that are neither ignored nor, with the offset, a class's.
    package var outsideIds: [Int] {
        ids.filter { !labels.ignoring.contains($0) && labels[UInt16($0)] == TruthLabels.void }
    }

    /// The number of pixels of all evaluated frames.
    package var all: Int { counts.reduce(0, +) }
    /// Those of ignored ids.
    package var ignored: Int { ids.filter(labels.ignoring.contains).reduce(0) { $0 + counts[$1] } }
    /// Those whose id is neither ignored nor a class's: they are void, too.
    package var outside: Int { outsideIds.reduce(0) { $0 + counts[$1] } }
}
