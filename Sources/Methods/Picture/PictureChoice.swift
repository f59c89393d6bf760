import Networks
package import Raster

/// Chooses how a video's pictures are changed, without labels: the easier a picture is for a network, the better the labels of
/// two sizes agree.
///
/// Agreement is Cohen's kappa, which takes out what two maps have in common by chance: a model that calls everything by one
/// name agrees with itself, too, and has a kappa of 0. Source of the measure: Cohen, "A coefficient of agreement for nominal
/// scales", 1960. docs/adaptation.md has what it was chosen on.
package struct PictureChoice {
    /// A transform, and how well the two views agree on pictures changed by it, at most 1.
    package struct Candidate: Sendable, Equatable {
        package let transform: PictureTransform
        package let agreement: Double

        /// Pairs a transform with its agreement.
        package init(transform: PictureTransform, agreement: Double) {
            (self.transform, self.agreement) = (transform, agreement)
        }
    }

    /// By how much a change must be better than none.
    package static let margin = 0.02
    /// The frames it looks at, evenly spread over the warm-up.
    package static let frames = 5
    /// The size of the second view, which is mirrored besides, of the usual one.
    private static let scale = 0.75

    private let whole, small: SourceModel
    private let classes: Int

    /// Compiles a model's network for the second view of its pictures, which have a size.
    package init(_ source: SourceModel, width: Int, height: Int) {
        whole = source
        small = SourceModel(
            source.network.scaled(Self.scale), width: width, height: height, precision: source.encoder.precision)
        classes = source.network.head.classes
    }

    /// Every transform with its agreement on a warm-up's frames.
    ///
    /// - Parameters:
    ///   - frames: the warm-up; at least one.
    ///   - progress: hears how many transforms are done; it may throw to stop.
    /// - Returns: the transforms in their order.
    /// - Throws: what `progress` throws.
    package func candidates(
        _ frames: [Frame], progress: (_ done: Int) throws -> Void = { _ in }
    ) rethrows -> [Candidate] {
        let count = min(frames.count, Self.frames)
        let shown = (0..<count).map { frames[(2 * $0 + 1) * frames.count / (2 * count)] }
        return try PictureTransform.allCases.enumerated().map { index, transform in
            let agreement = agreement(transform, shown)
            try progress(index + 1)
            return Candidate(transform: transform, agreement: agreement)
        }
    }

    /// The transform of the best agreement; none, unless another is better by the margin.
    package static func best(of candidates: [Candidate]) -> PictureTransform {
        let asIs = candidates.first { $0.transform == .asIs }?.agreement ?? 0
        let best = candidates.max { $0.agreement < $1.agreement }
        guard let best, best.agreement > asIs + margin else { return .asIs }
        return best.transform
    }

    private func agreement(_ transform: PictureTransform, _ frames: [Frame]) -> Double {
        var counts = [Int](repeating: 0, count: classes * classes)
        for frame in frames {
            let image = transform(frame.image)
            let own = whole.labels(of: image).labels
            let other = small.labels(of: image.mirrored).labels
            for row in stride(from: 0, to: own.count, by: image.width) {
                for x in 0..<image.width {
                    counts[Int(own[row + x]) * classes + Int(other[row + image.width - 1 - x])] += 1
                }
            }
        }
        return kappa(counts, classes: classes)
    }

}

/// Cohen's kappa of two labellings, from how often each pair of classes meets `[C, C]`: (agreement − chance) / (1 − chance); 0
/// where both know one class only.
package func kappa(_ counts: [Int], classes: Int) -> Double {
    let total = max(Double(counts.reduce(0, +)), 1)
    var (agreement, chance) = (0.0, 0.0)
    for one in 0..<classes {
        var (row, column) = (0.0, 0.0)
        for other in 0..<classes {
            row += Double(counts[one * classes + other]) / total
            column += Double(counts[other * classes + one]) / total
        }
        agreement += Double(counts[one * classes + one]) / total
        chance += row * column
    }
    return chance < 1 ? (agreement - chance) / (1 - chance) : 0
}

extension SegmentationNetwork {
    /// The network for inputs of another size.
    fileprivate func scaled(_ scale: Double) -> Self {
        var result = self
        func scaled(_ extent: Int) -> Int { max(Int((Double(extent) * scale).rounded()), 1) }
        switch preprocessor.resize {
        case .keepRatio(let width, let height):
            result.preprocessor.resize = .keepRatio(width: scaled(width), height: scaled(height))
        case .stretch(let width, let height):
            result.preprocessor.resize = .stretch(width: scaled(width), height: scaled(height))
        }
        return result
    }
}

extension Image {
    /// The picture with left and right exchanged.
    fileprivate var mirrored: Image {
        var result = self
        for y in 0..<height {
            for x in 0..<width {
                let (from, to) = (3 * (y * width + x), 3 * (y * width + width - 1 - x))
                for channel in 0..<3 { result.pixels[to + channel] = pixels[from + channel] }
            }
        }
        return result
    }
}
