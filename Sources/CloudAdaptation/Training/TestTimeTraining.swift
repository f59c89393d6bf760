import Networks
package import Tensors
import Training

/// Trains the backbone of a network on a scene with what a teacher sees in its pictures, before the scene is labelled.
///
/// Only the backbone moves, with its batch norms; the projectors stay as they were trained. Source: Weijler et al., "TTT-KD", 2025,
/// section 3; what the paper leaves open, docs/cloud.md says.
package struct TestTimeTraining {
    /// The numbers of the training.
    package struct Settings: Sendable, Equatable {
        /// The most steps for each scene.
        package var steps = 100
        /// The learning rate.
        package var rate: Float = 3e-4
        /// Who takes the steps.
        package var optimizer = Optimizer.adam
        /// What is trained.
        package var update = Update.all
        /// Which statistics the backbone's batch norms use while it is trained.
        package var batchNorm = Statistics.scene
        /// How far features are from the teacher's.
        package var loss = DistillationLoss.cosine
        /// The weight of what holds voxels without a pixel to the prediction of the network as it was in the
        /// beginning; 0 for none, as the paper has it.
        package var anchor: Float = 1
        /// Training ends after so many steps without a lower loss of held-out voxels, and the best step counts; nil holds nothing out.
        package var patience: Int?
        /// Whether a scene begins with what the one before ended with.
        package var isOnline = false
        /// Where chance begins, which chooses the voxels that are held out.
        package var seed: UInt64 = 1

        /// The usual numbers, for scenes on their own.
        package static let offline = Settings()
        /// The usual numbers for scenes one after another.
        package static let online = {
            var settings = Settings()
            (settings.steps, settings.rate, settings.isOnline) = (5, 1e-4, true)
            return settings
        }()
    }

    /// Who takes the steps.
    package enum Optimizer: String, Sendable, CaseIterable {
        /// Adam.
        case adam
        /// Stochastic gradient descent with momentum 0.9.
        case sgd
    }

    /// What is trained of the backbone.
    package enum Update: String, Sendable, CaseIterable {
        /// Everything.
        case all
        /// Scales and shifts of its batch norms.
        case norms
    }

    /// Which statistics the batch norms use.
    package enum Statistics: String, Sendable, CaseIterable {
        /// The scene's own; the stored ones follow by a tenth each step, and label it.
        case scene
        /// The stored ones, which stay.
        case stored
    }

    /// The share of paired voxels that is held out, and the fewest of them that it is taken of.
    private static let heldOut = (share: Float(0.1), fewest: 20)

    private let network: CloudNetwork
    private let settings: Settings
    private let tracked: ParameterSet
    private let state: ParameterSet
    private let original: ParameterSet
    private var random: RandomNumbers
    private var adam: AdamW
    private var sgd: SGD

    /// Takes a network, whose backbone is changed in place.
    package init(_ network: CloudNetwork, _ settings: Settings) {
        (self.network, self.settings) = (network, settings)
        let parameters = network.backboneParameters
        tracked = settings.update == .norms ? parameters.norms : parameters
        state = ParameterSet(parameters.parameters + network.backbone.statistics)
        original = state.snapshot()
        random = RandomNumbers(seed: settings.seed)
        (adam, sgd) = (AdamW(rate: settings.rate, decay: 0), SGD(rate: settings.rate))
    }

    /// Makes the network what it was in the beginning, bit for bit.
    package mutating func reset() {
        state.restore(original)
        random = RandomNumbers(seed: settings.seed)
        (adam, sgd) = (AdamW(rate: settings.rate, decay: 0), SGD(rate: settings.rate))
    }

    /// Begins a scene: with what the network was in the beginning, or online with what the scene before made of it.
    package mutating func begin() {
        if !settings.isOnline { reset() }
    }

    /// Begins a scene and trains on it; without a voxel that has a pixel, nothing is done.
    ///
    /// - Parameters:
    ///   - scene: the scene.
    ///   - isStopped: asked before each step whether to end.
    /// - Returns: how it went.
    package mutating func adapt(to scene: VoxelScene, isStopped: () -> Bool = { false }) -> AdaptationOutcome {
        begin()
        guard !scene.paired.isEmpty else { return AdaptationOutcome() }
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        let (taught, held) = divided(scene)
        let unpaired = settings.anchor > 0 ? scene.unpaired : []
        let before = unpaired.isEmpty ? nil : softmax(rows(unpaired, of: originalLogits(scene)))
        var outcome = AdaptationOutcome()
        var (best, least) = (state, Double.infinity)
        for step in 0..<settings.steps {
            if isStopped() { break }
            let tape = Tape(tracking: tracked)
            let features = network.features(
                scene, settings.batchNorm == .scene ? .scene(momentum: 0.1) : .stored, on: tape)
            outcome.losses.append(distill(features, taught, weight: 1, on: tape))
            if let held {
                let loss = distill(tape.constant(features.value), held, weight: 0, on: tape)
                outcome.heldOut.append(loss)
                if loss < least { (best, least, outcome.steps) = (state.snapshot(), loss, step) }
                if step - outcome.steps >= settings.patience ?? .max { break }
            }
            if let before {
                let logits = network.semantic.traced(tape.gather(features, rows: unpaired), .stored, on: tape)
                let (loss, gradient) = divergence(from: before, logits.value)
                tape.record(loss: loss, gradient: gradient, of: logits, weight: settings.anchor)
            }
            tape.backward()
            switch settings.optimizer {
            case .adam: adam.update(tracked, tape)
            case .sgd: sgd.update(tracked.tensors, gradients: tape.gradients(of: tracked.tensors))
            }
        }
        if held == nil { outcome.steps = outcome.losses.count } else { state.restore(best) }
        return outcome
    }

    /// The logits that the network had in the beginning, whatever the scenes before made of it.
    private func originalLogits(_ scene: VoxelScene) -> Tensor {
        let now = state.snapshot()
        state.restore(original)
        defer { state.restore(now) }
        return network.logits(scene)
    }

    /// The loss of some paired voxels.
    private func distill(
        _ features: Variable, _ pairs: (voxels: [Int32], targets: Tensor), weight: Float, on tape: Tape
    ) -> Double {
        let predicted = network.distillation.traced(tape.gather(features, rows: pairs.voxels), .stored, on: tape)
        return tape.record(settings.loss, of: predicted, targets: pairs.targets, weight: weight)
    }

    /// The paired voxels that are trained on, and those that are held out, if some are.
    private mutating func divided(
        _ scene: VoxelScene
    ) -> (taught: (voxels: [Int32], targets: Tensor), held: (voxels: [Int32], targets: Tensor)?) {
        let all = (scene.paired, scene.targets)
        guard settings.patience != nil, scene.paired.count >= Self.heldOut.fewest else { return (all, nil) }
        var (taught, held) = ([Int32](), [Int32]())
        for place in 0..<Int32(scene.paired.count) {
            if random.unit() < Self.heldOut.share { held.append(place) } else { taught.append(place) }
        }
        guard !held.isEmpty, !taught.isEmpty else { return (all, nil) }
        func part(_ places: [Int32]) -> (voxels: [Int32], targets: Tensor) {
            (places.map { scene.paired[Int($0)] }, rows(places, of: scene.targets))
        }
        return (part(taught), part(held))
    }
}

extension TestTimeTraining: SceneMethod {
    package var steps: Int { settings.steps }

    package mutating func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) -> AdaptationOutcome { adapt(to: voxels, isStopped: isStopped) }

    package func logits(_ voxels: VoxelScene) -> Tensor { network.logits(voxels) }
}
