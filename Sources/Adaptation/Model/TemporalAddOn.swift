public import Engine

/// The temporal add-on: a small cross-attention from the features of a frame to the predictions of the one before.
///
/// Q = MLP_q(F_t), K = MLP_k(F_{t-1}), V = S_{t-1}; plain dot products within a window. Source: DiTTA, temporal add-on.
public struct TemporalAddOn: Sendable {
    /// The query network.
    public var query: Perceptron
    /// The key network.
    public var key: Perceptron
    let attention: WindowAttention

    struct Activations {
        let query, key: [Tensor]
        let attention: WindowAttention.Activations
        var logits: Tensor { attention.output }
    }

    init(width: Int, radius: Int, _ random: inout RandomNumbers) {
        query = Perceptron(width: width, layers: 2, &random)
        key = Perceptron(width: width, layers: 2, &random)
        attention = WindowAttention(radius: radius)
    }

    /// The trained tensors, always in the same order.
    public var parameters: [Tensor] { query.parameters + key.parameters }

    func copy() -> TemporalAddOn {
        var result = self
        result.query = query.copy()
        result.key = key.copy()
        return result
    }

    /// Carries logits `[h, w, C]` over from the previous frame: features `[h, w, D]` of both.
    func forward(_ features: Tensor, previous: Tensor, logits: Tensor) -> Activations {
        let (query, key) = (query.forward(features), key.forward(previous))
        return Activations(
            query: query, key: key, attention: attention.forward(query: query[2], key: key[2], value: logits))
    }

    /// Gradients of the parameters, of both frames' features and of the previous logits.
    func backward(
        _ gradient: Tensor, _ saved: Activations
    ) -> (parameters: TemporalAddOn, features: Tensor, previous: Tensor, logits: Tensor) {
        let parts = attention.backward(gradient, saved.attention)
        var result = self
        let (queryGradient, features) = query.backward(parts.query, saved.query)
        let (keyGradient, previous) = key.backward(parts.key, saved.key)
        result.query = queryGradient
        result.key = keyGradient
        return (result, features, previous, parts.value)
    }
}
