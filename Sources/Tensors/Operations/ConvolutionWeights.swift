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

/// The inverse of `unfoldedConvolutionWeight`: `[O, kernel · kernel · I]` → `[O, I, kernel, kernel]`.
package func foldedConvolutionWeight(_ weight: Tensor, kernel: Int) -> Tensor {
    let (outputs, taps) = (weight.rows, kernel * kernel)
    let inputs = weight.columns / taps
    let values = weight.values
    let result = values.indices.map { index in
        let (channel, tap) = (index / taps, index % taps)
        return values[(channel / inputs * taps + tap) * inputs + channel % inputs]
    }
    return Tensor(result, [outputs, inputs, kernel, kernel])
}

/// A depthwise convolution's weights `[kernel · kernel, C]`, made from a checkpoint's `[C, 1, kernel, kernel]`.
package func depthwiseWeight(_ weight: Tensor) -> Tensor {
    let (channels, taps) = (weight.shape[0], weight.shape[2] * weight.shape[3])
    let values = weight.values
    let transposed = (0..<taps * channels).map { values[($0 % channels) * taps + $0 / channels] }
    return Tensor(transposed, [taps, channels])
}

/// The inverse of `depthwiseWeight`: `[kernel · kernel, C]` → `[C, 1, kernel, kernel]`.
package func publishedDepthwiseWeight(_ weight: Tensor, kernel: Int) -> Tensor {
    let (taps, channels) = (kernel * kernel, weight.columns)
    let values = weight.values
    let transposed = (0..<taps * channels).map { values[$0 % taps * channels + $0 / taps] }
    return Tensor(transposed, [channels, 1, kernel, kernel])
}
