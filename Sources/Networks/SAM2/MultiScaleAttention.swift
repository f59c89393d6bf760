import Checkpoints
import Compiled
import Tensors

/// Attention within windows, compiled: where a stage begins, queries and the residual are pooled 2×2.
///
/// Padding counts as keys, as in the published models. Source: Ryali et al., "Hiera", 2023; sam2's `hieradet.py`.
struct MultiScaleAttention: Sendable {
    /// What differs between blocks.
    struct Shape: Hashable {
        let inputWidth, width, heads: Int
        /// The side of the windows; 0 for attention to the whole picture.
        let window: Int
        /// Whether the grid's sides are halved.
        let pools: Bool
    }

    private let norm: LayerNorm
    private let queries: [CompiledLinear]
    private let keyValue, output: CompiledLinear
    private let skip: CompiledLinear?
    private let shared: Shared

    /// What blocks of the same shape share, because they run one after the other.
    struct Shared: Sendable {
        let shape: Shape
        let input, pooled: WindowPartition
        let tiles, pooledTiles: Tiling
        /// Keys of a window, rounded up so that rows of scores are whole vectors.
        let paddedKeys: Int
        let scoring, weighing: TileProduct
        /// A head's keys and values in one window, for each thread.
        let keys, values: [PackedMatrix]
        let rows, normalized, keysAndValues, skipped, pooledRows, attended: Slot
        let query, unpooledQuery, pooledQuery, scores, weights, sums, weighed: Slot

        init(_ plan: inout CompilationPlan, _ shape: Shape, height: Int, width: Int) {
            self.shape = shape
            input = WindowPartition(height: height, width: width, window: shape.window)
            pooled =
                shape.pools
                ? WindowPartition(height: height / 2, width: width / 2, window: shape.window / 2) : input
            let cells = input.cellsPerWindow
            // Some 256 cells: products run at full speed, and a tile's keys and values stay in cache.
            let windows = max(min(256 / cells, input.count / (2 * Tiling.evenedOut)), 1)
            tiles = Tiling(height: input.count, width: cells, rowsPerTile: windows)
            pooledTiles = Tiling(height: input.count, width: pooled.cellsPerWindow, rowsPerTile: windows)
            paddedKeys = (cells + 15) / 16 * 16
            let (precision, channels) = (plan.precision, shape.width / shape.heads)
            let perWindow = Tiling(height: input.count, width: pooled.cellsPerWindow, rowsPerTile: 1)
            scoring = TileProduct(
                plan.products, perWindow, inputs: channels, outputs: paddedKeys, precision: precision, result: .fp32)
            weighing = TileProduct(
                plan.products, perWindow, inputs: paddedKeys, outputs: channels, precision: precision, result: .fp32)
            let (scoring, weighing, stride) = (scoring.packing, weighing.packing, 2 * shape.width)
            keys = (0..<Parallel.workers).map { _ in
                PackedMatrix(for: scoring, inputStride: 1, outputStride: stride)
            }
            values = (0..<Parallel.workers).map { _ in
                PackedMatrix(for: weighing, inputStride: stride, outputStride: 1)
            }

            let (most, mostPooled) = (tiles.cellsPerTile, pooledTiles.cellsPerTile)
            let mark = plan.own.mark
            rows = plan.own.slot(most, shape.inputWidth, .fp32)
            normalized = plan.own.slot(most, shape.inputWidth, precision)
            // The last window's padded keys lie beyond the tile.
            keysAndValues = plan.own.slot(most + 16, 2 * shape.width, .fp32)
            pooledRows = plan.own.slot(shape.pools ? mostPooled : 0, shape.width, .fp32)
            attended = plan.own.slot(mostPooled, shape.width, precision)
            skipped = plan.own.slot(shape.pools ? most : 0, shape.width, .fp32)
            query = plan.own.slot(mostPooled, channels, precision)
            unpooledQuery = plan.own.slot(shape.pools ? most : 0, channels, .fp32)
            pooledQuery = plan.own.slot(shape.pools ? mostPooled : 0, channels, .fp32)
            scores = plan.own.slot(pooled.cellsPerWindow, paddedKeys, .fp32)
            weights = plan.own.slot(pooled.cellsPerWindow, paddedKeys, precision)
            sums = plan.own.slot(pooled.cellsPerWindow, 1, .fp32)
            weighed = plan.own.slot(pooled.cellsPerWindow, channels, .fp32)
            plan.own.release(to: mark)
        }
    }

    /// Takes the weights of a block's `layer_norm1`, `attn` and `proj`.
    init(_ scope: Scope, _ plan: CompilationPlan, _ shared: Shared) throws(CheckpointError) {
        self.shared = shared
        let (shape, inputs) = (shared.shape, shared.shape.inputWidth)
        norm = try LayerNorm(scope["layer_norm1"], inputs, epsilon: HieraDet.epsilon)
        let layers = QueryKeyValue(try Linear(scope["attn.qkv"], inputs, 3 * shape.width), heads: shape.heads)
        queries = layers.queries.map { layer in
            CompiledLinear(plan, shared.tiles, layer, result: shape.pools ? .fp32 : plan.precision)
        }
        keyValue = CompiledLinear(plan, shared.tiles, layers.keyValue, result: .fp32)
        output = CompiledLinear(
            plan, shared.pooledTiles, try Linear(scope["attn.proj"], shape.width, shape.width), result: .fp32,
            accumulates: true)
        skip =
            shape.pools
            ? CompiledLinear(plan, shared.tiles, try Linear(scope["proj"], inputs, shape.width), result: .fp32) : nil
    }

