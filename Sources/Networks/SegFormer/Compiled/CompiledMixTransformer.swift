package import Compiled
package import Tensors

/// SegFormer's encoder compiled for inputs of one size: weights packed once, memory planned ahead.
///
/// Its features lie in memory that the next frame takes. Unchecked because frames come one at a time: who hands it to another
/// thread does not use it meanwhile.
@safe package final class CompiledMixTransformer: @unchecked Sendable {
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
    var levels: [(grid: Tiling, width: Int)] { stages.map { ($0.grid, $0.width) } }
}

/// The encoder's features of a frame; the next frame overwrites them.
package struct EncoderFeatures: Sendable {
    struct Level: Sendable {
        let grid: Tiling
        /// Float32.
        let values: Matrix
        /// The same in the network's precision.
        let rounded: Matrix
    }

    let levels: [Level]

    /// A level's features `[h, w, C]`, without a copy.
    package subscript(_ level: Int) -> Tensor {
        let grid = levels[level].grid
        return levels[level].values.tensor(grid.height, grid.width, levels[level].values.columns)
    }

    /// Copies of all levels, to keep: `[H/4, W/4, C₁]`, `[H/8, W/8, C₂]`, `[H/16, W/16, C₃]`, `[H/32, W/32, C₄]`.
    package func copies() -> [Tensor] { levels.indices.map { self[$0].copy() } }
}
