import Compiled
import Foundation
import Tensors
import TestSupport
import Testing

/// Convolutions against loops over every output, tap and channel, with weights as checkpoints have them.
struct ConvolutionTests {
    @Test(
        "every kind that SegFormer has, and a single pixel",
        arguments: [
            ConvolutionShape(height: 33, width: 50, inputs: 3, outputs: 13, kernel: 7, stride: 4, padding: 3),
            ConvolutionShape(height: 9, width: 14, inputs: 17, outputs: 5, kernel: 3, stride: 2, padding: 1),
            ConvolutionShape(height: 16, width: 24, inputs: 5, outputs: 7, kernel: 8, stride: 8, padding: 0),
            ConvolutionShape(height: 19, width: 29, inputs: 3, outputs: 4, kernel: 8, stride: 8, padding: 0),
            ConvolutionShape(height: 160, width: 180, inputs: 9, outputs: 2, kernel: 3, stride: 1, padding: 1),
            ConvolutionShape(height: 1, width: 1, inputs: 1, outputs: 1, kernel: 7, stride: 4, padding: 3),
            ConvolutionShape(height: 2, width: 1, inputs: 3, outputs: 2, kernel: 1, stride: 1, padding: 0),
        ])
    func dense(shape: ConvolutionShape) {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform([shape.height, shape.width, shape.inputs], bound: 1)
        let weight = random.uniform([shape.outputs, shape.inputs, shape.kernel, shape.kernel], bound: 0.3)
        let bias = random.uniform([shape.outputs], bound: 1)
        let expected = naiveConvolution(x, weight, bias, shape)
        let (height, width) = (expected.shape[0], expected.shape[1])
        let patches = matrix(height * width, shape.kernel * shape.kernel * shape.inputs)
        for row in 0..<height {
            unfold(
                matrix(x), width: shape.width, kernel: shape.kernel, stride: shape.stride, padding: shape.padding,
                outWidth: width, rows: row..<row + 1, into: patches[row * width..<(row + 1) * width])
        }
        let found = linear(tensor(patches), unfoldedConvolutionWeight(weight), bias)
        // Up to 320 products of 0.3 at most; rounding grows with the root of their number.
        expectClose(found.reshaped(height, width, shape.outputs), expected, absolute: 2e-5)
    }

    @Test(
        "depthwise 3×3 and GELU; 16 channels are a block, and long rows are cut into strips", arguments: precisions,
        [(1, 1, 1), (1, 5, 3), (4, 1, 31), (6, 7, 32), (3, 5, 33), (9, 4, 100), (2, 300, 40)])
    func depthwise(precision: Precision, shape: (Int, Int, Int)) {
        let (height, width, channels) = shape
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([height, width, channels], bound: 2)
        let weight = random.uniform([channels, 1, 3, 3], bound: 1)
        let bias = random.uniform([channels], bound: 1)
        let (xs, ws, bs) = (rounded(x, precision).doubles, weight.doubles, bias.doubles)
        let expected = (0..<x.count).map { index -> Double in
            let (y, column, c) = (index / channels / width, index / channels % width, index % channels)
            var sum = bs[c]
            for tap in 0..<9 {
                let (sy, sx) = (y + tap / 3 - 1, column + tap % 3 - 1)
                guard (0..<height).contains(sy), (0..<width).contains(sx) else { continue }
                sum += xs[(sy * width + sx) * channels + c] * ws[c * 9 + tap]
            }
            return 0.5 * sum * (1 + erf(sum / 2.0.squareRoot()))
        }
        let out = matrix(height * width, channels, precision)
        for row in 0..<height {
            depthwiseConvolutionGELU(
                matrix(Tensor(x.values, [height * width, channels]), precision), width: width,
                weight: depthwiseWeight(weight), bias: bias, rows: row..<row + 1,
                into: out[row * width..<(row + 1) * width])
        }
        // Sums up to 19 round by 3e-6 at most; the polynomial for GELU adds 5e-7 of the sum, the coarse one 6e-5 of it and
        // 3e-4 beside the rounding of what comes out.
        let (absolute, relative): (Float, Float) = precision == .fp32 ? (5e-6, 0) : (1.5e-3, Precision.bf16.rounding)
        expectClose(
            tensor(out), Tensor(rounding: expected, [height * width, channels]), absolute: absolute,
            relative: relative)
    }
}
