import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// What runs between the products of SAM 2's heads, against definitions in double.
struct DecoderKernelTests {
    @Test("sums go into either precision", arguments: precisions)
    func sums(precision: Precision) {
        var random = RandomNumbers(seed: 1)
        let (x, y) = (random.uniform([5, 37], bound: 2), random.uniform([5, 37], bound: 2))
        let out = matrix(5, 37, precision)
        add(matrix(x), matrix(y), into: out)
        expectClose(tensor(out), sum([x, y]), relative: precision == .fp32 ? 0 : precision.rounding)
    }

    @Test("products go to their columns and no others")
    func productColumns() {
        let (rows, cells, out) = (Tensor([1, 2, 0, 1], [2, 2]), Tensor([3, 4, 5, 6], [2, 2]), matrix(2, 4))
        products(matrix(rows), matrix(cells), into: out, column: 1)
        #expect(tensor(out).values == [0, 11, 17, 0, 0, 4, 6, 0])
    }

    @Test(
        "attention of few queries, and to few keys", arguments: precisions,
        [(9, 300, 4, 8), (300, 9, 4, 8), (1, 1, 1, 3), (16, 32, 2, 5)])
    func attention(precision: Precision, shape: (Int, Int, Int, Int)) {
        let (queries, keys, heads, channels) = shape
        var random = RandomNumbers(seed: 2)
        let q = random.uniform([queries, heads * channels], bound: 2)
        let (k, v) = (random.uniform([keys, q.columns], bound: 2), random.uniform([keys, q.columns], bound: 2))
        let (qs, ks, vs) = (q.doubles, k.doubles, v.doubles)
        var expected = [Double](repeating: 0, count: q.count)
        for head in 0..<heads {
            let own = head * channels..<(head + 1) * channels
            for row in 0..<queries {
                let scores = (0..<keys).map { key in
                    own.reduce(0) { $0 + qs[row * q.columns + $1] * ks[key * q.columns + $1] }
                }
                for (key, weight) in softmax(scores).enumerated() {
                    for c in own { expected[row * q.columns + c] += weight * vs[key * q.columns + c] }
                }
            }
        }
        let out = matrix(queries, q.columns, precision)
        for head in 0..<heads {
            attend(matrix(q), keys: matrix(k), values: matrix(v), head: head, of: heads, into: out)
        }
        // Scores up to 32 are off by 4e-6, and so are the weights.
        expectClose(tensor(out), Tensor(rounding: expected, q.shape), absolute: 1e-5, relative: precision.rounding)
    }

    @Test(
        "depthwise; groups of four columns of 64 and of 16 channels, and what is left",
        arguments: [(1, 1, 1, 7), (3, 30, 85, 7), (20, 9, 16, 7), (5, 14, 40, 3), (4, 23, 17, 15), (2, 5, 3, 1)])
    func depthwise(height: Int, width: Int, channels: Int, kernel: Int) {
        var random = RandomNumbers(seed: 3)
        let x = random.uniform([height * width, channels], bound: 2)
        let weight = random.uniform([channels, 1, kernel, kernel], bound: 1)
        let bias = random.uniform([channels], bound: 1)
        let (xs, ws, bs) = (x.doubles, weight.doubles, bias.doubles)
        let expected = (0..<x.count).map { index -> Double in
            let (y, column, c) = (index / channels / width, index / channels % width, index % channels)
            var sum = bs[c]
            for tap in 0..<kernel * kernel {
                let (sy, sx) = (y + tap / kernel - kernel / 2, column + tap % kernel - kernel / 2)
                guard (0..<height).contains(sy), (0..<width).contains(sx) else { continue }
                sum += xs[(sy * width + sx) * channels + c] * ws[c * kernel * kernel + tap]
            }
            return sum
        }
        let out = matrix(height * width, channels)
        let source = matrix(x)
        for row in stride(from: 0, to: height, by: 3) {
            let rows = row..<min(row + 3, height)
            depthwiseConvolution(
                source, width: width, weight: depthwiseWeight(weight), bias: bias, kernel: kernel, rows: rows,
                into: out[row * width..<rows.upperBound * width])
        }
        // Up to 225 products of 2 at most; rounding grows with the root of their number.
        expectClose(tensor(out), Tensor(rounding: expected, x.shape), absolute: 2e-5)
    }
}
