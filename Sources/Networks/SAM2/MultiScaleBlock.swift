import Checkpoints
import Compiled

/// A block of Hiera compiled for its grid: attention within windows or to the whole picture, then a perceptron.
///
/// Source: sam2's `hieradet.py`.
struct MultiScaleBlock: Sendable {
    private enum Attention {
        case windows(MultiScaleAttention)
        case global(GlobalAttention)
    }

    /// What blocks share with earlier ones of their shape, because they run one after the other.
    struct Shared {
        fileprivate var windows: [MultiScaleAttention.Shape: MultiScaleAttention.Shared] = [:]
        fileprivate var global: [MultiScaleAttention.Shape: GlobalAttention.Shared] = [:]
    }

    private let attention: Attention
    private let norm: LayerNorm
    private let mlp: MLP
    private let tiles: Tiling
    private let normalized: Slot

    /// Takes a block's weights and compiles them for a grid of a side, halved if the block pools.
    init(
        _ scope: Scope, _ plan: inout CompilationPlan, _ shape: MultiScaleAttention.Shape, side: Int, mlpRatio: Double,
        _ shared: inout Shared
    ) throws(CheckpointError) {
        if shape.window > 0 {
            let common =
                shared.windows[shape] ?? MultiScaleAttention.Shared(&plan, shape, height: side, width: side)
            shared.windows[shape] = common
            attention = .windows(try MultiScaleAttention(scope, plan, common))
        } else {
            let common =
                shared.global[shape]
                ?? GlobalAttention.Shared(&plan, width: shape.width, heads: shape.heads, cells: side * side)
            shared.global[shape] = common
            let width = shape.width
            attention = .global(
                GlobalAttention(
                    plan, common, norm: try LayerNorm(scope["layer_norm1"], width, epsilon: HieraDet.epsilon),
                    QueryKeyValue(try Linear(scope["attn.qkv"], width, 3 * width), heads: shape.heads),
                    output: try Linear(scope["attn.proj"], width, width)))
        }
        let out = shape.pools ? side / 2 : side
        tiles = Tiling(height: out * out, width: 1)
        norm = try LayerNorm(scope["layer_norm2"], shape.width, epsilon: HieraDet.epsilon)
        let hidden = Int(Double(shape.width) * mlpRatio)
        let mark = plan.own.mark
        normalized = plan.own.slot(tiles.cellsPerTile, shape.width, plan.precision)
        mlp = MLP(
            &plan, tiles, try Linear(scope["mlp.proj_in"], shape.width, hidden),
            try Linear(scope["mlp.proj_out"], hidden, shape.width), .gelu)
        plan.own.release(to: mark)
    }

    /// Computes a map `[cells, C]` in place, or from the map before if the block pools.
    func callAsFunction(_ map: Matrix, into out: Matrix, _ workspace: Workspace) {
        switch attention {
        case .windows(let attention): attention(map, into: out, workspace)
        case .global(let attention): attention(map, workspace)
        }
        workspace.parallelTiles(tiles.count) { worker, tile in
            let (own, cells) = (workspace.own[worker], tiles.cells(of: tile))
            let normalized = normalized(in: own, rows: cells.count)
            norm(out[cells], into: normalized)
            mlp(normalized, addingTo: out[cells], own, worker: worker)
        }
    }
}
