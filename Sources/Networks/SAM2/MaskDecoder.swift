package import Checkpoints
package import Compiled
import Foundation
package import Tensors

/// Masks of an object from the image's features and tokens of its prompt, with what they are worth.
///
/// Unchecked because calls come one at a time: who hands it to another thread does not use it meanwhile.
/// Source: facebookresearch/sam2, sam2/modeling/sam/mask_decoder.py.
@safe package final class MaskDecoder: @unchecked Sendable {
    private let transformer: TwoWayTransformer
    private let upscaling: MaskUpscaling
    /// The tokens before a prompt's: the object score's, the IoU's, and one for each mask: `[2 + M, C]`.
    private let outputTokens: Tensor
    private let hypernetworks: [FeedForward]
    private let iouHead, objectScoreHead: FeedForward
    private let workspace: Workspace

    /// What it finds.
    package struct Prediction: Sendable {
        /// The masks' logits `[M, 4 · grid, 4 · grid]`: that of an unambiguous prompt first, then those of an ambiguous one.
        package let masks: Tensor
        /// The IoU that each mask is expected to have.
        package let ious: [Float]
        /// Each mask's token `[M, C]`, of which object pointers are made.
        package let tokens: Tensor
        /// The logit of the object being there at all.
        package let objectScore: Float

        /// Makes what is found of its parts.
        package init(masks: Tensor, ious: [Float], tokens: Tensor, objectScore: Float) {
            (self.masks, self.ious, self.tokens, self.objectScore) = (masks, ious, tokens, objectScore)
        }
    }

    /// Takes and compiles the weights for a grid of features; `imagePositions` `[grid², C]` are its cells'.
    package init(
        _ scope: Scope, _ configuration: SAM2Configuration, grid: Int, imagePositions: Tensor, precision: Precision
    ) throws(CheckpointError) {
        let (width, decoder) = (configuration.width, configuration.decoder)
        let masks = decoder.multimaskOutputs + 1
        var plan = CompilationPlan(precision)
        let cells = Tiling(height: grid, width: grid)
        transformer = try TwoWayTransformer(
            scope["transformer"], configuration, &plan, grid: cells, positions: imagePositions)
        upscaling = try MaskUpscaling(scope, &plan, grid: grid, width: width)
        var tokens = [
            try scope.tensor("obj_score_token.weight", 1, width), try scope.tensor("iou_token.weight", 1, width),
        ]
        tokens += try scope.tensor("mask_tokens.weight", masks, width).parts.map { $0.reshaped(1, width) }
        outputTokens = stacked(tokens).reshaped(2 + masks, width)
        var hypernetworks: [FeedForward] = []
        for index in 0..<masks {
            hypernetworks.append(
                try FeedForward(scope["output_hypernetworks_mlps"][index], width, width, width / 8, layers: 3))
        }
        self.hypernetworks = hypernetworks
        iouHead = try FeedForward(
            scope["iou_prediction_head"], width, decoder.iouHeadWidth, masks, layers: decoder.iouHeadDepth)
        objectScoreHead = try FeedForward(scope["pred_obj_score_head"], width, width, 1, layers: 3)
        workspace = plan.allocate()
    }

    /// Finds all masks of a prompt.
    ///
    /// - Parameters:
    ///   - features: the image `[grid², C]`, float32.
    ///   - dense: the prompt's mask `[grid², C]`, or `[C]` for every cell.
    ///   - sparse: the prompt's tokens `[T, C]`.
    ///   - highResolution: finer features s0 `[16 · grid², C/8]` and s1 `[4 · grid², C/4]`, float32.
    /// - Returns: every mask with its scores.
    package func callAsFunction(
        features: Matrix, dense: Tensor, sparse: Tensor, highResolution: (s0: Matrix, s1: Matrix)
    ) -> Prediction {
        let width = outputTokens.columns
        let tokens = stacked((outputTokens.parts + sparse.parts)).reshaped(
            outputTokens.rows + sparse.rows, width)
        let found = transformer(tokens, features: features, dense: dense, workspace).parts.map { $0.reshaped(1, width) }
        let maskTokens = Array(found[2..<2 + hypernetworks.count])
        let weights = stacked(zip(hypernetworks, maskTokens).map { $0($1) }).reshaped(hypernetworks.count, width / 8)
        return Prediction(
            masks: upscaling(transformer.image(in: workspace.shared), weights, highResolution, workspace),
            ious: iouHead(found[1]).values.map { 1 / (1 + exp(-$0)) },
            tokens: stacked(maskTokens).reshaped(maskTokens.count, width),
            objectScore: objectScoreHead(found[0]).values[0])
    }
}

