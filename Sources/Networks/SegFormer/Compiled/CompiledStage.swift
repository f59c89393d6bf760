import Compiled
import Tensors

/// A stage of the encoder compiled for its input's size.
///
/// Each block is three loops over tiles: keys and values; attention and the first linear of the Mix-FFN; its convolution,
/// second linear and the next layer norm. What a tile needs between its products stays in the cache of its thread.
struct CompiledStage: Sendable {
    /// The stage's output grid.
    let grid: Tiling
    /// Output channels.
    let width: Int
    /// The stage's features `[cells, C]`, float32.
    let features: Slot
    /// The same in the plan's precision.
    let output: Slot

    private let patchEmbedding: PatchEmbedding
    private let blocks: [Block]
    private let norms: [LayerNorm]  // of each block's attention, and the stage's last
    private let residual, normalized, hidden: Slot
    private let normalizedTile, activated: Slot

    private struct PatchEmbedding: Sendable {
        let inputWidth: Int
        let convolution: MixTransformer.Convolution
        let linear: CompiledLinear
        let norm: LayerNorm
        let patches: Slot
    }

    private struct Block: Sendable {
        let attention: CompiledSelfAttention
        let norm: LayerNorm
        let dense1, dense2: CompiledLinear
        let weight, bias: Tensor
    }

    /// Compiles a stage whose input `[height · width, C]` is of a size.
    init(
        _ stage: MixTransformer.Stage, _ plan: inout CompilationPlan, inputHeight: Int, inputWidth: Int, output: Slot,
        features: Slot
    ) {
        let convolution = stage.patchEmbedding
        let (precision, products) = (plan.precision, plan.products)
        let grid = Tiling(height: convolution.extent(of: inputHeight), width: convolution.extent(of: inputWidth))
        self.grid = grid
        width = convolution.weight.rows
        self.output = output
        self.features = features
        let width = width
        let mark = (shared: plan.shared.mark, own: plan.own.mark)
        residual = plan.shared.slot(grid.cells, width, .fp32)
        normalized = plan.shared.slot(grid.cells, width, precision)
        let hiddenWidth = stage.blocks.map { $0.feedForward.dense1.weight.rows }.max() ?? width
        hidden = plan.shared.slot(grid.cells, hiddenWidth, precision)

        let patches = plan.own.slot(grid.cellsPerTile, convolution.weight.columns, precision)
        plan.own.release(to: mark.own)
        patchEmbedding = PatchEmbedding(
            inputWidth: inputWidth, convolution: convolution,
            linear: CompiledLinear(
                products, grid, weight: convolution.weight, bias: convolution.bias, precision: precision, result: .fp32),
            norm: stage.patchNorm, patches: patches)
        normalizedTile = plan.own.slot(grid.cellsPerTile, width, precision)
        plan.own.release(to: mark.own)
        activated = plan.own.slot(grid.cellsPerTile, hiddenWidth, precision)
        plan.own.release(to: mark.own)

        var shared: CompiledSelfAttention.Shared?
        var blocks: [Block] = []
        for block in stage.blocks {
            let attention =
                shared
                ?? CompiledSelfAttention.Shared(
                    &plan, grid: grid, width: width, like: block.attention, normalized: normalized)
            shared = attention
            let feedForward = block.feedForward
            blocks.append(
                Block(
                    attention: CompiledSelfAttention(block.attention, plan, attention), norm: block.norm2,
                    dense1: CompiledLinear(
                        products, grid, weight: feedForward.dense1.weight, bias: feedForward.dense1.bias,
                        precision: precision, result: precision),
                    dense2: CompiledLinear(
                        products, grid, weight: feedForward.dense2.weight, bias: feedForward.dense2.bias,
                        precision: precision, result: .fp32, accumulates: true),
                    weight: feedForward.weight, bias: feedForward.bias))
        }
        self.blocks = blocks
        norms = stage.blocks.map(\.norm1) + [stage.norm]
        plan.shared.release(to: mark.shared)
    }

    /// Computes the features of an input in the plan's precision.
    func callAsFunction(_ input: Matrix, _ workspace: Workspace) {
        let residual = residual(in: workspace.shared)
        embed(input, residual, workspace)
        for (index, block) in blocks.enumerated() {
            block.attention.prepareKeys(workspace)
            attend(block, residual, workspace)
            feedForward(block, residual, next: index + 1, workspace)
        }
    }

    /// The overlapping patches' embedding, and the first layer norm.
    private func embed(_ input: Matrix, _ residual: Matrix, _ workspace: Workspace) {
        let convolution = patchEmbedding.convolution
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            let patches = patchEmbedding.patches(in: workspace.own[worker], rows: cells.count)
            unfold(
                input, width: patchEmbedding.inputWidth, kernel: convolution.kernel, stride: convolution.stride,
                padding: convolution.padding, outWidth: grid.width, rows: grid.rows(of: tile), into: patches)
            let tile = residual[cells]
            patchEmbedding.linear(patches, into: tile, worker: worker)
            patchEmbedding.norm(tile, into: tile)
            normalize(0, residual, cells, workspace)
        }
    }

    /// Attention, and the first linear of the Mix-FFN.
    private func attend(_ block: Block, _ residual: Matrix, _ workspace: Workspace) {
        let hidden = hidden(in: workspace.shared)
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            let rows = residual[cells]
            block.attention(tile: tile, addingTo: rows, workspace, worker: worker)
            let normalized = normalizedTile(in: workspace.own[worker], rows: cells.count)
            block.norm(rows, into: normalized)
            block.dense1(normalized, into: hidden[cells], worker: worker)
        }
    }

    /// The Mix-FFN from its convolution on, and the layer norm of what comes next.
    private func feedForward(_ block: Block, _ residual: Matrix, next: Int, _ workspace: Workspace) {
        let hidden = hidden(in: workspace.shared)
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            let activated = activated(in: workspace.own[worker], rows: cells.count)
            depthwiseConvolutionGELU(
                hidden, width: grid.width, weight: block.weight, bias: block.bias, rows: grid.rows(of: tile),
                into: activated)
            block.dense2(activated, into: residual[cells], worker: worker)
            normalize(next, residual, cells, workspace)
        }
    }

    /// The layer norm before a block, or the stage's own after the last.
    private func normalize(_ index: Int, _ residual: Matrix, _ cells: Range<Int>, _ workspace: Workspace) {
        if index < blocks.count {
            norms[index](residual[cells], into: normalized(in: workspace.shared)[cells])
        } else {
            let features = features(in: workspace.shared)[cells]
            norms[index](residual[cells], into: features)
            let output = output(in: workspace.shared)[cells]
            if output.precision != .fp32 { convert(features, into: output) }
        }
    }
}