    /// Adds attention to a map `[cells, C]`: in place, or into the pooled map where a stage begins.
    func callAsFunction(_ map: Matrix, into out: Matrix, _ workspace: Workspace) {
        workspace.parallelTiles(shared.tiles.count) { worker, tile in
            let own = workspace.own[worker]
            let windows = shared.tiles.rows(of: tile)
            let rows = shared.rows(in: own, rows: shared.tiles.cells(of: tile).count)
            let normalized = shared.normalized(in: own, rows: rows.rows)
            gather(map, windows, rows, normalized)
            let keysAndValues = shared.keysAndValues(in: own, rows: rows.rows + 16)
            keyValue(normalized, into: keysAndValues[0..<rows.rows], worker: worker)
            clear(keysAndValues[rows.rows..<rows.rows + 16])
            let residual = skip.map { pool(normalized, by: $0, windows, own, worker) } ?? rows
            let attended = shared.attended(in: own, rows: residual.rows)
            for head in queries.indices {
                attend(head, normalized, keysAndValues, windows.count, attended, own, worker)
            }
            output(attended, into: residual, worker: worker)
            let cells = shared.pooled.cellsPerWindow
            for (index, window) in windows.enumerated() {
                for run in shared.pooled.runs(of: window) {
                    let place = index * cells + run.place
                    convert(residual[place..<place + run.cells.count], into: out[run.cells])
                }
            }
        }
    }

    /// Copies and normalises the cells of some windows; what lies beyond the grid is 0 when normalised.
    private func gather(_ map: Matrix, _ windows: Range<Int>, _ rows: Matrix, _ normalized: Matrix) {
        let cells = shared.input.cellsPerWindow
        for (index, window) in windows.enumerated() {
            let place = index * cells
            if shared.input.isPadded(window) {
                clear(rows[place..<place + cells])
                clear(normalized[place..<place + cells])
            }
            for run in shared.input.runs(of: window) {
                let range = place + run.place..<place + run.place + run.cells.count
                convert(map[run.cells], into: rows[range])
                norm(rows[range], into: normalized[range])
            }
        }
    }

    /// The residual of the pooled cells: the normalised ones in as many channels as come out, the highest of each four.
    private func pool(
        _ normalized: Matrix, by skip: CompiledLinear, _ windows: Range<Int>, _ own: Storage, _ worker: Int
    ) -> Matrix {
        let cells = (all: shared.input.cellsPerWindow, pooled: shared.pooled.cellsPerWindow)
        let source = shared.skipped(in: own, rows: normalized.rows)
        skip(normalized, into: source, worker: worker)
        let pooled = shared.pooledRows(in: own, rows: windows.count * cells.pooled)
        for index in 0..<windows.count {
            maxPool(
                source[index * cells.all..<(index + 1) * cells.all], width: shared.shape.window,
                into: pooled[index * cells.pooled..<(index + 1) * cells.pooled])
        }
        return pooled
    }

    /// What a head's queries attend to within their windows, to its columns.
    private func attend(
        _ head: Int, _ normalized: Matrix, _ keysAndValues: Matrix, _ windows: Int, _ attended: Matrix, _ own: Storage,
        _ worker: Int
    ) {
        let shape = shared.shape
        let cells = (all: shared.input.cellsPerWindow, pooled: shared.pooled.cellsPerWindow)
        let query = shared.query(in: own, rows: attended.rows)
        if shape.pools {
            let unpooled = shared.unpooledQuery(in: own, rows: normalized.rows)
            queries[head](normalized, into: unpooled, worker: worker)
            let pooled = shared.pooledQuery(in: own, rows: attended.rows)
            for index in 0..<windows {
                maxPool(
                    unpooled[index * cells.all..<(index + 1) * cells.all], width: shape.window,
                    into: pooled[index * cells.pooled..<(index + 1) * cells.pooled])
            }
            convert(pooled, into: query)
        } else {
            queries[head](normalized, into: query, worker: worker)
        }
        let (keys, values, column) = (shared.keys[worker], shared.values[worker], head * shape.width / shape.heads)
        let (scores, weights) = (shared.scores(in: own), shared.weights(in: own))
        let (sums, weighed) = (shared.sums(in: own), shared.weighed(in: own))
        for index in 0..<windows {
            let window = keysAndValues[index * cells.all..<index * cells.all + shared.paddedKeys]
            keys.pack(window, column: column)
            values.pack(window, column: shape.width + column)
            let own = index * cells.pooled..<(index + 1) * cells.pooled
            shared.scoring(query[own], keys, into: scores, worker: worker)
            exponentialRows(scores, columns: cells.all, into: weights, sums: sums)
            shared.weighing(weights, values, into: weighed, worker: worker)
            divideRows(weighed, by: sums, into: attended[own], column: column)
        }
    }
}
