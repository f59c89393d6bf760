import Checkpoints
import CloudAdaptation
import Clouds
import Networks
import Sparse
import Tensors
import TestSupport
import Testing
import Training

/// TENT, DUA and AdaContrast against PyTorch in double precision (Golden/make_baselines.py), and what they must leave alone.
struct BaselineTests {
    private let network: CloudNetwork
    private let model: CloudModel
    private let scene: VoxelScene
    private let golden: Scope

    init() throws {
        network = try goldenNetwork()
        model = CloudModel(
            network, Standardization(mean: Tensor(zeros: [8]), deviation: Tensor([Float](repeating: 1, count: 8), [8])),
            CloudModel.Configuration(
                network: "mink14-third", voxel: 0.1,
                classes: LabelTable((0..<5).map { ("\($0)", [UInt16($0) + 1]) }, none: [0]),
                teacher: .init(name: "none", hash: "0", side: 1248), distillWeight: 1))
        scene = try goldenScene(CloudAdaptationTests.golden())
        golden = try CloudAdaptationTests.golden("baselines")
    }

    /// The voxels of the golden scene with other inputs.
    private func scene(_ inputs: String) -> VoxelScene {
        VoxelScene(
            pyramid: scene.pyramid, voxelOfPoint: scene.voxelOfPoint,
            inputs: syntheticInput(name: inputs, shape: [scene.count, 4], bound: 1), paired: [],
            targets: Tensor(zeros: [0, 8]), labels: nil)
    }

    private func tensor(_ name: String) throws -> Tensor {
        try #require((network.parameters[name] ?? network.statistics[name])?.tensor)
    }

    @Test("five steps of TENT have PyTorch's entropies, norms and logits, and change nothing else")
    func tent() throws {
        let others = bits(network) { !$0.hasPrefix("backbone.") || !$0.contains(".bn.") }
        let stored = bits(network) { $0.contains("running") }
        var settings = Tent.Settings()
        settings.steps = 5
        var tent = Tent(network, settings)
        let outcome = tent.adapt(to: scene)
        expectClose(
            Tensor(rounding: outcome.losses, [5]), try golden.tensor("tent.losses"), absolute: 1e-4, "entropies")
        for name in ["bn0.bn.weight", "block3.0.norm2.bn.bias", "bntr6.bn.bias", "block8.0.norm1.bn.weight"] {
            // Five steps of Adam move by up to 5e-3.
            expectClose(
                try tensor("backbone." + name), try golden.tensor("tent.trained." + name), absolute: 1e-3, name)
        }
        expectClose(tent.logits(scene), try golden.tensor("tent.logits"), absolute: 1e-2, "logits")
        #expect(bits(network) { !$0.hasPrefix("backbone.") || !$0.contains(".bn.") } == others)
        #expect(bits(network) { $0.contains("running") } == stored && outcome.steps == 5)
    }

    @Test("DUA's statistics after two scenes are PyTorch's, and nothing else is changed")
    func dua() throws {
        let parameters = network.parameters.tensors.flatMap(\.values)
        var dua = DUA(model)
        for number in 0..<2 { dua.follow(count: 3) { scene("features.\(number).\($0)") } }
        for name in ["bn0.bn.running_mean", "bntr6.bn.running_var", "block8.0.norm2.bn.running_mean"] {
            expectClose(try tensor("backbone." + name), try golden.tensor("dua." + name), absolute: 1e-4, name)
        }
        expectClose(dua.logits(scene), try golden.tensor("dua.logits"), absolute: 1e-3, "logits")
        #expect(network.parameters.tensors.flatMap(\.values) == parameters)
    }

    @Test("three steps of AdaContrast have PyTorch's losses, weights and logits, and leave the other projector alone")
    func contrast() throws {
        let distillation = bits(network) { $0.hasPrefix("distillation.") }
        var settings = AdaContrast.Settings()
        (settings.rate, settings.memory) = (2e-3, 500)
        var method = AdaContrast(model, settings)
        let losses = (0..<3).map { step in
            let rows = stride(from: Int32(step), to: Int32(step) + 1000, by: 5).map(\.self)
            return method.step(
                ContrastViews(
                    weak: scene("weak.\(step)"), query: scene("query.\(step)"), key: scene("key.\(step)"),
                    rows: (rows, rows.reversed(), Array(rows.suffix(7) + rows.dropLast(7)))))
        }
        expectClose(
            Tensor(rounding: losses, [3]), try golden.tensor("contrast.losses"), absolute: 1e-4, relative: 1e-4,
            "losses")
        for (name, twin) in [
            ("backbone.conv0p1s1.kernel", "conv0p1s1.kernel"),
            ("backbone.block8.0.conv2.kernel", "block8.0.conv2.kernel"),
            ("semantic.output.kernel", "semantic.output.kernel"),
        ] {
            // Three steps move them by 1e-3 to 4e-3.
            expectClose(try tensor(name), try golden.tensor("contrast.trained." + twin), absolute: 3e-4, name)
        }
        expectClose(method.logits(scene), try golden.tensor("contrast.logits"), absolute: 1e-2, "logits")
        #expect(bits(network) { $0.hasPrefix("distillation.") } == distillation)
    }

