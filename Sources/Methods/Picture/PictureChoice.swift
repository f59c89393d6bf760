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
    /// The second view.
    private static let view = View(scale: 0.75, isMirrored: true)

    private let source: SourceModel
    private let other: ViewedModel
    private let classes: Int

    /// Compiles a model's network for the second view of its pictures, which have a size.
    package init(_ source: SourceModel, width: Int, height: Int) {
        self.source = source
        other = ViewedModel(source, Self.view, width: width, height: height)
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
            for (one, two) in zip(source.labels(of: image).labels, other.labels(of: image).labels) {
                counts[Int(one) * classes + Int(two)] += 1
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
