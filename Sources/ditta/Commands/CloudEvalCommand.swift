import ArgumentParser
import Checkpoints
import CloudAdaptation
import Clouds
import Foundation
import Reports

/// `ditta cloud eval`: scores predicted labels of points against the data's.
struct CloudEvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Scores predicted labels of points against the data's labels.",
        discussion: """
            PREDICTIONS is the output folder of 'ditta cloud run', or a folder of .label files in SemanticKITTI's layout, \
            sequences/00/predictions/000003.label. All scenes of DATA that have labels need a file.

            mIoU is the mean over the classes that occur in the truth. Points without a true class do not count; those that are \
            predicted as no class are wrong.
            """
    )

    @Argument(help: ArgumentHelp("Predicted labels.", valueName: "predictions"))
    var predictions: String

    @Argument(help: ArgumentHelp("A data set, a drive, a folder of scenes, or one, with labels.", valueName: "data"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "Which of SemanticKITTI's classes. (default: those of 'classes.json' beside the predictions, else 19)"))
    var classes: SemanticKITTIClasses?

    @Option(help: ArgumentHelp("Score the scenes of these drives only, by names parted by commas.", valueName: "names"))
    var only: String?

    @Option(help: ArgumentHelp("The --shift that 'ditta cloud run' was given.", valueName: "kind=x"))
    var shift: Shift?

    @Flag(help: "Print JSON for programs instead of a table.")
    var json = false

    func run() throws {
        let folder = try LabelFolder(path: openable(predictions))
        let named = folder.classes?.names
        let source = try openScenes(
            at: openable(data), classes: classes ?? named.flatMap(SemanticKITTIClasses.init(names:)) ?? .nineteen)
        if classes == nil, let named, let known = source.classes?.names, known != named {
            throw CloudError(
                "\(predictions)/classes.json: has the classes \(named.joined(separator: ", ")), expected those of \(data), "
                    + known.joined(separator: ", "))
        }
        let chosen = try source.scenes(ofDrives: only)
        let progress = Progress("scoring", "scenes", total: chosen.count)
        let evaluation = try folder.evaluation(against: source, chosen, changedBy: shift?.corruption) {
            progress.advance(to: $0)
        }
        progress.finish()
        for note in evaluation.notes { printRemark("Note: \(note.printable)\n") }
        if json { return try printResult(String(decoding: try encodedJSON(evaluation), as: UTF8.self)) }
        let table = ScoreTable(evaluation.scores)
        let heading = "\(predictions) against \(data): \(evaluation.scenes.count) scenes, in percent"
        try printResult(heading.printable + "\n")
        try printResult(table.totals() + "\n\n" + table.classes(evaluation.classes))
    }
}
