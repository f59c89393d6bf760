import Tensors
import TestSupport
import Testing

/// Rows made unit vectors, and the way back.
struct UnitRowsTests {
    @Test("lengths and directions", arguments: [[1, 1], [1, 3], [5, 16], [3, 7, 33], [2000, 65]])
    func rows(shape: [Int]) {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform(shape, bound: 4)
        let found = unitRows(x)
        // Values of at most 1, rounded by the division and by a sum of up to 65 squares.
        expectClose(found.rows, Tensor(rounding: unitRows(x.doubles, columns: x.columns), shape), absolute: 1e-6)
        let norms = (0..<x.rows).map { r -> Double in
            let row = row(x.doubles, r, x.columns)
            return dot(row, row).squareRoot()
        }
        expectClose(found.norms, Tensor(rounding: norms, [x.rows]), relative: 1e-6)
    }

    @Test("a row of zeros stays one and has no infinite gradient")
    func zeros() {
        let found = unitRows(Tensor([0, 0, 3, 4], [2, 2]))
        #expect(found.rows.values == [0, 0, 0.6, 0.8])
        #expect(found.norms.values == [1e-12, 5])
        let gradient = Tensor([1, 0, 1, 0], [2, 2])
        unitRowsBackward(gradient, rows: found.rows, norms: found.norms)
        #expect(gradient.values.allSatisfy { $0.isFinite })
    }

    @Test("gradient", arguments: [2, 5, 33])
    func gradient(columns: Int) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([4, columns], bound: 1)
        let upstream = random.uniform(x.shape, bound: 1)
        let gradient = upstream.copy()
        let (rows, norms) = unitRows(x)
        unitRowsBackward(gradient, rows: rows, norms: norms)
        // Gradients of size 1 over norms that are not small.
        expectGradient(gradient, at: x, absolute: 5e-6) { dot(unitRows($0, columns: columns), upstream.doubles) }
    }
}
