import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Operations of the tape against their definitions in double precision, and their slopes.
struct OperationTests {
    @Test("linear maps, onto a residual and rectified")
    func linear() {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform([2, 3, 5], bound: 1)
        let (weight, bias) = (random.uniform([4, 5], bound: 1), random.uniform([4], bound: 1))
        let residual = random.uniform([2, 3, 4], bound: 1)
        // Sums of five products of size 1.
        expectOperation([x, weight, bias], absolute: 2e-6) {
            $0.linear($1[0], $1[1], $1[2])
        } naive: {
            naiveLinear($0[0], $0[1], $0[2])
        }
        expectOperation([x, weight, bias, residual], absolute: 2e-6) {
            $0.linear($1[0], $1[1], $1[2], addedTo: $1[3])
        } naive: {
            zip(naiveLinear($0[0], $0[1], $0[2]), $0[3]).map { $0 + $1 }
        }
        expectOperation([x, weight, bias], absolute: 2e-6) {
            $0.linear($1[0], $1[1], $1[2], rectified: true)
        } naive: {
            naiveLinear($0[0], $0[1], $0[2]).map { max($0, 0) }
        }
    }

    @Test(
        "products of matrices, transposed or not",
        arguments: [Orientation.plain, .transposed], [Orientation.plain, .transposed])
    func matmul(a: Orientation, b: Orientation) {
        var random = RandomNumbers(seed: 10)
        let left = random.uniform(a == .plain ? [3, 4] : [4, 3], bound: 1)
        let right = random.uniform(b == .plain ? [4, 2] : [2, 4], bound: 1)
        // Sums of four products of size 1.
        expectOperation([left, right], absolute: 2e-6) {
            $0.matmul($1[0], a, $1[1], b)
        } naive: { inputs in
            (0..<6).map { index in
                dot(
                    a == .plain ? row(inputs[0], index / 2, 4) : column(inputs[0], index / 2, 3),
                    b == .plain ? column(inputs[1], index % 2, 2) : row(inputs[1], index % 2, 4))
            }
        }
    }

    @Test("sums, dropped columns and joined columns")
    func columns() {
        var random = RandomNumbers(seed: 2)
        let (a, b) = (random.uniform([3, 4], bound: 1), random.uniform([3, 4], bound: 1))
        // Two roundings of numbers below 2, and four where gradients are added up.
        expectOperation([a, b], absolute: 1e-6) {
            $0.add($1[0], $1[1])
        } naive: {
            zip($0[0], $0[1]).map { $0 + $1 }
        }
        let row = random.uniform([1, 4], bound: 1)
        expectOperation([row, a], absolute: 1e-6) {
            $0.addRow($1[0], to: $1[1])
        } naive: { inputs in
            inputs[1].enumerated().map { $1 + inputs[0][$0 % 4] }
        }
        let narrow = random.uniform([3, 1], bound: 1)
        expectOperation([a, narrow, b], absolute: 1e-6) {
            $0.joinColumns($1)
        } naive: { inputs in
            (0..<3).flatMap {
                TestSupport.row(inputs[0], $0, 4) + TestSupport.row(inputs[1], $0, 1)
                    + TestSupport.row(inputs[2], $0, 4)
            }
        }
        let factors: [Float] = [0, 1.25, 1.25, 0]
        expectOperation([a], absolute: 1e-6) {
            $0.scaleColumns($1[0], by: Tensor(factors, [4]))
        } naive: {
            $0[0].enumerated().map { $1 * Double(factors[$0 % 4]) }
        }
    }

    @Test("parts and other shapes of a value lead to its gradient")
    func parts() {
        var random = RandomNumbers(seed: 3)
        let x = random.uniform([3, 2, 4], bound: 1)
        // One rounding for each of three shares.
        expectOperation([x], absolute: 1e-6) {
            $0.add($1[0].part(2).reshaped(4, 2), $0.add($1[0].part(0), $1[0].part(2)).reshaped(4, 2))
        } naive: { inputs in
            (0..<8).map { inputs[0][16 + $0] * 2 + inputs[0][$0] }
        }
    }

