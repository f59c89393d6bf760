import Networks
package import Tensors
import Training

/// DUA: lets the stored statistics of the backbone's batch norms follow the scenes; no weight is changed, and nothing is learnt.
///
/// With scene k they move once, by m_k + 0.005 with m_k = 0.94 · m_{k-1} and m_0 = 0.1, towards the mean of what eight copies of the
/// scene have: turned about z by quarters, and mirrored. Source: Mirza et al., "The norm must go on: Dynamic unsupervised domain
/// adaptation by normalization", 2022, section 3; jmiemirza/DUA. There the copies are one batch; here each is normalised by itself.
package struct DUA: SceneMethod {
    private let model: CloudModel
    private let isEpisodic: Bool
    private let statistics: ParameterSet
    private let original: ParameterSet
    private var momentum = Self.start

    private static let (start, decay, least) = (Float(0.1), Float(0.94), Float(0.005))

    /// Takes a model, whose backbone's statistics are changed in place.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - isEpisodic: whether each scene begins with what they were in the beginning.
    package init(_ model: CloudModel, isEpisodic: Bool = false) {
        (self.model, self.isEpisodic) = (model, isEpisodic)
        statistics = ParameterSet(model.network.backbone.statistics)
        original = statistics.snapshot()
    }

    /// A step is a copy.
    package let steps = 8

    package mutating func begin() {
        guard isEpisodic else { return }
        statistics.restore(original)
        momentum = Self.start
    }

    package mutating func adapt(
        to voxels: VoxelScene, of example: CloudExample, isStopped: () -> Bool
    ) throws -> AdaptationOutcome {
        begin()
        var outcome = AdaptationOutcome()
        let model = model
        try follow(count: steps) { copy in
            if isStopped() { return nil }
            outcome.steps += 1
            return copy == 0 ? voxels : try model.voxels(of: Self.copy(copy, of: example))
        }
        return outcome
    }

    package func logits(_ voxels: VoxelScene) -> Tensor { model.network.logits(voxels) }

    /// Moves the statistics once, towards the mean of those of so many copies; ends where there is none.
    ///
    /// - Parameters:
    ///   - count: the number of copies.
    ///   - copy: makes one; nil to leave the statistics as they are.
    /// - Throws: what `copy` throws.
    package mutating func follow(count: Int, _ copy: (Int) throws -> VoxelScene?) rethrows {
        let reuse = StorageReuse()
        defer { withExtendedLifetime(reuse) {} }
        momentum *= Self.decay
        let before = statistics.snapshot()
        let sum = before.snapshot()
        for tensor in sum.tensors { clear(tensor) }
        for index in 0..<count {
            // Each copy finds what was stored before, so that what it leaves there is moved by itself alone.
            statistics.restore(before)
            guard let scene = try copy(index) else { return }
            _ = model.network.features(scene, .scene(momentum: momentum + Self.least), on: Tape(tracking: []))
            for (total, moved) in zip(sum.tensors, statistics.tensors) { add(moved, to: total) }
        }
        for tensor in sum.tensors { scale(tensor, by: 1 / Float(count)) }
        statistics.restore(sum)
    }

    /// One of the eight turns and mirror images of a square: 0 is the scene itself, 4 the first mirrored one.
    package static func copy(_ index: Int, of example: CloudExample) -> CloudExample {
        var copy = example
        for point in 0..<example.count {
            let (x, y) = (example.positions[3 * point], example.positions[3 * point + 1] * (index < 4 ? 1 : -1))
            let turned = [(x, y), (-y, x), (-x, -y), (y, -x)][index % 4]
            (copy.positions[3 * point], copy.positions[3 * point + 1]) = turned
        }
        return copy
    }
}
