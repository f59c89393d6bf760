import Foundation
import Networks
package import Tensors

/// Lets the cells of a region speak with one voice, for regions of several coarsenesses.
///
/// Cells become regions by average linkage of their affinities (Bailoni et al., "GASP", 2022, without repulsion). A region's
/// vote is the softmax of its cells' mean of log(P + 0.001): a few cells that are sure outweigh many that are not. No one
/// coarseness is right for all pictures, so the votes at several thresholds are averaged.
package struct RegionVote: Sendable {
    /// The mean affinities down to which regions merge, falling.
    private let thresholds = [0.97, 0.95, 0.9, 0.85, 0.8, 0.75]

    /// Which affinities join cells: the first so many of `BorderNetwork.offsets`, all but the longest.
    private let usedOffsets = 12

    /// The vote with its usual numbers.
    package init() {}

    /// Votes.
    ///
    /// - Parameters:
    ///   - probabilities: of each cell's classes, `[h, w, C]`.
    ///   - affinities: of each cell to those at `BorderNetwork.offsets`, `[h, w, 14]`, 0...1.
    /// - Returns: probabilities `[h, w, C]`.
    package func callAsFunction(_ probabilities: Tensor, affinities: Tensor) -> Tensor {
        precondition(
            probabilities.shape.count == 3 && probabilities.shape.dropLast() == affinities.shape.dropLast(),
            "a vote of \(probabilities.shape) by affinities \(affinities.shape)")
        let graph = AffinityGraph(affinities, offsets: BorderNetwork.offsets, used: usedOffsets)
        let merges = graph.merges(downTo: thresholds.min() ?? 1)
        var regions = VotingRegions(probabilities)
        var next = 0
        for threshold in thresholds {
            while next < merges.count, merges[next].affinity >= threshold {
                regions.merge(merges[next])
                next += 1
            }
            regions.vote()
        }
        let share = 1 / Double(thresholds.count)
        return Tensor(regions.votes.map { Float($0 * share) }, probabilities.shape)
    }
}

/// Regions that grow, with the sums of their cells' votes.
private struct VotingRegions {
    /// The sum of the votes so far for each cell, `[cells, C]`.
    private(set) var votes: [Double]
    /// Of each region that is left, at its name's place, the sum of log probabilities `[C]`.
    private var sums: [Double]
    private var counts: [Int]
    /// The region that a cell's went into, at last itself.
    private var parent: [Int]
    private let classes: Int

    /// Every cell on its own.
    init(_ probabilities: Tensor) {
        sums = probabilities.values.map { log(Double($0) + 1e-3) }
        votes = [Double](repeating: 0, count: sums.count)
        counts = [Int](repeating: 1, count: probabilities.rows)
        parent = Array(0..<probabilities.rows)
        classes = probabilities.columns
    }

    mutating func merge(_ merge: RegionMerge) {
        parent[merge.gone] = merge.kept
        counts[merge.kept] += counts[merge.gone]
        for c in 0..<classes { sums[merge.kept * classes + c] += sums[merge.gone * classes + c] }
    }

    /// Adds every region's vote to its cells'.
    mutating func vote() {
        var results = [Double](repeating: 0, count: sums.count)
        for cell in parent.indices where parent[cell] == cell {
            let range = cell * classes..<(cell + 1) * classes
            let highest = sums[range].max() ?? 0
            var total = 0.0
            for index in range {
                results[index] = exp((sums[index] - highest) / Double(counts[cell]))
                total += results[index]
            }
            for index in range { results[index] /= total }
        }
        for cell in parent.indices {
            let root = root(of: cell)
            for c in 0..<classes { votes[cell * classes + c] += results[root * classes + c] }
        }
    }

    /// The region of a cell; the way there gets shorter for the next time.
    private mutating func root(of cell: Int) -> Int {
        var cell = cell
        while parent[cell] != cell {
            parent[cell] = parent[parent[cell]]
            cell = parent[cell]
        }
        return cell
    }
}
