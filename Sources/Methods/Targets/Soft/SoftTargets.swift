import Foundation
package import Networks
import Raster
package import Tensors

/// Class probabilities of the warm-up's cells that know more than one look of the model: two views of each frame say what things are,
/// and the regions of a network for borders say where they are.
///
///     T = (1 - s) V + s R, V the mean over views, R the vote of regions on V
///
/// A mistake that only one size makes is averaged away, and one within a thing is outvoted by the rest of it. Averaging also makes
/// probabilities modest; a temperature for the whole warm-up makes them as sure in the mean again as the model was of one view
/// (docs/adaptation.md has the reliability diagram).
package struct SoftTargets: Sendable {
    private let source: SourceModel
    private let views: Int
    private let borders: BorderNetwork?
    private let share: Float

    /// Prepares to look.
    ///
    /// - Parameters:
    ///   - source: the model, with the change of pictures.
    ///   - views: how many views say what things are, the usual one among them, 1 or 2.
    ///   - borders: finds where things end; where it is missing no regions vote.
    ///   - share: the vote's share s, 0...1.
    package init(_ source: SourceModel, views: Int, borders: BorderNetwork?, share: Float) {
        (self.source, self.views, self.borders, self.share) = (source, views, borders, share)
    }

    /// Looks at frames of one size.
    ///
    /// - Parameters:
    ///   - frames: the warm-up's frames.
    ///   - progress: hears how many frames are done; it may throw to stop.
    /// - Returns: logits `[h, w, C]` of each frame.
    /// - Throws: what `progress` throws.
    package func callAsFunction(
        _ frames: [WarmUpFrame], progress: (_ done: Int) throws -> Void = { _ in }
    ) rethrows -> [Tensor] {
        guard let size = frames.first?.image else { return [] }
        let second = views > 1 ? ViewedModel(source, width: size.width, height: size.height) : nil
        let logits = try frames.enumerated().map { index, frame in
            var seen = softmax(frame.logits)
            if let second {
                let again = second.probabilities(of: frame.image)
                seen = Tensor(zip(seen.values, again.values).map { ($0 + $1) / 2 }, seen.shape)
            }
            let logits = voted(seen, frame.image).values.map { log(max($0, 1e-6)) }
            try progress(index + 1)
            return Tensor(logits, seen.shape)
        }
        let factor = sharpening(logits, to: meanConfidence(frames.map(\.logits)))
        return logits.map { Tensor($0.values.map { $0 * factor }, $0.shape) }
    }

    /// Probabilities mixed with the vote of regions, if there is one.
    private func voted(_ own: Tensor, _ image: Image) -> Tensor {
        guard let borders, share > 0 else { return own }
        let grid = (height: own.shape[0], width: own.shape[1])
        let vote = RegionVote()(own, affinities: borders(source.picture(image), grid: grid))
        return Tensor(zip(own.values, vote.values).map { (1 - share) * $0 + share * $1 }, own.shape)
    }
}

/// The mean over all cells of the highest probability, 0...1, of logits `[h, w, C]` times a factor.
private func meanConfidence(_ logits: [Tensor], factor: Float = 1) -> Double {
    var (total, cells) = (0.0, 0)
    for logits in logits {
        let scaled = Tensor(logits.values.map { $0 * factor }, logits.shape)
        let (values, classes) = (softmax(scaled).values, logits.columns)
        for start in stride(from: 0, to: values.count, by: classes) {
            total += Double(values[start..<start + classes].max() ?? 0)
        }
        cells += logits.rows
    }
    return total / Double(max(cells, 1))
}

/// The factor, 1 to 8, by which logits become as sure in the mean as told; 1 if they are surer already.
private func sharpening(_ logits: [Tensor], to confidence: Double) -> Float {
    var (low, high): (Float, Float) = (1, 8)
    for _ in 0..<12 {
        let middle = (low * high).squareRoot()
        if meanConfidence(logits, factor: middle) < confidence { low = middle } else { high = middle }
    }
    return low
}
