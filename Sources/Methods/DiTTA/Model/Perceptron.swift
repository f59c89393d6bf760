package import Tensors
import Training

/// Linear layers with ReLU between them: the query, key and projection networks, D → D each.
package struct Perceptron: Sendable {
    /// Weights `[O, I]` of each layer.
    package var weights: [Tensor]
    /// Biases `[O]` of each layer.
    package var biases: [Tensor]

    /// Makes layers of one width, drawn from U(±1/√width) for weights and biases (PyTorch's default).
    init(width: Int, layers: Int, _ random: inout RandomNumbers) {
        let bound = 1 / Float(width).squareRoot()
        weights = []
        biases = []
        for _ in 0..<layers {
            weights.append(random.uniform([width, width], bound: bound))
            biases.append(random.uniform([width], bound: bound))
        }
    }

    /// The trained tensors under names that begin with the network's, always in the same order.
    func parameters(_ name: String) -> [Parameter] {
        weights.enumerated().map { Parameter("\(name).\($0).weight", $1) }
            + biases.enumerated().map { Parameter("\(name).\($0).bias", $1) }
    }

    /// The same layers with storage of their own.
    func copy() -> Perceptron {
        var result = self
        result.weights = weights.map { $0.copy() }
        result.biases = biases.map { $0.copy() }
        return result
    }

    /// The output `[..., D]`.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        let tape = Tape(tracking: [])
        return traced(tape.constant(x), on: tape).value
    }

    /// The network on a tape.
    func traced(_ x: Variable, on tape: Tape) -> Variable {
        weights.indices.reduce(x) { layer(on: tape, $1, $0, rectified: $1 + 1 < weights.count) }
    }

    /// One of its layers on a tape, followed by a ReLU or not.
    func layer(on tape: Tape, _ index: Int, _ x: Variable, rectified: Bool) -> Variable {
        tape.linear(x, tape.parameter(weights[index]), tape.parameter(biases[index]), rectified: rectified)
    }
}
