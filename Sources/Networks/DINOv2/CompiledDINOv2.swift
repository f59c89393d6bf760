import Compiled
package import Tensors

/// DINOv2 compiled for pictures of one size, in single precision.
///
/// The class token and the registers come behind the patches: attention knows no order. Pictures come one at a time, for they
/// share memory.
package struct CompiledDINOv2: Sendable {
    /// The grid of patches, and all tokens.
    private let grid, tiles: Tiling
    private let network: DINOv2
    private let positions: Tensor
    private let patchEmbedding: CompiledLinear
    private let blocks: [Block]
    private let patches, tokens: Slot
    private let workspace: Workspace

    /// Compiles a network for inputs of a size in pixels, multiples of 14.
    package init(_ network: DINOv2, height: Int, width: Int) {
        let patch = DINOv2Configuration.patch
        precondition(
            height > 0 && width > 0 && height % patch == 0 && width % patch == 0, "an input of \(width)×\(height)")
        self.network = network
        let channels = network.configuration.width
        grid = Tiling(height: height / patch, width: width / patch)
        tiles = Tiling(height: grid.cells + network.tokens.rows, width: 1)
        positions = network.positions(height: grid.height, width: grid.width)
        var plan = CompilationPlan(.fp32)
        patchEmbedding = CompiledLinear(plan, grid, network.patchEmbedding, result: .fp32, accumulates: true)
        tokens = plan.shared.slot(tiles.cells, channels, .fp32)
        let mark = plan.own.mark
        patches = plan.own.slot(grid.cellsPerTile, patch * patch * 3, .fp32)
        plan.own.release(to: mark)
        let shared = GlobalAttention.Shared(
            &plan, width: channels, heads: network.configuration.heads, cells: tiles.cells)
        var blocks: [Block] = []
        for block in network.blocks {
            blocks.append(Block(&plan, block, network.configuration, tiles, shared))
        }
        self.blocks = blocks
        workspace = plan.allocate()
    }

    /// The features of the patches `[height / 14, width / 14, D]` after the last norm, of an input `[height, width, 3]`,
    /// normalised.
    package func callAsFunction(_ input: Tensor) -> Tensor {
        let patch = DINOv2Configuration.patch
        precondition(
            input.shape == [patch * grid.height, patch * grid.width, 3],
            "input \(input.shape) of a grid of \(grid.width)×\(grid.height) patches")
        let tokens = tokens(in: workspace.shared)
        embed(Matrix(input, rows: input.shape[0] * input.shape[1]), into: tokens)
        for block in blocks { block(tokens, workspace) }
        let out = Tensor(uninitialized: [grid.height, grid.width, tokens.columns])
        let (features, norm) = (Matrix(out, rows: grid.cells), network.norm)
        workspace.parallelTiles(grid.count) { _, tile in
            let cells = grid.cells(of: tile)
            norm(tokens[cells], into: features[cells])
        }
        return out
    }

    /// Patches at their positions, then the other tokens.
    private func embed(_ input: Matrix, into tokens: Matrix) {
        let (positions, others) = (
            Matrix(positions, rows: grid.cells), Matrix(network.tokens, rows: network.tokens.rows)
        )
        let (patch, width) = (DINOv2Configuration.patch, DINOv2Configuration.patch * grid.width)
        convert(others, into: tokens[grid.cells..<tokens.rows])
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            let patches = patches(in: workspace.own[worker], rows: cells.count)
            unfold(
                input, width: width, kernel: patch, stride: patch, padding: 0, outWidth: grid.width,
                rows: grid.rows(of: tile), into: patches)
            convert(positions[cells], into: tokens[cells])
            patchEmbedding(patches, into: tokens[cells], worker: worker)
        }
    }

    /// Attention and a perceptron, each added to what it was made of; the factors behind them are in their last layers.
    private struct Block: Sendable {
        let attention: GlobalAttention
        let norm: LayerNorm
        let mlp: MLP
        let tiles: Tiling
        let normalized: Slot

        init(
            _ plan: inout CompilationPlan, _ block: DINOv2.Block, _ configuration: DINOv2Configuration, _ tiles: Tiling,
            _ shared: GlobalAttention.Shared
        ) {
            self.tiles = tiles
            attention = GlobalAttention(
                plan, shared, norm: block.norm1, QueryKeyValue(block.queryKeyValue, heads: configuration.heads),
                output: block.output.scaled(by: block.scale1))
            norm = block.norm2
            let mark = plan.own.mark
            normalized = plan.own.slot(tiles.cellsPerTile, configuration.width, .fp32)
            mlp = MLP(
                &plan, tiles, block.first, block.second.scaled(by: block.scale2),
                configuration.isGated ? .swiglu : .gelu)
            plan.own.release(to: mark)
        }

        /// Computes tokens `[N, D]` in place.
        func callAsFunction(_ tokens: Matrix, _ workspace: Workspace) {
            attention(tokens, workspace)
            workspace.parallelTiles(tiles.count) { worker, tile in
                let (own, cells) = (workspace.own[worker], tiles.cells(of: tile))
                let normalized = normalized(in: own, rows: cells.count)
                norm(tokens[cells], into: normalized)
                mlp(normalized, addingTo: tokens[cells], own, worker: worker)
            }
        }
    }
}
