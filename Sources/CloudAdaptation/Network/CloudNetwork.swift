package import Checkpoints
package import Networks
package import Tensors
package import Training

/// A backbone over voxels, and two projectors of its features: one to classes, one to a picture teacher's features.
///
/// Backbone ψ3D, semantic projector ρY and distillation projector ρ2D of TTT-KD (Weijler et al., 2025, section 3). Weights are trained in
/// place.
package struct CloudNetwork: Sendable {
    /// The backbone ψ3D; its last layer gives the features of a voxel.
    package let backbone: MinkUNet
    /// The projector ρY to logits of the classes.
    package let semantic: Projector
    /// The projector ρ2D to the teacher's features.
    package let distillation: Projector

    /// Takes the weights under `backbone`, `semantic` and `distillation`.
    ///
    /// - Throws: if a tensor is missing or of a shape that does not fit those before it.
    package init(_ root: Scope) throws(CheckpointError) {
        backbone = try MinkUNet(root["backbone"])
        semantic = try Projector(root["semantic"], inputs: backbone.outputs)
        distillation = try Projector(root["distillation"], inputs: backbone.outputs)
    }

    /// Weights to begin training with.
    ///
    /// - Parameters:
    ///   - backbone: the backbone's widths; its outputs are the features.
    ///   - classes: how many classes there are.
    ///   - channels: the channels of the teacher's features.
    ///   - seed: where chance begins.
    package init(_ backbone: MinkUNetConfiguration, classes: Int, channels: Int, seed: UInt64) {
        let projectors = [("semantic", classes), ("distillation", channels)].flatMap { name, outputs in
            Projector.shapes(name, inputs: backbone.outputs, outputs: outputs).map {
                (name: "\(name).\($0.name)", shape: $0.shape)
            }
        }
        var random = RandomNumbers(seed: seed)
        let shapes = backbone.shapes.map { (name: "backbone." + $0.name, shape: $0.shape) } + projectors
        self.init(held: initialTensors(shapes, using: &random))
    }

    private init(held: [(name: String, tensor: Tensor)]) {
        do {
            try self.init(Checkpoint(HeldTensors(held)).root)
        } catch {
            preconditionFailure("shapes that were described do not fit: \(error)")
        }
    }

    /// The same network with weights and statistics of its own.
    package func copy() -> CloudNetwork {
        CloudNetwork(held: (parameters.parameters + statistics.parameters).map { ($0.name, $0.tensor) })
    }

    /// The backbone's parameters, under its own names: all that is trained at test time.
    package var backboneParameters: ParameterSet { backbone.parameters }

    /// All parameters, under their names in a file.
    package var parameters: ParameterSet {
        ParameterSet(
            named("backbone", backbone.parameters.parameters) + named("semantic", semantic.parameters)
                + named("distillation", distillation.parameters))
    }

    /// The running statistics of all batch norms, under their names in a file.
    package var statistics: ParameterSet {
        ParameterSet(
            named("backbone", backbone.statistics) + named("semantic", semantic.statistics)
                + named("distillation", distillation.statistics))
    }

    private func named(_ part: String, _ parameters: [Parameter]) -> [Parameter] {
        parameters.map { Parameter("\(part).\($0.name)", $0.tensor, layout: $0.layout, isNorm: $0.isNorm) }
    }

    /// The features `[V, C]` of a scene's voxels.
    package func features(_ scene: VoxelScene, _ statistics: SceneStatistics, on tape: Tape) -> Variable {
        let hidden = backbone.features(tape.constant(scene.inputs), over: scene.pyramid, statistics, on: tape)
        return backbone.output(hidden, on: tape)
    }

    /// The logits `[V, K]` of a scene's voxels by the stored statistics, without gradients.
    package func logits(_ scene: VoxelScene) -> Tensor {
        let tape = Tape(tracking: [])
        return semantic.traced(features(scene, .stored, on: tape), .stored, on: tape).value
    }
}
