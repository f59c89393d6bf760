import Networks
import Tensors

/// Two regions that became one.
struct RegionMerge {
    /// The region that is gone, named by one of its cells.
    let gone: Int
    /// The region it went into.
    let kept: Int
    /// The mean affinity of the two, 0...1.
    let affinity: Double
}

/// Regions of a grid and the affinities between them; at first every cell is a region.
///
/// An edge's weight is the mean affinity of the pairs of cells that it stands for. Regions need not touch: long offsets join
/// what something thin parts. All is in arrays, as a grid has ten times as many edges as cells.
struct AffinityGraph {
    /// Edge e has the ends 2e and 2e + 1, each in the list of the region it lies at.
    private var region: [Int32] = []
    private var sums: [Double] = []
    /// The pairs of cells an edge stands for; 0 if it is gone.
    private var pairs: [Int32] = []
    /// A region's ends as a list that still has those of edges that are gone: the first one, and after each the next.
    private var first: [Int32]
    private var next: [Int32] = []
    /// How many edges a region has.
    private var degree: [Int32]
    private var edges: PairTable

    /// The graph of a grid's cells.
    ///
    /// - Parameters:
    ///   - affinities: `[h, w, offsets]`, 0...1; what points out of the grid is not read.
    ///   - offsets: the pairs they are of, of each no more than one.
    ///   - used: how many of the offsets become edges, the first ones.
    init(_ affinities: Tensor, offsets: [CellOffset], used: Int) {
        let (height, width) = (affinities.shape[0], affinities.shape[1])
        precondition(
            affinities.shape == [height, width, offsets.count] && used <= offsets.count,
            "affinities \(affinities.shape) of \(offsets.count) offsets")
        first = [Int32](repeating: -1, count: height * width)
        degree = [Int32](repeating: 0, count: height * width)
        edges = PairTable(capacity: height * width * used)
        let values = affinities.values
        for (index, offset) in offsets.prefix(used).enumerated() {
            for y in 0..<max(height - offset.rows, 0) {
                for x in max(0, -offset.columns)..<max(min(width, width - offset.columns), max(0, -offset.columns)) {
                    let cell = y * width + x
                    let other = cell + offset.rows * width + offset.columns
                    add(Int32(cell), Int32(other), Double(values[cell * offsets.count + index]))
                }
            }
        }
    }

    private mutating func add(_ a: Int32, _ b: Int32, _ affinity: Double) {
        let edge = Int32(sums.count)
        sums.append(affinity)
        pairs.append(1)
        for cell in [a, b] {
            region.append(cell)
            next.append(first[Int(cell)])
            first[Int(cell)] = Int32(region.count - 1)
            degree[Int(cell)] += 1
        }
        edges.insert(a, b, edge)
    }

    /// Average linkage: of the regions that are left always those two become one whose affinity is the highest, as long as it
    /// is at least `stop`.
    ///
    /// - Returns: the merges, in their order; affinities fall but for rounding.
    consuming func merges(downTo stop: Double) -> [RegionMerge] {
        let strong = sums.indices.filter { sums[$0] >= stop }
        var queue = MergeQueue(strong.map { MergeQueue.Entry(weight: sums[$0], edge: Int32($0), pairs: 1) })
        var merges: [RegionMerge] = []
        while let entry = queue.pop() {
            let edge = Int(entry.edge)
            guard pairs[edge] == entry.pairs else { continue }
            let (a, b) = (region[2 * edge], region[2 * edge + 1])
            // The one of fewer edges goes, as its are those that move.
            let (gone, kept) = degree[Int(a)] > degree[Int(b)] ? (b, a) : (a, b)
            merges.append(RegionMerge(gone: Int(gone), kept: Int(kept), affinity: entry.weight))
            edges.remove(a, b)
            pairs[edge] = 0
            degree[Int(kept)] -= 1
            join(gone, to: kept, &queue, stop)
        }
        return merges
    }

    /// Moves the edges of a region to another one's.
    private mutating func join(_ gone: Int32, to kept: Int32, _ queue: inout MergeQueue, _ stop: Double) {
        var end = first[Int(gone)]
        while end >= 0 {
            let (edge, following) = (end / 2, next[Int(end)])
            defer { end = following }
            guard pairs[Int(edge)] > 0 else { continue }
            let neighbour = region[Int(end ^ 1)]
            edges.remove(gone, neighbour)
            if let other = edges[kept, neighbour] {
                sums[Int(other)] += sums[Int(edge)]
                pairs[Int(other)] += pairs[Int(edge)]
                pairs[Int(edge)] = 0
                degree[Int(neighbour)] -= 1
                let weight = sums[Int(other)] / Double(pairs[Int(other)])
                if weight >= stop {
                    queue.push(MergeQueue.Entry(weight: weight, edge: other, pairs: pairs[Int(other)]))
                }
            } else {
                // Its weight stays, so that its entry in the queue stays right.
                edges.insert(kept, neighbour, edge)
                region[Int(end)] = kept
                next[Int(end)] = first[Int(kept)]
                first[Int(kept)] = end
                degree[Int(kept)] += 1
            }
        }
        first[Int(gone)] = -1
    }
}
