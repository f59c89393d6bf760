import CKernels
import Foundation
import Tensors
import TestSupport
import Testing

/// Maps over arrays, and how exact the polynomials are.
struct ElementwiseTests {
    private static func map(
        _ x: [Float], _ kernel: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
    ) -> [Float] {
        let (input, out) = (Tensor(x, [x.count]), Tensor(zeros: [x.count]))
        unsafe kernel(out.pointer, input.pointer, x.count)
        return out.values
    }

    /// The least normal number is at -87.34; e^88 is half the largest.
    @Test("exp is good to 2e-7 wherever its value is a normal number")
    func exponential() {
        let x = (0...350_000).map { min(Float($0) * 5e-4 - 87, 88) }
        let found = unsafe Self.map(x) { unsafe ditta_exp($0, $1, $2) }
        let worst = zip(x, found).map { abs(Double($1) / exp(Double($0)) - 1) }.max() ?? .infinity
        // Measured: 7.9e-8; the bound is the one that vector_math.h states.
        #expect(worst < 2e-7, "largest relative error \(worst)")
        let ends = unsafe Self.map([-.infinity, -1e30, -87.5, 0, 88, 100, .infinity]) { unsafe ditta_exp($0, $1, $2) }
        #expect(ends[..<4] == [0, 0, 0, 1])
        #expect(ends[4] == ends[5] && ends[5] == ends[6] && ends[6].isFinite)
    }

    @Test("log is good to 2e-7 of the larger of 1 and itself")
    func logarithm() {
        let x = (0...400_000).map { exp(Float($0) * 4e-4 - 80) } + [.leastNormalMagnitude, 1, .greatestFiniteMagnitude]
        let found = unsafe Self.map(x) { unsafe ditta_log($0, $1, $2) }
        let errors = zip(x, found).map { abs(Double($1) - log(Double($0))) / max(1, abs(log(Double($0)))) }
        let worst = errors.max() ?? .infinity
        #expect(worst < 2e-7, "largest error \(worst)")
    }

    @Test("GELU is good to 5e-7 of |x|")
    func gelu() {
        let x = (0...400_000).map { Float($0) * 5e-5 - 10 } + [-1e30, -200, 200, 1e30]
        let found = unsafe Self.map(x) { unsafe ditta_gelu($0, $1, $2) }
        let errors = zip(x, found).map { x, y -> Double in
            let exact = 0.5 * Double(x) * erfc(-Double(x) / 2.0.squareRoot())
            return abs(Double(y) - exact) / max(abs(Double(x)), .leastNormalMagnitude)
        }
        // Measured: 2.7e-7 of |x|; the bound is the one that vector_math.h states.
        let worst = errors.max() ?? .infinity
        #expect(worst < 5e-7, "largest error over |x| \(worst)")
    }

    @Test("ReLU and its gradient, which a zero output stops")
    func reluForwardAndBackward() {
        let x = Tensor([-2, -0.0, 0, 3, .infinity, -.infinity, 1e-30], [7])
        let out = x.copy()
        rectify(out)
        #expect(out.values == [0, 0, 0, 3, .infinity, 0, 1e-30])
        let gradient = Tensor([1, 2, 3, 4, 5, 6, 7], [7])
        reluBackward(gradient, output: out)
        #expect(gradient.values == [0, 0, 0, 4, 5, 0, 7])
    }

    @Test("sums, products and totals of columns", arguments: [1, 5, 4097])
    func columns(rows: Int) {
        var random = RandomNumbers(seed: 1)
        let (x, y) = (random.uniform([rows, 3], bound: 1), random.uniform([rows, 3], bound: 1))
        let both = x.copy()
        add(y, to: both)
        #expect(both.values == zip(x.values, y.values).map { $0 + $1 })
        #expect(sum([x, y, x]).values == zip(both.values, x.values).map { $0 + $1 })
        let raised = x.copy()
        addToRows(Tensor([1, -2, 0.5], [3]), to: raised)
        let raises: [Float] = [1, -2, 0.5]
        #expect(raised.values == x.values.enumerated().map { $1 + raises[$0 % 3] })
        let scaled = x.copy()
        scaleColumns(scaled, by: Tensor([2, -1, 0.5], [3]))
        let scales: [Float] = [2, -1, 0.5]
        #expect(scaled.values == x.values.enumerated().map { $1 * scales[$0 % 3] })
        scale(scaled, by: -4)
        #expect(scaled.values == x.values.enumerated().map { $1 * scales[$0 % 3] * -4 })
        let totals = (0..<3).map { column(x.doubles, $0, 3).reduce(0, +) }
        // Summed in double: one rounding at the end.
        expectClose(columnSums(x), Tensor(rounding: totals, [3]), absolute: 1e-7, relative: 1e-7)
        #expect(maximum(x) == x.values.max())
    }
}
