import Tensors
package import Training

extension MixTransformer {
    /// The features of an image `[H, W, 3]`, normalised, with all that gradients need: `[H/4, W/4, C₁]`, `[H/8, W/8, C₂]`, ….
    ///
    /// It reads the same weights as the compiled encoder; those that the tape tracks get gradients. Sides are multiples of 32.
    package func traced(_ image: Variable, on tape: Tape) -> [Variable] {
        precondition(
            image.shape.count == 3 && image.shape[0] % 32 == 0 && image.shape[1] % 32 == 0 && image.shape[2] == 3,
            "input \(image.shape), expected [H, W, 3] with sides multiples of 32")
        var features: [Variable] = []
        for stage in stages { features.append(stage.traced(features.last ?? image, on: tape)) }
        return features
    }
}

extension MixTransformer.Stage {
    fileprivate func traced(_ x: Variable, on tape: Tape) -> Variable {
        var x = patchNorm.traced(patchEmbedding.traced(x, on: tape), on: tape)
        for block in blocks {
            x = block.attention.traced(block.norm1.traced(x, on: tape), addedTo: x, on: tape)
            x = block.feedForward.traced(block.norm2.traced(x, on: tape), addedTo: x, on: tape)
        }
        return norm.traced(x, on: tape)
    }
}

extension MixTransformer.EfficientSelfAttention {
    fileprivate func traced(_ x: Variable, addedTo residual: Variable, on tape: Tape) -> Variable {
        var reduced = x
        if let (convolution, norm) = reduction { reduced = norm.traced(convolution.traced(x, on: tape), on: tape) }
        // What all keys have in common adds the same to all scores of a query, and softmax does not see it: the gradient of
        // their bias is exactly 0. Summed up in single precision it would be noise, of which Adam makes whole steps.
        let keys = tape.linear(reduced, tape.parameter(key.weight), tape.constant(key.bias))
        let attended = tape.attention(
            query: query.traced(x, on: tape), key: keys, value: value.traced(reduced, on: tape), heads: heads)
        return output.traced(attended, addedTo: residual, on: tape)
    }
}

extension MixTransformer.MixFeedForward {
    fileprivate func traced(_ x: Variable, addedTo residual: Variable, on tape: Tape) -> Variable {
        let hidden = tape.depthwiseConvolution(
            dense1.traced(x, on: tape), tape.parameter(weight), tape.parameter(bias))
        return dense2.traced(tape.gelu(hidden), addedTo: residual, on: tape)
    }
}

extension MixTransformer.Convolution {
    fileprivate func traced(_ x: Variable, on tape: Tape) -> Variable {
        tape.convolution(
            x, tape.parameter(weight), tape.parameter(bias),
            ConvolutionGeometry(kernel: kernel, stride: stride, padding: padding))
    }
}

extension Linear {
    /// The layer on a tape, added to a residual if there is one.
    package func traced(_ x: Variable, addedTo residual: Variable? = nil, on tape: Tape) -> Variable {
        tape.linear(x, tape.parameter(weight), tape.parameter(bias), addedTo: residual)
    }
}

extension LayerNorm {
    /// The layer on a tape.
    func traced(_ x: Variable, on tape: Tape) -> Variable {
        tape.layerNorm(x, weight: tape.parameter(weight), bias: tape.parameter(bias), epsilon: epsilon)
    }
}
