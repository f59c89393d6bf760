import Foundation
import Raster

/// The loss of JPEG without its file: blocks of 8×8 in Y'CbCr, colour at half the size, cosine transform, rounding by the
/// standard's tables (ITU-T T.81, Annex K) scaled to a quality as libjpeg does.
struct BlockCoding {
    private let luma, chroma: [Float]

    /// Scales the tables to a quality of 1 to 100.
    init(quality: Int) {
        let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
        func scaled(_ table: [Int]) -> [Float] { table.map { Float(min(max(($0 * scale + 50) / 100, 1), 255)) } }
        (luma, chroma) = (scaled(Self.luma), scaled(Self.chroma))
    }

    /// A picture as it comes out of the file.
    func callAsFunction(_ image: Image) -> Image {
        let (width, height) = (image.width, image.height)
        let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
        var bright = [Float](repeating: 0, count: width * height)
        var blue = [Float](repeating: 0, count: halfWidth * halfHeight)
        var red = blue
        var counts = blue
        for y in 0..<height {
            for x in 0..<width {
                let index = 3 * (y * width + x)
                let (r, g, b) = (
                    Float(image.pixels[index]), Float(image.pixels[index + 1]), Float(image.pixels[index + 2])
                )
                let value = 0.299 * r + 0.587 * g + 0.114 * b
                let half = y / 2 * halfWidth + x / 2
                bright[y * width + x] = value - 128
                blue[half] += (b - value) / 1.772
                red[half] += (r - value) / 1.402
                counts[half] += 1
            }
        }
        for index in counts.indices {
            blue[index] /= counts[index]
            red[index] /= counts[index]
        }
        code(&bright, width, height, luma)
        code(&blue, halfWidth, halfHeight, chroma)
        code(&red, halfWidth, halfHeight, chroma)
        var result = image
        for y in 0..<height {
            for x in 0..<width {
                let (value, half) = (bright[y * width + x] + 128, y / 2 * halfWidth + x / 2)
                let index = 3 * (y * width + x)
                result.pixels[index] = sample(value + 1.402 * red[half])
                result.pixels[index + 1] = sample(value - 0.344136 * blue[half] - 0.714136 * red[half])
                result.pixels[index + 2] = sample(value + 1.772 * blue[half])
            }
        }
        return result
    }

    /// Rounds every block of a plane; those over the edge repeat its last samples.
    private func code(_ plane: inout [Float], _ width: Int, _ height: Int, _ table: [Float]) {
        var block = [Float](repeating: 0, count: 64)
        for top in stride(from: 0, to: height, by: 8) {
            for left in stride(from: 0, to: width, by: 8) {
                for i in 0..<64 {
                    block[i] = plane[min(top + i / 8, height - 1) * width + min(left + i % 8, width - 1)]
                }
                var coefficients = product(product(Self.cosines, block), Self.transposed)
                for i in 0..<64 { coefficients[i] = (coefficients[i] / table[i]).rounded() * table[i] }
                block = product(product(Self.transposed, coefficients), Self.cosines)
                for i in 0..<64 where top + i / 8 < height && left + i % 8 < width {
                    plane[(top + i / 8) * width + left + i % 8] = block[i]
                }
            }
        }
    }

    private func product(_ a: [Float], _ b: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: 64)
        for i in 0..<8 {
            for k in 0..<8 {
                for j in 0..<8 { result[8 * i + j] += a[8 * i + k] * b[8 * k + j] }
            }
        }
        return result
    }

    private static let cosines: [Float] = (0..<64).map { index in
        let (k, n) = (Float(index / 8), Float(index % 8))
        return (k == 0 ? Float(0.125).squareRoot() : 0.5) * cos((2 * n + 1) * k * .pi / 16)
    }
    private static let transposed: [Float] = (0..<64).map { cosines[$0 % 8 * 8 + $0 / 8] }

    private static let luma = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51,
        87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120,
        101,
        72, 92, 95, 98, 112, 100, 103, 99,
    ]
    private static let chroma = [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99,
        99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
        99,
        99, 99, 99, 99, 99, 99,
    ]
}
