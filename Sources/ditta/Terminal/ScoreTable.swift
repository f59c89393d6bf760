import Checkpoints
import CloudAdaptation

/// Scores of points as tables for people, in percent: of all, of those with a pixel, and of those without.
struct ScoreTable {
    private let groups: [(name: String, score: CloudReport.Score, before: CloudReport.Score?)]

    /// Takes scores, and those of the model as it was trained, if they are told beside them.
    init(_ scores: CloudReport.Scores, asTrained: CloudReport.Scores? = nil) {
        groups = [
            ("all", scores.all, asTrained?.all), ("with a pixel", scores.paired, asTrained?.paired),
            ("without", scores.unpaired, asTrained?.unpaired),
        ]
    }

    /// A row for each group of points.
    var totals: String {
        let hasBefore = groups.contains { $0.before != nil }
        func cells(_ score: CloudReport.Score) -> [String] { [percent(score.meanIoU), percent(score.accuracy)] }
        return aligned(
            [["points", "mIoU", "accuracy"] + (hasBefore ? ["as trained", "accuracy"] : []) + ["count"]]
                + groups.map { name, score, before in
                    [name] + cells(score) + (before.map(cells) ?? []) + [String(score.points)]
                })
    }

    /// A row for each of these classes, with its IoU of each group.
    func classes(_ names: [String]) -> String {
        aligned(
            [["IoU"] + groups.map(\.name)]
                + names.map { name in [name.printable] + groups.map { percent($0.score.classes[name]) } })
    }
}
