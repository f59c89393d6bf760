import Compiled
import Dense
package import Networks
import Raster
import Tensors

/// How far the memory trusts matches on this video, found on its warm-up without labels.
///
/// What the memory says of the warm-up's frames, one after the other, is compared with their soft targets, which look at each
/// frame alone: where trust carries labels to places that they do not belong to, both agree less. Agreement is the mean of the
/// classes' recalls, so that a rare class that is washed away counts. Most trust is taken that costs next to none of it
/// (docs/adaptation.md has what it was chosen on).
package struct MemoryTrust: Sendable {
    /// A factor of the distance up to which matches are trusted, and how well memory and soft targets agree, 0...1.
    package struct Candidate: Sendable, Equatable {
        package let factor: Float
        package let agreement: Double

        /// Pairs a factor with its agreement.
        package init(factor: Float, agreement: Double) { (self.factor, self.agreement) = (factor, agreement) }
    }

    /// The factors that are tried, rising.
    package static let factors: [Float] = [0.5, 1, 1.5]
    /// How much agreement more trust may cost.
    package static let margin = 0.015
    /// The most frames in a row, and the most of such rows.
    private static let (rowLength, mostRows) = (8, 16)

    private let source: SourceModel
    private let head: any CompiledHead
    private let options: DiTTAOptions
    /// Frames that follow each other in the video, two at least.
    private let rows: [[WarmUpFrame]]

    /// Prepares to try memories with an adapted head on the warm-up's frames, with the logits that they are held to; nil if none
    /// of these follows another.
    package init?(
        _ source: SourceModel, _ adapted: any SegmentationHead, on frames: [WarmUpFrame], options: DiTTAOptions
    ) {
        let rows = Self.rows(of: frames)
        guard !rows.isEmpty else { return nil }
        (self.source, self.options, self.rows) = (source, options, rows)
        head = adapted.compile(for: source.encoder)
    }

    /// The most trusting of candidates, rising in trust, whose agreement is within the margin of the best; 1 if there is none.
    package static func best(of candidates: [Candidate]) -> Float {
        let highest = candidates.map(\.agreement).max() ?? 0
        return candidates.last { $0.agreement >= highest - margin }?.factor ?? 1
    }

    /// Tries every factor.
    ///
    /// - Parameter progress: hears after every frame; it may throw to stop.
    /// - Returns: the candidates, rising in trust.
    /// - Throws: what `progress` throws.
    package func candidates(progress: (_ done: Int) throws -> Void) rethrows -> [Candidate] {
        let classes = source.network.head.classes
        var recalls = Self.factors.map { _ in ClassRecall(classes: classes) }
        var done = 0
        for row in rows {
            var memories = Self.factors.map {
                TemporalMemory(options, trust: $0, classes: classes, source.encoder, levels: source.network.levels)
            }
            for (place, frame) in row.enumerated() {
                let input = source.input(of: frame.image)
                let features = source.encoder(input)
                let logits = head(features)
                let truth = frame.logits.likeliestClasses
                for index in memories.indices {
                    let known = memories[index].update(logits, features: features, input: input)
                    if place > 0 { recalls[index].add(known.likeliestClasses, truth: truth) }
                }
                done += 1
                try progress(done)
            }
        }
        return zip(Self.factors, recalls).map { Candidate(factor: $0, agreement: $1.mean) }
    }

    /// How many frames `candidates` looks at.
    package var count: Int { rows.reduce(0) { $0 + $1.count } }

    /// Rows of at least two frames that follow each other in the video, evenly spread if there are many.
    private static func rows(of frames: [WarmUpFrame]) -> [[WarmUpFrame]] {
        var all: [[WarmUpFrame]] = []
        for frame in frames {
            if let row = all.last, row.count < rowLength, let last = row.last, frame.index == last.index + 1 {
                all[all.count - 1].append(frame)
            } else {
                all.append([frame])
            }
        }
        return all.filter { $0.count > 1 }.evenlySpread(atMost: mostRows)
    }
}
