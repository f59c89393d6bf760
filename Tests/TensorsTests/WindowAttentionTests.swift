import Tensors
import TestSupport
import Testing

/// Attention within a window against a dense softmax that is masked outside it.
struct WindowAttentionTests {
    struct Shape: CustomTestStringConvertible {
        let height, width, channels, classes, radius: Int
        var testDescription: String { "\(height)×\(width)×\(channels) to \(classes), radius \(radius)" }

        /// Values for queries, keys, and what is weighted.
        func inputs(_ seed: UInt64) -> (query: Tensor, key: Tensor, value: Tensor) {
            var random = RandomNumbers(seed: seed)
            return (
                random.uniform([height, width, channels], bound: 1),
                random.uniform([height, width, channels], bound: 1),
                random.uniform([height, width, classes], bound: 2)
            )
        }

        /// The cells of a window.
        func near(_ cell: Int) -> [Int] {
            (0..<height * width).filter {
                abs($0 / width - cell / width) <= radius && abs($0 % width - cell % width) <= radius
            }
        }

        func naive(_ query: [Double], _ key: [Double], _ value: [Double]) -> [Double] {
            (0..<height * width).flatMap { cell -> [Double] in
                let near = near(cell)
                let own = row(query, cell, channels)
                let weights = softmax(near.map { dot(own, row(key, $0, channels)) })
                return (0..<classes).map { c in dot(weights, near.map { value[$0 * classes + c] }) }
            }
        }
    }

    @Test(
        "forward",
        arguments: [
            Shape(height: 1, width: 1, channels: 1, classes: 1, radius: 5),
            Shape(height: 1, width: 9, channels: 3, classes: 2, radius: 0),
            Shape(height: 7, width: 11, channels: 17, classes: 5, radius: 2),
            Shape(height: 3, width: 4, channels: 33, classes: 19, radius: 15),
            Shape(height: 20, width: 23, channels: 8, classes: 3, radius: 5),
        ])
    func forward(shape: Shape) {
        let (query, key, value) = shape.inputs(1)
        let attention = WindowAttention(radius: shape.radius)
        let expected = Tensor(rounding: shape.naive(query.doubles, key.doubles, value.doubles), value.shape)
        // Scores below 33 round by some 1e-6, which is what weights lose in relation to themselves.
        expectClose(attention(query: query, key: key, value: value), expected, absolute: 1e-5)
        expectClose(attention.forward(query: query, key: key, value: value).output, expected, absolute: 1e-5)
        let cells = (0..<Int32(query.rows)).filter { $0 % 3 != 1 }
        let rows = query.values
        let asked = cells.flatMap { rows[Int($0) * shape.channels..<Int($0 + 1) * shape.channels] }
        let some = attention(
            query: Tensor(asked, [cells.count, shape.channels]), at: cells, key: key, value: value
        ).values
        let all = attention(query: query, key: key, value: value).values
        for index in all.indices {
            #expect(some[index] == (index / shape.classes % 3 != 1 ? all[index] : 0))
        }
    }

    @Test(
        "gradients",
        arguments: [
            Shape(height: 1, width: 4, channels: 1, classes: 2, radius: 1),
            Shape(height: 4, width: 5, channels: 3, classes: 2, radius: 1),
            Shape(height: 3, width: 3, channels: 5, classes: 4, radius: 6),
        ])
    func gradients(shape: Shape) {
        let (query, key, value) = shape.inputs(2)
        var random = RandomNumbers(seed: 3)
        let upstream = random.uniform(value.shape, bound: 1)
        let attention = WindowAttention(radius: shape.radius)
        let found = attention.backward(upstream, attention.forward(query: query, key: key, value: value))
        func loss(_ query: [Double], _ key: [Double], _ value: [Double]) -> Double {
            dot(shape.naive(query, key, value), upstream.doubles)
        }
        // Gradients of size 1, summed over windows of up to 9 cells.
        expectGradient(found.query, at: query, absolute: 5e-6) { loss($0, key.doubles, value.doubles) }
        expectGradient(found.key, at: key, absolute: 5e-6) { loss(query.doubles, $0, value.doubles) }
        expectGradient(found.value, at: value, absolute: 5e-6) { loss(query.doubles, key.doubles, $0) }
    }
}
