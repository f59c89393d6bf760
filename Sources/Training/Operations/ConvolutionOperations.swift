import CKernels
import Tensors

// Convolutions of the tape.

/// A square convolution's geometry, with zero padding.
package struct ConvolutionGeometry: Sendable {
    /// The side of its window, the step between windows, and the zeros around the picture.
    package let kernel, stride, padding: Int

    /// Makes a geometry.
    package init(kernel: Int, stride: Int, padding: Int) {
        precondition(kernel > 0 && stride > 0 && padding >= 0, "convolution of \(kernel), \(stride), \(padding)")
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    }

    /// The output's extent along a side, of the input's.
    func extent(of input: Int) -> Int { (input + 2 * padding - kernel) / stride + 1 }

    /// The patches `[h', w', kernel² · C]` of a picture `[h, w, C]`.
    func unfold(_ x: Tensor) -> Tensor {
        let (height, width, cell) = (x.shape[0], x.shape[1], x.columns)
        let (outHeight, outWidth) = (extent(of: height), extent(of: width))
        let out = Tensor(uninitialized: [outHeight, outWidth, kernel * kernel * cell])
        parallelFor(outHeight) { rows in
            unsafe ditta_unfold(
                out.pointer + rows.lowerBound * outWidth * out.columns, x.pointer, height, width,
                cell * MemoryLayout<Float>.stride, kernel, stride, padding, outWidth, rows.lowerBound, rows.upperBound)
        }
        return out
    }

    /// The adjoint of `unfold`: the sums of patches' numbers at the places of the picture that they were taken from.
    func fold(_ patches: Tensor, into x: Tensor, adding: Bool) {
        let (height, width, cell) = (x.shape[0], x.shape[1], x.columns)
        let (outHeight, outWidth) = (extent(of: height), extent(of: width))
        precondition(
            patches.count == outHeight * outWidth * kernel * kernel * cell, "folding \(patches.shape) into \(x.shape)")
        parallelFor(height) { rows in
            unsafe ditta_fold(
                x.pointer, patches.pointer, height, width, cell, kernel, stride, padding, outHeight, outWidth,
                rows.lowerBound, rows.upperBound, adding ? 1 : 0)
        }
    }
}

extension Tape {
    /// A dense convolution of `[h, w, I]`, its weight unfolded `[O, kernel² · I]`, its bias `[O]` → `[h', w', O]`.
    package func convolution(_ x: Variable, _ weight: Variable, _ bias: Variable, _ shape: ConvolutionGeometry)
        -> Variable
    {
        let (input, matrix) = (x.value, weight.value)
        let out = Tensors.linear(shape.unfold(input), matrix, bias.value)
        return record(out, from: [x, weight, bias]) {
            [x = x.gradient, weight = weight.gradient, bias = bias.gradient] gradient in
            // Unfolding again costs less than keeping the patches, which are up to ten times the picture.
            weight?.accumulate {
                multiply(gradient, .transposed, shape.unfold(input), .plain, into: $0, adding: $1)
            }
            bias?.add(columnSums(gradient))
            x?.accumulate { shape.fold(Tensors.matmul(gradient, .plain, matrix, .plain), into: $0, adding: $1) }
        }
    }

    /// A depthwise convolution of `[h, w, C]` of stride 1 with zero padding, its weight `[kernel², C]`, kernel odd, and bias
    /// `[C]`.
    package func depthwiseConvolution(_ x: Variable, _ weight: Variable, _ bias: Variable) -> Variable {
        let (input, taps) = (x.value, weight.value)
        let out = depthwise(input, taps, bias.value)
        return record(out, from: [x, weight, bias]) {
            [x = x.gradient, weight = weight.gradient, bias = bias.gradient] gradient in
            if weight != nil || bias != nil {
                let sums = depthwiseWeightBackward(gradient, input: input, taps: taps.rows)
                weight?.add(sums.weight)
                bias?.add(sums.bias)
            }
            // The adjoint is the same convolution with its window turned round.
            x?.add(depthwise(gradient, stacked(taps.parts.reversed()), Tensor(zeros: [taps.columns])))
        }
    }
}

private func depthwise(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
    let (height, width, channels) = (x.shape[0], x.shape[1], x.columns)
    let kernel = Int(Double(weight.rows).squareRoot())
    precondition(
        weight.shape == [kernel * kernel, channels] && kernel % 2 == 1, "depthwise \(weight.shape) of \(x.shape)")
    let out = Tensor(uninitialized: x.shape)
    parallelFor(height) { rows in
        unsafe ditta_depthwise(
            out.pointer + rows.lowerBound * width * channels, x.pointer, weight.pointer, bias.pointer, kernel, height,
            width, channels, rows.lowerBound, rows.upperBound)
    }
    return out
}

private func depthwiseWeightBackward(_ gradient: Tensor, input x: Tensor, taps: Int) -> (weight: Tensor, bias: Tensor) {
    let (height, width, channels) = (x.shape[0], x.shape[1], x.columns)
    let kernel = Int(Double(taps).squareRoot())
    // Blocks of rows whose number does not depend on the threads', summed in their order.
    let block = 16
    let blocks = (height + block - 1) / block
    let storage = UnsafeMutablePointer<Double>.allocate(capacity: blocks * (taps + 1) * channels)
    defer { unsafe storage.deallocate() }
    unsafe storage.initialize(repeating: 0, count: blocks * (taps + 1) * channels)
    nonisolated(unsafe) let partial = unsafe storage
    parallelFor(blocks) { range in
        for index in range {
            let own = unsafe partial + index * (taps + 1) * channels
            unsafe ditta_depthwise_weight_backward(
                own, own + taps * channels, gradient.pointer, x.pointer, kernel, height, width, channels,
                index * block, min((index + 1) * block, height))
        }
    }
    let sums = (0..<(taps + 1) * channels).map { place in
        Float((0..<blocks).reduce(0.0) { unsafe $0 + partial[$1 * (taps + 1) * channels + place] })
    }
    return (
        Tensor(Array(sums[..<(taps * channels)]), [taps, channels]),
        Tensor(Array(sums[(taps * channels)...]), [channels])
    )
}
