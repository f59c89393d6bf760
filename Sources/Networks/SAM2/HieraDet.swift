import Checkpoints
import Compiled
package import Tensors

/// SAM 2's hierarchical image encoder, compiled for one size of input: four stages of blocks with attention in windows.
///
/// Source: Ryali et al., "Hiera: a hierarchical vision transformer without the bells-and-whistles", 2023; sam2's
/// `hieradet.py`.
struct HieraDet: Sendable {
    /// The epsilon of its layer norms.
    static let epsilon: Float = 1e-6

    /// A stage's output: its grid, channels, and place.
    struct Stage: Sendable {
        let height, width, channels: Int
        let map: Slot
    }

    /// The stages' outputs, finest first: 1/4, 1/8, 1/16, 1/32 of the input's sides.
    let stages: [Stage]
    private let blocks: [(stage: Int, block: MultiScaleBlock)]
    private let patchEmbedding: CompiledLinear
    /// The positions of all cells of the first grid `[cells, C]`.
    private let positions: Tensor
    private let tiles: Tiling
    private let patches: Slot
    private let side: Int

    /// Takes the weights of `vision_encoder.backbone` and compiles them for inputs of a side.
    init(
        _ scope: Scope, _ configuration: SAM2Configuration.Hiera, side: Int, _ plan: inout CompilationPlan
    ) throws(CheckpointError) {
        self.side = side
        let grid = side / 4
        let width = configuration.embedDims[0]
        positions = try Self.positions(scope, configuration, grid: grid)
        tiles = Tiling(height: grid, width: grid)
        let embedding = scope["patch_embed.projection"]
        patchEmbedding = CompiledLinear(
            plan.products, tiles,
            weight: unfoldedConvolutionWeight(try embedding.tensor("weight", width, 3, 7, 7)),
            bias: try embedding.tensor("bias", width), precision: plan.precision, result: .fp32, accumulates: true)
        let mark = plan.own.mark
        patches = plan.own.slot(tiles.cellsPerTile, 7 * 7 * 3, plan.precision)
        plan.own.release(to: mark)

        var stages: [Stage] = []
        var blocks: [(stage: Int, block: MultiScaleBlock)] = []
        var shared = MultiScaleBlock.Shared()
        for (stage, depth) in configuration.depths.enumerated() {
            let (side, channels) = (grid >> stage, configuration.embedDims[stage])
            stages.append(
                Stage(
                    height: side, width: side, channels: channels,
                    map: plan.shared.slot(side * side, channels, .fp32)))
            for index in 0..<depth {
                let begins = stage > 0 && index == 0
                // The first block of a stage still has the windows of the one before.
                let previous = begins ? stage - 1 : stage
                let shape = MultiScaleAttention.Shape(
                    inputWidth: configuration.embedDims[previous], width: channels, heads: configuration.heads[stage],
                    window: configuration.globalBlocks.contains(blocks.count) ? 0 : configuration.windows[previous],
                    pools: begins)
                let block = try MultiScaleBlock(
                    scope["blocks"][blocks.count], &plan, shape, side: grid >> previous,
                    mlpRatio: configuration.mlpRatio, &shared)
                blocks.append((stage, block))
            }
        }
        self.stages = stages
        self.blocks = blocks
    }

    /// The positional embedding of the first grid `[cells, C]`: one stretched over the picture, plus one of a window,
    /// repeated (Bolya et al., "Window attention is bugged", 2023).
    private static func positions(
        _ scope: Scope, _ configuration: SAM2Configuration.Hiera, grid: Int
    ) throws(CheckpointError) -> Tensor {
        let (width, window) = (configuration.embedDims[0], configuration.windows[0])
        let (rows, columns) = (configuration.backgroundSize[0], configuration.backgroundSize[1])
        let background = channelsLast(try scope.tensor("pos_embed", 1, width, rows, columns))
        let tile = channelsLast(try scope.tensor("pos_embed_window", 1, width, window, window)).values
        let result = Resampling(
            rows: .bicubic(from: rows, to: grid), columns: .bicubic(from: columns, to: grid))(background)
        var values = result.values
        for index in values.indices {
            let (cell, channel) = (index / width, index % width)
            values[index] += tile[(cell / grid % window * window + cell % grid % window) * width + channel]
        }
        return Tensor(values, [grid * grid, width])
    }

    /// Computes the stages' outputs of an input `[side · side, 3]` in the plan's precision.
    func callAsFunction(_ input: Matrix, _ workspace: Workspace) {
        let first = stages[0].map(in: workspace.shared)
        let positions = Matrix(positions, rows: tiles.cells)
        workspace.parallelTiles(tiles.count) { worker, tile in
            let cells = tiles.cells(of: tile)
            let patches = patches(in: workspace.own[worker], rows: cells.count)
            unfold(
                input, width: side, kernel: 7, stride: 4, padding: 3, outWidth: tiles.width, rows: tiles.rows(of: tile),
                into: patches)
            convert(positions[cells], into: first[cells])
            patchEmbedding(patches, into: first[cells], worker: worker)
        }
        for (index, (stage, block)) in blocks.enumerated() {
            let before = index > 0 ? blocks[index - 1].stage : 0
            block(stages[before].map(in: workspace.shared), into: stages[stage].map(in: workspace.shared), workspace)
        }
    }
}

/// A checkpoint's map `[1, C, H, W]` as `[H, W, C]`.
package func channelsLast(_ map: Tensor) -> Tensor {
    let (channels, cells) = (map.shape[1], map.shape[2] * map.shape[3])
    let values = map.values
    return Tensor(
        (0..<cells * channels).map { values[($0 % channels) * cells + $0 / channels] },
        [map.shape[2], map.shape[3], channels])
}
