import CKernels
package import Tensors

/// What is known of the cells of a frame: their class probabilities, and how many frames' worth of evidence these hold.
///
/// The next frame's cells find themselves there by their descriptors and take over what was known. Like the descriptors it
/// is a buffer that is overwritten for every frame; only its single owner may call `update`.
@safe package final class MatchedMemory: @unchecked Sendable {
    /// How matches are weighed.
    package struct Rule: Sendable {
        /// How far a window reaches to each side, in cells, at most 15.
        package var radius: Int
        /// How sharply the best match is preferred: the factor of the similarity in the softmax.
        package var sharpness: Float
        /// How fast trust falls with the distance of the best match, ½|a - b|².
        package var doubt: Float
        /// The distance up to which a match is not doubted.
        package var tolerance: Float
        /// The most frames' worth of evidence.
        package var frames: Float

        /// Sets every number.
        package init(radius: Int, sharpness: Float, doubt: Float, tolerance: Float, frames: Float) {
            precondition((0...15).contains(radius), "window radius \(radius), expected 0...15")
            (self.radius, self.sharpness, self.doubt) = (radius, sharpness, doubt)
            (self.tolerance, self.frames) = (tolerance, frames)
        }
    }

    /// What cells are matched by; set before `update`.
    package let descriptors: CellDescriptors
    /// ln P, `[h, w, C]`: to be upsampled like logits.
    package let logarithms: Tensor
    private let rule: Rule
    /// P and the evidence behind it, in rows of whole registers, with room at both ends that windows read.
    private let values: Tensor
    private let stride, room: Int

    /// Room for what is known of `[h, w]` cells.
    package init(_ descriptors: CellDescriptors, classes: Int, rule: Rule) {
        let (height, width) = (descriptors.layout.height, descriptors.layout.width)
        self.descriptors = descriptors
        self.rule = rule
        logarithms = Tensor(uninitialized: [height, width, classes])
        stride = (classes + 1 + 15) / 16 * 16
        room = rule.radius + 16
        values = Tensor(zeros: [height * width + 2 * room, stride])
    }

    /// Joins the logits `[h, w, C]` of this frame with what was known in the frame before:
    /// P = (p + m P') / (1 + m), where m is the evidence at the match.
    package func update(_ logits: Tensor, after past: MatchedMemory?) {
        let layout = descriptors.layout
        precondition(
            logits.shape == logarithms.shape && (past.map { $0.logarithms.shape == logits.shape } ?? true),
            "memory \(logarithms.shape) of \(logits.shape) after \(past?.logarithms.shape ?? [])")
        let memory = ditta_memory(
            classes: logits.columns, stride: stride, radius: rule.radius, sharpness: rule.sharpness, doubt: rule.doubt,
            tolerance: rule.tolerance, frames: rule.frames)
        let side = 2 * rule.radius + 2
        // Rows of cells are taken in pairs.
        parallelFor((layout.height + 1) / 2) { pairs in
            let scratch = Tensor(uninitialized: [3 * side * (side + 9) * 16 + 4 * stride])
            unsafe ditta_remember(
                values.pointer + room * stride, logarithms.pointer, logits.pointer, descriptors.planes,
                past?.descriptors.planes, past.map { unsafe $0.values.pointer + room * stride }, layout, memory,
                scratch.pointer, 2 * pairs.lowerBound, min(2 * pairs.upperBound, layout.height))
        }
    }

    /// A copy of all that the next frame takes over.
    package var state: (values: Tensor, descriptors: Tensor) { (values.copy(), descriptors.state) }

    /// Takes what `state` gave of a memory of the same extents.
    ///
    /// - Returns: whether it is of those extents.
    package func restore(values saved: Tensor, descriptors state: Tensor) -> Bool {
        guard saved.shape == values.shape, descriptors.restore(state) else { return false }
        copyValues(of: saved, to: values)
        return true
    }
}
