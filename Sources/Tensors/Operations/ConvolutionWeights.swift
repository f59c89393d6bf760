/// A convolution's weights as a matrix for patches: `[O, kernel · kernel · I]`, made from a checkpoint's `[O, I, kernel, kernel]`.
package func unfoldedConvolutionWeight(_ weight: Tensor) -> Tensor {
    let (outputs, inputs, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2] * weight.shape[3])
    let values = weight.values
    var result = [Float](repeating: 0, count: values.count)
    for o in 0..<outputs {
        for i in 0..<inputs {
            for k in 0..<kernel {
                result[(o * kernel + k) * inputs + i] = values[(o * inputs + i) * kernel + k]
            }
        }
    }
    return Tensor(result, [outputs, kernel * inputs])
}

/// A depthwise convolution's weights `[kernel · kernel, C]`, made from a checkpoint's `[C, 1, kernel, kernel]`.
package func depthwiseWeight(_ weight: Tensor) -> Tensor {
    let (channels, taps) = (weight.shape[0], weight.shape[2] * weight.shape[3])
    let values = weight.values
    let transposed = (0..<taps * channels).map { values[($0 % channels) * taps + $0 / channels] }
    return Tensor(transposed, [taps, channels])
}