/// The transformed image at four times its resolution, and each mask's product with it.
///
/// Two transposed 2×2 convolutions of stride 2, each one plus finer features: as no windows overlap, each is two linears, for
/// the upper and the lower row of a cell. A row of cells is brought all the way before the next one.
private struct MaskUpscaling: Sendable {
    private let rows: Tiling
    private let first, second: [CompiledLinear]
    private let norm: LayerNorm
    private let input, line, activated, pixels: Slot

    init(_ scope: Scope, _ plan: inout CompilationPlan, grid: Int, width: Int) throws(CheckpointError) {
        rows = Tiling(height: grid, width: grid, rowsPerTile: 1)
        let finer = Tiling(height: 2 * grid, width: 2 * grid, rowsPerTile: 1)
        let plain = plan
        let coarse = try halves(scope["upscale_conv1"], width, width / 4)
        first = coarse.map { [rows] in CompiledLinear(plain, rows, $0, result: .fp32, accumulates: true) }
        let fine = try halves(scope["upscale_conv2"], width / 4, width / 8)
        second = fine.map { CompiledLinear(plain, finer, $0, result: .fp32, accumulates: true) }
        norm = try LayerNorm(scope["upscale_layer_norm"], width / 4, epsilon: 1e-6)
        let mark = plan.own.mark
        input = plan.own.slot(grid, width, plan.precision)
        line = plan.own.slot(2 * grid, width / 4, .fp32)
        activated = plan.own.slot(2 * grid, width / 4, plan.precision)
        pixels = plan.own.slot(16 * grid, width / 8, .fp32)
        plan.own.release(to: mark)
    }

    /// The masks `[M, 4 · grid, 4 · grid]` of weights `[M, C/8]`.
    func callAsFunction(
        _ image: Matrix, _ weights: Tensor, _ highResolution: (s0: Matrix, s1: Matrix), _ workspace: Workspace
    ) -> Tensor {
        let grid = rows.width
        let masks = Tensor(uninitialized: [weights.rows, 4 * grid, 4 * grid])
        workspace.parallelTiles(rows.count) { worker, row in
            let own = workspace.own[worker]
            let (input, line, activated) = (input(in: own), line(in: own), activated(in: own))
            let pixels = pixels(in: own)
            convert(image[rows.cells(of: row)], into: input)
            convert(highResolution.s0[row * pixels.rows..<(row + 1) * pixels.rows], into: pixels)
            for (y, half) in first.enumerated() {
                let start = (2 * row + y) * line.rows
                convert(highResolution.s1[start..<start + line.rows], into: line)
                half(input, into: line.reshaped(rows: grid), worker: worker)
                norm(line, into: line)
                gelu(line, into: activated)
                for (fineY, half) in second.enumerated() {
                    let start = (2 * y + fineY) * 4 * grid
                    half(activated, into: pixels[start..<start + 4 * grid].reshaped(rows: 2 * grid), worker: worker)
                }
            }
            gelu(pixels, into: pixels)
            products(
                Matrix(weights, rows: weights.rows), pixels, into: Matrix(masks, rows: weights.rows),
                column: row * pixels.rows)
        }
        return masks
    }
}

/// A transposed 2×2 convolution of stride 2, weights `[I, O, 2, 2]`, as linears to the upper and to the lower two pixels of a
/// cell: `[2 · O, I]` each.
private func halves(_ scope: Scope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) -> [Linear] {
    let weight = try scope.tensor("weight", inputs, outputs, 2, 2).values
    let bias = try scope.tensor("bias", outputs).values
    return (0..<2).map { y in
        let rows = (0..<2 * outputs).flatMap { row in
            (0..<inputs).map { input in weight[((input * outputs + row % outputs) * 2 + y) * 2 + row / outputs] }
        }
        return Linear(
            weight: Tensor(rows, [2 * outputs, inputs]), bias: Tensor(bias + bias, [2 * outputs]))
    }
}
