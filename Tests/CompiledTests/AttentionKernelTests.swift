import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// What transformers do between products, against definitions in double.
struct AttentionKernelTests {
    static let pairs = precisions.flatMap { from in precisions.map { (from, $0) } }

    @Test(
        "GELU, and nothing behind the last row", arguments: pairs, [(1, 1), (1, 16), (3, 11), (5, 37), (2, 512)])
    func gelu(precision: (from: Precision, into: Precision), shape: (Int, Int)) {
        let (rows, columns) = shape
        var random = RandomNumbers(seed: 1)
        let edges: [Float] = [0, -0.0, 4, -4, 30, -30, 1e4, -1e4, 3e38, -3e38]
        let drawn = random.uniform([rows, columns], bound: 6).values
        let all = Tensor(drawn.enumerated().map { $0 % 3 == 1 ? edges[$0 / 3 % edges.count] : $1 }, [rows, columns])
        let x = matrix(all, precision.from)
        let sevens = Tensor(Array(repeating: 7, count: (rows + 1) * columns), [rows + 1, columns])
        let out = matrix(sevens, precision.into)
        Compiled.gelu(x, into: out[0..<rows])
        let found = tensor(out)
        #expect(found.parts[rows].values.allSatisfy { $0 == 7 })
        for (x, y) in zip(tensor(x).doubles, found.doubles) {
            let exact = 0.5 * x * erfc(-x / 2.0.squareRoot())
            // What vector.h states, plus what rounding to bfloat16 adds.
            let coarse = abs(x) > 4 ? 6e-5 * abs(x) : 2e-4
            let own = precision.into == .fp32 ? 5e-7 * abs(x) : coarse + Double(Precision.bf16.rounding) * abs(exact)
            #expect(abs(y - exact) <= own, "GELU of \(x) is \(y), expected \(exact)")
        }
        guard precision.from == precision.into else { return }
        Compiled.gelu(x, into: x)
        #expect(tensor(x).values == Array(found.values[..<all.count]), "in place")
    }

    @Test(
        "SwiGLU, and nothing behind the last row", arguments: pairs, [(1, 1), (1, 16), (3, 11), (5, 37), (2, 256)])
    func swiglu(precision: (from: Precision, into: Precision), shape: (Int, Int)) {
        let (rows, columns) = shape
        var random = RandomNumbers(seed: 7)
        let edges: [Float] = [0, -0.0, 30, -30, 100, -100, 1e4, -1e4]
        let drawn = random.uniform([rows, 2 * columns], bound: 6).values
        let all = drawn.enumerated().map { $0 % 3 == 1 ? edges[$0 / 3 % edges.count] : $1 }
        let x = matrix(Tensor(all, [rows, 2 * columns]), precision.from)
        let out = matrix(
            Tensor(Array(repeating: 7, count: (rows + 1) * columns), [rows + 1, columns]), precision.into)
        Compiled.swiglu(x, into: out[0..<rows])
        let found = tensor(out)
        #expect(found.parts[rows].values.allSatisfy { $0 == 7 })
        let (given, values) = (tensor(x).doubles, found.doubles)
        for index in 0..<rows * columns {
            let first = index / columns * 2 * columns + index % columns
            let (a, b) = (given[first], given[first + columns])
            let exact = a / (1 + exp(-a)) * b
            // A few roundings of what a product of the two is at most, plus that to bfloat16.
            let own = 1e-6 * abs(a * b) + (precision.into == .bf16 ? Double(Precision.bf16.rounding) * abs(exact) : 0)
            #expect(abs(values[index] - exact) <= own, "SwiGLU of \(a) and \(b) is \(values[index])")
        }
    }

    @Test("the highest of each 2×2", arguments: [(1, 1, 1), (2, 3, 5), (3, 2, 37), (7, 9, 16)])
    func pooling(height: Int, width: Int, channels: Int) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([4 * height * width, channels], bound: 1)
        let values = x.values
        let expected = (0..<height * width * channels).map { index -> Float in
            let (y, column, c) = (index / channels / width, index / channels % width, index % channels)
            let corners = [(0, 0), (0, 1), (1, 0), (1, 1)].map { dy, dx in
                values[((2 * y + dy) * 2 * width + 2 * column + dx) * channels + c]
            }
            return corners.max() ?? .nan
        }
        let out = matrix(height * width, channels)
        maxPool(matrix(x), width: 2 * width, into: out)
        #expect(tensor(out).values == expected)
    }

    @Test("pairs of channels turned by their angles", arguments: [(1, 2), (3, 6), (5, 34), (16, 256)])
    func rotation(rows: Int, columns: Int) {
        var random = RandomNumbers(seed: 3)
        let x = random.uniform([rows, columns], bound: 1)
        let angles = random.uniform([rows, columns / 2], bound: 4).doubles
        let cosines = Tensor(rounding: angles.map { cos($0) }, [rows, columns / 2])
        let sines = Tensor(rounding: angles.map { sin($0) }, [rows, columns / 2])
        let values = x.doubles
        let expected = angles.indices.flatMap { pair -> [Double] in
            // (a + ib) e^iφ.
            let (a, b, angle) = (values[2 * pair], values[2 * pair + 1], angles[pair])
            return [a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle)]
        }
        let (own, out) = (matrix(x), matrix(rows, columns))
        rotate(own, cosines: matrix(cosines), sines: matrix(sines), into: out)
        // Two products of numbers below 1, whose factors are rounded, too.
        expectClose(tensor(out), Tensor(rounding: expected, [rows, columns]), absolute: 3e-7)
        rotate(own, cosines: matrix(cosines), sines: matrix(sines), into: own)
        #expect(tensor(own).values == tensor(out).values, "in place")
    }

    @Test("sums in place and constants, up to the last row", arguments: [(1, 1), (3, 7), (4, 33)])
    func plain(rows: Int, columns: Int) {
        var random = RandomNumbers(seed: 5)
        let (x, y) = (random.uniform([rows, columns], bound: 2), random.uniform([rows + 1, columns], bound: 2))
        let out = matrix(y)
        add(matrix(x), to: out[0..<rows])
        let sums = zip(x.values, y.values).map { $0 + $1 }
        #expect(tensor(out).values == sums + y.parts[rows].values)
        fill(out[0..<rows], with: -.infinity)
        #expect(tensor(out).values == Array(repeating: -.infinity, count: x.count) + y.parts[rows].values)
        clear(out[0..<rows])
        #expect(tensor(out).values == Array(repeating: 0, count: x.count) + y.parts[rows].values)
    }
}
