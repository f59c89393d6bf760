package import Checkpoints
package import Compiled
package import Tensors

/// A frame's features and the mask found in it, fused into what later frames remember.
///
/// Unchecked because calls come one at a time: who hands it to another thread does not use it meanwhile.
/// Source: facebookresearch/sam2, sam2/modeling/memory_encoder.py.
@safe package final class MemoryEncoder: @unchecked Sendable {
    /// Where the memory's cells are: `[grid², memory width]`.
    package let positions: Tensor

    private let grid: Tiling
    private let downsampler: MaskDownsampler
    private let featureProjection: CompiledLinear
    private let fuser: [FuserBlock]
    private let projection: CompiledLinear
    private let maps: [Slot]
    private let input: Slot
    private let workspace: Workspace

    /// Takes and compiles the weights for a grid of features.
    package init(
        _ scope: Scope, _ configuration: SAM2Configuration, grid side: Int, precision: Precision
    ) throws(CheckpointError) {
        let (width, sizes) = (configuration.width, configuration.memory)
        var plan = CompilationPlan(precision)
        let grid = Tiling(height: side, width: side)
        self.grid = grid
        positions = sinePositionEncoding(side: side, width: sizes.width)
        // A block reads its neighbours' cells, and so writes elsewhere.
        maps = (0..<2).map { _ in plan.shared.slot(grid.cells, width, .fp32) }
        input = plan.own.slot(grid.cellsPerTile, width, precision)
        downsampler = try MaskDownsampler(scope["mask_downsampler"], &plan, grid: grid, width: width)
        featureProjection = CompiledLinear(
            plan, grid, try Linear(pointwise: scope["feature_projection"], width, width), result: .fp32)
        var fuser: [FuserBlock] = []
        for index in 0..<sizes.fuserLayers {
            fuser.append(try FuserBlock(scope["memory_fuser.layers"][index], configuration, &plan, grid))
        }
        self.fuser = fuser
        projection = CompiledLinear(
            plan, grid, try Linear(pointwise: scope["projection"], width, sizes.width), result: .fp32)
        workspace = plan.allocate()
    }

    /// What all memories of a frame have in common, from its features `[grid², C]`, float32: `[grid², C]`.
    package func project(_ features: Matrix) -> Tensor {
        let out = Tensor(uninitialized: [grid.cells, features.columns])
        workspace.parallelTiles(grid.count) { worker, tile in
            let cells = grid.cells(of: tile)
            let input = input(in: workspace.own[worker], rows: cells.count)
            convert(features[cells], into: input)
            featureProjection(input, into: Matrix(out, rows: grid.cells)[cells], worker: worker)
        }
        return out
    }

    /// The memory `[grid², memory width]` of an object's mask.
    ///
    /// - Parameters:
    ///   - projected: what `project` made of the frame's features.
    ///   - mask: `[16 · grid, 16 · grid]`, probabilities scaled and shifted.
    /// - Returns: the memory's rows.
    package func callAsFunction(projected: Tensor, mask: Tensor) -> Tensor {
        var (map, next) = (maps[0](in: workspace.shared), maps[1](in: workspace.shared))
        downsampler(mask, adding: Matrix(projected, rows: grid.cells), into: map, workspace)
        let out = Tensor(uninitialized: [grid.cells, positions.columns])
        for (index, block) in fuser.enumerated() {
            let (from, to) = (map, next)
            workspace.parallelTiles(grid.count) { worker, tile in
                let cells = grid.cells(of: tile)
                block(from, rows: grid.rows(of: tile), into: to[cells], workspace.own[worker], worker: worker)
                guard index == fuser.count - 1 else { return }
                let input = input(in: workspace.own[worker], rows: cells.count)
                convert(to[cells], into: input)
                projection(input, into: Matrix(out, rows: grid.cells)[cells], worker: worker)
            }
            swap(&map, &next)
        }
        return out
    }
}

/// A block of the fuser, ConvNeXt's: a depthwise convolution, layer norm and a perceptron, added to what it came from.
///
/// Source: `CXBlock` of the same file; Liu et al., "A ConvNet for the 2020s", 2022.
private struct FuserBlock: Sendable {
    private let kernel: Int
    private let weight, bias: Tensor
    private let norm: LayerNorm
    private let perceptron: MLP
    private let convolved, normalized: Slot

    init(
        _ scope: Scope, _ configuration: SAM2Configuration, _ plan: inout CompilationPlan, _ grid: Tiling
    ) throws(CheckpointError) {
        let (width, hidden) = (configuration.width, configuration.memory.fuserWidth)
        kernel = configuration.memory.fuserKernel
        weight = depthwiseWeight(try scope["depthwise_conv"].tensor("weight", width, 1, kernel, kernel))
        bias = try scope["depthwise_conv"].tensor("bias", width)
        norm = try LayerNorm(scope["layer_norm"], width, epsilon: 1e-6)
        let mark = plan.own.mark
        normalized = plan.own.slot(grid.cellsPerTile, width, plan.precision)
        let behind = plan.own.mark
        convolved = plan.own.slot(grid.cellsPerTile, width, .fp32)
        plan.own.release(to: behind)
        // The block's scales of its channels are a matter of the last layer's weights.
        let last = try Linear(scope["pointwise_conv2"], hidden, width).scaled(by: try scope.tensor("scale", width))
        perceptron = MLP(&plan, grid, try Linear(scope["pointwise_conv1"], width, hidden), last, .gelu)
        plan.own.release(to: mark)
    }

    /// Computes some rows of a map `[grid², C]` into `out` `[cells, C]`.
    func callAsFunction(_ map: Matrix, rows: Range<Int>, into out: Matrix, _ own: Storage, worker: Int) {
        let width = out.rows / rows.count
        let convolved = convolved(in: own, rows: out.rows)
        depthwiseConvolution(
            map, width: width, weight: weight, bias: bias, kernel: kernel, rows: rows, into: convolved)
        let normalized = normalized(in: own, rows: out.rows)
        norm(convolved, into: normalized)
        convert(map[rows.lowerBound * width..<rows.upperBound * width], into: out)
        perceptron(normalized, addingTo: out, own, worker: worker)
    }
}
