import Tensors

/// A grid cut into square windows, padded at the right and the bottom where it is no multiple of them.
///
/// Source: `window_partition` of Li et al., "Exploring plain vision transformer backbones for object detection", 2022.
package struct WindowPartition: Sendable {
    /// The grid.
    package let height, width: Int
    /// The side of a window.
    package let window: Int

    /// Cuts a grid into windows.
    package init(height: Int, width: Int, window: Int) {
        (self.height, self.width, self.window) = (height, width, window)
    }

    /// Windows in a row.
    private var columns: Int { (width + window - 1) / window }

    /// The number of windows.
    package var count: Int { columns * ((height + window - 1) / window) }

    /// The number of cells of a window, padding among them.
    package var cellsPerWindow: Int { window * window }

    /// The rows of a window that lie in the grid: cells of the grid, and where they stand in the window.
    package func runs(of index: Int) -> [(cells: Range<Int>, place: Int)] {
        let (top, left) = (index / columns * window, index % columns * window)
        return (top..<min(top + window, height)).map { y in
            let first = y * width + left
            return (first..<first + min(window, width - left), (y - top) * window)
        }
    }

    /// Whether cells of a window lie beyond the grid.
    package func isPadded(_ index: Int) -> Bool {
        (index / columns + 1) * window > height || (index % columns + 1) * window > width
    }
}
