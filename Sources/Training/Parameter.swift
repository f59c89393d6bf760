package import Tensors

/// A tensor of a network under its published name.
///
/// Training changes its values in place.
package struct Parameter: Sendable {
    /// The name in published checkpoints: `decode_head.classifier.weight`.
    package let name: String
    /// The values, as the network reads them.
    package let tensor: Tensor
    /// How the values are arranged.
    package let layout: Layout
    /// Whether it is a scale or a shift of a normalisation: all that some methods change.
    package let isNorm: Bool

    /// How a tensor's numbers lie in comparison with the published one's.
    package enum Layout: Sendable {
        /// In the same order, under a published shape.
        case plain([Int])
        /// A convolution's weights as a matrix for patches: `[O, kernel · kernel · I]` of a published `[O, I, kernel, kernel]`.
        case unfolded(kernel: Int)
        /// A depthwise convolution's weights: `[kernel · kernel, C]` of a published `[C, 1, kernel, kernel]`.
        case depthwise(kernel: Int)
    }

    /// Names a tensor.
    ///
    /// - Parameters:
    ///   - name: the name, as in the checkpoint.
    ///   - tensor: the values.
    ///   - layout: how it is arranged; nil: as published.
    ///   - isNorm: whether it is a normalisation's.
    package init(_ name: String, _ tensor: Tensor, layout: Layout? = nil, isNorm: Bool = false) {
        (self.name, self.tensor, self.isNorm) = (name, tensor, isNorm)
        self.layout = layout ?? .plain(tensor.shape)
    }

    /// The values in the published arrangement, for a file.
    package var published: Tensor { layout.published(tensor) }
}

extension Parameter.Layout {
    /// Numbers that lie like the parameter's (its own, or its gradient's) in the published arrangement.
    package func published(_ tensor: Tensor) -> Tensor {
        switch self {
        case .plain(let shape): tensor.reshaped(to: shape)
        case .unfolded(let kernel):
            foldedConvolutionWeight(tensor, kernel: kernel)
        case .depthwise(let kernel):
            publishedDepthwiseWeight(tensor, kernel: kernel)
        }
    }
}
