package import Tensors

extension MaskDecoder.Prediction {
    /// The mask that counts, the IoU it is expected to have, and the token its object pointer is made of.
    ///
    /// For ambiguous prompts the best of the multiple masks. Otherwise the single mask, but if it is not stable and the
    /// configuration says so, the best of the others: then with the single mask's token, as in the published code.
    /// Source: `_dynamic_multimask_via_stability` of facebookresearch/sam2, sam2/modeling/sam/mask_decoder.py.
    package func selected(multimask: Bool, _ decoder: SAM2Configuration.Decoder) -> (
        mask: Tensor, iou: Float, token: Tensor
    ) {
        let best = ious.indices.dropFirst().reduce(1) { ious[$1] > ious[$0] ? $1 : $0 }
        let single =
            decoder.dynamicMultimask
                && stability(of: masks.parts[0], delta: decoder.stabilityDelta) < decoder.stabilityThreshold
            ? best : 0
        let mask = multimask ? best : single
        return (masks.parts[mask], ious[mask], tokens.parts[multimask ? best : 0])
    }
}

/// The IoU of a mask cut a little above and a little below 0; 1 if even the larger one is empty.
package func stability(of logits: Tensor, delta: Float) -> Float {
    var (inner, outer) = (0, 0)
    for value in logits.values {
        if value > delta { inner += 1 }
        if value > -delta { outer += 1 }
    }
    return outer > 0 ? Float(inner) / Float(outer) : 1
}
