package import Checkpoints
import Foundation
package import Raster
package import Tensors

/// How pictures become the network's input: resized, scaled and normalised.
package struct Preprocessor: Sendable {
    /// How the network's input size follows from a picture's.
    package enum Resize: Sendable, Equatable {
        /// Keep the aspect ratio and fit a box, then round both sides up to multiples of the network's.
        case keepRatio(width: Int, height: Int)
        /// Stretch to a fixed size, rounded up to multiples of the network's: what a checkpoint's preprocessor file asks for.
        case stretch(width: Int, height: Int)
    }

    /// Mean of each channel, in units of 0...255.
    package let mean: [Float]
    /// Standard deviation of each channel, in units of 0...255.
    package let standardDeviation: [Float]
    /// How the input size is chosen.
    package var resize: Resize
    /// The fixed size the checkpoint was published with, if it names one.
    package let publishedSize: (width: Int, height: Int)?

    /// What the input's sides are multiples of, in pixels: the network's coarsest stride.
    package var multiple = 32

    /// The box of the method: pictures are fitted into 853×480.
    package static let defaultResize = Resize.keepRatio(width: 853, height: 480)

    /// ImageNet's mean and deviation, and no published size.
    package init() {
        mean = Self.imageNet.mean.map { Float($0 * 255) }
        standardDeviation = Self.imageNet.deviation.map { Float($0 * 255) }
        (resize, publishedSize) = (Self.defaultResize, nil)
    }

    private static let imageNet = (mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

    /// Reads `preprocessor_config.json`; without the file, ImageNet's mean and deviation.
    ///
    /// - Throws: if the file is there but no such configuration.
    package init(path: String) throws(CheckpointError) {
        var file = File()
        if FileManager.default.fileExists(atPath: path) {
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)),
                let decoded = try? JSONDecoder().decode(File.self, from: data)
            else {
                throw CheckpointError("\(path): is no preprocessor configuration")
            }
            file = decoded
        }
        let scale = file.rescale_factor ?? 1 / 255
        let mean = file.image_mean ?? Self.imageNet.mean
        let deviation = file.image_std ?? Self.imageNet.deviation
        self.mean = mean.map { Float($0 / scale) }
        standardDeviation = deviation.map { Float($0 / scale) }
        // Checked as single precision has them: what is finite in the file may not be here.
        guard mean.count == 3, deviation.count == 3, scale > 0, self.mean.allSatisfy(\.isFinite),
            standardDeviation.allSatisfy({ $0.isNormal && $0 > 0 && (1 / $0).isFinite })
        else {
            throw CheckpointError(
                "\(path): expected 3 means and 3 positive deviations and a positive rescale_factor, "
                    + "found \(mean), \(deviation) and \(scale)")
        }
        publishedSize = file.do_resize == false ? nil : file.size?.pixels
        if let size = publishedSize, max(size.width, size.height) > 16384 {
            throw CheckpointError("\(path): size: expected at most 16384 pixels, found \(size.width)×\(size.height)")
        }
        resize = Self.defaultResize
    }

    /// The network's input size for a picture's.
    package func inputSize(width: Int, height: Int) -> (width: Int, height: Int) {
        let size = resized(width: width, height: height)
        return (roundedUp(size.width), roundedUp(size.height))
    }

    /// What turns pictures of a size into the network's input `[H, W, 3]`; bilinear without antialiasing, in two steps
    /// where the aspect ratio is kept (to the fitted size, then to the multiples).
    package func prepared(width: Int, height: Int) -> PixelNormalization {
        let middle = resized(width: width, height: height)
        let last = inputSize(width: width, height: height)
        // Normalising is affine for each channel, so it commutes with resampling.
        return PixelNormalization(
            .bilinear((height, width), (middle.height, middle.width), (last.height, last.width)),
            scale: standardDeviation.map { 1 / $0 }, shift: zip(mean, standardDeviation).map { -$0 / $1 })
    }

    /// The input of the network `[H, W, 3]` for a single picture.
    package func callAsFunction(_ image: Image) -> Tensor {
        prepared(width: image.width, height: image.height)(image.pixels)
    }

    private func resized(width: Int, height: Int) -> (width: Int, height: Int) {
        switch resize {
        case .keepRatio(let boxWidth, let boxHeight):
            let scale = min(Double(boxWidth) / Double(width), Double(boxHeight) / Double(height))
            return (max(Int(Double(width) * scale + 0.5), 1), max(Int(Double(height) * scale + 0.5), 1))
        case .stretch(let width, let height):
            return (width, height)
        }
    }

    private func roundedUp(_ extent: Int) -> Int { (extent + multiple - 1) / multiple * multiple }

    // The names are the file's own.
    private struct File: Decodable {
        var image_mean: [Double]?
        var image_std: [Double]?
        var rescale_factor: Double?
        var do_resize: Bool?
        var size: Size?
    }

    /// A number (the side of a square), or height and width.
    private struct Size: Decodable {
        let pixels: (width: Int, height: Int)?

        init(from decoder: any Decoder) throws {
            if let side = try? decoder.singleValueContainer().decode(Int.self) {
                pixels = side > 0 ? (side, side) : nil
            } else {
                let sides = try decoder.singleValueContainer().decode([String: Int].self)
                let (width, height) = (sides["width"] ?? 0, sides["height"] ?? 0)
                pixels = width > 0 && height > 0 ? (width, height) : nil
            }
        }
    }
}
