import Dense
import Networks
package import Tensors

/// The memory of the frozen model: class probabilities that follow the scene from frame to frame and gather evidence.
///
/// Each cell of the 1/4 grid finds itself in the frame before by matching frozen features and colour within a window, and
/// takes over what was known there: P = (p + m P') / (1 + m), where m is the evidence at the match, trusted less the worse
/// the match is. Where nothing matches (a cut, something uncovered), m vanishes and the frame speaks for itself. It is the
/// add-on's cross-attention with matching in place of learned queries and keys, and with its own past output as the value.
package struct TemporalMemory: Sendable {
    private let rule: MatchedMemory.Rule
    /// What is known after the last frame, and the one before it, which the next frame is written into.
    private var past, spare: MatchedMemory?

    /// An empty memory.
    package init(_ options: DiTTAOptions) {
        rule = MatchedMemory.Rule(
            radius: options.windowRadius, sharpness: options.memorySharpness, doubt: options.memoryDoubt,
            tolerance: options.memoryTolerance, frames: options.memoryFrames)
    }

    /// Joins the next frame with the memory: ln P `[h, w, C]`, to be upsampled like logits; valid until the frame after the
    /// next.
    ///
    /// - Parameters:
    ///   - logits: the frozen head's, `[h, w, C]`.
    ///   - features: the encoder's levels, of which the two finest are matched.
    ///   - input: the network's input `[4h, 4w, 3]`, normalised.
    package mutating func update(_ logits: Tensor, features: [Tensor], input: Tensor) -> Tensor {
        // A copy of this memory may still hold the spare.
        let usable = isKnownUniquelyReferenced(&spare) ? spare : nil
        let next = usable ?? room(classes: logits.columns, features)
        next.descriptors.set(fine: features[0], coarse: features[1], input: input)
        next.update(logits, after: past)
        (past, spare) = (next, past)
        return next.logarithms
    }

    private func room(classes: Int, _ features: [Tensor]) -> MatchedMemory {
        let (fine, coarse) = (features[0], features[1])
        let upsampling = Resampling.bilinear((coarse.shape[0], coarse.shape[1]), (fine.shape[0], fine.shape[1]))
        let descriptors = CellDescriptors(
            channels: (fine.columns, coarse.columns), coarse: upsampling, radius: rule.radius)
        return MatchedMemory(descriptors, classes: classes, rule: rule)
    }
}
