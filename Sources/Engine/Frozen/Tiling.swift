/// A picture's rows in groups, each worked on by one thread while it is in cache.
package struct Tiling: Sendable {
    /// Rows of the picture.
    package let height: Int
    /// Columns of the picture.
    package let width: Int
    /// Rows of a group; the last may have fewer.
    let rowsPerTile: Int

    /// Groups large enough for products to run at full speed and read their weights seldom, and small enough for every
    /// thread to have a few.
    package init(height: Int, width: Int) {
        let cells = min(max(height * width / (4 * Parallel.workers), 48), 200)
        self.init(height: height, width: width, rowsPerTile: max(min((cells + width - 1) / max(width, 1), height), 1))
    }

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
