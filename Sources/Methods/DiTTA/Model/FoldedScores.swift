import Tensors
import Training

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

    /// Folds the last layers of two networks.
    init(query: Perceptron, key: Perceptron) {
        let tape = Tape(tracking: [])
        let folded = Self.traced(query: query, key: key, on: tape)
        (weight, bias) = (folded.weight.value, folded.bias.value)
    }

    /// The folded layer on a tape.
    static func traced(query: Perceptron, key: Perceptron, on tape: Tape) -> (weight: Variable, bias: Variable) {
        let last = query.weights.count - 1
        let keyWeight = tape.parameter(key.weights[last])
        let shift = tape.parameter(query.biases[last])
        let bias = tape.matmul(shift.reshaped(1, shift.value.count), .plain, keyWeight, .plain)
        let weight = tape.matmul(keyWeight, .transposed, tape.parameter(query.weights[last]), .plain)
        return (weight, bias.reshaped(bias.value.count))
    }
}
