import ArgumentParser
import Checkpoints
import CloudAdaptation
import Clouds
import DittaKit
import Foundation
import Reports
import Tensors

/// `ditta cloud run`: labels of points, after training on each scene's pictures.
struct CloudRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Labels the points of scenes, after training the model on each scene with its pictures.",
        discussion: """
            Writes labels/…, a file for each scene, classes.json and report.json into a folder, whole or not at all. Where the \
            data has labels of the same classes, the report says how right the points with and without a pixel are.
            """
    )

    @Argument(help: ArgumentHelp("A data set, a drive, a folder of scenes, or one.", valueName: "scenes"))
    var scenes: String

    @Option(
        help: ArgumentHelp(
            "A folder that 'ditta cloud train' made. (default: the model of rendered streets that comes with ditta)",
            valueName: "dir"))
    var model: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("A folder for the output; it is made.", valueName: "dir"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "joint: the model as trained; tent, dua, adacontrast: adapted to each scene without pictures; ttt-kd: trained on each "
                + "scene's pictures; ttt-kd-o: the same from where the scene before ended."))
    var method = CloudMethod.tttKD

    @OptionGroup(title: "Teacher") var teacher: CloudTeacherArguments
    @OptionGroup(title: "Test-time training") var training: TestTimeArguments

    @Option(help: ArgumentHelp("Label the scenes of these drives only, by names parted by commas.", valueName: "names"))
    var only: String?

    @Option(help: "What files of labels are: SemanticKITTI's .label, or PLY with the points.")
    var format = Format.label

    @Option(
        help: ArgumentHelp(
            "Label scans that another sensor or weather would have made: beams=4, noise=0.1, drops=0.3, height=0.77, fog=80. "
                + "They are written as PLY.", valueName: "kind=x"))
    var shift: Shift?

    @Flag(inversion: .prefixedNo, help: "A page with the clouds to turn, pictures with labels and losses: report.html.")
    var page = true

    @OptionGroup var telling: ProgressArguments

    @Option(help: ArgumentHelp("Threads to use. (default: all cores)", valueName: "n"))
    var threads: Int?

    enum Format: String, ExpressibleByArgument, CaseIterable { case label, ply }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): expected 1 to 1024")
        }
        if !method.isTaught, teacher.teacher != nil {
            throw ValidationError("--teacher: --method \(method.rawValue) looks at no picture, and is not taught")
        }
        try training.check(for: method)
    }

    func run() throws {
        telling.apply()
        if let threads { Parallel.workers = threads }
        try checkIsFree(output)
        let model = try model.map(openable) ?? shippedCloudModel()
        let trained = try CloudModel(path: model)
        let teacher = method.isTaught ? try teacher.load() : nil
        let names = trained.labels.names
        let source = try openScenes(at: openable(scenes), classes: SemanticKITTIClasses(names: names) ?? .nineteen)
        let chosen = try source.scenes(ofDrives: only)
        let method = training.method(method, of: trained)
        var run = try CloudRun(
            trained, method, taughtBy: teacher, over: source, window: self.teacher.window,
            shift: shift?.corruption)
        var report = CloudReport(
            method: self.method.rawValue, model: model, data: scenes, settings: training.described(self.method),
            shift: shift?.text, classes: names)
        Interruption.watch { signal in
            printRemark("\nError: stopped by \(Interruption.name(signal)); nothing is written\n")
        }
        // Where there are steps, they are what takes the time.
        let each = max(method.steps, 1)
        let progress = Progress("labelling", each == 1 ? "scenes" : "steps", total: chosen.count * each)
        try makeFolder(at: output) { folder in
            let page = page ? try CloudPage(at: folder + "/report.html", report) : nil
            for index in chosen {
                var steps = report.scenes.count * each
                let labelled = try run(index) {
                    progress.advance(to: steps)
                    steps += 1
                    return Interruption.requested != nil
                }
                try checkStopped()
                for note in labelled.notes { progress.say("Note: \(note.printable)") }
                try write(labelled, labelTable: trained.labels, into: folder)
                try page?.add(labelled)
                report.scenes.append(labelled.report)
                progress.advance(to: report.scenes.count * each)
            }
            if self.method.isTaught, report.scenes.allSatisfy({ $0.pairedVoxels == 0 }) {
                throw DittaError(
                    "\(scenes): no point of its \(chosen.count) scenes has a pixel, so that --method \(self.method.rawValue) has nothing to "
                        + "train on; 'ditta cloud check' shows why, --method joint labels without")
            }
            if report.scenes.contains(where: { $0.scores != nil }) {
                report.scores = run.scores?.report(names)
                report.scoresAsTrained = run.scoresAsTrained?.report(names)
            }
            try page?.finish(report)
            try encodedJSON(report).write(to: URL(fileURLWithPath: folder + "/report.json"))
            try encodedJSON(trained.configuration.classes).write(to: URL(fileURLWithPath: folder + "/classes.json"))
        }
        progress.finish()
        try printResult("\(report.scenes.count) scenes labelled in \(output)")
        if let scores = report.scores {
            try printResult(ScoreTable(scores).totals(before: report.scoresAsTrained.map(ScoreTable.init)))
        }
    }

    private func write(_ labelled: CloudRun.Labelled, labelTable table: LabelTable, into folder: String) throws {
        let path = "\(folder)/labels/\(labelled.report.name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        if format == .ply || shift != nil {
            try writePLY(labelled.cloud, labels: table, to: path + ".ply")
        } else {
            try writePointLabels(labelled.cloud.labels ?? [], as: table, to: path + ".label")
        }
    }
}

/// The model of point clouds that comes with ditta.
///
/// - Throws: a sentence, if it is not beside the program.
func shippedCloudModel() throws -> String {
    try shippedFolder("weights/mink14-half-world10", otherwise: "give a model with --model")
}
