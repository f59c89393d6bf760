import Engine
import Foundation
import TestSupport
import Testing

/// Multi-head attention against a softmax written out.
struct AttentionTests {
    struct Shape: CustomTestStringConvertible {
        let queries, keys, heads, width: Int
        var bound: Float = 2
        var testDescription: String { "\(queries)×\(keys), \(heads) heads of \(width), inputs to \(bound)" }
    }

    static func naive(_ query: Tensor, _ key: Tensor, _ value: Tensor, heads: Int) -> Tensor {
        let (q, k, v) = (query.doubles, key.doubles, value.doubles)
        let channels = query.columns
        let width = channels / heads
        var out = [Double](repeating: 0, count: query.count)
        for head in 0..<heads {
            for row in 0..<query.rows {
                let columns = head * width..<(head + 1) * width
                let scores = (0..<key.rows).map { other -> Double in
                    var sum = 0.0
                    for c in columns { sum += q[row * channels + c] * k[other * channels + c] }
                    return sum / Double(width).squareRoot()
                }
                for (other, weight) in softmax(scores).enumerated() {
                    for c in columns { out[row * channels + c] += weight * v[other * channels + c] }
                }
            }
        }
        return Tensor(rounding: out, [query.rows, channels])
    }

    @Test(
        "against a loop",
        arguments: [
            Shape(queries: 1, keys: 1, heads: 1, width: 1), Shape(queries: 3, keys: 1, heads: 2, width: 5),
            Shape(queries: 1, keys: 9, heads: 1, width: 7), Shape(queries: 37, keys: 23, heads: 5, width: 32),
            // Enough keys that the queries are cut into tiles, the last of them smaller.
            Shape(queries: 70, keys: 4100, heads: 2, width: 3),
            // One key takes nearly all weight.
            Shape(queries: 20, keys: 17, heads: 1, width: 8, bound: 30),
        ])
    func multiHead(shape: Shape) {
        var random = RandomNumbers(seed: 1)
        let channels = shape.heads * shape.width
        let query = random.uniform([shape.queries, channels], bound: shape.bound)
        let key = random.uniform([shape.keys, channels], bound: shape.bound)
        let value = random.uniform([shape.keys, channels], bound: 1)
        let found = attention(query: query, key: key, value: value, heads: shape.heads)
        // A score s is rounded by 6e-8 · |s| and more, and a weight by that much of itself; scores reach some 20 and,
        // of inputs to 30, 3000.
        expectClose(
            found, Self.naive(query, key, value, heads: shape.heads), absolute: shape.bound > 10 ? 1e-3 : 1e-5)
    }

    @Test("softmax of rows", arguments: [[1, 1], [3, 1], [2, 5, 19], [700, 33]])
    func rows(shape: [Int]) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform(shape, bound: 20)
        let expected = (0..<x.rows).flatMap { softmax(NormalizationTests.row(x.doubles, $0, x.columns)) }
        // Exponentials good to 2e-7 over a sum of them.
        expectClose(softmax(x), Tensor(rounding: expected, shape), absolute: 1e-6)
    }

    @Test("scores beyond exp's range give no NaN")
    func largeScores() {
        let query = Tensor([1e4, -1e4], [2, 1])
        let key = Tensor([1e4, -1e4, 0], [3, 1])
        let found = attention(query: query, key: key, value: Tensor([1, 2, 3], [3, 1]), heads: 1)
        #expect(found.values == [1, 2])
    }
}
