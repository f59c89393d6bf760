import Checkpoints
import CloudAdaptation
import Clouds
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Test-time training against PyTorch in double precision (Golden/make.py), and what it must leave alone.
struct TestTimeTrainingTests {
    private let scene: VoxelScene
    private let network: CloudNetwork

    init() throws {
        scene = try goldenScene(golden())
        network = try goldenNetwork()
    }

    private func settings(_ change: (inout TestTimeTraining.Settings) -> Void = { _ in }) -> TestTimeTraining.Settings {
        var settings = TestTimeTraining.Settings.offline
        settings.steps = 10
        change(&settings)
        return settings
    }

    @Test("ten anchored steps have PyTorch's losses, weights and logits")
    func tenSteps() throws {
        let golden = try golden()
        var training = TestTimeTraining(network, settings { ($0.anchor, $0.rate) = (0.5, 1e-4) })
        let outcome = training.adapt(to: scene)
        #expect(outcome.steps == 10 && outcome.heldOut.isEmpty)
        let losses = Tensor(rounding: outcome.losses, [10])
        // Of the deepest level's eight voxels some channels hardly vary and lie at a ReLU's edge: what single precision rounds shows
        // there after some steps, in PyTorch's own, too.
        expectClose(losses, try golden.tensor("losses"), relative: 2e-4, "losses")
        expectClose(
            columns(0..<3, of: losses.reshaped(1, 10)), columns(0..<3, of: try golden.tensor("losses").reshaped(1, 10)),
            relative: 2e-6, "the first losses")
        let parameters = network.backboneParameters
        for name in ["conv0p1s1.kernel", "bntr6.bn.bias", "block8.0.conv2.kernel", "final.kernel"] {
            let trained = try #require(parameters[name]).tensor
            // Ten steps of Adam move a weight by up to 1e-3, by a gradient's sign alone where it is small.
            expectClose(trained, try golden.tensor("trained." + name), absolute: 4e-4, name)
        }
        // Logits are of size 1; stored variances of channels that hardly vary magnify what they differ by.
        expectClose(network.logits(scene), try golden.tensor("logits"), absolute: 4e-2, "logits")
    }

    @Test("projectors stay as they are, and a reset restores every bit")
    func frozen() {
        let before = bits(network)
        let projectors = bits(network) { !$0.hasPrefix("backbone.") }
        var training = TestTimeTraining(network, settings())
        _ = training.adapt(to: scene)
        #expect(bits(network) { !$0.hasPrefix("backbone.") } == projectors)
        #expect(bits(network) { $0.hasPrefix("backbone.") && $0.hasSuffix("kernel") } != before)
        #expect(bits(network) != before)
        training.reset()
        #expect(bits(network) == before)
    }

    @Test("offline a scene is trained as if it were the first; online it begins where the last one ended")
    func order() {
        var offline = TestTimeTraining(network, settings { $0.patience = 3 })
        let first = offline.adapt(to: scene)
        let trained = bits(network)
        #expect(offline.adapt(to: scene) == first && bits(network) == trained)
        offline.reset()
        var online = TestTimeTraining(network, settings { $0.isOnline = true })
        let (begun, continued) = (online.adapt(to: scene), online.adapt(to: scene))
        #expect(continued.losses[0] < begun.losses[9] && begun.losses[9] < begun.losses[0])
    }

    @Test("steps on copies come first, and label voxels without a pixel; the others have all steps")
    func copies() throws {
        // A copy that is not changed: the steps are those on the scene itself, so that both parts are known.
        var half = TestTimeTraining(network, settings { $0.steps = 5 })
        _ = half.adapt(to: scene)
        let general = half.logits(scene)
        half.reset()
        var whole = TestTimeTraining(network, settings())
        let outcome = whole.adapt(to: scene)
        let own = whole.logits(scene)
        whole.reset()
        var training = TestTimeTraining(network, settings())
        #expect(training.adapt(to: scene, copies: [scene, scene]) == outcome)
        let (logits, isPaired) = (training.logits(scene), Set(scene.paired))
        for voxel in 0..<scene.count {
            let expected = isPaired.contains(Int32(voxel)) ? own : general
            #expect(logits.parts[voxel].values == expected.parts[voxel].values, "\(voxel)")
        }
        #expect(general.values != own.values)
        training.begin()
        #expect(training.logits(scene).values == network.logits(scene).values)
    }

    @Test("stored statistics stay, and norms are trained alone")
    func parts() {
        var before = bits(network) { $0.contains("running") }
        var training = TestTimeTraining(network, settings { $0.batchNorm = .stored })
        let losses = training.adapt(to: scene).losses
        #expect(bits(network) { $0.contains("running") } == before && losses[9] < losses[0])
        training.reset()
        before = bits(network) { $0.contains("kernel") }
        let norms = bits(network) { $0.contains("bn.weight") }
        training = TestTimeTraining(network, settings { ($0.update, $0.optimizer) = (.norms, .sgd) })
        _ = training.adapt(to: scene)
        #expect(
            bits(network) { $0.contains("kernel") } == before && bits(network) { $0.contains("bn.weight") } != norms)
    }

    @Test("the step with the least loss of held-out voxels counts, and patience ends the training")
    func patience() throws {
        // So large a rate that it soon does harm.
        var training = TestTimeTraining(
            network, settings { ($0.rate, $0.steps, $0.patience) = (0.05, 200, 4) })
        let outcome = training.adapt(to: scene)
        let least = try #require(outcome.heldOut.min())
        #expect(outcome.heldOut[outcome.steps] == least && outcome.losses.count == outcome.steps + 5)
        #expect(outcome.losses.count < 200)
        // Held-out voxels are not among those that are trained on.
        #expect(outcome.heldOut[0] != outcome.losses[0])
    }

    @Test("a scene without a pixel is left alone, and one voxel is enough")
    func small() throws {
        let before = bits(network)
        let blind = VoxelScene(
            pyramid: scene.pyramid, voxelOfPoint: scene.voxelOfPoint, inputs: scene.inputs, paired: [],
            targets: Tensor(zeros: [0, 8]), labels: nil)
        var training = TestTimeTraining(network, settings { $0.anchor = 1 })
        #expect(training.adapt(to: blind) == AdaptationOutcome() && bits(network) == before)
        let example = try CloudExample(
            .init(positions: [1, 2, 3, .nan, 0, 0]), named: "a point", [], taughtBy: nil)
        let point = try VoxelScene(
            example, size: 0.1, stemKernel: 3, Standardization(mean: Tensor([0], [1]), deviation: Tensor([1], [1])))
        let one = VoxelScene(
            pyramid: point.pyramid, voxelOfPoint: [0], inputs: point.inputs, paired: [0],
            targets: Tensor([1, 0, 0, 0, 0, 0, 0, 0], [1, 8]), labels: nil)
        let outcome = training.adapt(to: one)
        #expect(outcome.losses.count == 10 && outcome.losses.allSatisfy(\.isFinite))
        #expect(network.logits(one).isFinite)
    }
}
