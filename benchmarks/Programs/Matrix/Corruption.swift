import ArgumentParser
import Foundation
import Raster
import Tensors

/// What can be wrong with a picture: the matrix runs every clip through each, the same on every machine.
///
/// The kinds and their spirit: Hendrycks, Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
/// Perturbations", 2019.
enum Corruption: String, CaseIterable, ExpressibleByArgument {
    /// The picture as it is.
    case clean
    /// Haze that thickens towards the horizon, a depth proxy by rows (Koschmieder's law).
    case fog
    /// A sixth of the light, with shot and read noise, lifted by nobody.
    case dark
    /// The camera turned while the shutter was open: 13 pixels of 480.
    case blur
    /// Gaussian noise of deviation 24 of 255.
    case noise
    /// JPEG's tables at quality 10, without the file around them.
    case jpeg

    /// A frame, corrupted; `seed` fixes the noise of all frames.
    func callAsFunction(_ frame: Frame, seed: UInt64 = 1) -> Frame {
        var random = RandomNumbers(seed: seed &+ 1000 &* UInt64(frame.index))
        let image = frame.image
        let changed: Image
        switch self {
        case .clean: return frame
        case .fog: changed = fog(image)
        case .dark: changed = dark(image, &random)
        case .blur: changed = blurred(image)
        case .noise: changed = image.mapSamples { Float($0) + 24 * random.normal() }
        case .jpeg: changed = BlockCoding(quality: 10)(image)
        }
        return Frame(index: frame.index, time: frame.time, image: changed)
    }

    /// The street is a plane below the horizon at 45 % of the height; what stands higher is as far as what meets it there.
    private func fog(_ image: Image) -> Image {
        let (air, horizon) = (Float(205), 0.45 * Float(image.height))
        var result = image
        for y in 0..<image.height {
            let below = max(Float(y) - horizon, 0.04 * Float(image.height))
            // Two units of optical depth at the horizon's cut-off, one a tenth of the height below it.
            let transmission = exp(-0.085 * Float(image.height) / below)
            for index in y * image.width * 3..<(y + 1) * image.width * 3 {
                result.pixels[index] = sample(Float(image.pixels[index]) * transmission + air * (1 - transmission))
            }
        }
        return result
    }

    private func dark(_ image: Image, _ random: inout RandomNumbers) -> Image {
        // 400 electrons at white, 3 of them read noise; a camera that keeps its curve.
        let table = (0...255).map { pow(Float($0) / 255, 2.2) / 6 * 400 }
        return image.mapSamples { value in
            let electrons = table[Int(value)]
            let seen = electrons + (electrons + 9).squareRoot() * random.normal()
            return 255 * pow(max(seen, 0) / 400, 1 / 2.2)
        }
    }

    private func blurred(_ image: Image) -> Image {
        let reach = max(image.width * 6 / 480, 1)
        var result = image
        for y in 0..<image.height {
            for x in 0..<image.width {
                for channel in 0..<3 {
                    var sum = 0
                    for dx in -reach...reach {
                        let column = min(max(x + dx, 0), image.width - 1)
                        sum += Int(image.pixels[(y * image.width + column) * 3 + channel])
                    }
                    result.pixels[(y * image.width + x) * 3 + channel] = UInt8(sum / (2 * reach + 1))
                }
            }
        }
        return result
    }
}

extension Image {
    /// The picture with each sample changed, rounded and clamped.
    fileprivate func mapSamples(_ change: (UInt8) -> Float) -> Image {
        Image(width: width, height: height, pixels: pixels.map { sample(change($0)) })
    }
}

extension RandomNumbers {
    /// A normal number of deviation 1 (Box and Muller).
    fileprivate mutating func normal() -> Float {
        (-2 * log(max(unit(), 0x1p-24))).squareRoot() * cos(2 * Float.pi * unit())
    }
}

/// A sample from a number of the same scale: rounded, 0...255.
func sample(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255).rounded()) }
