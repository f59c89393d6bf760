import Checkpoints
import CloudAdaptation

/// Scores of points as tables for people, in percent: of all, of those with a pixel, and of those without.
struct ScoreTable {
    private let groups: [(name: String, score: CloudReport.Score)]

    init(_ scores: CloudReport.Scores) {
        groups = [("all", scores.all), ("with a pixel", scores.paired), ("without", scores.unpaired)]
    }

    /// A row for each group of points; beside them what they were before.
    func totals(before: ScoreTable? = nil) -> String {
        let heads =
            ["points", "mIoU"] + (before == nil ? [] : ["before"]) + ["accuracy"] + (before == nil ? [] : ["before"])
        return aligned(
            [heads + ["count"]]
                + groups.indices.map { index in
                    let (name, score) = groups[index]
                    let old = before?.groups[index].score
                    return [name, percent(score.meanIoU)] + (old.map { [percent($0.meanIoU)] } ?? [])
                        + [percent(score.accuracy)] + (old.map { [percent($0.accuracy)] } ?? []) + [
                            String(score.points)
                        ]
                })
    }

    /// A row for each of these classes, with its IoU of each group.
    func classes(_ names: [String]) -> String {
        aligned(
            [["IoU"] + groups.map(\.name)]
                + names.map { name in [name.printable] + groups.map { percent($0.score.classes[name]) } })
    }
}
