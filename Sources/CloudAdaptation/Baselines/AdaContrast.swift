import Networks
package import Tensors
import Training

/// AdaContrast: trains backbone and semantic projector on what the neighbours of a voxel are taken for, and on voxels of one point in
/// different views being alike.
///
/// A step draws voxels of a scene. Their classes are a vote of the nearest features in a memory of the newest voxels, which a slowly
/// following network fills. The loss is the sum of three: cross entropy of a changed view with these classes, contrast of that view's
/// features with the slow network's of another one, and unevenness over classes. Batch norms use the scene's statistics, which the stored ones
/// follow, and these label it. Source: Chen et al., "Contrastive test-time adaptation", 2022; DianCh/AdaContrast, target.py and
/// moco/builder.py.
package struct AdaContrast: SceneMethod {
    /// The numbers of the method.
    package struct Settings: Sendable, Equatable {
        /// Steps for each scene.
        package var steps = 5
        /// The learning rate, of gradient descent with Nesterov's momentum 0.9.
        package var rate: Float = 2e-4
        /// The most voxels of a step.
        package var voxels = 4096
        /// How many voxels are remembered, for votes and for contrast.
        package var memory = 16384
        /// Whether each scene begins with what the network was in the beginning, and not with what the one before made of it.
        package var isEpisodic = false
        /// Where chance begins.
        package var seed: UInt64 = 1

        /// The usual numbers.
        package init() {}
    }

    private static let (neighbours, temperature, keep, momentum) = (10, Float(0.07), Float(0.999), Float(0.1))

    private let model: CloudModel
    private let settings: Settings
    private let trained, state, original: ParameterSet
    private var learning: Learning

    /// All that a method learns beside the network.
    private struct Learning {
        var random: RandomNumbers
        var optimizer: SGD
        /// Follows the network slowly.
        var slow: CloudNetwork
        var vote: NeighbourVote
        var keys: RowMemory
        var labels: [UInt16]

        init(_ network: CloudNetwork, _ settings: Settings) {
            let (channels, classes) = (network.backbone.outputs, network.semantic.outputs)
            random = RandomNumbers(seed: settings.seed)
            optimizer = SGD(rate: settings.rate, decay: 1e-4, isNesterov: true)
            slow = network.copy()
            vote = NeighbourVote(capacity: settings.memory, channels: channels, classes: classes)
            keys = RowMemory(capacity: settings.memory, columns: channels)
            labels = [UInt16](repeating: 0, count: settings.memory)
        }
    }

    /// Takes a model, whose backbone and semantic projector are changed in place.
    package init(_ model: CloudModel, _ settings: Settings) {
        (self.model, self.settings) = (model, settings)
        let network = model.network
        trained = Self.trained(network)
        state = ParameterSet(trained.parameters + network.statistics.under("backbone.").parameters)
        original = state.snapshot()
        learning = Learning(network, settings)
    }

    package var steps: Int { settings.steps }

    package mutating func begin() {
        guard settings.isEpisodic else { return }
        state.restore(original)
        learning = Learning(model.network, settings)
    }

    package mutating func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) throws -> AdaptationOutcome {
        begin()
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        var outcome = AdaptationOutcome()
        for _ in 0..<settings.steps {
            if isStopped() { break }
            let views = try ContrastViews(
                voxels, of: example, model, most: settings.voxels, using: &learning.random)
            // Of a scene of few points none may be in both changed ones.
            if !views.rows.weak.isEmpty { outcome.losses.append(step(views)) }
        }
        outcome.steps = outcome.losses.count
        return outcome
    }

    package func logits(_ voxels: VoxelScene) -> Tensor { model.network.logits(voxels) }

    /// Takes a step, and gives its loss.
    package mutating func step(_ views: ContrastViews) -> Double {
        let (network, slow) = (model.network, learning.slow)
        let labels = classes(of: views.weak, views.rows.weak)
        Self.trained(slow).moveAverage(towards: trained, keep: Self.keep)

        let tape = Tape(tracking: trained)
        let features = tape.gather(
            network.features(views.query, .scene(momentum: Self.momentum), on: tape), rows: views.rows.query)
        let keys = unitFeatures(of: slow, views.key, views.rows.key).unit
        let logits = network.semantic.traced(features, .stored, on: tape)
        let evenWeights = [Float](repeating: 1, count: logits.value.columns)
        let classification = crossEntropy(logits.value, labels, weights: evenWeights, smoothing: 0)
        tape.record(loss: classification.loss, gradient: classification.gradient, of: logits)
        let diversity = unevenness(logits.value)
        tape.record(loss: diversity.loss, gradient: diversity.gradient, of: logits)
        let queries = tape.unitRows(features)
        let instances = contrast(
            queries.value, keys: keys, labels: labels, memory: (learning.keys.rows, learning.labels),
            temperature: Self.temperature)
        tape.record(loss: instances.loss, gradient: instances.gradient, of: queries)

        let loss = tape.loss
        tape.backward()
        learning.optimizer.update(trained.tensors, gradients: tape.gradients(of: trained.tensors))
        for (place, label) in zip(learning.keys.append(keys), labels) { learning.labels[place] = label }
        return loss
    }

    /// What voxels are taken for, by the vote of their neighbours; the slow network remembers them first, so that there are some.
    private mutating func classes(of scene: VoxelScene, _ rows: [Int32]) -> [UInt16] {
        let slow = unitFeatures(of: learning.slow, scene, rows)
        let logits = learning.slow.semantic.traced(slow.features, .stored, on: Tape(tracking: [])).value
        learning.vote.remember(slow.unit, softmax(logits))
        return learning.vote(unitFeatures(of: model.network, scene, rows).unit, neighbours: Self.neighbours)
    }

    /// The features `[N, C]` of some voxels as they are and at unit length, without gradients.
    private func unitFeatures(
        of network: CloudNetwork, _ scene: VoxelScene, _ rows: [Int32]
    ) -> (features: Variable, unit: Tensor) {
        let tape = Tape(tracking: [])
        let features = tape.gather(
            network.features(scene, .scene(momentum: Self.momentum), on: tape), rows: rows)
        return (features, tape.unitRows(features).value)
    }

    private static func trained(_ network: CloudNetwork) -> ParameterSet {
        network.parameters.under("backbone.", "semantic.")
    }
}
