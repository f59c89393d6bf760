package import Compiled
package import Tensors

/// SegFormer's encoder compiled for inputs of one size: weights packed once, memory planned ahead.
///
/// Its features lie in memory that the next frame takes. Unchecked because frames come one at a time: who hands it to another
/// thread does not use it meanwhile.
@safe package final class CompiledMixTransformer: CompiledEncoder, @unchecked Sendable {
    /// What it multiplies.
    package let precision: Precision
    private let input: (height: Int, width: Int)
    private let image: Slot
    private let stages: [CompiledStage]
    private let workspace: Workspace

    /// Compiles an encoder for inputs `[height, width, 3]`, sides multiples of 32.
    package init(_ encoder: MixTransformer, height: Int, width: Int, precision: Precision) {
        var plan = CompilationPlan(precision)
        self.precision = precision
        input = (height, width)
        image = plan.shared.slot(height * width, 3, precision)
        // The features of all stages stay; what a stage computes them with is given to the next.
        var extent = (height: height, width: width)
        let places = encoder.stages.map { stage in
            let convolution = stage.patchEmbedding
            extent = (convolution.extent(of: extent.height), convolution.extent(of: extent.width))
            let cells = extent.height * extent.width
            let features = plan.shared.slot(cells, convolution.weight.rows, .fp32)
            // In single precision the features are the next stage's input as they are.
            let output = precision == .fp32 ? features : plan.shared.slot(cells, convolution.weight.rows, precision)
            return (features: features, output: output)
        }
        var stages: [CompiledStage] = []
        for (stage, place) in zip(encoder.stages, places) {
            stages.append(
                CompiledStage(
                    stage, &plan, inputHeight: stages.last?.grid.height ?? height,
                    inputWidth: stages.last?.grid.width ?? width, output: place.output, features: place.features))
        }
        self.stages = stages
        workspace = plan.allocate()
    }

    /// The features of an image `[H, W, 3]`, normalised: they hold until the next call.
    package func callAsFunction(_ image: Tensor) -> EncoderFeatures {
        precondition(image.shape == [input.height, input.width, 3], "input \(image.shape) of an encoder for \(input)")
        let converted = self.image(in: workspace.shared)
        let (height, width) = input
        workspace.parallelTiles(height) { _, row in
            let cells = row * width..<(row + 1) * width
            convert(Matrix(image, rows: height * width)[cells], into: converted[cells])
        }
        for (index, stage) in stages.enumerated() {
            stage(index == 0 ? converted : stages[index - 1].output(in: workspace.shared), workspace)
        }
        return EncoderFeatures(
            levels: stages.map { stage in
                EncoderFeatures.Level(
                    grid: stage.grid, values: stage.features(in: workspace.shared),
                    rounded: stage.output(in: workspace.shared))
            })
    }

    /// The grids and channels of its features.
    package var levels: [(grid: Tiling, width: Int)] { stages.map { ($0.grid, $0.width) } }
}
