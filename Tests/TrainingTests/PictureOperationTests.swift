import Tensors
import TestSupport
import Testing
import Training

/// Convolutions, resampling and attention of the tape against their definitions in double precision, and their slopes.
struct PictureOperationTests {
    struct Convolution: CustomTestStringConvertible {
        let height, width, inputs, outputs, kernel, stride, padding: Int
        var testDescription: String { "\(kernel)×\(kernel) by \(stride) of \(height)×\(width)×\(inputs)" }
        func extent(_ side: Int) -> Int { (side + 2 * padding - kernel) / stride + 1 }

        /// The definition, weight `[O, kernel, kernel, I]`.
        func naive(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> [Double] {
            var result: [Double] = []
            for y in 0..<extent(height) {
                for x0 in 0..<extent(width) {
                    for o in 0..<outputs {
                        var sum = bias[o]
                        for (ky, kx) in (0..<kernel * kernel).map({ ($0 / kernel, $0 % kernel) }) {
                            let (row, column) = (y * stride + ky - padding, x0 * stride + kx - padding)
                            guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                            for i in 0..<inputs {
                                sum +=
                                    x[(row * width + column) * inputs + i]
                                    * weight[((o * kernel + ky) * kernel + kx) * inputs + i]
                            }
                        }
                        result.append(sum)
                    }
                }
            }
            return result
        }
    }

    @Test(
        "convolutions: overlapping, reducing, wider than the picture",
        arguments: [
            Convolution(height: 7, width: 9, inputs: 3, outputs: 2, kernel: 7, stride: 4, padding: 3),
            Convolution(height: 6, width: 5, inputs: 2, outputs: 3, kernel: 3, stride: 2, padding: 1),
            Convolution(height: 5, width: 7, inputs: 2, outputs: 2, kernel: 2, stride: 2, padding: 0),
            Convolution(height: 3, width: 2, inputs: 1, outputs: 1, kernel: 7, stride: 1, padding: 3),
        ])
    func convolution(_ shape: Convolution) {
        var random = RandomNumbers(seed: 1)
        let x = random.uniform([shape.height, shape.width, shape.inputs], bound: 1)
        let weight = random.uniform([shape.outputs, shape.kernel * shape.kernel * shape.inputs], bound: 0.5)
        let bias = random.uniform([shape.outputs], bound: 1)
        // Sums of up to 147 products below 1, rounded at each.
        expectOperation([x, weight, bias], absolute: 1e-5) {
            $0.convolution(
                $1[0], $1[1], $1[2],
                ConvolutionGeometry(kernel: shape.kernel, stride: shape.stride, padding: shape.padding))
        } naive: {
            shape.naive($0[0], $0[1], $0[2])
        }
    }

    @Test("depthwise convolutions", arguments: [(4, 5, 3, 3), (18, 2, 17, 3), (3, 2, 66, 5), (1, 1, 2, 3)])
    func depthwise(height: Int, width: Int, channels: Int, kernel: Int) {
        var random = RandomNumbers(seed: 2)
        let x = random.uniform([height, width, channels], bound: 1)
        let (weight, bias) = (
            random.uniform([kernel * kernel, channels], bound: 1), random.uniform([channels], bound: 1)
        )
        // Sums of up to 36 products of size 1.
        expectOperation([x, weight, bias], absolute: 1e-5) {
            $0.depthwiseConvolution($1[0], $1[1], $1[2])
        } naive: { inputs in
            (0..<height * width * channels).map { index in
                let (y, x, c) = (index / channels / width, index / channels % width, index % channels)
                return (0..<kernel * kernel).reduce(inputs[2][c]) { sum, tap in
                    let (row, column) = (y + tap / kernel - kernel / 2, x + tap % kernel - kernel / 2)
                    guard (0..<height).contains(row), (0..<width).contains(column) else { return sum }
                    return sum + inputs[0][(row * width + column) * channels + c] * inputs[1][tap * channels + c]
                }
            }
        }
    }

    @Test(
        "attention of heads to fewer keys, in blocks of queries",
        arguments: [(5, 3, 1, 4), (7, 2, 2, 3), (70, 4, 2, 1), (150, 3, 1, 2)])
    func attention(queries: Int, keys: Int, heads: Int, channels: Int) {
        var random = RandomNumbers(seed: 4)
        let width = heads * channels
        let query = random.uniform([queries, width], bound: 2)
        let (key, value) = (random.uniform([keys, width], bound: 2), random.uniform([keys, width], bound: 1))
        // Weights are good to 1e-6; keys sum over 150 queries.
        expectOperation([query, key, value], absolute: 2e-5) {
            $0.attention(query: $1[0], key: $1[1], value: $1[2], heads: heads)
        } naive: { inputs in
            (0..<queries).flatMap { q in
                (0..<heads).flatMap { head -> [Double] in
                    func part(_ values: [Double], _ index: Int) -> [Double] {
                        row(values, index * heads + head, channels)
                    }
                    let own = part(inputs[0], q)
                    let weights = softmax(
                        (0..<keys).map { dot(own, part(inputs[1], $0)) / Double(channels).squareRoot() })
                    return (0..<channels).map { c in dot(weights, (0..<keys).map { part(inputs[2], $0)[c] }) }
                }
            }
        }
    }

    @Test("attention within a window")
    func window() {
        let (height, width, channels, classes) = (3, 4, 2, 3)
        var random = RandomNumbers(seed: 5)
        let query = random.uniform([height, width, channels], bound: 1)
        let (key, value) = (
            random.uniform([height, width, channels], bound: 1), random.uniform([height, width, classes], bound: 2)
        )
        // Sums over windows of up to 9 cells.
        expectOperation([query, key, value], absolute: 1e-5) {
            $0.attention(query: $1[0], key: $1[1], value: $1[2], WindowAttention(radius: 1))
        } naive: { inputs in
            (0..<height * width).flatMap { cell -> [Double] in
                let near = (0..<height * width).filter {
                    abs($0 / width - cell / width) <= 1 && abs($0 % width - cell % width) <= 1
                }
                let own = row(inputs[0], cell, channels)
                let weights = softmax(near.map { dot(own, row(inputs[1], $0, channels)) })
                return (0..<classes).map { c in dot(weights, near.map { inputs[2][$0 * classes + c] }) }
            }
        }
    }
}
