import Dense
import Tensors

/// Where the windows of a map lie in another: the motion of coarse cells, so that small windows follow large motion.
///
/// - Returns: offsets `(dy, dx)` for every cell, `[h · w · 2]`.
func coarseOffsets(_ map: Tensor, _ reference: Tensor, _ options: AffinityOptions) -> [Int32] {
    let (height, width) = (map.shape[0], map.shape[1])
    let side = options.searchCell
    let (rows, columns) = ((height + side - 1) / side, (width + side - 1) / side)
    let still = [Int32](repeating: 0, count: rows * columns * 2)
    let matches = matchLocally(
        coarsePatches(map, side), [(coarsePatches(reference, side), still)], radius: options.searchRadius,
        penalty: options.penalty, count: 1)
    var offsets = [Int32](repeating: 0, count: rows * columns * 2)
    for cell in 0..<rows * columns {
        let match = Int(matches.cells[cell])
        offsets[2 * cell] = Int32(match / columns - cell / columns)
        offsets[2 * cell + 1] = Int32(match % columns - cell % columns)
    }
    return (0..<height * width).flatMap { cell -> [Int32] in
        let (row, column) = (cell / width / side, cell % width / side)
        // The median of the neighbourhood drops single wrong matches.
        return (0..<2).map { axis in
            var near: [Int32] = []
            for y in row - 1...row + 1 {
                for x in column - 1...column + 1 {
                    let neighbour = min(max(y, 0), rows - 1) * columns + min(max(x, 0), columns - 1)
                    near.append(offsets[2 * neighbour + axis])
                }
            }
            return near.sorted()[4] * Int32(side)
        }
    }
}

/// The mean descriptors of coarse cells, each with those of its eight neighbours: `[h/side, w/side, 9 · D]`.
private func coarsePatches(_ map: Tensor, _ side: Int) -> Tensor {
    let (height, width, channels) = (map.shape[0], map.shape[1], map.columns)
    let (rows, columns) = ((height + side - 1) / side, (width + side - 1) / side)
    let values = map.values
    var means = [Float](repeating: 0, count: rows * columns * channels)
    for y in 0..<rows * side {
        for x in 0..<columns * side {
            let source = (min(y, height - 1) * width + min(x, width - 1)) * channels
            let target = (y / side * columns + x / side) * channels
            for channel in 0..<channels { means[target + channel] += values[source + channel] }
        }
    }
    // A patch's squared distance is the mean of its nine cells'.
    let factor = 1 / Float(side * side) / 3
    var patches: [Float] = []
    patches.reserveCapacity(rows * columns * channels * 9)
    for y in 0..<rows {
        for x in 0..<columns {
            for dy in -1...1 {
                for dx in -1...1 {
                    let cell = min(max(y + dy, 0), rows - 1) * columns + min(max(x + dx, 0), columns - 1)
                    for channel in 0..<channels { patches.append(means[cell * channels + channel] * factor) }
                }
            }
        }
    }
    return Tensor(patches, [rows, columns, 9 * channels])
}
