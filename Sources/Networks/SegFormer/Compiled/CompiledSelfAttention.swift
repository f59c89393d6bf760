import Compiled
import Tensors

/// Efficient self-attention compiled for a grid: keys and values are made and packed first, then each tile of queries attends.
///
/// Scores exist for one head of one tile at a time. Source: Xie et al., "SegFormer", 2021, section 3.1.
struct CompiledSelfAttention: Sendable {
    private let reduction: Reduction?
    private let keyValue: CompiledLinear
    private let queries: [CompiledLinear]
    private let output: CompiledLinear
    private let shared: Shared

    /// What the blocks of a stage share, because they run one after the other: products, memory, and places for packed keys
    /// and values of each head.
    struct Shared: Sendable {
        let grid, reduced: Tiling
        let heads, width: Int
        /// The number of keys, rounded up so that rows of scores are whole vectors.
        let paddedKeys: Int
        let scoring, weighing: TileProduct
        let keys, values: [PackedMatrix]
        let normalized, keysAndValues: Slot
        let query, scores, weights, sums, weighed, attended: Slot
        let patches, reducedCells, reducedInput: Slot

        /// Plans the memory; `normalized` is the attention's input `[cells, C]`.
        init(
            _ plan: inout CompilationPlan, grid: Tiling, width: Int,
            like attention: MixTransformer.EfficientSelfAttention,
            normalized: Slot
        ) {
            self.grid = grid
            self.width = width
            self.normalized = normalized
            heads = attention.heads
            let precision = plan.precision
            let reduction = attention.reduction?.convolution.kernel ?? 1
            let reduced = Tiling(height: grid.height / reduction, width: grid.width / reduction)
            self.reduced = reduced
            paddedKeys = (reduced.cells + 15) / 16 * 16
            let channels = width / heads
            scoring = TileProduct(
                plan.products, grid, inputs: channels, outputs: paddedKeys, precision: precision, result: .fp32)
            weighing = TileProduct(
                plan.products, grid, inputs: paddedKeys, outputs: channels, precision: precision, result: .fp32)
            let (scoring, weighing) = (scoring.packing, weighing.packing)
            keys = (0..<heads).map { _ in PackedMatrix(for: scoring, inputStride: 1, outputStride: 2 * width) }
            values = (0..<heads).map { _ in PackedMatrix(for: weighing, inputStride: 2 * width, outputStride: 1) }
            keysAndValues = plan.shared.slot(paddedKeys, 2 * width, .fp32)

            let mark = plan.own.mark
            patches = plan.own.slot(reduced.cellsPerTile, reduction * reduction * width, precision)
            reducedCells = plan.own.slot(reduced.cellsPerTile, width, .fp32)
            reducedInput = plan.own.slot(reduced.cellsPerTile, width, precision)
            plan.own.release(to: mark)
            // The attended cells come first: the layers after the attention reuse what follows.
            attended = plan.own.slot(grid.cellsPerTile, width, precision)
            query = plan.own.slot(grid.cellsPerTile, channels, precision)
            scores = plan.own.slot(grid.cellsPerTile, paddedKeys, .fp32)
            weights = plan.own.slot(grid.cellsPerTile, paddedKeys, precision)
            sums = plan.own.slot(grid.cellsPerTile, 1, .fp32)
            weighed = plan.own.slot(grid.cellsPerTile, channels, .fp32)
            plan.own.release(to: mark)
        }
    }

    private struct Reduction: Sendable {
        let kernel: Int
        let convolution: CompiledLinear
        let norm: LayerNorm
    }

