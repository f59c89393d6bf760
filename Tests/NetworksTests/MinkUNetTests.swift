import Checkpoints
import Foundation
import Networks
import Sparse
import Tensors
import TestSupport
import Testing
import Training

/// MinkUNet against dense convolutions of PyTorch in double precision; Golden/make_minkunet.py made the values.
struct MinkUNetTests {
    private let golden: Scope
    private let scene: VoxelPyramid
    private let features, target: Tensor

    init() throws {
        let path = try #require(Bundle.module.resourcePath) + "/Golden/minkunet/golden.safetensors"
        golden = try Checkpoint(path: path).root
        let coordinates = try golden.tensor("coordinates").parts.map {
            SIMD3<Int32>(SIMD3($0.values[0], $0.values[1], $0.values[2]))
        }
        scene = VoxelPyramid(try Voxels(coordinates))
        features = syntheticInput(name: "features", shape: [coordinates.count, 4], bound: 1)
        target = syntheticInput(name: "target", shape: [coordinates.count, 6], bound: 1)
    }

    /// The network that the golden values are of.
    private func network() throws -> MinkUNet {
        let shapes = MinkUNetConfiguration.mink14Third(inputs: 4, outputs: 6).shapes
        let weights = shapes.map { name, shape in
            let units = syntheticUnits(name: name, count: shape.reduce(1, *))
            if name.hasSuffix(".kernel") {
                let fan = Double(shape[shape.count - 2] * (shape.count == 3 ? 8 : 1))
                return (name, Tensor(units.map { $0 * Float((3 / fan).squareRoot()) }, shape))
            }
            let centre: Float = name.hasSuffix(".weight") || name.hasSuffix(".running_var") ? 1 : 0
            return (name, Tensor(units.map { centre + $0 * 0.25 }, shape))
        }
        return try load(weights)
    }

    private func load(_ weights: [(String, Tensor)]) throws -> MinkUNet {
        let checkpoint = Checkpoint(HeldTensors(weights.map { (name: $0.0, tensor: $0.1) }))
        let network = try MinkUNet(checkpoint.root)
        try checkpoint.finish()
        return network
    }

    private func output(_ network: MinkUNet, _ statistics: SceneStatistics, on tape: Tape) -> Variable {
        network.output(network.features(tape.constant(features), over: scene, statistics, on: tape), on: tape)
    }

    @Test("outputs with stored and with the scene's own statistics")
    func outputs() throws {
        let network = try network()
        let stored = output(network, .stored, on: Tape(tracking: []))
        // Twenty layers in single precision; outputs are of size 1.
        expectClose(stored.value, try golden.tensor("stored"), absolute: 2e-5, "stored")
        let scene = output(network, .scene(momentum: 0), on: Tape(tracking: []))
        // Of the deepest level's eight voxels some channels hardly vary, and are divided by how little they do.
        expectClose(scene.value, try golden.tensor("scene"), absolute: 2e-4, "scene")
        // Without momentum the stored statistics are as they were.
        #expect(output(network, .stored, on: Tape(tracking: [])).value.values == stored.value.values)
    }

    @Test("ten steps of gradient descent have PyTorch's gradients, losses, running statistics and trained outputs")
    func training() throws {
        let network = try network()
        let parameters = network.parameters
        var losses: [Double] = []
        for step in 0..<10 {
            let tape = Tape(tracking: parameters)
            let out = output(network, .scene(momentum: 0.1), on: tape)
            let difference = zip(out.value.values, target.values).map { $0 - $1 }
            let count = Double(difference.count)
            tape.record(
                loss: difference.reduce(0) { $0 + Double($1) * Double($1) } / count,
                gradient: Tensor(difference.map { 2 * $0 / Float(count) }, target.shape), of: out)
            losses.append(tape.loss)
            tape.backward()
            if step == 0 { try expectGradients(tape, parameters) }
            for (tensor, gradient) in zip(parameters.tensors, tape.gradients(of: parameters.tensors)) {
                scale(gradient, by: -0.01)
                add(gradient, to: tensor)
            }
        }
        // PyTorch in single precision is 1e-6 away.
        expectClose(Tensor(rounding: losses, [10]), try golden.tensor("losses"), relative: 1e-5, "losses")
        for statistic in network.statistics where statistic.name.hasPrefix("bntr6.bn") {
            expectClose(statistic.tensor, try golden.tensor(statistic.name), absolute: 1e-5, statistic.name)
        }
        let trained = output(network, .stored, on: Tape(tracking: []))
        expectClose(trained.value, try golden.tensor("trained"), absolute: 2e-5, "trained")
    }

