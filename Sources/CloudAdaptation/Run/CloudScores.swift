import Metrics
import Raster

/// How right labels of points are: of all, of those that have a pixel, and of the others.
///
/// Counts are summed over scenes. Points without a true class, and unusable ones, do not count.
package struct CloudScores: Sendable {
    private var paired, unpaired: ConfusionMatrix
    /// What is predicted for a point that is taken for no class, which is always wrong: the number behind the classes'.
    package let none: UInt16

    /// Begins with no point.
    package init(classes: Int) {
        none = UInt16(classes)
        (paired, unpaired) = (ConfusionMatrix(classes: classes + 1), ConfusionMatrix(classes: classes + 1))
    }

    /// Counts points: predicted classes `[P]`, `none`, or `noLabel` for points that do not count; true classes; and whether each has
    /// a pixel.
    package mutating func add(prediction: [UInt16], truth: [UInt16], isPaired: [Bool]) {
        func counting(_ isCounted: (Int) -> Bool) -> [UInt16] {
            truth.indices.map { isCounted($0) && prediction[$0] != noLabel ? truth[$0] : noLabel }
        }
        paired.add(prediction: prediction, truth: counting { isPaired[$0] })
        unpaired.add(prediction: prediction, truth: counting { !isPaired[$0] })
    }

    /// Counts what others counted.
    package mutating func add(_ other: CloudScores) {
        paired.add(other.paired)
        unpaired.add(other.unpaired)
    }

    /// The scores so far, under the names of the classes.
    package func report(_ names: [String]) -> CloudReport.Scores {
        var all = paired
        all.add(unpaired)
        func score(_ matrix: ConfusionMatrix) -> CloudReport.Score {
            let overlap = Overlap(matrix)
            let present = matrix.truthPixels
            return CloudReport.Score(
                points: present.reduce(0, +), meanIoU: overlap.meanIoU, accuracy: overlap.pixelAccuracy,
                classes: Dictionary(
                    uniqueKeysWithValues: names.indices.filter { present[$0] > 0 }.map {
                        (names[$0], overlap.perClass[$0] ?? 0)
                    }))
        }
        return CloudReport.Scores(all: score(all), paired: score(paired), unpaired: score(unpaired))
    }
}
