import Foundation
import Raster
import Tensors

/// CIE L*a*b* of an 8-bit sRGB colour, D65: L* 0...100.
private func lab(_ red: Float, _ green: Float, _ blue: Float) -> (l: Float, a: Float, b: Float) {
    func linear(_ value: Float) -> Float {
        let v = value / 255
        return v > 0.04045 ? powf((v + 0.055) / 1.055, 2.4) : v / 12.92
    }
    func root(_ value: Float) -> Float { value > 0.008856 ? cbrtf(value) : 7.787 * value + 16 / 116 }
    let (r, g, b) = (linear(red), linear(green), linear(blue))
    let x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    let y = root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    let z = root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))
}

/// The L*a*b* colours of a picture, resampled to `[height, width, 3]`.
func labColors(_ image: Image, height: Int, width: Int) -> Tensor {
    let pixels = Tensor(image.pixels.map(Float.init), [image.height, image.width, 3])
    let values = Resampling.bilinear((image.height, image.width), (height, width))(pixels).values
    let rows = parallelMap(height) { rows in
        var result: [Float] = []
        result.reserveCapacity(rows.count * width * 3)
        for pixel in rows.lowerBound * width..<rows.upperBound * width {
            let color = lab(values[3 * pixel], values[3 * pixel + 1], values[3 * pixel + 2])
            result += [color.l, color.a, color.b]
        }
        return result
    }
    return Tensor(rows.flatMap { $0 }, [height, width, 3])
}

/// The lightness L* of a picture's pixels `[H · W]`, 0...100.
func lightness(_ image: Image) -> [Float] {
    let colors = labColors(image, height: image.height, width: image.width).values
    return stride(from: 0, to: colors.count, by: 3).map { colors[$0] }
}