    /// Each gradient's product with numbers drawn from its name.
    private func expectGradients(_ tape: Tape, _ parameters: ParameterSet) throws {
        for parameter in parameters.parameters {
            let gradient = try #require(tape.gradient(of: parameter.tensor)).doubles
            let probe = syntheticUnits(name: "probe." + parameter.name, count: gradient.count).map(Double.init)
            let length = dot(gradient, gradient).squareRoot()
            // A ten thousandth of how long the gradient is: batch norms over eight voxels magnify roundings.
            expectClose(
                Tensor(rounding: [dot(gradient, probe)], [1]), try golden.tensor("gradient." + parameter.name),
                absolute: Float(1e-4 * length), parameter.name)
        }
    }

    @Test("published sizes, names and shapes")
    func sizes() {
        func values(_ configuration: MinkUNetConfiguration) -> Int {
            configuration.shapes.filter { !$0.name.contains("running") }.reduce(0) { $0 + $1.shape.reduce(1, *) }
        }
        let large = MinkUNetConfiguration.mink34C(inputs: 3, outputs: 19)
        #expect((37_830_000..<37_870_000).contains(values(large)))
        #expect((1_900_000..<2_100_000).contains(values(.mink14Half(inputs: 4, outputs: 11))))
        #expect((700_000..<900_000).contains(values(.mink14Third(inputs: 4, outputs: 11))))
        let shapes = Dictionary(uniqueKeysWithValues: large.shapes.map { ($0.name, $0.shape) })
        #expect(shapes["conv0p1s1.kernel"] == [125, 3, 32])
        #expect(shapes["conv4p8s2.kernel"] == [8, 128, 128])
        #expect(shapes["block4.5.conv2.kernel"] == [27, 256, 256])
        #expect(shapes["convtr5p8s2.kernel"] == [8, 256, 128])
        #expect(shapes["block5.0.conv1.kernel"] == [27, 384, 256])
        #expect(shapes["block8.0.downsample.0.kernel"] == [128, 96])
        #expect(shapes["block8.0.downsample.1.bn.running_var"] == [96])
        #expect(shapes["bntr7.bn.bias"] == [96])
        #expect((shapes["final.kernel"] ?? []) == [96, 19] && (shapes["final.bias"] ?? []) == [1, 19])
    }

    @Test("a network is what its tensors' shapes say, with kernels of one offset in either form")
    func shapes() throws {
        var configuration = MinkUNetConfiguration.mink14Third(inputs: 2, outputs: 3)
        (configuration.stemKernel, configuration.layers[3], configuration.planes[6]) = (5, 2, 40)
        let held = configuration.initialWeights(seed: 1)
        let weights = configuration.shapes.compactMap { name, _ in held.tensor(name).map { (name, $0) } }
        let network = try load(weights)
        #expect((network.inputs, network.width, network.outputs, network.stemKernel) == (2, 32, 3, 5))
        let names = configuration.shapes.map(\.name)
        #expect(Set(network.parameters.names + network.statistics.map(\.name)) == Set(names))
        let other = try load(
            weights.map { name, tensor in
                (name, name.contains("downsample.0") ? tensor.reshaped(to: [1] + tensor.shape) : tensor)
            })
        let x = syntheticInput(name: "x", shape: [scene.levels[0].count, 2], bound: 1)
        let deep = VoxelPyramid(scene.levels[0], stemKernel: 5)
        let outputs = [network, other].map { network -> [Float] in
            let tape = Tape(tracking: [])
            return network.features(tape.constant(x), over: deep, .scene(momentum: 0), on: tape).value.values
        }
        #expect(outputs[0] == outputs[1])
        // Weights of Kaiming's rule keep values of size 1 through all layers.
        #expect(outputs[0].contains { $0 > 0.1 } && outputs[0].allSatisfy { abs($0) < 100 })
    }

    @Test("tensors that do not fit together are refused in a sentence")
    func refused() throws {
        let configuration = MinkUNetConfiguration.mink14Third(inputs: 2, outputs: 3)
        func message(_ change: (String, Tensor) -> Tensor?) -> String {
            let held = configuration.initialWeights(seed: 1)
            let weights = configuration.shapes.compactMap { name, _ in
                held.tensor(name).flatMap { change(name, $0) }.map { (name, $0) }
            }
            do {
                _ = try load(weights)
                return "none"
            } catch { return "\(error)" }
        }
        #expect(message { $1 } == "none")
        #expect(message { $0 == "final.bias" ? nil : $1 }.contains("final.bias"))
        #expect(message { $0 == "bn2.bn.running_mean" ? Tensor(zeros: [5]) : $1 }.contains("bn2.bn.running_mean"))
        #expect(message { $0 == "block6.0.conv1.kernel" ? nil : $1 }.contains("block6.0.conv1.kernel"))
        #expect(message { $0 == "conv0p1s1.kernel" ? Tensor(zeros: []) : $1 }.contains("conv0p1s1.kernel"))
    }
}
