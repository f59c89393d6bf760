public import Engine

/// A temporal add-on that will not change: it answers where it is asked, and remembers what the next frame needs.
///
/// With q = W₂q hq + b₂q and k = W₂k hk + b₂k, h being the networks' hidden activations, q·k = (W₂kᵀ q)·hk + q·b₂k. The last
/// term is the same for all keys of a query, so the softmax does not see it: the hidden activations are the keys, and W₂k
/// is folded into the query network's second layer.
public struct FrozenTemporalAddOn {
    /// The first layers, and the query network's second with W₂k folded in.
    private let query, key, folded: (weight: Tensor, bias: Tensor)
    private let attention: WindowAttention
    /// The hidden activations `[h, w, D]` and logits `[h, w, C]` of the frame before.
    private var previous: (keys: Tensor, logits: Tensor)?

    /// Folds an add-on.
    public init(_ addOn: TemporalAddOn) {
        query = (addOn.query.weights[0], addOn.query.biases[0])
        key = (addOn.key.weights[0], addOn.key.biases[0])
        let outer = addOn.key.weights[1]
        let bias = addOn.query.biases[1]
        folded = (
            matmul(outer, .transposed, addOn.query.weights[1], .plain),
            matmul(bias.reshaped(1, bias.count), .plain, outer, .plain).reshaped(bias.count)
        )
        attention = addOn.attention
    }

    /// Logits `[h, w, C]` carried from the frame before to some cells of the features `[h, w, D]`, 0 elsewhere; nil on the
    /// first frame.
    public func callAsFunction(_ features: Tensor, at cells: @autoclosure () -> [Int32]) -> Tensor? {
        guard let previous else { return nil }
        let cells = cells()
        let hidden = relu(linear(gatheredRows(features, cells), query.weight, query.bias))
        return attention(
            query: linear(hidden, folded.weight, folded.bias), at: cells, key: previous.keys, value: previous.logits)
    }

    /// Remembers a frame for the next.
    public mutating func remember(_ features: Tensor, logits: Tensor) {
        previous = (relu(linear(features, key.weight, key.bias)), logits)
    }
}
