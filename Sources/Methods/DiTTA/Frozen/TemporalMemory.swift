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
    private let options: DiTTAOptions
    /// A factor of the distance up to which matches are trusted.
    private var trust: Float
    private let classes, cellSide: Int
    /// The grids and channels of the two levels that are matched.
    private let fine, coarse: (grid: Tiling, width: Int)
    /// The state after the last frame, and the buffer of the frame before it, which `update` overwrites.
    private var past, spare: MatchedMemory?

    /// An empty memory of the predictions of so many classes on a network's finest grid; `trust` is a factor of the distance
    /// up to which matches are trusted.
    package init(
        _ options: DiTTAOptions, trust: Float = 1, classes: Int, _ encoder: any CompiledEncoder, levels: [FeatureLevel]
    ) {
        (self.options, self.trust) = (options, trust)
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

    /// Forgets all frames so far: the next is a first one.
    mutating func forget() { past = nil }

    private func room() -> MatchedMemory {
        let rule = MatchedMemory.Rule(
            radius: options.windowRadius, sharpness: options.memorySharpness, doubt: options.memoryDoubt / trust,
            tolerance: options.memoryTolerance * trust, frames: options.memoryFrames)
        let upsampling = Resampling.bilinear(
            (coarse.grid.height, coarse.grid.width), (fine.grid.height, fine.grid.width))
        let descriptors = CellDescriptors(
            channels: (fine.width, coarse.width), coarse: upsampling, cellSide: cellSide, radius: rule.radius)
        return MatchedMemory(descriptors, classes: classes, rule: rule)
    }

    /// How far matches are trusted, and what is known after the last frame, if there was one; by name.
    var state: [String: Tensor] {
        var tensors = ["memory.trust": Tensor([trust], [1])]
        if let state = past?.state {
            (tensors["memory.values"], tensors["memory.descriptors"]) = (state.values, state.descriptors)
        }
        return tensors
    }

    /// Goes on from what `state` gave.
    ///
    /// - Throws: if it is of other extents, or trusts nothing.
    mutating func restore(_ state: [String: Tensor]) throws(MethodError) {
        if let saved = state["memory.trust"] {
            guard let trust = saved.values.first, saved.count == 1, (0.01...100).contains(trust) else {
                throw MethodError("the memory's trust is \(saved.values): expected one number from 0.01 to 100")
            }
            self.trust = trust
        }
        guard let values = state["memory.values"], let descriptors = state["memory.descriptors"] else { return }
        let saved = room()
        guard saved.restore(values: values, descriptors: descriptors) else {
            throw MethodError("the memory is \(values.shape), of another network, frame size or window than this one's")
        }
        (past, spare) = (saved, nil)
    }
}
