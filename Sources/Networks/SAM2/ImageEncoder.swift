package import Checkpoints
package import Compiled
package import Tensors

/// SAM 2's image encoder compiled for one size of input: Hiera, the neck of its feature pyramid, and the convolutions that
/// prepare the two finer levels for the mask decoder.
///
/// Source: sam2's `image_encoder.py`. Unchecked because frames come one at a time.
@safe package final class ImageEncoder: @unchecked Sendable {
    private let precision: Precision
    private let side: Int
    private let trunk: HieraDet
    private let image: Slot
    private let lateral: [CompiledLinear]  // of each level, finest first
    private let tiles: [Tiling]
    private let rounded: Slot
    private let coarsest: Slot
    private let workspace: Workspace
    private let width: Int

    /// Takes the weights of `vision_encoder`, and of the mask decoder's `conv_s0` and `conv_s1`.
    ///
    /// - Parameters:
    ///   - root: the whole checkpoint's scope.
    ///   - configuration: the shape of the network.
    ///   - side: the input's side in pixels, a multiple of 32.
    ///   - precision: what it computes with.
    /// - Throws: if tensors are missing or misshapen.
    package init(
        _ root: Scope, _ configuration: SAM2Configuration, side: Int, precision: Precision
    ) throws(CheckpointError) {
        var plan = CompilationPlan(precision)
        self.precision = precision
        self.side = side
        width = configuration.width
        let (scope, width) = (root["vision_encoder"], configuration.width)
        image = plan.shared.slot(side * side, 3, precision)
        trunk = try HieraDet(scope["backbone"], configuration.hiera, side: side, &plan)
        tiles = trunk.stages.map { Tiling(height: $0.height, width: $0.width) }
        let mark = plan.own.mark
        rounded = plan.own.slot(
            tiles.map(\.cellsPerTile).max() ?? 0, trunk.stages.map(\.channels).max() ?? 0, precision)
        plan.own.release(to: mark)
        coarsest = plan.shared.slot(tiles[3].cells, width, .fp32)
        var lateral: [CompiledLinear] = []
        for (level, stage) in trunk.stages.enumerated() {
            // The neck's convolutions are numbered from the coarsest.
            var layer = try Linear(pointwise: scope["neck.convs"][3 - level], stage.channels, width)
            // The two finest levels take nothing from coarser ones, so that their two convolutions are one.
            if level < 2 {
                let fewer = width / (level == 0 ? 8 : 4)
                layer = try Linear(pointwise: root["mask_decoder.conv_s\(level)"], width, fewer).after(layer)
            }
            lateral.append(
                CompiledLinear(plan, tiles[level], layer, result: .fp32, accumulates: level == 2))
        }
        self.lateral = lateral
        workspace = plan.allocate()
    }

    /// The features of an image `[side, side, 3]`, normalised.
    package func callAsFunction(_ image: Tensor) -> ImageFeatures {
        precondition(image.shape == [side, side, 3], "input \(image.shape) of an encoder for \(side)×\(side)")
        let input = self.image(in: workspace.shared)
        let side = side
        workspace.parallelTiles(side) { _, row in
            let cells = row * side..<(row + 1) * side
            convert(Matrix(image, rows: side * side)[cells], into: input[cells])
        }
        trunk(input, workspace)
        project(3, into: coarsest(in: workspace.shared))
        let maps = (0..<3).map { level in
            Tensor(uninitialized: [tiles[level].cells, level == 2 ? width : width / (level == 0 ? 8 : 4)])
        }
        let (top, below) = (Matrix(maps[2], rows: tiles[2].cells), coarsest(in: workspace.shared))
        let grid = tiles[2].width
        for cell in 0..<top.rows {
            let source = cell / grid / 2 * (grid / 2) + cell % grid / 2
            convert(below[source..<source + 1], into: top[cell..<cell + 1])
        }
        for level in 0..<3 { project(level, into: Matrix(maps[level], rows: tiles[level].cells)) }
        return ImageFeatures(s0: maps[0], s1: maps[1], top: maps[2])
    }

    /// A stage's output `[cells, C]` of the last image, for tests.
    package func stage(_ index: Int) -> Tensor {
        let stage = trunk.stages[index]
        return stage.map(in: workspace.shared).tensor(stage.height, stage.width, stage.channels).copy()
    }

    /// A level's lateral convolution.
    private func project(_ level: Int, into out: Matrix) {
        let stage = trunk.stages[level]
        let map = stage.map(in: workspace.shared)
        let (tiles, lateral, rounded) = (tiles[level], lateral[level], rounded)
        workspace.parallelTiles(tiles.count) { worker, tile in
            let cells = tiles.cells(of: tile)
            let input = rounded(in: workspace.own[worker], rows: cells.count, columns: stage.channels)
            convert(map[cells], into: input)
            lateral(input, into: out[cells], worker: worker)
        }
    }
}

/// What the image encoder says of a frame, for all objects and both directions of time.
package struct ImageFeatures: Sendable {
    /// For the mask decoder at 1/4 of the input, `[cells, C/8]`.
    package let s0: Tensor
    /// The same at 1/8, `[cells, C/4]`.
    package let s1: Tensor
    /// At 1/16, `[cells, C]`.
    package let top: Tensor
}
