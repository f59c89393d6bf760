package import Tensors

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

    /// The trained tensors, always in the same order.
    package var parameters: [Tensor] { weights + biases }

    /// The same layers with storage of their own.
    func copy() -> Perceptron {
        var result = self
        result.weights = weights.map { $0.copy() }
        result.biases = biases.map { $0.copy() }
        return result
    }

    /// The input of each layer and the output of the last, `[..., D]` each.
    func forward(_ x: Tensor) -> [Tensor] {
        var activations = [x]
        for (index, (weight, bias)) in zip(weights, biases).enumerated() {
            let input = index == 0 ? x : activations[index]
            let output = linear(input, weight, bias)
            if index + 1 < weights.count { rectify(output) }
            activations.append(output)
        }
        return activations
    }

    /// The output `[..., D]`.
    package func callAsFunction(_ x: Tensor) -> Tensor { forward(x)[weights.count] }

    /// Gradients of the parameters; the input's `[..., D]` is added to `input`.
    func backward(_ gradient: Tensor, _ activations: [Tensor], addingTo input: Tensor) -> Perceptron {
        var result = self
        var gradient = gradient
        for layer in weights.indices.reversed() {
            if layer + 1 < weights.count { reluBackward(gradient, output: activations[layer + 1]) }
            let own = layer == 0 ? input : Tensor(uninitialized: activations[layer].shape)
            (result.weights[layer], result.biases[layer]) = linearBackward(
                gradient, input: activations[layer], weight: weights[layer], into: own, adding: layer == 0)
            gradient = own
        }
        return result
    }
}
