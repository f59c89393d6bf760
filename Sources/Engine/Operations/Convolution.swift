import CKernels

/// A convolution's weights in the engine's layout: `[O, kernel · kernel · I]`, made from a checkpoint's `[O, I, kernel, kernel]`.
public func unfoldedConvolutionWeight(_ weight: Tensor) -> Tensor {
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
public func depthwiseWeight(_ weight: Tensor) -> Tensor {
    let (channels, taps) = (weight.shape[0], weight.shape[2] * weight.shape[3])
    let values = weight.values
    let transposed = (0..<taps * channels).map { values[($0 % channels) * taps + $0 / channels] }
    return Tensor(transposed, [taps, channels])
}

/// A convolution with zero padding: x `[H, W, I]`, weight `[O, kernel² · I]`, bias `[O]` → `[H', W', O]`.
public func convolution(
    _ x: Tensor, weight: Tensor, bias: Tensor, kernel: Int, stride: Int, padding: Int
) -> Tensor {
    precondition(x.shape.count == 3, "convolution of \(x.shape), expected [H, W, C]")
    let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let patch = kernel * kernel * channels
    precondition(weight.columns == patch, "weight \(weight.shape) for patches of \(patch)")
    let outHeight = (height + 2 * padding - kernel) / stride + 1
    let outWidth = (width + 2 * padding - kernel) / stride + 1
    let outputs = weight.rows
    let out = Tensor(uninitialized: [outHeight, outWidth, outputs])
    // A few rows of patches at a time stay in cache between being gathered and being multiplied.
    let tile = max(1, 131_072 / max(outWidth * patch, 1))
    parallelFor((outHeight + tile - 1) / tile) { tiles in
        let patches = Tensor(uninitialized: [tile * outWidth, patch])
        for index in tiles {
            let rows = index * tile..<min((index + 1) * tile, outHeight)
            let positions = rows.count * outWidth
            unsafe ditta_unfold(
                patches.pointer, x.pointer, height, width, channels, kernel, stride, padding, outWidth,
                rows.lowerBound, rows.upperBound)
            let target = unsafe out.pointer + rows.lowerBound * outWidth * outputs
            for position in 0..<positions {
                unsafe (target + position * outputs).update(from: bias.pointer, count: outputs)
            }
            unsafe singleThreadedProduct(
                patches.pointer, .plain, stride: patch, weight.pointer, .transposed, stride: patch,
                into: target, stride: outputs, m: positions, n: outputs, k: patch, adding: true)
        }
    }
    return out
}

/// GELU of a depthwise 3×3 convolution with zero padding: x `[H, W, C]`, weight `[9, C]`, bias `[C]` → `[H, W, C]`.
public func depthwiseConvolutionGELU(_ x: Tensor, weight: Tensor, bias: Tensor) -> Tensor {
    precondition(x.shape.count == 3 && weight.shape == [9, x.shape[2]], "depthwise \(weight.shape) of \(x.shape)")
    let (height, width, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let out = Tensor(uninitialized: x.shape)
    parallelFor(height) { rows in
        unsafe ditta_depthwise_gelu(
            out.pointer, x.pointer, weight.pointer, bias.pointer, height, width, channels, rows.lowerBound,
            rows.upperBound)
    }
    return out
}
