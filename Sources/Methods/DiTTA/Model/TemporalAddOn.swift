package import Tensors

/// The temporal add-on: a small cross-attention from the features of a frame to the predictions of the one before.
///
/// Q = MLP_q(F_t), K = MLP_k(F_{t-1}), V = S_{t-1}; plain dot products within a window. Source: DiTTA, temporal add-on.
package struct TemporalAddOn: Sendable {
    /// The query network.
    package var query: Perceptron
    /// The key network.
    package var key: Perceptron
    let attention: WindowAttention

    struct Activations {
        fileprivate let features, previous, query, key: Tensor
        fileprivate let scores: FoldedScores
        fileprivate let attention: WindowAttention.Activations
        var logits: Tensor { attention.output }
    }

    init(width: Int, radius: Int, _ random: inout RandomNumbers) {
        query = Perceptron(width: width, layers: 2, &random)
        key = Perceptron(width: width, layers: 2, &random)
        attention = WindowAttention(radius: radius)
    }

    /// The trained tensors, always in the same order.
    package var parameters: [Tensor] { query.parameters + key.parameters }

    func copy() -> TemporalAddOn {
        var result = self
        result.query = query.copy()
        result.key = key.copy()
        return result
    }

    /// Carries logits `[h, w, C]` over from the previous frame: features `[h, w, D]` of both.
    func forward(_ features: Tensor, previous: Tensor, logits: Tensor) -> Activations {
        let query = linear(features, query.weights[0], query.biases[0])
        let key = linear(previous, key.weights[0], key.biases[0])
        rectify(query)
        rectify(key)
        let scores = FoldedScores(query: self.query, key: self.key)
        let folded = linear(query, scores.weight, scores.bias)
        return Activations(
            features: features, previous: previous, query: query, key: key, scores: scores,
            attention: attention.forward(query: folded, key: key, value: logits))
    }

    /// Gradients of the parameters and of the previous logits `[h, w, C]`; those of both frames' features `[h, w, D]` are
    /// added to what is given.
    func backward(
        _ gradient: Tensor, _ saved: Activations, addingTo features: Tensor, previous: Tensor
    ) -> (parameters: TemporalAddOn, logits: Tensor) {
        var result = self
        let parts = attention.backward(gradient, saved.attention)
        let hidden = Tensor(uninitialized: saved.query.shape)
        let folded = linearBackward(
            parts.query, input: saved.query, weight: saved.scores.weight, into: hidden, adding: false)
        let last = saved.scores.backward(weight: folded.weight, bias: folded.bias)
        (result.query.weights[1], result.query.biases[1]) = last.query
        (result.key.weights[1], result.key.biases[1]) = last.key
        reluBackward(hidden, output: saved.query)
        (result.query.weights[0], result.query.biases[0]) = linearBackward(
            hidden, input: saved.features, weight: query.weights[0], into: features, adding: true)
        reluBackward(parts.key, output: saved.key)
        (result.key.weights[0], result.key.biases[0]) = linearBackward(
            parts.key, input: saved.previous, weight: key.weights[0], into: previous, adding: true)
        return (result, parts.value)
    }
}
