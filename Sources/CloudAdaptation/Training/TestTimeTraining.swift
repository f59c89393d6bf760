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
        package var anchor: Float = 0.3
        /// On how many changed copies of a scene the first half of its steps is taken, in turn; 0 takes all on the scene itself, as the
        /// paper has it.
        ///
        /// What is learnt on copies holds elsewhere, too, so that it labels the voxels without a pixel.
        package var copies = 8
        /// Training ends after so many steps without a lower loss of held-out voxels, and the best step counts; nil holds nothing out.
        ///
        /// Then there are no copies, as these would show what is held out.
        package var patience: Int?
        /// Whether a scene begins with what the one before ended with.
        package var isOnline = false
        /// Where chance begins, which changes copies and chooses the voxels that are held out.
        package var seed: UInt64 = 1

        /// The usual numbers, for scenes on their own.
        package static let offline = Settings()
        /// The usual numbers for scenes one after another.
        package static let online = {
            var settings = Settings()
            (settings.steps, settings.rate, settings.copies, settings.isOnline) = (5, 1e-4, 0, true)
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
    /// What makes voxels of changed copies.
    private let model: CloudModel?
    /// The backbone after the steps on copies.
    private var general: ParameterSet?

    /// Takes a model, whose backbone is changed in place.
    package init(_ model: CloudModel, _ settings: Settings) { self.init(model.network, settings, model) }

    /// Takes a network without a model around it, which trains on scenes themselves only.
    package init(_ network: CloudNetwork, _ settings: Settings) { self.init(network, settings, nil) }

    private init(_ network: CloudNetwork, _ settings: Settings, _ model: CloudModel?) {
        (self.network, self.settings, self.model) = (network, settings, model)
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
        general = nil
        if !settings.isOnline { reset() }
    }

    /// What steps are taken on.
    private struct Lesson {
        let scene: VoxelScene
        let taught: (voxels: [Int32], targets: Tensor)
        /// The voxels without a pixel, and what they were taken for in the beginning.
        let anchored: (voxels: [Int32], before: Tensor)?
    }

    /// Begins a scene and trains on it; without a voxel that has a pixel, nothing is done.
    ///
    /// - Parameters:
    ///   - scene: the scene.
    ///   - copies: changed copies of it, for the first half of the steps.
    ///   - isStopped: asked before each step whether to end.
    /// - Returns: how it went.
    package mutating func adapt(
        to scene: VoxelScene, copies: [VoxelScene] = [], isStopped: () -> Bool = { false }
    ) -> AdaptationOutcome {
        begin()
        guard !scene.paired.isEmpty else { return AdaptationOutcome() }
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        var outcome = AdaptationOutcome()
        let early = copies.isEmpty ? 0 : settings.steps / 2
        if early > 0 {
            let lessons = copies.map { lesson($0, ($0.paired, $0.targets)) }
            for index in 0..<early where !isStopped() {
                outcome.losses.append(step(lessons[index % lessons.count]).loss)
            }
            general = state.snapshot()
        }
        let (taught, held) = divided(scene)
        let own = lesson(scene, taught)
        var (best, least) = (state, Double.infinity)
        for index in early..<settings.steps {
            if isStopped() { break }
            let before = held == nil ? nil : state.snapshot()
            let taken = step(own)
            outcome.losses.append(taken.loss)
            if let held, let before {
                let tape = Tape(tracking: [])
                let loss = distill(tape.constant(taken.features), held, weight: 0, on: tape)
                outcome.heldOut.append(loss)
                if loss < least { (best, least, outcome.steps) = (before, loss, index) }
            }
            if held != nil, index - outcome.steps >= settings.patience ?? .max { break }
        }
        if held == nil { outcome.steps = outcome.losses.count } else { state.restore(best) }
        return outcome
    }

    /// What steps on a scene need, once for all of them.
    private func lesson(_ scene: VoxelScene, _ taught: (voxels: [Int32], targets: Tensor)) -> Lesson {
        let unpaired = settings.anchor > 0 ? scene.unpaired : []
        let before = unpaired.isEmpty ? nil : softmax(rows(unpaired, of: originalLogits(scene)))
        return Lesson(scene: scene, taught: taught, anchored: before.map { (unpaired, $0) })
    }

    /// Takes a step.
    ///
    /// - Returns: the distillation loss and the features before it.
    private mutating func step(_ lesson: Lesson) -> (loss: Double, features: Tensor) {
        let tape = Tape(tracking: tracked)
        let features = network.features(
            lesson.scene, settings.batchNorm == .scene ? .scene(momentum: 0.1) : .stored, on: tape)
        let loss = distill(features, lesson.taught, weight: 1, on: tape)
        if let (voxels, before) = lesson.anchored {
            let logits = network.semantic.traced(tape.gather(features, rows: voxels), .stored, on: tape)
            let (loss, gradient) = divergence(from: before, logits.value)
            tape.record(loss: loss, gradient: gradient, of: logits, weight: settings.anchor)
        }
        tape.backward()
        switch settings.optimizer {
        case .adam: adam.update(tracked, tape)
        case .sgd: sgd.update(tracked.tensors, gradients: tape.gradients(of: tracked.tensors))
        }
        return (loss, features.value)
    }

    /// The logits that the network had in the beginning, whatever the scenes before made of it.
    private func originalLogits(_ scene: VoxelScene) -> Tensor { logits(scene, by: original) }

    private func logits(_ scene: VoxelScene, by weights: ParameterSet) -> Tensor {
        let now = state.snapshot()
        state.restore(weights)
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
    ) throws -> AdaptationOutcome {
        guard let model, settings.patience == nil, settings.steps > 1, !voxels.paired.isEmpty else {
            return adapt(to: voxels, isStopped: isStopped)
        }
        let augmentation = Augmentation(voxel: model.configuration.voxel)
        var random = RandomNumbers(seed: settings.seed)
        let copies = try (0..<min(settings.copies, settings.steps / 2)).map { _ in
            try model.voxels(of: augmentation(example, using: &random))
        }
        return adapt(to: voxels, copies: copies, isStopped: isStopped)
    }

    /// The logits `[V, K]` of a scene's voxels: after steps on copies those without a pixel have what was learnt there.
    package func logits(_ voxels: VoxelScene) -> Tensor {
        let own = network.logits(voxels)
        guard let general else { return own }
        let result = logits(voxels, by: general)
        let columns = result.columns
        for voxel in voxels.paired {
            let first = Int(voxel) * columns
            unsafe (result.pointer + first).update(from: own.pointer + first, count: columns)
        }
        return result
    }
}
