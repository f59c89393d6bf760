import Networks
package import Tensors
import Training

/// TENT: makes the backbone sure of each scene, by scales and shifts of its batch norms alone.
///
/// A step lowers the mean entropy of the classes' probabilities over all voxels. The batch norms use the scene's own statistics, in
/// training and for the labels; the stored ones are not used and stay. Source: Wang et al., "Tent: Fully test-time adaptation by entropy
/// minimization", 2021, section 3; DequanWang/tent. Labels are those after the step, theirs those before.
package struct Tent: SceneMethod {
    /// The numbers of the method.
    package struct Settings: Sendable, Equatable {
        /// Steps for each scene.
        package var steps = 1
        /// Adam's learning rate.
        package var rate: Float = 1e-3
        /// Whether each scene begins with what the network was in the beginning, and not with what the one before made of it.
        package var isEpisodic = false

        /// The usual numbers.
        package init() {}
    }

    private let network: CloudNetwork
    private let settings: Settings
    private let norms: ParameterSet
    private let original: ParameterSet
    private var adam: AdamW

    /// Takes a network, whose backbone's norms are changed in place.
    package init(_ network: CloudNetwork, _ settings: Settings) {
        (self.network, self.settings) = (network, settings)
        norms = network.backboneParameters.norms
        original = norms.snapshot()
        adam = AdamW(rate: settings.rate, decay: 0)
    }

    package var steps: Int { settings.steps }

    package mutating func begin() {
        guard settings.isEpisodic else { return }
        norms.restore(original)
        adam = AdamW(rate: settings.rate, decay: 0)
    }

    package mutating func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) -> AdaptationOutcome { adapt(to: voxels, isStopped: isStopped) }

    /// Begins a scene, and takes its steps.
    package mutating func adapt(to scene: VoxelScene, isStopped: () -> Bool = { false }) -> AdaptationOutcome {
        begin()
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        var outcome = AdaptationOutcome()
        for _ in 0..<settings.steps {
            if isStopped() { break }
            let tape = Tape(tracking: norms)
            let logits = logits(scene, on: tape)
            let (loss, gradient) = entropy(logits.value)
            tape.record(loss: loss, gradient: gradient, of: logits)
            tape.backward()
            adam.update(norms, tape)
            outcome.losses.append(loss)
        }
        outcome.steps = outcome.losses.count
        return outcome
    }

    package func logits(_ voxels: VoxelScene) -> Tensor { logits(voxels, on: Tape(tracking: [])).value }

    /// The logits by the scene's own statistics, which the stored ones do not follow.
    private func logits(_ voxels: VoxelScene, on tape: Tape) -> Variable {
        network.semantic.traced(network.features(voxels, .scene(momentum: 0), on: tape), .stored, on: tape)
    }
}
