import Networks
package import Raster

/// Chooses how a video's pictures are changed, without labels: the easier a picture is for a network, the better the labels of
/// two sizes agree.
///
/// Equalising helps where a veil lies over the picture, so that nothing in it is black, and hurts elsewhere however well the
/// views agree: it is tried only there (after He et al., "Single image haze removal using dark channel prior", 2009).
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
    /// Under a veil, by how much equalising may be worse, where views agree less than so on the picture as it is.
    package static let (forgiven, troubled) = (0.06, 0.9)
    /// Of a veiled picture no more than a hundredth of the pixels is darker than this, of 255.
    private static let veil = 32
    /// The frames it looks at, evenly spread over the warm-up.
    package static let frames = 5

    private let source: SourceModel
    private let other: ViewedModel
    private let classes: Int

    /// Compiles a model's network for the second view of its pictures, which have a size.
    package init(_ source: SourceModel, width: Int, height: Int) {
        self.source = source
        other = ViewedModel(source, width: width, height: height)
        classes = source.network.head.classes
    }

    /// Every transform that may help with its agreement on a warm-up's frames.
    ///
    /// - Parameters:
    ///   - frames: the warm-up; at least one.
    ///   - progress: hears how many transforms are done, of all there are; it may throw to stop.
    /// - Returns: the transforms in their order.
    /// - Throws: what `progress` throws.
    package func candidates(
        _ frames: [Frame], progress: (_ done: Int) throws -> Void = { _ in }
    ) rethrows -> [Candidate] {
        let shown = frames.evenlySpread(atMost: Self.frames)
        let isVeiled = darkest(shown.map(\.image)) > Self.veil
        return try PictureTransform.allCases.enumerated().compactMap { index, transform in
            let mayHelp = transform != .equalize || isVeiled
            let agreement = mayHelp ? agreement(transform, shown) : 0
            try progress(index + 1)
            return mayHelp ? Candidate(transform: transform, agreement: agreement) : nil
        }
    }

    /// The transform of the best agreement; none, unless another is better by the margin.
    ///
    /// Equalising is taken for the best where it nearly is and the picture is trouble.
    package static func best(of candidates: [Candidate]) -> PictureTransform {
        let asIs = candidates.first { $0.transform == .asIs }?.agreement ?? 0
        let others = candidates.filter { $0.transform != .equalize }
        guard let best = others.max(by: { $0.agreement < $1.agreement }) else { return .asIs }
        let leader = best.agreement > asIs + margin ? best : Candidate(transform: .asIs, agreement: asIs)
        if let equalized = candidates.first(where: { $0.transform == .equalize }) {
            let least = asIs < troubled ? leader.agreement - forgiven : leader.agreement + margin
            if equalized.agreement > least { return .equalize }
        }
        return leader.transform
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

/// The luma, 0 to 255, that a hundredth of the pixels of some pictures is not brighter than.
func darkest(_ images: [Image]) -> Int {
    var counts = [Int](repeating: 0, count: 256)
    for image in images { for pixel in 0..<image.width * image.height { counts[luma(image, pixel)] += 1 } }
    let share = counts.reduce(0, +) / 100
    var seen = 0
    for (value, count) in counts.enumerated() {
        seen += count
        if seen > share { return value }
    }
    return 0
}
