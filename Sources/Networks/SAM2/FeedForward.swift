import Checkpoints
import Compiled
import Tensors

/// Linear layers with ReLU between, for the few rows of tokens, in float32.
///
/// Source: `MLP` of facebookresearch/sam2, sam2/modeling/sam2_utils.py.
struct FeedForward: Sendable {
    private let layers: [Linear]

    /// Takes a stack of so many layers, two or more.
    init(_ scope: Scope, _ inputs: Int, _ hidden: Int, _ outputs: Int, layers count: Int) throws(CheckpointError) {
        var layers = [try Linear(scope["proj_in"], inputs, hidden)]
        for index in 0..<count - 2 { layers.append(try Linear(scope["layers"][index], hidden, hidden)) }
        layers.append(try Linear(scope["proj_out"], hidden, outputs))
        self.layers = layers
    }

    /// Maps rows `[M, inputs]` to `[M, outputs]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            x = layer(x)
            if index < layers.count - 1 { rectify(x) }
        }
        return x
    }
}

extension Linear {
    /// Maps few rows `[M, I]` to `[M, O]`, in float32.
    func callAsFunction(_ x: Tensor) -> Tensor { linear(x, weight, bias) }
}

extension LayerNorm {
    /// Normalises few rows `[M, C]`.
    func callAsFunction(_ x: Tensor) -> Tensor { layerNorm(x, weight: weight, bias: bias, epsilon: epsilon) }
}
