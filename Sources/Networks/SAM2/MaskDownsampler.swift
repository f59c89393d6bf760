import CKernels
import Checkpoints
package import Compiled
package import Tensors

/// A mask brought from pixels to the grid of features in four steps, each with half the side and four times the channels: a
/// 3×3 convolution of stride 2, layer norm and GELU; then one linear.
///
/// Source: `MaskDownSampler` of facebookresearch/sam2, sam2/modeling/memory_encoder.py.
struct MaskDownsampler: Sendable {
    /// The first step, from one channel to four.
    private let weight, bias: Tensor
    private let norm: LayerNorm
    private let pixels: Tiling
    private let first: Slot

    private let steps: [Step]
    private let projection: CompiledLinear

    private struct Step: Sendable {
        let grid: Tiling
        let convolution: CompiledLinear
        let norm: LayerNorm
        let patches, convolved: Slot
        /// The step's output: the whole map, but a tile's for the last step.
        let activated: Slot
    }

    /// Takes and compiles the weights.
    init(
        _ scope: Scope, _ plan: inout CompilationPlan, grid: Tiling, width: Int
    ) throws(CheckpointError) {
        let layers = scope["layers"]
        let side = grid.width
        weight = try layers[0]["conv"].tensor("weight", 4, 1, 3, 3).reshaped(4, 9)
        bias = try layers[0]["conv"].tensor("bias", 4)
        norm = try LayerNorm(layers[0]["layer_norm"], 4, epsilon: epsilon)
        pixels = Tiling(height: 8 * side, width: 8 * side)
        first = plan.shared.slot(pixels.cells, 4, plan.precision)
        var steps: [Step] = []
        for index in 1..<4 {
            let channels = 4 << (2 * index)
            let cells = index < 3 ? Tiling(height: side * 8 >> index, width: side * 8 >> index) : grid
            let place = layers[index]["conv"]
            let convolution = Linear(
                weight: unfoldedConvolutionWeight(try place.tensor("weight", channels, channels / 4, 3, 3)),
                bias: try place.tensor("bias", channels))
            let mark = plan.own.mark
            let activated =
                index < 3
                ? plan.shared.slot(cells.cells, channels, plan.precision)
                : plan.own.slot(cells.cellsPerTile, channels, plan.precision)
            steps.append(
                Step(
                    grid: cells, convolution: CompiledLinear(plan, cells, convolution, result: .fp32),
                    norm: try LayerNorm(layers[index]["layer_norm"], channels, epsilon: epsilon),
                    patches: plan.own.slot(cells.cellsPerTile, 9 * channels / 4, plan.precision),
                    convolved: plan.own.slot(cells.cellsPerTile, channels, .fp32), activated: activated))
            plan.own.release(to: mark)
        }
        self.steps = steps
        projection = CompiledLinear(
            plan, grid, try Linear(pointwise: scope["final_conv"], 256, width), result: .fp32, accumulates: true)
    }

    /// Brings a mask `[16 · grid, 16 · grid]` to the grid and adds it to `features` `[grid², C]`, into `out`.
    func callAsFunction(_ mask: Tensor, adding features: Matrix, into out: Matrix, _ workspace: Workspace) {
        precondition(mask.shape == [2 * pixels.height, 2 * pixels.width], "mask \(mask.shape) for \(pixels.height)²")
        let first = first(in: workspace.shared)
        workspace.parallelTiles(pixels.count) { _, tile in
            embedMask(
                mask, weight: weight, bias: bias, factor: norm.weight, shift: norm.bias, epsilon: epsilon,
                rows: pixels.rows(of: tile), into: first[pixels.cells(of: tile)])
        }
        var map = first
        for (index, step) in steps.enumerated() {
            let (input, isLast) = (map, index == steps.count - 1)
            workspace.parallelTiles(step.grid.count) { worker, tile in
                let (own, cells) = (workspace.own[worker], step.grid.cells(of: tile))
                let patches = step.patches(in: own, rows: cells.count)
                let convolved = step.convolved(in: own, rows: cells.count)
                let activated =
                    isLast
                    ? step.activated(in: own, rows: cells.count) : step.activated(in: workspace.shared)[cells]
                unfold(
                    input, width: 2 * step.grid.width, kernel: 3, stride: 2, padding: 1, outWidth: step.grid.width,
                    rows: step.grid.rows(of: tile), into: patches)
                step.convolution(patches, into: convolved, worker: worker)
                step.norm(convolved, into: convolved)
                gelu(convolved, into: activated)
                guard isLast else { return }
                convert(features[cells], into: out[cells])
                projection(activated, into: out[cells], worker: worker)
            }
            if !isLast { map = step.activated(in: workspace.shared) }
        }
    }
}

/// The epsilon of the downsampler's layer norms.
private let epsilon: Float = 1e-6

/// GELU of the layer norm of a mask's 3×3 convolution of stride 2 with zero padding, for some rows of its output.
///
/// - Parameters:
///   - mask: `[height, width]`, the height even and the width a multiple of 32.
///   - weight: the convolution's, `[4, 9]`.
///   - bias: the convolution's, `[4]`.
///   - factor: the norm's weight `[4]`.
///   - shift: the norm's bias `[4]`.
///   - epsilon: what the norm adds to the variance.
///   - rows: the output's rows to compute.
///   - out: where they go, `[rows · width/2, 4]`, in either precision.
package func embedMask(
    _ mask: Tensor, weight: Tensor, bias: Tensor, factor: Tensor, shift: Tensor, epsilon: Float, rows: Range<Int>,
    into out: Matrix
) {
    let (height, width) = (mask.rows, mask.columns)
    precondition(
        height % 2 == 0 && width % 32 == 0 && weight.shape == [4, 9] && bias.count == 4 && factor.count == 4
            && shift.count == 4 && rows.lowerBound >= 0 && rows.upperBound <= height / 2
            && out.rows == rows.count * width / 2 && out.columns == 4,
        "mask \(mask.shape), rows \(rows) into \(out.rows)×\(out.columns)")
    unsafe ditta_embed_mask_rows(
        out.pointer, mask.pointer, weight.pointer, bias.pointer, factor.pointer, shift.pointer, epsilon, width,
        rows.lowerBound, rows.upperBound, out.bf16Flag)
}

/// A mask's logits as probabilities, or cut at 0 to 0 and 1; times scale plus shift, in place.
package func maskValues(_ logits: Tensor, cuts: Bool, scale: Float, shift: Float) {
    parallelFor(logits.count, grain: 16384) { range in
        unsafe ditta_mask_values(logits.pointer + range.lowerBound, range.count, cuts ? 1 : 0, scale, shift)
    }
}
