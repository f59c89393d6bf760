import Tensors

/// The last layers of the query and key networks as one: all that attention reads of them are their products.
///
/// With queries Vq + b of hidden features q and keys Uk + c of k, a product is k·(UᵀV q + Uᵀb) plus what depends on q
/// alone, which the softmax over the window does not see. So UᵀV is one layer in the place of two, the key's hidden
/// features are the keys, and c has no gradient.
struct FoldedScores {
    /// UᵀV `[D, D]`.
    let weight: Tensor
    /// Uᵀb `[D]`.
    let bias: Tensor
    private let query, key: (weight: Tensor, bias: Tensor)

    /// Folds the last layers of two networks.
    init(query: Perceptron, key: Perceptron) {
        let last = query.weights.count - 1
        self.query = (query.weights[last], query.biases[last])
        self.key = (key.weights[last], key.biases[last])
        weight = matmul(self.key.weight, .transposed, self.query.weight, .plain)
        bias = matmul(self.query.bias.reshaped(1, self.query.bias.count), .plain, self.key.weight, .plain)
            .reshaped(self.key.weight.columns)
    }

    /// The chain rule: gradients of the last layers, from those of the folded one.
    func backward(
        weight gradient: Tensor, bias: Tensor
    ) -> (query: (weight: Tensor, bias: Tensor), key: (weight: Tensor, bias: Tensor)) {
        let dBias = bias.reshaped(1, bias.count)
        let dKey = matmul(query.weight, .plain, gradient, .transposed)
        multiply(query.bias.reshaped(1, query.bias.count), .transposed, dBias, .plain, into: dKey, adding: true)
        return (
            (
                matmul(key.weight, .plain, gradient, .plain),
                matmul(dBias, .plain, key.weight, .transposed).reshaped(query.bias.count)
            ),
            (dKey, Tensor(zeros: key.bias.shape))
        )
    }
}
