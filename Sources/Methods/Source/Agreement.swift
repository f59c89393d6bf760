/// Cohen's kappa of two labellings, from how often each pair of classes meets `[C, C]`: (agreement − chance) / (1 − chance); 0
/// where both know one class only.
package func kappa(_ counts: [Int], classes: Int) -> Double {
    let total = max(Double(counts.reduce(0, +)), 1)
    var (agreement, chance) = (0.0, 0.0)
    for one in 0..<classes {
        var (row, column) = (0.0, 0.0)
        for other in 0..<classes {
            row += Double(counts[one * classes + other]) / total
            column += Double(counts[other * classes + one]) / total
        }
        agreement += Double(counts[one * classes + one]) / total
        chance += row * column
    }
    return chance < 1 ? (agreement - chance) / (1 - chance) : 0
}

/// How often each class's cells are found again.
struct ClassRecall {
    private var found, cells: [Double]

    init(classes: Int) {
        found = [Double](repeating: 0, count: classes)
        cells = found
    }

    /// Counts the cells of two maps.
    mutating func add(_ labels: [UInt16], truth: [UInt16]) {
        for (said, right) in zip(labels, truth) {
            cells[Int(right)] += 1
            if said == right { found[Int(right)] += 1 }
        }
    }

    /// The mean recall, 0...1; classes of less than 1 % of the cells count less, by their share.
    var mean: Double {
        let total = max(cells.reduce(0, +), 1)
        let weights = cells.map { 1 / max($0 / total, 0.01) }
        let known = zip(weights, cells).reduce(0) { $0 + $1.0 * $1.1 }
        return zip(weights, found).reduce(0) { $0 + $1.0 * $1.1 } / max(known, 1)
    }
}