    /// A wall of points, of which some share voxels.
    private func example() throws -> CloudExample {
        let positions = (0..<400).flatMap { point -> [Float] in
            [Float(point % 20) * 0.07, Float(point / 20) * 0.07, 1]
        }
        return try CloudExample(PointCloud(positions: positions), named: "wall", [], taughtBy: nil)
    }

    @Test("an episodic method does with a scene what it did when it was the first; one that is not goes on")
    func episodes() throws {
        let example = try example()
        let voxels = try model.voxels(of: example)
        let before = bits(network)
        func check(_ make: (_ isEpisodic: Bool) -> any SceneMethod) throws {
            var method = make(true)
            let first = try method.adapt(to: voxels, of: example) { false }
            let adapted = bits(network)
            #expect(adapted != before && method.logits(voxels).isFinite && first.steps == method.steps)
            #expect(try method.adapt(to: voxels, of: example) { false } == first && bits(network) == adapted)
            method.begin()
            #expect(bits(network) == before)
            var online = make(false)
            _ = try online.adapt(to: voxels, of: example) { false }
            #expect(bits(network) == adapted)
            _ = try online.adapt(to: voxels, of: example) { false }
            #expect(bits(network) != adapted)
            // The next method finds the network as it was.
            _ = try method.adapt(to: voxels, of: example) { true }
            #expect(bits(network) == before)
        }
        try check { isEpisodic in
            var settings = Tent.Settings()
            settings.isEpisodic = isEpisodic
            return Tent(network, settings)
        }
        try check { DUA(model, isEpisodic: $0) }
        try check { isEpisodic in
            var settings = AdaContrast.Settings()
            (settings.isEpisodic, settings.voxels) = (isEpisodic, 50)
            return AdaContrast(model, settings)
        }
    }

    @Test("changed views of a scene have voxels of the same points, no voxel twice")
    func views() throws {
        let example = try example()
        let weak = try model.voxels(of: example)
        var random = RandomNumbers(seed: 5)
        let views = try ContrastViews(weak, of: example, model, most: 60, using: &random)
        #expect(views.rows.weak.count == 60 && views.rows.query.count == 60 && views.rows.key.count == 60)
        #expect(Set(views.rows.weak).count == 60 && views.query.voxelOfPoint.count < 400)
        #expect(views.query.voxelOfPoint.count != views.key.voxelOfPoint.count)
        // What is turned, mirrored and moved by centimetres keeps the distances of voxels, to two of their edges of 0.1 m.
        func distance(_ scene: VoxelScene, _ rows: [Int32]) -> [Double] {
            (1..<rows.count).map { index in
                let (a, b) = (scene.pyramid.levels[0][Int(rows[0])], scene.pyramid.levels[0][Int(rows[index])])
                let difference = SIMD3<Double>(a &- b)
                return (difference * difference).sum().squareRoot()
            }
        }
        let distances = distance(weak, views.rows.weak)
        for other in [distance(views.query, views.rows.query), distance(views.key, views.rows.key)] {
            #expect(zip(distances, other).allSatisfy { abs($0 - $1) < 3.5 })
        }
    }

    @Test("DUA's copies of a scene are its eight turns and mirror images")
    func copies() throws {
        let example = try CloudExample(PointCloud(positions: [1, 2, 3]), named: "a point", [], taughtBy: nil)
        let places = (0..<8).map { DUA.copy($0, of: example).positions }
        #expect(Set(places).count == 8 && places[0] == [1, 2, 3] && places.allSatisfy { $0[2] == 3 })
        #expect(places[1] == [-2, 1, 3] && places[4] == [1, -2, 3])
    }

    @Test("a scene of one point is adapted to without a number that is none")
    func small() throws {
        let example = try CloudExample(PointCloud(positions: [1, 2, 3]), named: "a point", [], taughtBy: nil)
        let voxels = try model.voxels(of: example)
        let methods: [any SceneMethod] = [Tent(network, .init()), DUA(model), AdaContrast(model, .init())]
        for method in methods {
            var method = method
            _ = try method.adapt(to: voxels, of: example) { false }
            #expect(method.logits(voxels).isFinite)
        }
    }
}
