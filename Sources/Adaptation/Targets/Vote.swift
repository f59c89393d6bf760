import Engine
import Foundation

/// How the classes of an object's pixels voted.
public struct Vote: Sendable {
    /// The object.
    public let object: Int
    /// The score of each class.
    public let scores: [Float]
    /// The class of the best score.
    public let classID: Int

    /// The best score.
    public var best: Float { scores[classID] }
}

/// Gives each object the class its pixels speak for (method step 13).
///
/// score_c = mean reliability of the object's pixels that the source model calls c
///         × (share of the object's pixels that are c)^0.3 × (1 - share of the video's pixels that are c)^0.8.
///
/// - Returns: the votes, worst first; objects whose scores are all zero are left out.
public func vote(_ tracks: Tracks, _ frames: [WarmUpFrame], options: AdaptationOptions) -> [Vote] {
    guard let classes = frames.first?.logits.columns else { return [] }
    var videoCounts = [Double](repeating: 0, count: classes)
    let objects = tracks.prompts.count
    var counts = [[Double]](repeating: [Double](repeating: 0, count: classes), count: objects)
    var reliabilities = counts
    for (frame, masks) in zip(frames, tracks.masks) {
        let (labels, reliability) = (frame.prediction.labels, frame.reliability)
        for label in labels { videoCounts[Int(label)] += 1 }
        for (object, mask) in masks {
            mask.forEach { pixel in
                counts[object][Int(labels[pixel])] += 1
                reliabilities[object][Int(labels[pixel])] += Double(reliability[pixel])
            }
        }
    }
    let total = max(videoCounts.reduce(0, +), 1)
    return (0..<objects).compactMap { object in
        let area = counts[object].reduce(0, +)
        let scores = (0..<classes).map { c -> Float in
            guard counts[object][c] > 0 else { return 0 }
            let share = pow(counts[object][c] / area, Double(options.shareExponent))
            let rarity = pow(1 - videoCounts[c] / total, Double(options.rarityExponent))
            return Float(reliabilities[object][c] / counts[object][c] * share * rarity)
        }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }), scores[best] > 0 else { return nil }
        return Vote(object: object, scores: scores, classID: best)
    }
    .sorted { $0.best != $1.best ? $0.best < $1.best : $0.object > $1.object }
}