    @Test("activations", arguments: [1, 7, 33])
    func activations(columns: Int) {
        var random = RandomNumbers(seed: 4)
        let x = random.uniform([3, columns], bound: 4)
        expectOperation([x], absolute: 1e-6) {
            $0.relu($1[0])
        } naive: {
            $0[0].map { max($0, 0) }
        }
        // The erf's polynomial is good to 5e-7 of numbers up to 4.
        expectOperation([x], absolute: 3e-6) {
            $0.gelu($1[0])
        } naive: {
            $0[0].map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }
        }
        guard columns > 1 else { return }
        // Exponentials are good to 2e-7.
        expectOperation([x], absolute: 2e-6) {
            $0.softmax($1[0])
        } naive: { inputs in
            (0..<3).flatMap { softmax(row(inputs[0], $0, columns)) }
        }
    }

    @Test("layer norm", arguments: [2, 17, 40])
    func layerNorm(columns: Int) {
        var random = RandomNumbers(seed: 5)
        let x = random.uniform([5, columns], bound: 2)
        let (weight, bias) = (random.uniform([columns], bound: 1), random.uniform([columns], bound: 1))
        // Gradients are differences of numbers of size 1, divided by a deviation that is 0.1 in the worst row of two.
        expectOperation([x, weight, bias], absolute: 1e-5) {
            $0.layerNorm($1[0], weight: $1[1], bias: $1[2], epsilon: 1e-2)
        } naive: { inputs in
            (0..<5).flatMap { r -> [Double] in
                let row = row(inputs[0], r, columns)
                let scale = 1 / (variance(row) + 1e-2).squareRoot()
                return row.indices.map {
                    (row[$0] - mean(row)) * scale * inputs[1][$0] + inputs[2][$0]
                }
            }
        }
    }

    @Test("batch norm of rows, by their own statistics and by stored ones")
    func batchNorm() {
        var random = RandomNumbers(seed: 6)
        let x = random.uniform([9, 3], bound: 2)
        let (weight, bias) = (random.uniform([3], bound: 1), random.uniform([3], bound: 1))
        // Differences of three terms of size 1.
        expectOperation([x, weight, bias], absolute: 5e-6) {
            $0.batchNorm($1[0], .own(batchStatistics($1[0].value)), weight: $1[1], bias: $1[2], epsilon: 1e-5)
        } naive: { inputs in
            inputs[0].enumerated().map { index, value in
                let own = column(inputs[0], index % 3, 3)
                let normal = (value - mean(own)) / (variance(own) + 1e-5).squareRoot()
                return normal * inputs[1][index % 3] + inputs[2][index % 3]
            }
        }
        let stored = (mean: Tensor([0.5, -1, 0], [3]), variance: Tensor([0.3, 1, 2], [3]))
        expectOperation([x, weight, bias], absolute: 5e-6) {
            $0.batchNorm(
                $1[0], .stored(mean: stored.mean, variance: stored.variance), weight: $1[1], bias: $1[2], epsilon: 1e-5)
        } naive: { inputs in
            inputs[0].enumerated().map { index, value in
                let c = index % 3
                let normal = (value - stored.mean.doubles[c]) / (stored.variance.doubles[c] + 1e-5).squareRoot()
                return normal * inputs[1][c] + inputs[2][c]
            }
        }
    }

    @Test("running statistics follow the unbiased variance")
    func runningStatistics() {
        let batch = batchStatistics(Tensor([1, 3, 5, 7, 5, 2], [3, 2]))
        // Columns 1 5 5 and 3 7 2: means 11/3 and 4, unbiased variances 16/3 and 7.
        let moved = batch.moving(mean: Tensor([0, 1], [2]), variance: Tensor([1, 2], [2]), momentum: 0.25)
        expectClose(moved.mean, Tensor([11.0 / 12, 1.75], [2]), relative: 1e-6)
        expectClose(moved.variance, Tensor([0.75 + 4.0 / 3, 1.5 + 1.75], [2]), relative: 1e-6)
    }

    @Test("rows of unit length")
    func unitRows() {
        var random = RandomNumbers(seed: 7)
        // Lengths near 1.
        expectOperation([random.uniform([4, 5], bound: 1)], absolute: 5e-6) {
            $0.unitRows($1[0])
        } naive: { inputs in
            (0..<4).flatMap { r -> [Double] in
                let row = row(inputs[0], r, 5)
                return row.map { $0 / dot(row, row).squareRoot() }
            }
        }
    }

    @Test("rows by their numbers, repeated and missing", arguments: [3, 40])
    func rows(columns: Int) {
        var random = RandomNumbers(seed: 8)
        let rows: [Int32] = [2, 0, 2, -1, 3]
        // At most two numbers below 1 are added, and as many again where gradients are.
        expectOperation([random.uniform([4, columns], bound: 1)], absolute: 1e-6) {
            $0.gather($1[0], rows: rows)
        } naive: { inputs in
            rows.flatMap {
                $0 < 0 ? Array(repeating: 0, count: columns) : row(inputs[0], Int($0), columns)
            }
        }
        expectOperation([random.uniform([5, columns], bound: 1)], absolute: 1e-6) {
            $0.scatterAdd($1[0], rows: rows, count: 4)
        } naive: { inputs in
            var sums = [Double](repeating: 0, count: 4 * columns)
            for (index, row) in rows.enumerated() where row >= 0 {
                for c in 0..<columns { sums[Int(row) * columns + c] += inputs[0][index * columns + c] }
            }
            return sums
        }
    }
}
