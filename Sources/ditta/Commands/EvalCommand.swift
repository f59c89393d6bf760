import ArgumentParser
import DittaKit
import Foundation
import Metrics
import Reports

/// `ditta eval`: scores predicted labels against their truth.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Scores predicted labels against the truth.",
        discussion: """
            PREDICTIONS is the output folder of 'ditta run', a folder of label PNGs, or a folder with one of these per \
            video. TRUTH is a folder of label PNGs, or a folder with one per video; the PNGs may lie in 'labels' or \
            'mask' within. Videos belong together by the names of their folders, frames by their order, or by their \
            names where the truth has fewer.

            The scores are those of VSPW, with strict variants beside them; the output says how each is defined.
            """
    )

    @Argument(help: ArgumentHelp("Predicted labels: PNGs whose pixels are class ids.", valueName: "predictions"))
    var predictions: String

    @Argument(help: ArgumentHelp("True labels: PNGs of the same sizes.", valueName: "truth"))
    var truth: String

    @Option(
        help: ArgumentHelp(
            "The number of classes. (default: from 'classes.json' beside the predictions, else the ids seen)",
            valueName: "n"))
    var classes: Int?

    @Option(
        help: ArgumentHelp(
            "A truth id, as stored, that counts as no label; repeat for more. "
                + "(default: 255, or 65535 where 255 is a class)",
            valueName: "id"))
    var ignore: [Int] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What to add to truth ids to get classes: -1 where the files count from 1.", valueName: "k"))
    var labelOffset = 0

    @Option(help: ArgumentHelp("Leave out so many frames at the start of every video.", valueName: "n"))
    var skip: Int?

    @Flag(help: "Leave out the warm-up frames that 'report.json' beside the predictions tells.")
    var skipWarmUp = false

    @Flag(help: "Print JSON for programs instead of a table.")
    var json = false

    func validate() throws {
        if let classes, !TruthLabels.permittedClasses.contains(classes) {
            throw ValidationError("--classes is \(classes): expected 1 to \(TruthLabels.permittedClasses.upperBound)")
        }
        if let id = ignore.first(where: { !(0...65535).contains($0) }) {
            throw ValidationError("--ignore is \(id): expected an id from 0 to 65535")
        }
        guard (-65535...65535).contains(labelOffset) else {
            throw ValidationError("--label-offset is \(labelOffset): expected -65535 to 65535")
        }
        if let skip, skip < 0 {
            throw ValidationError("--skip is \(skip): expected 0 or more frames")
        }
        if skip != nil, skipWarmUp {
            throw ValidationError("--skip and --skip-warm-up exclude each other: give one of them")
        }
    }

    func run() throws {
        let evaluate = EvaluationRun(
            predictions: predictions, truth: truth, classes: classes,
            ignoring: ignore.isEmpty ? nil : Set(ignore), labelOffset: labelOffset,
            skip: skipWarmUp ? .warmUp : .frames(skip ?? 0))
        let report = try evaluate()
        for note in report.notes { printRemark("Note: \(note)\n") }
        for warning in report.warnings { printRemark("Warning: \(warning)\n") }
        if json {
            try printResult(String(decoding: try encodedJSON(report), as: UTF8.self))
        } else {
            try printResult(EvaluationTable(report: report).description)
        }
    }
}
