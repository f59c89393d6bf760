import Checkpoints
import Compiled
import Tensors

/// A layer of memory attention: self-attention, attention to the memory, perceptron; each before its residual.
///
/// With one head the values' projection commutes with the weighing: what is attended to is weighed as it is, and the two
/// projections that follow are one. For memories that is a quarter of the work.
struct MemoryAttentionLayer: Sendable {
    /// The epsilon of its layer norms.
    static let epsilon: Float = 1e-5

    private let norm1, norm2, norm3: LayerNorm
    private let selfQuery, selfKey, selfOutput: CompiledLinear
    private let memoryQuery, memoryKey, memoryOutput: CompiledLinear
    private let mlp: MLP
    private let shared: Shared

    /// What layers share, because they run one after the other.
    struct Shared: Sendable {
        /// The grid's cells in tiles of queries; rows of keys in blocks.
        let tiles, blocks: Tiling
        let selfAttention, crossAttention: BlockedAttention
        fileprivate let rotation: RotaryEmbedding
        /// The normalised features `[cells, C]`.
        fileprivate let normalized: Slot
        fileprivate let rows, rounded, keys, values, keyInput: Slot
        fileprivate let query, roundedQuery, attended, attendedMemory, normalizedTile: Slot

        init(_ plan: inout CompilationPlan, _ configuration: SAM2Configuration, grid: Int) {
            let (width, memoryWidth, cells) = (configuration.width, configuration.memory.width, grid * grid)
            let inner = width / configuration.memory.attentionDownsampleRate
            let (precision, size) = (plan.precision, BlockedAttention.blockSize)
            tiles = Tiling(height: cells, width: 1)
            blocks = Tiling(height: size, width: 1, rowsPerTile: size)
            rotation = RotaryEmbedding(grid: grid, channels: inner, theta: configuration.memory.ropeTheta)
            normalized = plan.shared.slot(cells, width, precision)

            let mark = plan.own.mark
            rows = plan.own.slot(size, width, .fp32)
            rounded = plan.own.slot(size, width, precision)
            values = plan.own.slot(size, memoryWidth, .fp32)
            keyInput = plan.own.slot(size, memoryWidth, .fp32)
            keys = plan.own.slot(size, inner, .fp32)
            plan.own.release(to: mark)
            let most = tiles.cellsPerTile
            normalizedTile = plan.own.slot(most, width, precision)
            // The perceptron's memory may be attention's, but for its input.
            let afterInput = plan.own.mark
            attended = plan.own.slot(most, width, precision)
            attendedMemory = plan.own.slot(most, memoryWidth, precision)
            query = plan.own.slot(most, inner, .fp32)
            roundedQuery = plan.own.slot(most, inner, precision)
            let persistent = plan.own.mark
            selfAttention = BlockedAttention(
                &plan, queries: tiles, channels: inner, valueChannels: width, keyStride: inner, valueStride: width)
            plan.own.release(to: persistent)
            crossAttention = BlockedAttention(
                &plan, queries: tiles, channels: inner, valueChannels: memoryWidth, keyStride: inner,
                valueStride: memoryWidth)
            plan.own.release(to: afterInput)
        }
    }

    /// Takes a layer's weights.
    init(
        _ scope: Scope, _ plan: inout CompilationPlan, _ configuration: SAM2Configuration, _ shared: Shared
    ) throws(CheckpointError) {
        self.shared = shared
        let (width, memoryWidth) = (configuration.width, configuration.memory.width)
        let inner = width / configuration.memory.attentionDownsampleRate
        // The products' scale 1/√d is a matter of the queries' weights; rotation keeps it.
        let factor = 1 / Float(inner).squareRoot()
        norm1 = try LayerNorm(scope["layer_norm1"], width, epsilon: Self.epsilon)
        norm2 = try LayerNorm(scope["layer_norm2"], width, epsilon: Self.epsilon)
        norm3 = try LayerNorm(scope["layer_norm3"], width, epsilon: Self.epsilon)
        let (own, cross) = (scope["self_attn"], scope["cross_attn_image"])
        let tiles = shared.tiles
        selfQuery = CompiledLinear(
            plan, tiles, try Linear(own["q_proj"], width, inner).scaled(by: factor), result: .fp32)
        selfKey = CompiledLinear(plan, shared.blocks, try Linear(own["k_proj"], width, inner), result: .fp32)
        selfOutput = CompiledLinear(
            plan, tiles,
            try Linear(own["o_proj"], inner, width).after(Linear(own["v_proj"], width, inner)), result: .fp32,
            accumulates: true)
        memoryQuery = CompiledLinear(
            plan, tiles, try Linear(cross["q_proj"], width, inner).scaled(by: factor), result: .fp32)
        memoryKey = CompiledLinear(plan, shared.blocks, try Linear(cross["k_proj"], memoryWidth, inner), result: .fp32)
        memoryOutput = CompiledLinear(
            plan, tiles,
            try Linear(cross["o_proj"], inner, width).after(Linear(cross["v_proj"], memoryWidth, inner)),
            result: .fp32, accumulates: true)
        let hidden = configuration.memory.attentionMLPWidth
        mlp = MLP(
            &plan, tiles, try Linear(scope["linear1"], width, hidden), try Linear(scope["linear2"], hidden, width),
            .relu)
    }

