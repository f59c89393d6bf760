package import Networks
import Tensors
package import Training

/// All that adaptation may change: the decode head with the layers it gains.
package struct AdaptedModel: Sendable {
    /// The decode head, at first the source's.
    package var head: any SegmentationHead
    /// The temporal add-on.
    package var addOn: TemporalAddOn
    /// The projection of fused features for the contrastive loss.
    package var projection: Perceptron

    /// The source's head with new layers drawn from a seed.
    package init(source: any SegmentationHead, windowRadius: Int, seed: UInt64) {
        var random = RandomNumbers(seed: seed)
        head = source.copy()
        addOn = TemporalAddOn(width: source.width, radius: windowRadius, &random)
        projection = Perceptron(width: source.width, layers: 3, &random)
    }

    /// The trained tensors, always in the same order.
    package var parameters: ParameterSet {
        ParameterSet(
            head.parameters("decode_head") + addOn.parameters("add_on") + projection.parameters("projection"))
    }

    /// The same model with storage of its own: the momentum model's beginning.
    package func copy() -> AdaptedModel {
        var result = self
        result.head = head.copy()
        result.addOn = addOn.copy()
        result.projection = projection.copy()
        return result
    }

    /// All tensors by name.
    private var named: [(name: String, tensor: Tensor)] {
        (parameters.parameters + head.statistics("decode_head")).map { ($0.name, $0.tensor) }
    }

    /// Copies of all tensors by name.
    var state: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: named.map { ($0.name, $0.tensor.copy()) })
    }

    /// Sets all tensors to those of a state, in place.
    ///
    /// - Throws: if one is missing or of another shape.
    func restore(_ state: [String: Tensor]) throws(MethodError) {
        for (name, tensor) in named {
            guard let saved = state[name], saved.shape == tensor.shape else {
                throw MethodError(
                    "the state has no '\(name)' \(tensor.shape), expected one of the same network and options")
            }
            copyValues(of: saved, to: tensor)
        }
    }
}
