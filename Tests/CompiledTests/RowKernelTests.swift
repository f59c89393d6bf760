import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// What runs between a frozen network's products, in both precisions, against definitions in double.
struct RowKernelTests {
    @Test("bfloat16 is the nearest number of eight bits of mantissa", .enabled(if: Precision.bf16.isSupported))
    func rounding() {
        let values: [Float] = [0, -0.0, 1, -1, 1.0039, 3.14159, -2.71828, 65504, 1e-30, -1e30, .infinity, 100.25]
        let found = tensor(matrix(Tensor(values, [1, values.count]), .bf16)).values
        for (value, half) in zip(values, found) {
            #expect(value == half || abs(half - value) <= abs(value) * Precision.bf16.rounding)
            #expect(half.bitPattern & 0xffff == 0)
        }
    }

    @Test(
        "exponentials and division make a softmax", arguments: precisions,
        [(1, 1, 2), (3, 7, 5), (5, 16, 30), (9, 405, 3), (2, 33, 3000)])
    func softmaxRows(precision: Precision, shape: (Int, Int, Int)) {
        let (rows, columns, bound) = shape
        var random = RandomNumbers(seed: 4)
        let x = random.uniform([rows, columns], bound: Float(bound))
        let padded = (columns + 15) / 16 * 16
        let (weights, sums) = (matrix(rows, padded, precision), matrix(rows, 1))
        // What stands beyond the last score is large, and must not be seen.
        let scores = padded > columns ? joinedColumns([x, random.uniform([rows, padded - columns], bound: 1e6)]) : x
        exponentialRows(matrix(scores), columns: columns, into: weights, sums: sums)
        let out = matrix(rows, padded)
        divideRows(matrix(tensor(weights)), by: sums, into: out, column: 0)
        let zeros = [Double](repeating: 0, count: padded - columns)
        let expected = (0..<rows).flatMap { softmax(row(x.doubles, $0, columns)) + zeros }
        // Scores s are rounded by 6e-8 · |s|, which is that much of a weight; beside it, the precision's own rounding and,
        // in bfloat16, exponentials to 1e-4.
        let own: Float = precision == .fp32 ? 1e-6 : Precision.bf16.rounding + 2e-4
        expectClose(tensor(out), Tensor(rounding: expected, [rows, padded]), absolute: own + Float(bound) * 1e-7)
    }

    @Test("scores beyond exp's range give no NaN", arguments: precisions)
    func largeScores(precision: Precision) {
        let x = Tensor([1e8, -1e8, 0, -3e38, 3e38, -3e38], [2, 3])
        let (weights, sums) = (matrix(2, 16, precision), matrix(2, 1))
        let scores = joinedColumns([x, Tensor(zeros: [2, 13])])
        exponentialRows(matrix(scores), columns: 3, into: weights, sums: sums)
        // 2^-125 stands for 0 in bfloat16.
        expectClose(
            tensor(weights), joinedColumns([Tensor([1, 0, 0, 0, 1, 0], [2, 3]), Tensor(zeros: [2, 13])]),
            absolute: 1e-30)
        expectClose(tensor(sums), Tensor([1, 1], [2, 1]), absolute: 1e-4)
    }

    @Test("gathered rows, the last one repeated", arguments: precisions)
    func gathering(precision: Precision) {
        let out = matrix(4, 2, precision)
        gather(matrix(Tensor([0, 1, 2, 3, 4, 5], [3, 2]), precision), rows: [2, 0], into: out)
        #expect(tensor(out).values == [4, 5, 0, 1, 0, 1, 0, 1])
    }

    @Test("quotients go to their columns and no others", arguments: precisions)
    func columns(precision: Precision) {
        let (x, sums, out) = (Tensor([2, 4, 6, 8], [2, 2]), Tensor([2, 4], [2, 1]), matrix(2, 5, precision))
        divideRows(matrix(x), by: matrix(sums), into: out, column: 2)
        #expect(tensor(out).values == [0, 0, 1, 2, 0, 0, 0, 1.5, 2, 0])
    }

    @Test("layer norm into either precision, and in place", arguments: precisions, [1, 31, 32, 160])
    func norm(precision: Precision, columns: Int) {
        var random = RandomNumbers(seed: 5)
        let x = random.uniform([7, columns], bound: 3)
        let (weight, bias) = (random.uniform([columns], bound: 1), random.uniform([columns], bound: 1))
        let plain = layerNorm(x, weight: weight, bias: bias, epsilon: 1e-5)
        let out = matrix(7, columns, precision)
        layerNorm(matrix(x), weight: weight, bias: bias, epsilon: 1e-5, into: out)
        expectClose(tensor(out), plain, absolute: 1e-6, relative: precision.rounding)
        let own = matrix(x)
        layerNorm(own, weight: weight, bias: bias, epsilon: 1e-5, into: own)
        #expect(tensor(own).values == plain.values)
    }
}
