import Checkpoints
import Compiled
import Tensors

// The layers of the border network. Batch norms are folded into the convolutions, so that every one of them has a bias.

/// A dense convolution with zero padding of half its kernel, and a ReLU.
struct BorderConvolution: Sendable {
    private let weight, bias: Tensor
    private let kernel, stride: Int

    /// Takes the weights `[O, I, kernel, kernel]`, `[O]`.
    init(
        _ scope: Scope, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1
    ) throws(CheckpointError) {
        weight = unfoldedConvolutionWeight(try scope.tensor("weight", outputs, inputs, kernel, kernel))
        bias = try scope.tensor("bias", outputs)
        (self.kernel, self.stride) = (kernel, stride)
    }

    /// Convolves a picture.
    ///
    /// - Parameters:
    ///   - x: the picture `[h, w, I]`.
    ///   - residual: what is added before the ReLU, of the output's shape.
    ///   - isRectified: whether the ReLU is there.
    /// - Returns: `[⌈h / stride⌉, ⌈w / stride⌉, O]`.
    func callAsFunction(_ x: Tensor, addedTo residual: Tensor? = nil, isRectified: Bool = true) -> Tensor {
        let out = linear(kernel == 1 ? x : patches(x, kernel: kernel, stride: stride), weight, bias)
        if let residual { add(residual, to: out) }
        if isRectified { rectify(out) }
        return out
    }
}

/// A depthwise 3×3 convolution with zero padding, and a ReLU.
struct BorderDepthwise: Sendable {
    private let weight, bias: Tensor
    private let stride: Int

    /// Takes the weights `[C, 1, 3, 3]`, `[C]`.
    init(_ scope: Scope, _ channels: Int, stride: Int = 1) throws(CheckpointError) {
        weight = depthwiseWeight(try scope.tensor("weight", channels, 1, 3, 3))
        bias = try scope.tensor("bias", channels)
        self.stride = stride
    }

    /// Convolves `[h, w, C]` → `[⌈h / stride⌉, ⌈w / stride⌉, C]`.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let (height, width) = (x.shape[0], x.shape[1])
        let whole = Tensor(uninitialized: x.shape)
        let (input, output) = (Matrix(x, rows: height * width), Matrix(whole, rows: height * width))
        parallelFor(height) { rows in
            depthwiseConvolution(
                input, width: width, weight: weight, bias: bias, kernel: 3, rows: rows,
                into: output[rows.lowerBound * width..<rows.upperBound * width])
        }
        // The one that has a stride works on a grid so coarse that what it makes for nothing costs nothing.
        let out = stride == 1 ? whole : patches(whole, kernel: 1, stride: stride)
        rectify(out)
        return out
    }
}

/// ReLU(x + pointwise(ReLU(depthwise(x)))).
struct BorderBlock: Sendable {
    private let depthwise: BorderDepthwise
    private let pointwise: BorderConvolution

    init(_ scope: Scope, _ channels: Int) throws(CheckpointError) {
        depthwise = try BorderDepthwise(scope["depthwise"], channels)
        pointwise = try BorderConvolution(scope["pointwise"], channels, channels, kernel: 1)
    }

    /// `[h, w, C]` → `[h, w, C]`.
    func callAsFunction(_ x: Tensor) -> Tensor { pointwise(depthwise(x), addedTo: x) }
}

/// The patches `[h', w', kernel² · C]` of a picture `[h, w, C]`.
private func patches(_ x: Tensor, kernel: Int, stride: Int) -> Tensor {
    let (height, width) = (x.shape[0], x.shape[1])
    let padding = kernel / 2
    let (outHeight, outWidth) = ((height - 1) / stride + 1, (width - 1) / stride + 1)
    let out = Tensor(uninitialized: [outHeight, outWidth, kernel * kernel * x.columns])
    let (input, output) = (Matrix(x, rows: height * width), Matrix(out, rows: outHeight * outWidth))
    parallelFor(outHeight) { rows in
        unfold(
            input, width: width, kernel: kernel, stride: stride, padding: padding, outWidth: outWidth, rows: rows,
            into: output[rows.lowerBound * outWidth..<rows.upperBound * outWidth])
    }
    return out
}
