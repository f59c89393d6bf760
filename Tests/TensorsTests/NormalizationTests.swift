import Tensors
import TestSupport
import Testing

/// Statistics along rows and columns against their definitions.
struct NormalizationTests {
    static let shapes = [[1, 1], [3, 1], [1, 7], [4, 5, 33], [2100, 19], [300, 256]]

    @Test("layer norm", arguments: shapes)
    func layer(shape: [Int]) {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform(shape, bound: 3)
        let (weight, bias) = (random.uniform([x.columns], bound: 1), random.uniform([x.columns], bound: 1))
        let (xs, w, b) = (x.doubles, weight.doubles, bias.doubles)
        let expected = (0..<x.rows).flatMap { r -> [Double] in
            let row = row(xs, r, x.columns)
            let scale = 1 / (variance(row) + 1e-5).squareRoot()
            return row.indices.map { (row[$0] - mean(row)) * scale * w[$0] + b[$0] }
        }
        // Normalised values are below 16 and mostly below 3; a mean of 256 terms rounds by about 1e-6.
        expectClose(
            layerNorm(x, weight: weight, bias: bias, epsilon: 1e-5), Tensor(rounding: expected, shape), absolute: 1e-5)
    }

    @Test("mean and variance of columns, also far from zero", arguments: shapes, [Float(0), 1000])
    func statistics(shape: [Int], offset: Float) {
        var random = RandomNumbers(seed: 2)
        let centered = random.uniform(shape, bound: 1)
        let x = Tensor(centered.values.map { $0 + offset }, shape)
        let found = batchStatistics(x)
        let columns = (0..<x.columns).map { column(x.doubles, $0, x.columns) }
        #expect(found.count == x.rows)
        // Sums are in double, so only the result is rounded: by 3e-5 at 1000 and 1e-7 below 1.
        expectClose(found.mean, Tensor(rounding: columns.map(mean), [x.columns]), relative: 1e-6)
        expectClose(
            found.variance, Tensor(rounding: columns.map(variance), [x.columns]), absolute: 1e-9, relative: 1e-6)
    }

    @Test("batch norm as one scale and shift")
    func affine() {
        var random = RandomNumbers(seed: 3)
        let x = random.uniform([5, 7, 3], bound: 2)
        let (weight, bias) = (random.uniform([3], bound: 1), random.uniform([3], bound: 1))
        let statistics = batchStatistics(x)
        let (scale, shift) = batchNormAffine(
            mean: statistics.mean, variance: statistics.variance, weight: weight, bias: bias, epsilon: 1e-5)
        let expected = Self.batchNorm(x.doubles, weight.doubles, bias.doubles, columns: 3)
        // Values below 3 that are rounded a handful of times.
        expectClose(affineColumns(x, scale: scale, shift: shift), Tensor(rounding: expected, x.shape), absolute: 2e-6)
        expectClose(
            affineColumns(x, scale: scale, shift: shift, floor: 0),
            Tensor(rounding: expected.map { max($0, 0) }, x.shape), absolute: 2e-6)
    }

    static func batchNorm(_ x: [Double], _ weight: [Double], _ bias: [Double], columns: Int) -> [Double] {
        let normal = (0..<columns).map { c -> (Double, Double) in
            let values = column(x, c, columns)
            return (mean(values), (variance(values) + 1e-5).squareRoot())
        }
        return x.indices.map { index in
            let c = index % columns
            return (x[index] - normal[c].0) / normal[c].1 * weight[c] + bias[c]
        }
    }

    @Test("gradients of batch norm by batch statistics", arguments: [1, 3, 17])
    func batchNormGradients(columns: Int) {
        var random = RandomNumbers(seed: 4)
        let x = random.uniform([2, 6, columns], bound: 2)
        let (weight, bias) = (random.uniform([columns], bound: 1), random.uniform([columns], bound: 1))
        let upstream = random.uniform(x.shape, bound: 1)
        let gradient = upstream.copy()
        let found = batchNormBackward(
            gradient, input: x, statistics: batchStatistics(x), weight: weight, epsilon: 1e-5)
        func loss(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
            dot(Self.batchNorm(x, weight, bias, columns: columns), upstream.doubles)
        }
        // Gradients of size 1; the input's is a difference of three terms of that size in single precision.
        expectGradient(gradient, at: x, absolute: 2e-6) { loss($0, weight.doubles, bias.doubles) }
        expectGradient(found.weight, at: weight, absolute: 2e-6) { loss(x.doubles, $0, bias.doubles) }
        expectGradient(found.bias, at: bias, absolute: 2e-6) { loss(x.doubles, weight.doubles, $0) }
    }
    @Test("gradients of batch norm by fixed statistics")
    func fixedNormGradients() {
        var random = RandomNumbers(seed: 5)
        let x = random.uniform([2, 5, 3], bound: 2)
        let (weight, bias) = (random.uniform([3], bound: 1), random.uniform([3], bound: 1))
        let (mean, variance) = (Tensor([0.5, -1, 0], [3]), Tensor([0.3, 1, 2], [3]))
        let upstream = random.uniform(x.shape, bound: 1)
        let gradient = upstream.copy()
        let found = fixedNormBackward(
            gradient, input: x, mean: mean, variance: variance, weight: weight, epsilon: 1e-5)
        func loss(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
            let out = x.indices.map { index -> Double in
                let c = index % 3
                let normal = (x[index] - mean.doubles[c]) / (variance.doubles[c] + 1e-5).squareRoot()
                return normal * weight[c] + bias[c]
            }
            return dot(out, upstream.doubles)
        }
        // Sums of ten products of size 1.
        expectGradient(gradient, at: x, absolute: 2e-6) { loss($0, weight.doubles, bias.doubles) }
        expectGradient(found.weight, at: weight, absolute: 2e-6) { loss(x.doubles, $0, bias.doubles) }
        expectGradient(found.bias, at: bias, absolute: 2e-6) { loss(x.doubles, weight.doubles, $0) }
        expectClose(found.inputSum, columnSums(gradient), absolute: 2e-6)
    }
}
