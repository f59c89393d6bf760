import Dispatch
import Synchronization
import Tensors

/// A picture's rows in groups, each worked on by one thread while it is in cache.
package struct Tiling: Sendable {
    /// Rows of the picture.
    package let height: Int
    /// Columns of the picture.
    package let width: Int
    /// Rows of a group; the last may have fewer.
    let rowsPerTile: Int

    /// Groups that keep threads busy to the end, and are large enough for products to run at full speed.
    ///
    /// They depend on the extents alone, as if there were four threads: the products of some processors round rows at a group's edge
    /// in another way, so another cut would be another rounding.
    package init(height: Int, width: Int) {
        let workers = Self.evenedOut
        // The time of the thread with most to do; reading weights costs every group what some two cells cost.
        func time(_ rows: Int) -> Double {
            let groups = (height + rows - 1) / rows
            return Double((groups + workers - 1) / workers * (rows * width + 2))
        }
        // More than some 300 cells would not stay in cache; fewer than three groups a thread leave nothing to even out.
        let largest = max(min(300 / max(width, 1), height / (3 * workers)), 1)
        self.init(height: height, width: width, rowsPerTile: (1...largest).min { time($0) < time($1) } ?? 1)
    }

    /// The threads that groups are made for; fewer and some more are kept busy, too.
    package static let evenedOut = 4

    /// Groups of so many rows.
    package init(height: Int, width: Int, rowsPerTile: Int) {
        precondition(rowsPerTile > 0, "tiles of \(rowsPerTile) rows")
        self.height = height
        self.width = width
        self.rowsPerTile = rowsPerTile
    }

    /// The number of groups.
    package var count: Int { (height + rowsPerTile - 1) / rowsPerTile }

    /// The number of cells of the picture.
    package var cells: Int { height * width }

    /// The most cells a group has.
    package var cellsPerTile: Int { rowsPerTile * width }

    /// The number of cells of the last group.
    var cellsOfLastTile: Int { cells - (count - 1) * cellsPerTile }

    /// The picture's rows of a group.
    package func rows(of tile: Int) -> Range<Int> {
        tile * rowsPerTile..<min((tile + 1) * rowsPerTile, height)
    }

    /// The cells of a group.
    package func cells(of tile: Int) -> Range<Int> {
        let rows = rows(of: tile)
        return rows.lowerBound * width..<rows.upperBound * width
    }
}

/// Runs `body` for each of `count` tiles on up to `workers` threads, each taking the next tile when it is done, and waits for
/// all.
///
/// - Parameters:
///   - count: how many tiles there are.
///   - workers: the most threads.
///   - body: takes the number of the thread, below `workers`, which nobody else has meanwhile, and the tile.
package func parallelTiles(
    _ count: Int, workers: Int = Parallel.workers, _ body: @Sendable (_ worker: Int, _ tile: Int) -> Void
) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, count)) { worker in
        OneDNN.prepareThread()
        while true {
            let tile = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard tile < count else { return }
            body(worker, tile)
        }
    }
}
