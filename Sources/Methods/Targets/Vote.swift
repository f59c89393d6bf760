import Dense
import Foundation
import Raster
import Tensors

/// How a class stands in an object: its score and the three factors it is made of.
package struct ClassStanding: Sendable, Equatable {
    /// The mean reliability of the object's pixels that the source model calls so, 0...1; 0 if there is none.
    package let reliability: Float
    /// The share of the object's pixels that are called so, 0...1.
    package let share: Float
    /// The share of the video's pixels that are called so, 0...1.
    package let videoShare: Float
    /// What the three come to.
    package let score: Float
}

/// Weighs every class for every object (method step 13).
///
/// score_c = mean reliability of the object's pixels that the source model calls c
///         × (share of the object's pixels that are c)^0.3 × (1 - share of the video's pixels that are c)^0.8.
///
/// - Returns: for each object its classes, `[objects][C]`.
package func standings(_ tracks: Tracks, _ frames: [WarmUpFrame], options: DiTTAOptions) -> [[ClassStanding]] {
    guard let classes = frames.first?.logits.columns else { return [] }
    var videoCounts = [Double](repeating: 0, count: classes)
    let objects = tracks.prompts.count
    var counts = [[Double]](repeating: [Double](repeating: 0, count: classes), count: objects)
    var reliabilities = counts
    for (frame, masks) in zip(frames, tracks.masks) {
        let (labels, reliability) = (frame.prediction.labels.labels, frame.reliability)
        for label in labels { videoCounts[Int(label)] += 1 }
        for (object, mask) in masks {
            mask.forEach { pixel in
                counts[object][Int(labels[pixel])] += 1
                reliabilities[object][Int(labels[pixel])] += Double(reliability[pixel])
            }
        }
    }
    let total = max(videoCounts.reduce(0, +), 1)
    return (0..<objects).map { object in
        let area = max(counts[object].reduce(0, +), 1)
        return (0..<classes).map { c in
            let reliability = reliabilities[object][c] / max(counts[object][c], 1)
            let (share, videoShare) = (counts[object][c] / area, videoCounts[c] / total)
            // 0^0 is 1, so a class without pixels needs its zero said.
            let score =
                counts[object][c] == 0
                ? 0
                : reliability * pow(share, Double(options.shareExponent))
                    * pow(1 - videoShare, Double(options.rarityExponent))
            return ClassStanding(
                reliability: Float(reliability), share: Float(share), videoShare: Float(videoShare),
                score: Float(score))
        }
    }
}

/// The class an object's pixels speak for.
package struct Vote: Sendable {
    /// The object.
    package let object: Int
    /// The class of the best score.
    package let classID: Int
    /// The best score.
    package let best: Float
}

/// Gives each object its best class.
///
/// - Returns: the votes, worst first; objects whose scores are all zero are left out.
package func vote(_ standings: [[ClassStanding]]) -> [Vote] {
    standings.enumerated().compactMap { object, classes in
        let best = classes.indices.max { classes[$0].score < classes[$1].score }
        guard let best, classes[best].score > 0 else { return nil }
        return Vote(object: object, classID: best, best: classes[best].score)
    }
    .sorted { $0.best != $1.best ? $0.best < $1.best : $0.object > $1.object }
}
