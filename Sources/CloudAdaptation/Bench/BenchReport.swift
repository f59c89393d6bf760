import Foundation

/// `bench.json`: what methods reach on scenes, with and without shifts.
package struct BenchReport: Codable, Sendable {
    /// The data, and how many scenes of it are labelled.
    package let data: String
    package let scenes: Int
    /// The models by what they are: `model`, and where they are compared with `source` and `oracle`.
    package let models: [String: String]
    /// The classes in the order of their ids.
    package let classes: [String]
    /// The rows of the table: methods, and other models.
    package let rows: [String]
    /// The columns of the table: `none`, and shifts.
    package let shifts: [String]
    /// The cells, column by column.
    package let cells: [Cell]

    /// What a method reaches with a shift.
    package struct Cell: Codable, Sendable {
        package let row, shift: String
        /// The settings of the method by name.
        package let settings: [String: String]
        /// What a scene takes: pairs and pictures, adapting, and labels.
        package let secondsPerScene: Double
        package let scores: CloudReport.Scores
        /// How much higher mIoU is than that of `joint` with the same shift, in percent; nil where that is not known, or 0.
        package let relativeToJoint: Relative
    }

    /// A number for all points, those with a pixel, and those without.
    package struct Relative: Codable, Sendable {
        package var all, paired, unpaired: Double?
    }

    /// Takes the reports of the runs, which have scores.
    ///
    /// - Parameters:
    ///   - rows: the names of the rows.
    ///   - shifts: the names of the columns.
    ///   - models: where the models are.
    ///   - report: the report of a row and a shift; nil if there is none, which leaves the cell out.
    package init(
        rows: [String], shifts: [String], models: [String: String],
        report: (_ row: String, _ shift: String) -> CloudReport?
    ) {
        (self.rows, self.shifts, self.models) = (rows, shifts, models)
        var reports: [CloudReport] = []
        var cells: [Cell] = []
        for shift in shifts {
            let joint = report(CloudMethod.joint.rawValue, shift)?.scores
            for row in rows {
                guard let report = report(row, shift), let scores = report.scores else { continue }
                reports.append(report)
                func relative(_ group: KeyPath<CloudReport.Scores, CloudReport.Score>) -> Double? {
                    guard let base = joint?[keyPath: group].meanIoU, base > 0, let own = scores[keyPath: group].meanIoU
                    else { return nil }
                    return 100 * (own / base - 1)
                }
                let seconds = report.scenes.reduce(0) {
                    $0 + $1.seconds.reading + $1.seconds.training + $1.seconds.labelling
                }
                cells.append(
                    Cell(
                        row: row, shift: shift, settings: report.settings,
                        secondsPerScene: seconds / Double(max(report.scenes.count, 1)), scores: scores,
                        relativeToJoint: Relative(
                            all: relative(\.all), paired: relative(\.paired), unpaired: relative(\.unpaired))))
            }
        }
        self.cells = cells
        (data, classes) = (reports.first?.data ?? "", reports.first?.classes ?? [])
        scenes = reports.first?.scenes.count ?? 0
    }

    /// `bench.md`: the same as tables in Markdown.
    package var markdown: String {
        let groups: [(String, (Cell) -> (CloudReport.Score, Double?))] = [
            ("all points", { ($0.scores.all, $0.relativeToJoint.all) }),
            ("points with a pixel", { ($0.scores.paired, $0.relativeToJoint.paired) }),
            ("points without", { ($0.scores.unpaired, $0.relativeToJoint.unpaired) }),
        ]
        let tables = groups.map { name, group in
            table(name) { cell in
                let (score, relative) = group(cell)
                guard let mean = score.meanIoU, let accuracy = score.accuracy else { return "–" }
                let gain = cell.row == CloudMethod.joint.rawValue ? nil : relative
                return String(format: "%.1f (%.1f)", mean, accuracy)
                    + (gain.map { String(format: ", %+.1f %%", $0) } ?? "")
            }
        }
        let seconds = table("seconds a scene") { String(format: "%.2f", $0.secondsPerScene) }
        return """
            \(scenes) scenes. mIoU in percent (and the share of points that are right), and how much higher mIoU is than that of the \
            model as it was trained jointly.


            """ + (tables + [seconds]).joined(separator: "\n")
    }

    private func table(_ name: String, _ text: (Cell) -> String) -> String {
        let lines = rows.map { row in
            let line = shifts.map { shift in
                cells.first { $0.row == row && $0.shift == shift }.map(text) ?? "–"
            }
            return "| \(row) | \(line.joined(separator: " | ")) |\n"
        }
        return "| \(name) | \(shifts.joined(separator: " | ")) |\n" + "| --- |"
            + String(repeating: " --- |", count: shifts.count)
            + "\n" + lines.joined()
    }
}
