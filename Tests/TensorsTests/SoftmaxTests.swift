import Tensors
import TestSupport
import Testing

/// The softmax against its definition.
struct SoftmaxTests {
    @Test("softmax of rows", arguments: [[1, 1], [3, 1], [2, 5, 19], [700, 33]])
    func rows(shape: [Int]) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform(shape, bound: 20)
        let expected = (0..<x.rows).flatMap { softmax(row(x.doubles, $0, x.columns)) }
        // Exponentials good to 2e-7 over a sum of them.
        expectClose(softmax(x), Tensor(rounding: expected, shape), absolute: 1e-6)
    }
}
