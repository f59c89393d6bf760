package import Checkpoints
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
        /// Keep the aspect ratio and bring the shorter side to a length, then round up: what other preprocessor files ask for.
        case shortestEdge(Int)
    }

    /// Mean of each channel, in units of 0...255.
    package let mean: [Float]
    /// Standard deviation of each channel, in units of 0...255.
    package let standardDeviation: [Float]
    /// How the input size is chosen.
    package var resize: Resize
    /// How it is chosen in the way the checkpoint was published, if it says so.
    package let publishedResize: Resize?
    /// Whether the checkpoint was published with bilinear resampling, the only one there is here.
    package let isBilinear: Bool

    /// What the input's sides are multiples of, in pixels: the network's coarsest stride.
    package var multiple = 32

    /// The box of the method: pictures are fitted into 853×480.
    package static let defaultResize = Resize.keepRatio(width: 853, height: 480)

    /// ImageNet's mean and deviation, and no published size.
    package init() {
        self.init(PreprocessorFile())
    }

    /// Reads what a folder says of pictures; where it says nothing, ImageNet's mean and deviation.
    ///
    /// - Throws: if a file is there but no such configuration, or asks for what ditta does not do.
    package init(folder: String) throws(CheckpointError) {
        let found = try PreprocessorFile.found(in: folder)
        self.init(found?.file ?? PreprocessorFile())
        // Checked as single precision has them: what is finite in the file may not be here.
        guard let (file, path) = found,
            file.factor <= 0 || !mean.allSatisfy(\.isFinite)
                || !standardDeviation.allSatisfy({ $0.isNormal && $0 > 0 && (1 / $0).isFinite })
        else { return }
        throw CheckpointError(
            "\(path): image_mean, image_std and rescale_factor: expected finite means, positive deviations and "
                + "a positive factor, found \(file.mean), \(file.deviation) and \(file.factor)")
    }

    private init(_ file: PreprocessorFile) {
        mean = file.mean.map { Float($0 / file.factor) }
        standardDeviation = file.deviation.map { Float($0 / file.factor) }
        (resize, publishedResize, isBilinear) = (Self.defaultResize, file.resize, file.filter == 2)
    }

    /// The size the checkpoint was published with, if it is the same for all pictures.
    package var publishedSize: (width: Int, height: Int)? {
        if case .stretch(let width, let height) = publishedResize { (width, height) } else { nil }
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
        return normalization(
            after: .bilinear((height, width), (middle.height, middle.width), (last.height, last.width)))
    }

    /// What resamples pictures, and normalises them by mean and deviation.
    package func normalization(after resampling: Resampling) -> PixelNormalization {
        // Normalising is affine for each channel, so it commutes with resampling.
        PixelNormalization(
            resampling, scale: standardDeviation.map { 1 / $0 }, shift: zip(mean, standardDeviation).map { -$0 / $1 })
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
        case .shortestEdge(let length):
            let shorter = min(width, height)
            return (length * width / shorter, length * height / shorter)
        }
    }

    private func roundedUp(_ extent: Int) -> Int { (extent + multiple - 1) / multiple * multiple }
}
