import Tensors
import Training

/// The temporal add-on: a small cross-attention from the features of a frame to the predictions of the one before.
///
/// Q = MLP_q(F_t), K = MLP_k(F_{t-1}), V = S_{t-1}; plain dot products within a window. Source: DiTTA, temporal add-on.
package struct TemporalAddOn: Sendable {
    /// The query network.
    package var query: Perceptron
    /// The key network.
    package var key: Perceptron
    let attention: WindowAttention

    init(width: Int, radius: Int, _ random: inout RandomNumbers) {
        query = Perceptron(width: width, layers: 2, &random)
        key = Perceptron(width: width, layers: 2, &random)
        attention = WindowAttention(radius: radius)
    }

    /// The trained tensors under names that begin with the add-on's, always in the same order.
    func parameters(_ name: String) -> [Parameter] {
        query.parameters(name + ".query") + key.parameters(name + ".key")
    }

    func copy() -> TemporalAddOn {
        var result = self
        result.query = query.copy()
        result.key = key.copy()
        return result
    }

    /// Carries logits `[h, w, C]` over from the previous frame, on a tape: features `[h, w, D]` of both.
    func traced(_ features: Variable, previous: Variable, logits: Variable, on tape: Tape) -> Variable {
        let hidden = query.layer(on: tape, 0, features, rectified: true)
        let keys = key.layer(on: tape, 0, previous, rectified: true)
        let scores = FoldedScores.traced(query: query, key: key, on: tape)
        return tape.attention(
            query: tape.linear(hidden, scores.weight, scores.bias), key: keys, value: logits, attention)
    }
}
