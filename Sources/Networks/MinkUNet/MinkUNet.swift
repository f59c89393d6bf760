package import Checkpoints
package import Sparse
import Tensors
package import Training

/// MinkowskiNet's U-shaped network over the voxels of a scene: a stem, four stages down to stride 16 and four up again.
///
/// Widths and depths follow from the tensors' shapes. Weights are trained in place, and so are the running statistics.
///
/// Source: Choy, Gwak, Savarese, "4D spatio-temporal ConvNets", 2019; chrischoy/SpatioTemporalSegmentation, models/res16unet.py.
package struct MinkUNet: Sendable {
    /// A change of the level and the residual blocks on the new one.
    private struct Stage {
        let change: NormedConvolution
        let blocks: [ResidualBlock]

        init(_ root: Scope, _ names: StageNames, inputs: Int, joined: Int) throws(CheckpointError) {
            change = try NormedConvolution(root, names.convolution, norm: names.norm, volume: 8, inputs: inputs)
            var blocks = [try ResidualBlock(root, names.blocks + ".0", inputs: change.outputs + joined)]
            var width: Int { blocks[blocks.count - 1].second.outputs }
            while (try? root.shape(of: "\(names.blocks).\(blocks.count).conv1.kernel")) != nil {
                blocks.append(try ResidualBlock(root, "\(names.blocks).\(blocks.count)", inputs: width))
            }
            self.blocks = blocks
        }

        var outputs: Int { blocks[blocks.count - 1].second.outputs }
        var convolutions: [NormedConvolution] { [change] + blocks.flatMap(\.convolutions) }
    }

    /// A stage's published names.
    typealias StageNames = (convolution: String, norm: String, blocks: String)

    static let encoderNames: [StageNames] = [
        ("conv1p1s2", "bn1", "block1"), ("conv2p2s2", "bn2", "block2"), ("conv3p4s2", "bn3", "block3"),
        ("conv4p8s2", "bn4", "block4"),
    ]
    static let decoderNames: [StageNames] = [
        ("convtr4p16s2", "bntr4", "block5"), ("convtr5p8s2", "bntr5", "block6"), ("convtr6p4s2", "bntr6", "block7"),
        ("convtr7p2s2", "bntr7", "block8"),
    ]

    private let stem: NormedConvolution
    private let encoder, decoder: [Stage]
    private let final: (kernel: Tensor, bias: Tensor)

    /// The side of the first convolution's kernel, for `VoxelPyramid`.
    package let stemKernel: Int

    /// Takes the weights under their published names.
    ///
    /// - Parameter root: where they lie in a checkpoint, of which the counts of batches (`num_batches_tracked`) are not needed.
    /// - Throws: if a tensor is missing or of a shape that does not fit those before it.
    package init(_ root: Scope) throws(CheckpointError) {
        let shape = try root.shape(of: "conv0p1s1.kernel")
        stemKernel = shape.first == 125 ? 5 : 3
        stem = try NormedConvolution(
            root, "conv0p1s1", norm: "bn0", volume: stemKernel == 5 ? 125 : 27, inputs: shape.dropFirst().first ?? 0)
        var encoder: [Stage] = []
        var skips = [stem.outputs]
        for names in Self.encoderNames {
            let stage = try Stage(root, names, inputs: skips[skips.count - 1], joined: 0)
            encoder.append(stage)
            skips.append(stage.outputs)
        }
        var decoder: [Stage] = []
        for (index, names) in Self.decoderNames.enumerated() {
            let inputs = decoder.last?.outputs ?? skips[4]
            decoder.append(try Stage(root, names, inputs: inputs, joined: skips[3 - index]))
        }
        (self.encoder, self.decoder) = (encoder, decoder)
        let outputs = try root.shape(of: "final.kernel").last ?? 0
        let kernel = try root.tensor("final.kernel", decoder[3].outputs, outputs)
        final = (kernel, try root.tensor("final.bias", 1, outputs))
    }

    /// Channels of the input.
    package var inputs: Int { stem.inputs }
    /// Channels of the features.
    package var width: Int { final.kernel.rows }
    /// Channels of the output.
    package var outputs: Int { final.kernel.columns }

    private var convolutions: [NormedConvolution] { [stem] + (encoder + decoder).flatMap(\.convolutions) }

    /// All parameters under their published names.
    package var parameters: ParameterSet {
        ParameterSet(
            convolutions.flatMap(\.parameters)
                + [Parameter("final.kernel", final.kernel), Parameter("final.bias", final.bias)])
    }

    /// What a checkpoint has besides: the running statistics of the batch norms.
    package var statistics: [Parameter] { convolutions.flatMap(\.statistics) }

    /// The features of each voxel, before the last layer.
    ///
    /// - Parameters:
    ///   - x: what is known of each voxel of the finest level `[V, inputs]`.
    ///   - scene: the voxels, whose stem has `stemKernel`.
    ///   - statistics: whose statistics the batch norms use.
    ///   - tape: where the operations are noted.
    /// - Returns: the features `[V, width]`.
    package func features(
        _ x: Variable, over scene: VoxelPyramid, _ statistics: SceneStatistics, on tape: Tape
    ) -> Variable {
        precondition(
            x.shape == [scene.levels[0].count, inputs] && scene.levels.count == 5,
            "input \(x.shape) of \(scene.levels[0].count) voxels for \(inputs) channels")
        var x = tape.relu(stem.traced(x, scene.stem, statistics, on: tape))
        var skips: [Variable] = []
        for (level, stage) in encoder.enumerated() {
            skips.append(x)
            x = tape.relu(stage.change.traced(x, scene.down[level], statistics, on: tape))
            for block in stage.blocks { x = block.traced(x, scene.neighbours[level + 1], statistics, on: tape) }
        }
        for (index, stage) in decoder.enumerated() {
            let level = 3 - index
            x = tape.relu(stage.change.traced(x, scene.down[level].transposed, statistics, on: tape))
            x = tape.joinColumns([x, skips[level]])
            for block in stage.blocks { x = block.traced(x, scene.neighbours[level], statistics, on: tape) }
        }
        return x
    }

    /// The last layer: features `[V, width]` → `[V, outputs]`.
    package func output(_ features: Variable, on tape: Tape) -> Variable {
        let product = tape.matmul(features, .plain, tape.parameter(final.kernel), .plain)
        return tape.addRow(tape.parameter(final.bias), to: product)
    }
}
