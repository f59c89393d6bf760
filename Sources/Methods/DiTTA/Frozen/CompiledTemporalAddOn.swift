package import Compiled
package import Networks
package import Tensors

/// A temporal add-on that will not change, compiled: it answers where it is asked, and remembers what the next frame needs.
///
/// The last layers of query and key network are one (`FoldedScores`), and the key network's hidden activations are the keys.
package struct CompiledTemporalAddOn: Sendable {
    private let grid: Tiling
    private let width: Int
    /// The first layers, and the last ones folded.
    private let key, query, folded: CompiledLinear
    private let attention: WindowAttention
    private let gathered, hidden: Slot
    private let workspace: Workspace
    /// The hidden activations `[h, w, D]` and logits `[h, w, C]` of the frame before.
    private var previous: (keys: Tensor, logits: Tensor)?

    /// Queries that are worked out together.
    private static let tile = 64

    /// Folds and compiles an add-on for the fused features of a head.
    package init(_ addOn: TemporalAddOn, for head: any CompiledHead) {
        var plan = CompilationPlan(head.precision)
        let (precision, products, grid) = (plan.precision, plan.products, head.grid)
        let (query, key) = (addOn.query, addOn.key)
        let scores = FoldedScores(query: query, key: key)
        self.grid = grid
        width = scores.weight.rows
        let tiles = Tiling(height: 1, width: Self.tile, rowsPerTile: 1)
        self.key = CompiledLinear(
            products, grid, weight: key.weights[0], bias: key.biases[0], precision: precision, result: .fp32,
            rectifies: true)
        self.query = CompiledLinear(
            products, tiles, weight: query.weights[0], bias: query.biases[0], precision: precision, result: precision,
            rectifies: true)
        folded = CompiledLinear(
            products, tiles, weight: scores.weight, bias: scores.bias, precision: precision, result: .fp32)
        attention = addOn.attention
        gathered = plan.own.slot(Self.tile, width, precision)
        hidden = plan.own.slot(Self.tile, width, precision)
        workspace = plan.allocate()
    }

    /// Logits `[h, w, C]` carried from the frame before to some cells of the fused features `[h · w, D]`, 0 elsewhere; nil on
    /// the first frame.
    package func callAsFunction(_ features: Matrix, at cells: @autoclosure () -> [Int32]) -> Tensor? {
        guard let previous else { return nil }
        let cells = cells()
        let tiles = (cells.count + Self.tile - 1) / Self.tile
        let queries = Tensor(uninitialized: [tiles * Self.tile, width])
        let out = Matrix(queries, rows: queries.rows)
        workspace.parallelTiles(tiles) { worker, tile in
            let own = workspace.own[worker]
            let (gathered, hidden) = (gathered(in: own), hidden(in: own))
            let first = tile * Self.tile
            gather(features, rows: cells[first..<min(first + Self.tile, cells.count)], into: gathered)
            query(gathered, into: hidden, worker: worker)
            folded(hidden, into: out[first..<first + Self.tile], worker: worker)
        }
        return attention(
            query: queries.part(0, cells.count, width), at: cells, key: previous.keys, value: previous.logits)
    }

    /// Remembers a frame for the next.
    package mutating func remember(_ features: Matrix, logits: Tensor) {
        let keys = Tensor(uninitialized: [grid.height, grid.width, width])
        let out = Matrix(keys, rows: grid.cells)
        let (grid, key) = (grid, key)
        workspace.parallelTiles(grid.count) { worker, row in
            let cells = grid.cells(of: row)
            key(features[cells], into: out[cells], worker: worker)
        }
        previous = (keys, logits)
    }

    /// Forgets the last frame: the next is a first one.
    mutating func forget() { previous = nil }

    /// What is remembered of the last frame, by name; nothing before the first.
    var state: [String: Tensor] {
        guard let previous else { return [:] }
        return ["add-on.keys": previous.keys.copy(), "add-on.logits": previous.logits.copy()]
    }

    /// Goes on from what `state` gave.
    ///
    /// - Throws: if it is of other extents.
    mutating func restore(_ state: [String: Tensor]) throws(MethodError) {
        guard let keys = state["add-on.keys"], let logits = state["add-on.logits"] else { return }
        guard keys.shape == [grid.height, grid.width, width], logits.shape.dropLast() == [grid.height, grid.width]
        else {
            throw MethodError(
                "the add-on's keys are \(keys.shape), expected \([grid.height, grid.width, width]) as of this network")
        }
        previous = (keys.copy(), logits.copy())
    }
}
