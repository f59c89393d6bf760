import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// SAM 2's kernels on masks against their meaning.
struct SAM2MaskKernelTests {
    /// Odd counts, and one that several threads share.
    @Test("masks cut at 0, and as probabilities", arguments: [1, 17, 4099, 33_001])
    func maskValues(count: Int) {
        var random = RandomNumbers(seed: 4)
        let edges: [Float] = [0, -0.0, 1e-38, -1e-38, 87, -87, 100, -100, 1024, -1024, 3e38, -3e38]
        let logits = Tensor(
            random.uniform([count], bound: 12).values.enumerated().map {
                $0 % 5 == 0 ? edges[$0 / 5 % edges.count] : $1
            }, [count])
        let (cut, soft) = (logits.copy(), logits.copy())
        Networks.maskValues(cut, cuts: true, scale: 20, shift: -10)
        #expect(cut.values == logits.values.map { $0 > 0 ? 10 : -10 })
        Networks.maskValues(soft, cuts: false, scale: 20, shift: -10)
        let expected = logits.doubles.map { 20 / (1 + exp(-$0)) - 10 }
        // The exponential is good to 2e-7 of itself, hence the probability to 1e-7 or so; 20 of that, and what numbers near
        // 20 are rounded by.
        expectClose(soft, Tensor(rounding: expected, [count]), absolute: 5e-6)
    }

    @Test("the mask encoder's first layer", arguments: precisions, [(2, 32), (6, 96)])
    func maskEmbedding(precision: Precision, size: (Int, Int)) {
        let (height, width) = size
        var random = RandomNumbers(seed: 4)
        let mask = random.uniform([height, width, 1], bound: 10)
        let weight = random.uniform([4, 1, 3, 3], bound: 1)
        let (bias, factor, shift) = (
            random.uniform([4], bound: 1), random.uniform([4], bound: 1), random.uniform([4], bound: 1)
        )
        let convolved = naiveConvolution(
            mask, weight, bias,
            .init(height: height, width: width, inputs: 1, outputs: 4, kernel: 3, stride: 2, padding: 1))
        let expected = layerNorm(convolved, weight: factor, bias: shift, epsilon: 1e-6)
        let rows = height / 2 * width / 2
        gelu(Matrix(expected, rows: rows), into: Matrix(expected, rows: rows))
        let out = matrix(rows, 4, precision)
        for row in stride(from: 0, to: height / 2, by: 2) {
            let own = row..<min(row + 2, height / 2)
            embedMask(
                mask.reshaped(height, width), weight: weight.reshaped(4, 9), bias: bias, factor: factor, shift: shift,
                epsilon: 1e-6, rows: own, into: out[row * width / 2..<own.upperBound * width / 2])
        }
        // Sums of up to 90 are off by some 1e-5, of which the norm takes a hundredth to all; the coarse GELU adds 3e-4.
        expectClose(
            tensor(out), expected.reshaped(rows, 4), absolute: precision == .fp32 ? 1e-5 : 5e-4,
            relative: precision.rounding)
    }
}
