import Networks
import Raster
import Tensors

/// Frames of the warm-up that the head is not adapted on: they tell, without labels, whether adapting did harm.
///
/// Two measures see two kinds of it. Cohen's kappa of two views of a frame falls where the head has become unsure or follows noise;
/// the mean over classes of how much of the soft targets is found again falls where rare classes are washed away.
/// docs/adaptation.md has what the limits were chosen on.
package struct HeldOutFrames {
    /// How far kappa may fall, and recall.
    package static let (agreementMargin, recallMargin) = (0.01, 0.05)
    /// The most frames.
    static let most = 8

    /// How well a head does on the frames.
    package struct Score: Sendable, Equatable {
        /// Cohen's kappa of the labels of two views, at most 1.
        package let agreement: Double
        /// The mean of the classes' recalls of the soft targets, 0...1.
        package let recall: Double

        /// Pairs both.
        package init(agreement: Double, recall: Double) {
            (self.agreement, self.recall) = (agreement, recall)
        }

        /// Whether it is worse than another one by more than chance and a changed habit explain.
        package func isWorse(than other: Score) -> Bool {
            agreement < other.agreement - agreementMargin || recall < other.recall - recallMargin
        }
    }

    /// How both heads do, and which is frozen.
    package struct Verdict: Sendable, Equatable {
        /// How many frames were held out.
        package let frames: Int
        package let published, adapted: Score

        /// Whether the adapted head is frozen, and not the published one.
        package var isAdapted: Bool { !adapted.isWorse(than: published) }
    }

    private let source: SourceModel
    private let viewed: ViewedModel
    private let frames: [WarmUpFrame]

    /// Takes the frames, with soft targets as their logits; nil if there are none.
    init?(_ source: SourceModel, _ frames: [WarmUpFrame]) {
        guard let image = frames.first?.image else { return nil }
        (self.source, self.frames) = (source, frames)
        viewed = ViewedModel(source, width: image.width, height: image.height)
    }

    /// Which of so many frames are held out: a share of them, evenly spread, none of fewer than four, and never two in a row.
    package static func places(of count: Int, share: Float) -> [Int] {
        guard share > 0, count >= 4 else { return [] }
        let taken = min(max(Int(Float(count) * share), 1), most, count / 2)
        return Array(0..<count).evenlySpread(atMost: taken)
    }

    /// Tries an adapted head beside the published one.
    func verdict(on adapted: any SegmentationHead, progress: (_ done: Int) throws -> Void) rethrows -> Verdict {
        let published = try score(source.network.head) { try progress($0) }
        let score = try score(adapted) { try progress(frames.count + $0) }
        return Verdict(frames: frames.count, published: published, adapted: score)
    }

    private func score(_ head: any SegmentationHead, progress: (_ done: Int) throws -> Void) rethrows -> Score {
        let other = viewed.with(head: head)
        var recall = ClassRecall(classes: head.classes)
        var counts = [Int](repeating: 0, count: head.classes * head.classes)
        for (index, frame) in frames.enumerated() {
            let own = head.logits(of: frame).likeliestClasses
            for (one, two) in zip(own, other.probabilities(of: frame.image).likeliestClasses) {
                counts[Int(one) * head.classes + Int(two)] += 1
            }
            recall.add(own, truth: frame.logits.likeliestClasses)
            try progress(index + 1)
        }
        return Score(agreement: kappa(counts, classes: head.classes), recall: recall.mean)
    }
}

extension SegmentationHead {
    /// Its logits `[h, w, C]` of a frame of the warm-up, in single precision.
    func logits(of frame: WarmUpFrame) -> Tensor {
        let whole = Tensor([Float](repeating: 1, count: width), [width])
        return lastFrame(of: [frame.features], normalization: .source, dropout: whole).logits
    }
}
