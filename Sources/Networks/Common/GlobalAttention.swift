import Compiled
import Tensors

/// Attention of every cell to the whole picture, compiled: keys and values are packed first, then each tile of queries attends.
///
/// The norm before it and the residual around it are its own, as in the global blocks of sam2's `hieradet.py` and in DINOv2.
struct GlobalAttention: Sendable {
    private let norm: LayerNorm
    private let queries: [CompiledLinear]
    private let keyValue, output: CompiledLinear
    private let shared: Shared

    /// What blocks of the same shape share, because they run one after the other.
    struct Shared: Sendable {
        let width, heads: Int
        /// Cells in tiles of queries, and in blocks of keys.
        let tiles, blocks: Tiling
        let attention: BlockedAttention
        /// The blocks of each head.
        let keys: [[BlockedAttention.Block]]
        let normalized, keysAndValues, attended, query: Slot

        init(_ plan: inout CompilationPlan, width: Int, heads: Int, cells: Int) {
            (self.width, self.heads) = (width, heads)
            let channels = width / heads
            tiles = Tiling(height: cells, width: 1)
            blocks = Tiling(height: cells, width: 1, rowsPerTile: min(BlockedAttention.blockSize, cells))
            let mark = (own: plan.own.mark, shared: plan.shared.mark)
            normalized = plan.shared.slot(cells, width, plan.precision)
            keysAndValues = plan.own.slot(BlockedAttention.blockSize, 2 * width, .fp32)
            plan.own.release(to: mark.own)
            attended = plan.own.slot(tiles.cellsPerTile, width, plan.precision)
            query = plan.own.slot(tiles.cellsPerTile, channels, plan.precision)
            let attention = BlockedAttention(
                &plan, queries: tiles, channels: channels, valueChannels: channels, keyStride: 2 * width,
                valueStride: 2 * width)
            let blocks = blocks
            keys = (0..<heads).map { _ in
                (0..<blocks.count).map { attention.makeBlock(keys: blocks.cells(of: $0).count) }
            }
            self.attention = attention
            plan.own.release(to: mark.own)
            plan.shared.release(to: mark.shared)
        }
    }

    /// Compiles a norm, attention and what its values' sum is multiplied by.
    init(_ plan: CompilationPlan, _ shared: Shared, norm: LayerNorm, _ layers: QueryKeyValue, output: Linear) {
        self.shared = shared
        self.norm = norm
        queries = layers.queries.map { CompiledLinear(plan, shared.tiles, $0, result: plan.precision) }
        keyValue = CompiledLinear(plan, shared.blocks, layers.keyValue, result: .fp32)
        self.output = CompiledLinear(plan, shared.tiles, output, result: .fp32, accumulates: true)
    }

    /// Adds attention to a map `[cells, C]`, in place.
    func callAsFunction(_ map: Matrix, _ workspace: Workspace) {
        prepareKeys(map, workspace)
        let (width, heads) = (shared.width, shared.heads)
        let normalized = shared.normalized(in: workspace.shared)
        workspace.parallelTiles(shared.tiles.count) { worker, tile in
            let (own, cells) = (workspace.own[worker], shared.tiles.cells(of: tile))
            let attended = shared.attended(in: own, rows: cells.count)
            let query = shared.query(in: own, rows: cells.count)
            for head in 0..<heads {
                queries[head](normalized[cells], into: query, worker: worker)
                let (weighed, sums) = shared.attention(query, shared.keys[head][...], own, worker: worker)
                divideRows(weighed, by: sums, into: attended, column: head * width / heads)
            }
            output(attended, into: map[cells], worker: worker)
        }
    }

    /// Normalises the map, and packs keys and values of all heads.
    private func prepareKeys(_ map: Matrix, _ workspace: Workspace) {
        let (width, heads, blocks) = (shared.width, shared.heads, shared.blocks)
        let normalized = shared.normalized(in: workspace.shared)
        workspace.parallelTiles(blocks.count) { worker, block in
            let (own, cells) = (workspace.own[worker], blocks.cells(of: block))
            norm(map[cells], into: normalized[cells])
            let keysAndValues = shared.keysAndValues(in: own)
            keyValue(normalized[cells], into: keysAndValues[0..<cells.count], worker: worker)
            clear(keysAndValues[cells.count..<keysAndValues.rows])
            for head in 0..<heads {
                let column = head * width / heads
                shared.keys[head][block].pack(
                    keys: keysAndValues, column: column, values: keysAndValues, valueColumn: width + column)
            }
        }
    }
}

/// The layers of queries, keys and values that a checkpoint has as one.
struct QueryKeyValue {
    /// Of each head, with the scores' scale 1/√d.
    let queries: [Linear]
    /// Keys of all heads, then values.
    let keyValue: Linear

    /// Parts a layer of 3·C outputs.
    init(_ all: Linear, heads: Int) {
        let width = all.weight.rows / 3
        let channels = width / heads
        queries = (0..<heads).map { head in
            all.outputs(head * channels..<(head + 1) * channels).scaled(by: 1 / Float(channels).squareRoot())
        }
        keyValue = all.outputs(width..<3 * width)
    }
}
