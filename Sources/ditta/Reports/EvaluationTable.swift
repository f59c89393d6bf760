import Foundation
import Metrics

/// An evaluation as a table for people; shares are in percent, undefined ones a dash.
struct EvaluationTable: CustomStringConvertible {
    let report: EvaluationReport

    var description: String {
        [heading, scores, classes, definitions].joined(separator: "\n\n")
    }

    private var heading: String {
        let summary = report.summary
        let ignored = report.ignoring.sorted().map(String.init).joined(separator: ", ")
        return """
            \(report.predictions) against \(report.truth)
            \(counted(summary.videos, "video")), \(counted(summary.frames, "frame")) evaluated, \
            \(report.skippedFrames) skipped, paired by \(report.pairing.joined(separator: " or "))
            \(counted(summary.classes.count, "class", "classes")) from \(report.classesFrom), \
            ignored ids: \(ignored.isEmpty ? "none" : ignored), label offset \(report.labelOffset)
            """
    }

    private var scores: String {
        let summary = report.summary
        let (overlap, eight, sixteen) = (summary.overlap, summary.consistency8, summary.consistency16)
        return aligned([
            ["", "VSPW", "strict", "without void"],
            ["mIoU", percent(overlap.meanIoU), percent(overlap.strictMeanIoU), ""],
            ["wIoU", percent(overlap.weightedIoU), "", ""],
            ["mVC8", percent(eight.vspw), percent(eight.strict), percent(eight.withoutVoid)],
            ["mVC16", percent(sixteen.vspw), percent(sixteen.strict), percent(sixteen.withoutVoid)],
            ["", "", "", ""],
            ["pixel accuracy", percent(overlap.pixelAccuracy), "", ""],
            ["flicker", percent(summary.predictionFlicker), "", ""],
            ["flicker of the truth", percent(summary.truthFlicker), "", ""],
        ])
    }

    private var classes: String {
        aligned(
            [["class", "IoU", "true pixels", "predicted"]]
                + report.summary.classes.map {
                    [$0.name, percent($0.overlap), String($0.truthPixels), String($0.predictedPixels)]
                })
    }

    private var definitions: String {
        let width = MetricDefinition.all.map(\.name.count).max() ?? 0
        return MetricDefinition.all.map { definition in
            wrapped(definition.meaning, columns: 100 - width).enumerated().map { index, line in
                padded(index == 0 ? definition.name : "", to: width) + "  " + line
            }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

private func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0) } ?? "-"
}

private func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// Rows as columns: the first set left, the others set right.
private func aligned(_ rows: [[String]]) -> String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        let cells = row.enumerated().map { column, cell in
            column == 0
                ? padded(cell, to: widths[0]) : String(repeating: " ", count: widths[column] - cell.count) + cell
        }
        let line = cells.joined(separator: "   ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
}

private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// A text in lines of at most so many columns, broken between words.
private func wrapped(_ text: String, columns: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, last.count + word.count < columns {
            lines[lines.count - 1] = last + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
