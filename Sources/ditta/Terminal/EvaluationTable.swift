import Checkpoints
import Foundation
import Metrics
import Reports

/// An evaluation as a table for people; shares are in percent, undefined ones a dash.
struct EvaluationTable: CustomStringConvertible {
    let report: EvaluationReport

    var description: String {
        [heading, scores, classes, definitions].joined(separator: "\n\n")
    }

    private var heading: String {
        let ignored = report.ignoredIds.map(String.init).joined(separator: ", ")
        return """
            \(report.predictions) against \(report.truth)
            \(counted(report.videos, "video")), \(counted(report.frames, "frame")) evaluated, \
            \(report.skippedFrames) skipped, paired by \(report.pairing.joined(separator: " or "))
            \(counted(report.classes.count, "class", "classes")) from \(report.classesFrom), \
            ignored ids: \(ignored.isEmpty ? "none" : ignored), label offset \(report.labelOffset)
            \(counted(report.pixels, "true pixel")): \(leftOut)
            """
    }

    /// What of the truth the scores do not see.
    private var leftOut: String {
        func part(_ pixels: Int) -> String {
            pixels == 0 ? "none" : "\(pixels) (\(percent(100 * Double(pixels) / Double(report.pixels))) %)"
        }
        return "\(part(report.ignoredPixels)) ignored, \(part(report.outsidePixels)) outside the classes"
    }

    private var scores: String {
        aligned([
            ["", "VSPW", "strict", "without void"],
            ["mIoU", percent(report.meanIoU), percent(report.strictMeanIoU), ""],
            ["wIoU", percent(report.weightedIoU), "", ""],
            [
                "mVC8", percent(report.consistency8), percent(report.consistency8Strict),
                percent(report.consistency8WithoutVoid),
            ],
            [
                "mVC16", percent(report.consistency16), percent(report.consistency16Strict),
                percent(report.consistency16WithoutVoid),
            ],
            ["", "", "", ""],
            ["pixel accuracy", percent(report.pixelAccuracy), "", ""],
            ["flicker", percent(report.predictionFlicker), "", ""],
            ["flicker of the truth", percent(report.truthFlicker), "", ""],
        ])
    }

    private var classes: String {
        aligned(
            [["class", "IoU", "true pixels", "predicted"]]
                + report.classes.map {
                    [$0.name.printable, percent($0.overlap), String($0.truthPixels), String($0.predictedPixels)]
                })
    }

    private var definitions: String {
        let width = report.definitions.map(\.name.count).max() ?? 0
        return report.definitions.map { definition in
            wrapped(definition.meaning, columns: 100 - width).enumerated().map { index, line in
                padded(index == 0 ? definition.name : "", to: width) + "  " + line
            }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

/// A share in percent, a dash where there is none.
func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f", $0) } ?? "-"
}

private func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
}

/// Rows as columns: the first set left, the others set right.
func aligned(_ rows: [[String]]) -> String {
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
