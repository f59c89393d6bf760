import Compiled
import Dense
package import Networks
package import Tensors

/// The memory of the frozen model: class probabilities that follow the scene from frame to frame and gather evidence.
///
/// Each cell of the finest grid finds itself in the frame before by matching frozen features and colour within a window, and
/// takes over what was known there: P = (p + m P') / (1 + m), where m is the evidence at the match, trusted less the worse
/// the match is. Where nothing matches (a cut, something uncovered), m vanishes and the frame speaks for itself. It is the
/// add-on's cross-attention with matching in place of learned queries and keys, and with its own past output as the value.
package struct TemporalMemory: Sendable {
    private let rule: MatchedMemory.Rule
    private let classes, cellSide: Int
    /// The grids and channels of the two levels that are matched.
    private let fine, coarse: (grid: Tiling, width: Int)
    /// The state after the last frame, and the buffer of the frame before it, which `update` overwrites.
    private var past, spare: MatchedMemory?

    /// An empty memory of the predictions of so many classes on a network's finest grid.
    package init(_ options: DiTTAOptions, classes: Int, _ encoder: any CompiledEncoder, levels: [FeatureLevel]) {
        rule = MatchedMemory.Rule(
            radius: options.windowRadius, sharpness: options.memorySharpness, doubt: options.memoryDoubt,
            tolerance: options.memoryTolerance, frames: options.memoryFrames)
        self.classes = classes
        cellSide = levels[0].stride
        // A network of one level is matched by that alone, twice.
        (fine, coarse) = (encoder.levels[0], encoder.levels[min(1, levels.count - 1)])
    }

    /// Joins the next frame with the memory: ln P `[h, w, C]`, to be upsampled like logits; valid until the frame after the
    /// next.
    ///
    /// - Parameters:
    ///   - logits: the frozen head's, `[h, w, C]`.
    ///   - features: the encoder's levels, of which the two finest are matched.
    ///   - input: the network's input `[s · h, s · w, 3]`, normalised; s is the finest level's stride.
    /// - Returns: logarithms of probabilities `[h, w, C]`.
    package mutating func update(_ logits: Tensor, features: EncoderFeatures, input: Tensor) -> Tensor {
        // If a copy of this struct shares the buffer, writing into it would change the copy: take a new one.
        let usable = isKnownUniquelyReferenced(&spare) ? spare : nil
        let next = usable ?? room()
        next.descriptors.set(fine: features[0], coarse: features[min(1, features.count - 1)], input: input)
        next.update(logits, after: past)
        (past, spare) = (next, past)
        return next.logarithms
    }

    private func room() -> MatchedMemory {
        let upsampling = Resampling.bilinear(
            (coarse.grid.height, coarse.grid.width), (fine.grid.height, fine.grid.width))
        let descriptors = CellDescriptors(
            channels: (fine.width, coarse.width), coarse: upsampling, cellSide: cellSide, radius: rule.radius)
        return MatchedMemory(descriptors, classes: classes, rule: rule)
    }

    /// What is known after the last frame, by name; nothing before the first.
    var state: [String: Tensor] {
        guard let state = past?.state else { return [:] }
        return ["memory.values": state.values, "memory.descriptors": state.descriptors]
    }

    /// Goes on from what `state` gave.
    ///
    /// - Throws: if it is of other extents.
    mutating func restore(_ state: [String: Tensor]) throws(MethodError) {
        guard let values = state["memory.values"], let descriptors = state["memory.descriptors"] else { return }
        let saved = room()
        guard saved.restore(values: values, descriptors: descriptors) else {
            throw MethodError("the memory is \(values.shape), of another network, frame size or window than this one's")
        }
        (past, spare) = (saved, nil)
    }
}
