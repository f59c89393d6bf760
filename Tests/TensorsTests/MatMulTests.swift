import Tensors
import TestSupport
import Testing

/// Products of matrices against three nested loops.
struct MatMulTests {
    /// Extents of 1, of no multiple of any vector width, and large enough to be split among threads both ways.
    static let sizes = [(1, 1, 1), (1, 7, 5), (5, 1, 3), (3, 2, 1), (17, 19, 23), (260, 33, 70), (31, 70, 900)]

    /// Sums of up to 70 products of numbers below 1: each of them rounds by at most 6e-8.
    static let tolerance: Float = 1e-5

    /// The M×K matrix that a tensor stands for.
    static func entry(_ x: Tensor, _ orientation: Orientation, _ values: [Double], _ i: Int, _ k: Int) -> Double {
        orientation == .plain ? values[i * x.columns + k] : values[k * x.columns + i]
    }

    static func product(_ a: Tensor, _ oa: Orientation, _ b: Tensor, _ ob: Orientation) -> Tensor {
        let (m, k) = oa == .plain ? (a.rows, a.columns) : (a.columns, a.rows)
        let n = ob == .plain ? b.columns : b.rows
        let (x, y) = (a.doubles, b.doubles)
        let values = (0..<m * n).map { index -> Double in
            var sum = 0.0
            for inner in 0..<k { sum += entry(a, oa, x, index / n, inner) * entry(b, ob, y, inner, index % n) }
            return sum
        }
        return Tensor(rounding: values, [m, n])
    }

    @Test("in every orientation", arguments: sizes)
    func orientations(m: Int, k: Int, n: Int) {
        var random = RandomNumbers(seed: 1)
        for oa in [Orientation.plain, .transposed] {
            for ob in [Orientation.plain, .transposed] {
                let a = random.uniform(oa == .plain ? [m, k] : [k, m], bound: 1)
                let b = random.uniform(ob == .plain ? [k, n] : [n, k], bound: 1)
                let expected = Self.product(a, oa, b, ob)
                expectClose(matmul(a, oa, b, ob), expected, absolute: Self.tolerance, "\(oa) \(ob)")

                let start = random.uniform([m, n], bound: 1)
                let sum = start.copy()
                multiply(a, oa, b, ob, into: sum, adding: true)
                let both = zip(start.values, expected.values).map { $0 + $1 }
                expectClose(sum, Tensor(both, [m, n]), absolute: Self.tolerance, "adding \(oa) \(ob)")
                multiply(a, oa, b, ob, into: sum, adding: false)
                expectClose(sum, expected, absolute: Self.tolerance, "overwriting \(oa) \(ob)")
            }
        }
    }

    @Test("an affine map of rows, however many dimensions they have", arguments: [1, 5, 64])
    func affine(width: Int) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([3, 7, width], bound: 1)
        let (weight, bias) = (random.uniform([11, width], bound: 1), random.uniform([11], bound: 1))
        let plain = Self.product(x, .plain, weight, .transposed)
        expectClose(linear(x, weight), plain.reshaped(3, 7, 11), absolute: Self.tolerance)
        let shifts = bias.values
        let shifted = plain.values.enumerated().map { $1 + shifts[$0 % 11] }
        expectClose(linear(x, weight, bias), Tensor(shifted, [3, 7, 11]), absolute: Self.tolerance)
    }
}
