import CKernels
package import Tensors

/// The best matches of every cell of a map in windows of one or more reference maps.
package struct LocalMatches: Sendable {
    /// How many matches each cell has at most.
    package let count: Int
    /// The matched cells `[h · w, count]`, best first, numbered through the references: r · h · w + cell; -1 for none.
    package let cells: [Int32]
    /// Their similarities -½ distance² `[h · w, count]`, less the penalty of their offsets.
    package let similarities: [Float]
    /// For every cell of the first reference the cell of the map that matches it best; -1 for none.
    package let back: [Int32]
}

/// Matches the cells of `query` `[h, w, D]` to those of references of the same shape.
///
/// - Parameters:
///   - query: the map whose cells are matched.
///   - references: the maps, each with the offset `(dy, dx)` of every cell's window, `[h · w · 2]`.
///   - radius: how far a window reaches from its centre, in cells.
///   - penalty: what a match loses at the window's edge (the square of its distance from the centre counts).
///   - count: how many matches are kept.
/// - Returns: the best matches of each cell, best first.
package func matchLocally(
    _ query: Tensor, _ references: [(map: Tensor, centers: [Int32])], radius: Int, penalty: Float, count: Int
) -> LocalMatches {
    let (height, width) = (query.shape[0], query.shape[1])
    let cells = height * width
    let parts = parallelMap(height) { rows in
        var list = [Int32](repeating: -1, count: rows.count * width * count)
        var best = [Float](repeating: -.infinity, count: list.count)
        var back = [Int32](repeating: -1, count: cells)
        var backBest = [Float](repeating: -.infinity, count: cells)
        unsafe list.withUnsafeMutableBufferPointer { list in
            unsafe best.withUnsafeMutableBufferPointer { best in
                unsafe back.withUnsafeMutableBufferPointer { back in
                    unsafe backBest.withUnsafeMutableBufferPointer { backBest in
                        for (index, reference) in references.enumerated() {
                            unsafe reference.centers.withUnsafeBufferPointer { centers in
                                let search = unsafe ditta_search(
                                    height: height, width: width, channels: query.columns, radius: radius,
                                    penalty: penalty / Float(max(radius * radius, 1)), centers: centers.baseAddress)
                                unsafe ditta_match(
                                    list.baseAddress, best.baseAddress, count, index == 0 ? back.baseAddress : nil,
                                    backBest.baseAddress, query.pointer, reference.map.pointer,
                                    Int32(index * cells), search, rows.lowerBound, rows.upperBound)
                            }
                        }
                    }
                }
            }
        }
        return (list: list, best: best, back: back, backBest: backBest)
    }
    var back = [Int32](repeating: -1, count: cells)
    var backBest = [Float](repeating: -.infinity, count: cells)
    for part in parts {
        for cell in 0..<cells where part.backBest[cell] > backBest[cell] {
            backBest[cell] = part.backBest[cell]
            back[cell] = part.back[cell]
        }
    }
    return LocalMatches(
        count: count, cells: parts.flatMap { $0.list }, similarities: parts.flatMap { $0.best }, back: back)
}