    /// Normalises a block of the features' cells, and packs their keys and values.
    func packSelf(
        _ block: BlockedAttention.Block, _ map: Matrix, _ cells: Range<Int>, _ workspace: Workspace, worker: Int
    ) {
        let own = workspace.own[worker]
        let (rows, rounded, keys) = (shared.rows(in: own), shared.rounded(in: own), shared.keys(in: own))
        norm1(map[cells], into: rows[0..<cells.count])
        clear(rows[cells.count..<rows.rows])
        convert(rows, into: rounded)
        convert(rows[0..<cells.count], into: shared.normalized(in: workspace.shared)[cells])
        selfKey(rounded, into: keys, worker: worker)
        shared.rotation(keys[0..<cells.count], cells: cells)
        block.pack(keys: keys, values: rows)
    }

    /// Packs the keys and values of some rows of a memory.
    func packMemory(
        _ block: BlockedAttention.Block, _ source: MemoryAttention.Memory, _ range: Range<Int>, _ workspace: Workspace,
        worker: Int
    ) {
        let own = workspace.own[worker]
        let (values, input, keys) = (shared.values(in: own), shared.keyInput(in: own), shared.keys(in: own))
        convert(source.values[range], into: values[0..<range.count])
        clear(values[range.count..<values.rows])
        convert(values, into: input)
        add(Matrix(source.positions, rows: source.positions.rows)[range], to: input[0..<range.count])
        let rounded = shared.rounded(in: own, columns: input.columns)
        convert(input, into: rounded)
        memoryKey(rounded, into: keys, worker: worker)
        if source.isSpatial { shared.rotation(keys[0..<range.count], cells: range) }
        block.pack(keys: keys, values: values)
    }

    /// Adds what a tile's cells see in the features.
    func attendToSelf(
        _ map: Matrix, _ tile: Int, _ blocks: [BlockedAttention.Block], _ workspace: Workspace, worker: Int
    ) {
        let (own, cells) = (workspace.own[worker], shared.tiles.cells(of: tile))
        let query = query(shared.normalized(in: workspace.shared)[cells], selfQuery, cells, own, worker)
        let (weighed, sums) = shared.selfAttention(query, blocks[...], own, worker: worker)
        let attended = shared.attended(in: own, rows: cells.count)
        divideRows(weighed, by: sums, into: attended, column: 0)
        selfOutput(attended, into: map[cells], worker: worker)
    }

    /// Adds what a tile's cells see in the memory, then the perceptron.
    func attendToMemory(
        _ map: Matrix, _ tile: Int, _ blocks: ArraySlice<BlockedAttention.Block>, _ workspace: Workspace, worker: Int
    ) {
        let (own, cells) = (workspace.own[worker], shared.tiles.cells(of: tile))
        let (rows, normalized) = (map[cells], shared.normalizedTile(in: own, rows: cells.count))
        norm2(rows, into: normalized)
        let query = query(normalized, memoryQuery, cells, own, worker)
        let (weighed, sums) = shared.crossAttention(query, blocks, own, worker: worker)
        let attended = shared.attendedMemory(in: own, rows: cells.count)
        divideRows(weighed, by: sums, into: attended, column: 0)
        memoryOutput(attended, into: rows, worker: worker)
        norm3(rows, into: normalized)
        mlp(normalized, addingTo: rows, own, worker: worker)
    }

    private func query(
        _ input: Matrix, _ layer: CompiledLinear, _ cells: Range<Int>, _ own: Storage, _ worker: Int
    ) -> Matrix {
        let query = shared.query(in: own, rows: cells.count)
        layer(input, into: query, worker: worker)
        shared.rotation(query, cells: cells)
        let rounded = shared.roundedQuery(in: own, rows: cells.count)
        convert(query, into: rounded)
        return rounded
    }
}
