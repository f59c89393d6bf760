import Tensors
import TestSupport
import Testing

/// Pictures as the network takes them, against the plain way: floats, resampled, then scaled and shifted.
struct PixelNormalizationTests {
    private static let scale: [Float] = [1 / 58.4, 0.5, 2]
    private static let shift: [Float] = [-2.1, 0, 100]

    @Test(
        "one pass gives what three do",
        arguments: [
            // Same size, larger, smaller, both steps of the preprocessor, and as small as it gets.
            [(40, 33), (40, 33)], [(7, 5), (40, 64)], [(90, 101), (13, 17)], [(72, 128), (48, 85), (64, 96)],
            [(48, 70), (48, 85), (48, 96)], [(1, 1), (1, 1)], [(1, 1), (32, 32)], [(3, 2), (1, 1)],
        ])
    func resampled(sizes: [(height: Int, width: Int)]) throws {
        let first = try #require(sizes.first)
        let identity = Resampling.bilinear(first)
        let resampling = zip(sizes, sizes.dropFirst()).reduce(identity) { result, step in
            let next = Resampling.bilinear(step.0, step.1)
            return Resampling(rows: result.rows.then(next.rows), columns: result.columns.then(next.columns))
        }
        let pixels = Self.pixels(first.height * first.width * 3)
        let found = PixelNormalization(resampling, scale: Self.scale, shift: Self.shift)(pixels)
        let floats = Tensor(pixels.map(Float.init), [first.height, first.width, 3])
        let expected = affineColumns(
            resampling(floats), scale: Tensor(Self.scale, [3]), shift: Tensor(Self.shift, [3]))
        // Sums of up to 16 products of at most 255, fused or not: a few roundings of 2⁻²⁴ · 255, times the scale of 2.
        expectClose(found, expected, absolute: 2e-4)
    }

    @Test("a picture of the same size keeps every sample exactly")
    func exact() {
        let pixels = Self.pixels(19 * 23 * 3)
        let found = PixelNormalization(.bilinear((19, 23)), scale: [1, 2, 4], shift: [0, -1, 8])(pixels)
        let expected = pixels.enumerated().map { index, sample in
            Float(sample) * [1, 2, 4][index % 3] + [0, -1, 8][index % 3]
        }
        #expect(found.values == expected)
    }

    /// Samples with both ends of the range among them.
    private static func pixels(_ count: Int) -> [UInt8] {
        var random = RandomNumbers(seed: 9)
        return random.uniform([count], bound: 1).values.map { UInt8(min(max(($0 + 1) * 140 - 10, 0), 255)) }
    }
}
