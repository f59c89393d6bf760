import Checkpoints
import CloudAdaptation

/// Scores of points as tables for people, in percent: of all, of those with a pixel, and of those without.
struct ScoreTable {
    private let groups: [(name: String, score: CloudReport.Score)]

    init(_ scores: CloudReport.Scores) {
        groups = [("all", scores.all), ("with a pixel", scores.paired), ("without", scores.unpaired)]
    }

    /// A row for each group of points.
    var totals: String {
        aligned(
            [["points", "mIoU", "accuracy", "count"]]
                + groups.map { name, score in
                    [name, percent(score.meanIoU), percent(score.accuracy), String(score.points)]
                })
    }

    /// A row for each of these classes, with its IoU of each group.
    func classes(_ names: [String]) -> String {
        aligned(
            [["IoU"] + groups.map(\.name)]
                + names.map { name in [name.printable] + groups.map { percent($0.score.classes[name]) } })
    }
}
