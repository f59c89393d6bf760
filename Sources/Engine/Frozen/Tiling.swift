/// A picture's rows in groups, each worked on by one thread while it is in cache.
package struct Tiling: Sendable {
    /// Rows of the picture.
    package let height: Int
    /// Columns of the picture.
    package let width: Int
    /// Rows of a group; the last may have fewer.
    let rowsPerTile: Int

    /// Groups with at least `cells` cells, where the picture has them: enough for products to run at full speed.
    package init(height: Int, width: Int, cells: Int = 48) {
        self.height = height
        self.width = width
        rowsPerTile = max(min((cells + width - 1) / max(width, 1), height), 1)
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
