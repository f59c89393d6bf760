import Checkpoints
import Foundation
import Sparse
import Tensors
import TestSupport
import Testing
import Training

/// Sparse convolutions against loops over pairs, and against dense ones of PyTorch.
struct SparseConvolutionTests {
    /// Channels in and out.
    struct Widths: CustomTestStringConvertible, Sendable {
        let inputs, outputs: Int
        var testDescription: String { "\(inputs) → \(outputs)" }
    }

    /// Every way of the kernels: whole and partial vectors, one to three of them at a time, inputs left over by eights.
    static let widths = [
        Widths(inputs: 1, outputs: 1), Widths(inputs: 3, outputs: 16), Widths(inputs: 16, outputs: 5),
        Widths(inputs: 24, outputs: 32), Widths(inputs: 15, outputs: 48), Widths(inputs: 33, outputs: 64),
        Widths(inputs: 8, outputs: 80), Widths(inputs: 7, outputs: 90),
    ]

    @Test("values and gradients of a convolution are those of its definition", arguments: widths)
    func definition(widths: Widths) throws {
        // More voxels than a kernel's tile has rows, and offsets with few pairs.
        let voxels = try Voxels(randomCoordinates(900, side: 14, seed: 6))
        let pyramid = VoxelPyramid(voxels, levels: 2)
        var random = RandomNumbers(seed: 7)
        for map in [pyramid.neighbours[0], pyramid.down[0], pyramid.down[0].transposed] {
            let x = random.uniform([map.inputs, widths.inputs], bound: 1)
            let weight = random.uniform([map.volume, widths.inputs, widths.outputs], bound: 1)
            let upstream = random.uniform([map.outputs, widths.outputs], bound: 1)
            let tape = Tape(tracking: [x, weight])
            let out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map)
            expectClose(
                out.value,
                Tensor(
                    rounding: naiveConvolution(
                        x.doubles, weight.doubles, map, inputs: widths.inputs, outputs: widths.outputs), out.shape),
                absolute: 1e-4, "value")
            tape.record(loss: 0, gradient: upstream.copy(), of: out)
            tape.backward()
            let (dx, dWeight) = naiveGradients(x, weight, upstream, map)
            // Sums of up to some thousand products of size 1, whose roundings add up to 1e-5 at most.
            expectClose(try #require(tape.gradient(of: x)), dx, absolute: 1e-4, "inputs")
            expectClose(try #require(tape.gradient(of: weight)), dWeight, absolute: 1e-4, "weights")
        }
    }

    private func naiveGradients(
        _ x: Tensor, _ weight: Tensor, _ upstream: Tensor, _ map: KernelMap
    ) -> (Tensor, Tensor) {
        let (inputs, outputs) = (x.columns, upstream.columns)
        let (xs, ws, gs) = (x.doubles, weight.doubles, upstream.doubles)
        var dx = [Double](repeating: 0, count: xs.count)
        var dWeight = [Double](repeating: 0, count: ws.count)
        for pair in pairs(map) {
            for i in 0..<inputs {
                let place = (pair.offset * inputs + i) * outputs
                for o in 0..<outputs {
                    let slope = gs[pair.target * outputs + o]
                    dx[pair.source * inputs + i] += slope * ws[place + o]
                    dWeight[place + o] += slope * xs[pair.source * inputs + i]
                }
            }
        }
        return (Tensor(rounding: dx, x.shape), Tensor(rounding: dWeight, weight.shape))
    }

    @Test("gradients are slopes, are added up, and are not made for constants")
    func slopes() throws {
        let pyramid = VoxelPyramid(try Voxels(randomCoordinates(12, side: 3, seed: 8)), levels: 2)
        var random = RandomNumbers(seed: 9)
        for map in [pyramid.neighbours[0], pyramid.down[0], pyramid.down[0].transposed] {
            let x = random.uniform([map.inputs, 2], bound: 1)
            let weight = random.uniform([map.volume, 2, 3], bound: 1)
            let upstream = random.uniform([map.outputs, 3], bound: 1)
            for tracked in [[x], [weight], [x, weight]] {
                let tape = Tape(tracking: tracked)
                for _ in 0..<2 {
                    let out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map)
                    tape.record(loss: 0, gradient: upstream.copy(), of: out)
                }
                tape.backward()
                for tensor in tracked {
                    // Sums of some ten products of size 1, twice.
                    expectGradient(try #require(tape.gradient(of: tensor)), at: tensor, absolute: 1e-5) { point in
                        let isWeight = tensor.shape == weight.shape
                        let out = naiveConvolution(
                            isWeight ? x.doubles : point, isWeight ? point : weight.doubles, map, inputs: 2, outputs: 3)
                        return 2 * dot(out, upstream.doubles)
                    }
                }
                if tracked.count == 1 {
                    #expect(tape.gradient(of: tracked[0].shape == x.shape ? weight : x) == nil)
                }
            }
        }
    }

    @Test("a chain of five convolutions over two levels has the values and gradients of dense ones in PyTorch")
    func dense() throws {
        let path = try #require(Bundle.module.resourcePath) + "/Golden/dense.safetensors"
        let golden = try Checkpoint(path: path).root
        let coordinates = try golden.tensor("coordinates").parts.map {
            SIMD3<Int32>(SIMD3($0.values[0], $0.values[1], $0.values[2]))
        }
        let pyramid = VoxelPyramid(try Voxels(coordinates), levels: 2)
        #expect(places(pyramid.levels[0]) == coordinates)
        let maps = [
            ("stem", KernelMap(neighboursOf: pyramid.levels[0], kernel: 5)), ("down", pyramid.down[0]),
            ("block", pyramid.neighbours[1]), ("up", pyramid.down[0].transposed), ("last", pyramid.neighbours[0]),
        ]
        let features = try golden.tensor("features")
        let weights = try maps.map { try golden.tensor($0.0) }
        let tape = Tape(tracking: [features] + weights)
        let out = zip(weights, maps).reduce(tape.parameter(features)) {
            tape.sparseConvolution($0, tape.parameter($1.0), $1.1.1)
        }
        // Five sums of some hundred products each; values are of size 1, gradients of size 10.
        expectClose(out.value, try golden.tensor("out"), absolute: 1e-5, "out")
        tape.record(loss: 0, gradient: try golden.tensor("upstream"), of: out)
        tape.backward()
        for (name, tensor) in zip(["features"] + maps.map(\.0), [features] + weights) {
            expectClose(
                try #require(tape.gradient(of: tensor)), try golden.tensor("gradient.\(name)"), absolute: 2e-5,
                relative: 1e-5, name)
        }
    }

    @Test("nothing comes of no voxels but weights' gradients of zero")
    func none() throws {
        let map = KernelMap(neighboursOf: try Voxels([]), kernel: 3)
        let (x, weight) = (Tensor(zeros: [0, 4]), Tensor(Array(repeating: 1, count: 27 * 4 * 16), [27, 4, 16]))
        let tape = Tape(tracking: [x, weight])
        let out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map)
        #expect(out.shape == [0, 16])
        tape.record(loss: 0, gradient: Tensor(zeros: [0, 16]), of: out)
        tape.backward()
        #expect(try #require(tape.gradient(of: weight)).values.allSatisfy { $0 == 0 })
    }
}