    init(_ attention: MixTransformer.EfficientSelfAttention, _ plan: CompilationPlan, _ shared: Shared) {
        let (precision, products, width) = (plan.precision, plan.products, shared.width)
        self.shared = shared
        reduction = attention.reduction.map { convolution, norm in
            Reduction(
                kernel: convolution.kernel,
                convolution: CompiledLinear(
                    products, shared.reduced, weight: convolution.weight, bias: convolution.bias, precision: precision,
                    result: .fp32), norm: norm)
        }
        let (key, value, query) = (attention.key, attention.value, attention.query)
        keyValue = CompiledLinear(
            products, shared.reduced, weight: stacked([key.weight, value.weight]).reshaped(2 * width, width),
            bias: stacked([key.bias, value.bias]).reshaped(2 * width), precision: precision, result: .fp32)
        let channels = width / shared.heads
        // The products' scale 1/√d is a matter of the queries' weights.
        let scale = 1 / Float(channels).squareRoot()
        queries = (0..<shared.heads).map { head in
            CompiledLinear(
                products, shared.grid, weight: scaled(query.weight.part(head, channels, width), by: scale),
                bias: scaled(query.bias.part(head, channels), by: scale), precision: precision, result: precision)
        }
        output = CompiledLinear(
            products, shared.grid, weight: attention.output.weight, bias: attention.output.bias, precision: precision,
            result: .fp32, accumulates: true)
    }

    /// Makes the keys and values of all cells.
    func prepareKeys(_ workspace: Workspace) {
        let keysAndValues = shared.keysAndValues(in: workspace.shared)
        let normalized = shared.normalized(in: workspace.shared)
        workspace.parallelTiles(shared.reduced.count) { worker, tile in
            let (own, cells) = (workspace.own[worker], shared.reduced.cells(of: tile))
            var input = normalized
            if let reduction {
                let patches = shared.patches(in: own, rows: cells.count)
                unfold(
                    normalized, width: shared.grid.width, kernel: reduction.kernel, stride: reduction.kernel,
                    padding: 0, outWidth: shared.reduced.width, rows: shared.reduced.rows(of: tile), into: patches)
                let reduced = shared.reducedCells(in: own, rows: cells.count)
                reduction.convolution(patches, into: reduced, worker: worker)
                input = shared.reducedInput(in: own, rows: cells.count)
                reduction.norm(reduced, into: input)
            } else {
                input = normalized[cells]
            }
            keyValue(input, into: keysAndValues[cells], worker: worker)
        }
        clear(keysAndValues[shared.reduced.cells..<shared.paddedKeys])
        // Packing takes less time than waking threads for it.
        for head in 0..<shared.heads {
            let column = head * shared.width / shared.heads
            shared.keys[head].pack(keysAndValues, column: column)
            shared.values[head].pack(keysAndValues, column: shared.width + column)
        }
    }

    /// Adds what a tile's cells attend to, to their residual `[cells, C]`.
    func callAsFunction(tile: Int, addingTo residual: Matrix, _ workspace: Workspace, worker: Int) {
        let (own, cells) = (workspace.own[worker], shared.grid.cells(of: tile))
        let input = shared.normalized(in: workspace.shared)[cells]
        let attended = shared.attended(in: own, rows: cells.count)
        let query = shared.query(in: own, rows: cells.count)
        let scores = shared.scores(in: own, rows: cells.count)
        let weights = shared.weights(in: own, rows: cells.count)
        let sums = shared.sums(in: own, rows: cells.count)
        let weighed = shared.weighed(in: own, rows: cells.count)
        for head in 0..<shared.heads {
            queries[head](input, into: query, worker: worker)
            shared.scoring(query, shared.keys[head], into: scores, worker: worker)
            exponentialRows(scores, columns: shared.reduced.cells, into: weights, sums: sums)
            shared.weighing(weights, shared.values[head], into: weighed, worker: worker)
            divideRows(weighed, by: sums, into: attended, column: head * shared.width / shared.heads)
        }
        output(attended, into: residual, worker: worker)
    }
}

private func scaled(_ x: Tensor, by factor: Float) -> Tensor {
    let result = x.copy()
    scale(result, by: factor)
    return result
}
