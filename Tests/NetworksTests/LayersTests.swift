import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Linear layers joined, cut and scaled, and perceptrons made of them, against sums in double.
struct LayersTests {
    /// Weights that keep a value's size, and biases.
    static func drawn(_ inputs: Int, _ outputs: Int, _ random: inout RandomNumbers) -> Linear {
        Linear(
            weight: random.uniform([outputs, inputs], bound: (3 / Float(inputs)).squareRoot()),
            bias: random.uniform([outputs], bound: 1))
    }

    /// x `[R, I]` · wᵀ, w `[O, I]`, plus bias `[O]`.
    static func naive(_ x: [Double], _ layer: Linear) -> [Double] {
        let (inputs, outputs) = (layer.weight.columns, layer.weight.rows)
        let (ws, bs) = (layer.weight.doubles, layer.bias.doubles)
        return (0..<x.count / inputs * outputs).map { index in
            let (row, o) = (index / outputs, index % outputs)
            return (0..<inputs).reduce(bs[o]) { $0 + x[row * inputs + $1] * ws[o * inputs + $1] }
        }
    }

    @Test("a layer after another is both", arguments: [(1, 1, 1), (7, 5, 3), (33, 64, 20)])
    func after(inputs: Int, middle: Int, outputs: Int) {
        var random = RandomNumbers(seed: 1)
        let (first, second) = (Self.drawn(inputs, middle, &random), Self.drawn(middle, outputs, &random))
        let x = random.uniform([9, inputs], bound: 1).doubles
        let joined = second.after(first)
        #expect(joined.weight.shape == [outputs, inputs] && joined.bias.shape == [outputs])
        let expected = Self.naive(Self.naive(x, first), second)
        // Up to 64 products below 1, rounded where the layers are joined, then 33 of those in double.
        expectClose(
            Tensor(rounding: Self.naive(x, joined), [9, outputs]), Tensor(rounding: expected, [9, outputs]),
            absolute: 2e-6)
    }

    @Test("some of the outputs", arguments: [0..<1, 4..<5, 2..<4, 0..<5])
    func outputs(range: Range<Int>) {
        var random = RandomNumbers(seed: 2)
        let layer = Self.drawn(3, 5, &random)
        let some = layer.outputs(range)
        #expect(some.weight.shape == [range.count, 3] && some.bias.shape == [range.count])
        #expect(some.weight.values == Array(layer.weight.values[3 * range.lowerBound..<3 * range.upperBound]))
        #expect(some.bias.values == Array(layer.bias.values[range]))
    }

    @Test("a scaled layer, and the layer itself as it was")
    func scaled() {
        var random = RandomNumbers(seed: 3)
        let layer = Self.drawn(3, 5, &random)
        let (weight, bias) = (layer.weight.values, layer.bias.values)
        let scaled = layer.scaled(by: -0.3)
        #expect(scaled.weight.shape == [5, 3] && scaled.weight.values == weight.map { $0 * -0.3 })
        #expect(scaled.bias.shape == [5] && scaled.bias.values == bias.map { $0 * -0.3 })
        #expect(layer.weight.values == weight && layer.bias.values == bias)
    }

    @Test("two layers side by side, and outputs by factors of their own")
    func joinedAndScaled() {
        var random = RandomNumbers(seed: 5)
        let (a, b) = (Self.drawn(3, 2, &random), Self.drawn(3, 4, &random))
        let both = a.beside(b)
        #expect(both.weight.shape == [6, 3] && both.weight.values == a.weight.values + b.weight.values)
        #expect(both.bias.shape == [6] && both.bias.values == a.bias.values + b.bias.values)
        let scaled = a.scaled(by: Tensor([2, -0.5], [2]))
        #expect(scaled.weight.values == zip(a.weight.values, [2, 2, 2, -0.5, -0.5, -0.5]).map { $0 * $1 })
        #expect(scaled.bias.values == zip(a.bias.values, [2, -0.5]).map { $0 * $1 })
    }

    /// Hidden channels come in parts of 512, or of 256 where they are gated: less than one, one, one and a few, two and some.
    @Test(
        "a perceptron is two layers and its residual, on the last tile, too", arguments: precisions,
        [
            (40, MLP.Activation.gelu), (512, .relu), (515, .gelu), (515, .relu), (1100, .gelu), (1100, .relu),
            (40, .swiglu), (256, .swiglu), (515, .swiglu),
        ])
    func perceptron(precision: Precision, shape: (hidden: Int, activation: MLP.Activation)) {
        var random = RandomNumbers(seed: 4)
        let (tiles, width) = (Tiling(height: 5, width: 7, rowsPerTile: 2), 24)
        let outputs = shape.activation == .swiglu ? 2 * shape.hidden : shape.hidden
        let (first, second) = (Self.drawn(width, outputs, &random), Self.drawn(shape.hidden, width, &random))
        let x = random.uniform([tiles.cells, width], bound: 1)
        let residual = random.uniform([tiles.cells, width], bound: 1)

        var plan = CompilationPlan(precision)
        let mlp = MLP(&plan, tiles, first, second, shape.activation)
        let (workspace, source, out) = (plan.allocate(), matrix(x, precision), matrix(residual))
        workspace.parallelTiles(tiles.count) { worker, tile in
            let cells = tiles.cells(of: tile)
            mlp(source[cells], addingTo: out[cells], workspace.own[worker], worker: worker)
        }

        // What is multiplied is what the precision holds.
        func held(_ layer: Linear) -> Linear { Linear(weight: rounded(layer.weight, precision), bias: layer.bias) }
        let before = Self.naive(rounded(x, precision).doubles, held(first))
        let inner = rounded(Tensor(rounding: before, [tiles.cells, outputs]), precision).doubles
        let hidden = (0..<tiles.cells * shape.hidden).map { index -> Double in
            let first = index / shape.hidden * outputs + index % shape.hidden
            let value = inner[first]
            return switch shape.activation {
            case .relu: max(value, 0)
            case .gelu: 0.5 * value * erfc(-value / 2.0.squareRoot())
            case .swiglu: value / (1 + exp(-value)) * inner[first + shape.hidden]
            }
        }
        let activated = rounded(Tensor(rounding: hidden, [tiles.cells, shape.hidden]), precision)
        let sums = zip(residual.doubles, Self.naive(activated.doubles, held(second))).map { $0 + $1 }
        // In single precision, sums of a thousand products; in bfloat16, GELU is off by 2e-4, and where what is hidden
        // rounds the other way, before it or after, by 1/128 of it times a weight below 0.3 (40 channels) or 0.08.
        let flips: Float = shape.hidden == 40 ? 1e-2 : 5e-3
        expectClose(
            tensor(out), Tensor(rounding: sums, residual.shape), absolute: precision == .fp32 ? 5e-6 : flips)
    }
}
