import Tensors
import TestSupport
import Testing
import Training

/// What a tape keeps, and parameters by name.
struct TapeTests {
    @Test("what does not lead to a tracked parameter is not kept")
    func constants() throws {
        var random = RandomNumbers(seed: 1)
        let (a, b) = (random.uniform([3, 3], bound: 1), random.uniform([3, 3], bound: 1))
        let tape = Tape(tracking: [b])
        let first = tape.linear(tape.constant(a), tape.parameter(a))
        #expect(tape.count == 0 && first.gradient == nil)
        let second = tape.linear(first, tape.parameter(b))
        #expect(tape.count == 1)
        _ = tape.relu(second)
        tape.record(loss: 2, gradient: Tensor(zeros: [3, 3]), of: first)
        tape.record(loss: 3, gradient: second.value.copy(), of: second, weight: 0.5)
        #expect(tape.loss == 3.5)
        tape.backward()
        #expect(tape.gradient(of: a) == nil)
        let expected = matmul(second.value, .transposed, first.value, .plain)
        // Sums of three products.
        expectClose(
            try #require(tape.gradient(of: b)), Tensor(expected.values.map { $0 / 2 }, [3, 3]), absolute: 1e-6)
        #expect(tape.gradients(of: [a, b])[0].values == Array(repeating: 0, count: 9))
    }

    @Test("memory of what was passed is given back")
    func release() {
        weak var middle: Gradient?
        let weight = Tensor([1, 2, 3, 4], [2, 2])
        let tape = Tape(tracking: [weight])
        do {
            let hidden = tape.linear(tape.constant(weight), tape.parameter(weight))
            middle = hidden.gradient
            tape.record(loss: 0, gradient: Tensor([1, 1, 1, 1], [2, 2]), of: tape.relu(hidden))
        }
        #expect(middle != nil)
        tape.backward()
        #expect(middle == nil)
        #expect(tape.gradient(of: weight) != nil)
    }

    static func parameters(_ seed: UInt64) -> ParameterSet {
        var random = RandomNumbers(seed: seed)
        return ParameterSet([
            Parameter("encoder.dense.weight", random.uniform([2, 3], bound: 1)),
            Parameter("encoder.layer_norm.weight", random.uniform([3], bound: 1), isNorm: true),
            Parameter("head.conv.weight", random.uniform([2, 12], bound: 1), layout: .unfolded(kernel: 2)),
            Parameter("head.dwconv.weight", random.uniform([9, 3], bound: 1), layout: .depthwise(kernel: 3)),
        ])
    }

    @Test("parts of a set keep its order")
    func filters() {
        let set = Self.parameters(1)
        #expect(set.norms.names == ["encoder.layer_norm.weight"])
        #expect(set.under("head.").names == ["head.conv.weight", "head.dwconv.weight"])
        #expect(set.filter { $0.tensor.count == 6 }.names == ["encoder.dense.weight"])
        #expect(set["head.conv.weight"]?.tensor.count == 24 && set["tail"] == nil)
    }

    @Test("a snapshot is restored by name and in place")
    func restoring() {
        let set = Self.parameters(1)
        let before = set.tensors.map(\.values)
        let snapshot = set.snapshot()
        set.moveAverage(towards: Self.parameters(2), keep: 0.5)
        #expect(snapshot.tensors.map(\.values) == before && set.tensors[0].values != before[0])
        set.restore(snapshot.norms)
        #expect(set.tensors[1].values == before[1] && set.tensors[0].values != before[0])
        set.restore(ParameterSet(snapshot.parameters.reversed()))
        #expect(set.tensors.map(\.values) == before)
    }

    @Test("a moving average goes by name")
    func average() {
        let (set, other) = (Self.parameters(1), Self.parameters(2))
        let expected = zip(set.tensors, other.tensors).map { own, other in
            zip(own.values, other.values).map { $0 * 0.75 + $1 * 0.25 }
        }
        let before = set.tensors[3].values
        set.moveAverage(towards: ParameterSet(other.parameters.prefix(3).reversed()), keep: 0.75)
        for index in 0..<3 {
            // Two products and a sum, rounded once each.
            expectClose(set.tensors[index], Tensor(expected[index], set.tensors[index].shape), absolute: 2e-7)
        }
        #expect(set.tensors[3].values == before)
    }

    @Test("published arrangements are those that checkpoints have")
    func layouts() {
        var random = RandomNumbers(seed: 3)
        let dense = random.uniform([3, 2, 5, 5], bound: 1)
        let unfolded = Parameter("", unfoldedConvolutionWeight(dense), layout: .unfolded(kernel: 5)).published
        #expect(unfolded.shape == dense.shape && unfolded.values == dense.values)
        let deep = random.uniform([7, 1, 3, 3], bound: 1)
        let published = Parameter("", depthwiseWeight(deep), layout: .depthwise(kernel: 3)).published
        #expect(published.shape == deep.shape && published.values == deep.values)
        #expect(Parameter("", dense, layout: .plain([6, 25])).published.shape == [6, 25])
    }

    @Test("AdamW moves a set as it moves its tensors")
    func optimizer() {
        let (set, twin) = (Self.parameters(1).norms, Self.parameters(1).norms)
        var (first, second) = (AdamW(rate: 0.1, decay: 0.01), AdamW(rate: 0.1, decay: 0.01))
        for step in 1...3 {
            let gradient = Tensor([1, -2, Float(step)], [3])
            let tape = Tape(tracking: set)
            tape.record(loss: 0, gradient: gradient.copy(), of: tape.parameter(set.tensors[0]))
            tape.backward()
            first.update(set, tape)
            second.update(twin.tensors, gradients: [gradient])
        }
        #expect(set.tensors[0].values == twin.tensors[0].values)
    }
}
