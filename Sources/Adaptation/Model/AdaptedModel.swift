public import Engine
public import Networks

/// All that adaptation may change: the decode head with the layers it gains.
public struct AdaptedModel: Sendable {
    /// The decode head, at first the source's.
    public var head: DecodeHead
    /// The temporal add-on.
    public var addOn: TemporalAddOn
    /// The projection of fused features for the contrastive loss.
    public var projection: Perceptron

    /// The source's head with new layers drawn from a seed.
    public init(source: DecodeHead, windowRadius: Int, seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        head = source.copy()
        addOn = TemporalAddOn(width: source.width, radius: windowRadius, &random)
        projection = Perceptron(width: source.width, layers: 3, &random)
    }

    /// The trained tensors, always in the same order.
    public var parameters: [Tensor] { head.parameters + addOn.parameters + projection.parameters }

    /// The same model with storage of its own: the momentum model's beginning.
    public func copy() -> AdaptedModel {
        var result = self
        result.head = head.copy()
        result.addOn = addOn.copy()
        result.projection = projection.copy()
        return result
    }
}
