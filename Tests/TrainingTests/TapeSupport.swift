import Tensors
import TestSupport
import Testing
import Training

/// Expects an operation of the tape to have a function's values, and the function's slopes as gradients of each input.
///
/// Every input is tracked with all others, twice in one step, so that shares are added up; and alone, so that the others
/// are constants.
///
/// - Parameters:
///   - inputs: the inputs' values.
///   - absolute: by how much values and gradients of size 1 may differ.
///   - sourceLocation: where failures are shown.
///   - operation: the operation, on a tape.
///   - naive: the function, in double precision.
func expectOperation(
    _ inputs: [Tensor], absolute: Float, sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: (Tape, [Variable]) -> Variable, naive: ([[Double]]) -> [Double]
) {
    let points = inputs.map(\.doubles)
    var random = RandomNumbers(seed: 99)
    let twice = Tape(tracking: inputs)
    let outputs = (0..<2).map { _ in operation(twice, inputs.map(twice.parameter)) }
    let upstream = random.uniform(outputs[0].shape, bound: 1)
    expectClose(
        outputs[0].value, Tensor(rounding: naive(points), outputs[0].shape), absolute: absolute, "value",
        sourceLocation: sourceLocation)
    for output in outputs { twice.record(loss: 0, gradient: upstream.copy(), of: output) }
    twice.backward()
    #expect(twice.count == 0, sourceLocation: sourceLocation)
    for (index, input) in inputs.enumerated() {
        func loss(_ point: [Double]) -> Double {
            var changed = points
            changed[index] = point
            return dot(naive(changed), upstream.doubles)
        }
        let alone = Tape(tracking: [input])
        let output = operation(alone, inputs.map(alone.parameter))
        alone.record(loss: 0, gradient: upstream.copy(), of: output)
        alone.backward()
        guard let one = alone.gradient(of: input), let both = twice.gradient(of: input) else {
            Issue.record("input \(index) has no gradient", sourceLocation: sourceLocation)
            continue
        }
        expectGradient(
            one, at: input, absolute: absolute, "input \(index)", sourceLocation: sourceLocation, of: loss)
        expectClose(
            both, Tensor(one.values.map { 2 * $0 }, one.shape), absolute: absolute, "input \(index), twice",
            sourceLocation: sourceLocation)
        for (other, tensor) in inputs.enumerated() where other != index {
            #expect(alone.gradient(of: tensor) == nil, sourceLocation: sourceLocation)
        }
    }
}

/// x `[rows, I]` by weight `[O, I]` plus bias `[O]`.
func naiveLinear(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
    let inputs = weight.count / bias.count
    return (0..<x.count / inputs).flatMap { index in
        bias.indices.map { o in
            bias[o] + dot(row(x, index, inputs), row(weight, o, inputs))
        }
    }
}
