import ArgumentParser
import Checkpoints
import CloudAdaptation
import Clouds
import DittaKit
import Foundation
import Tensors

/// `ditta cloud bench`: methods in comparison, with and without shifts.
struct CloudBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract:
            "Compares methods on labelled scenes, as they are and as other sensors and weather would have made them.",
        discussion: """
            Writes bench.json and bench.md, a table of methods and shifts, and prints it. A cell that is finished is kept in \
            the folder: the same command goes on after the last one, and more methods and shifts may be asked for.
            """
    )

    @Argument(help: ArgumentHelp("A data set, a drive, a folder of scenes, or one, with labels.", valueName: "data"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "A folder that 'ditta cloud train' made. (default: the model of rendered streets that comes with ditta)",
            valueName: "dir"))
    var model: String?

    @Option(help: ArgumentHelp("Methods, parted by commas.", valueName: "names"), transform: Self.methods)
    var methods: [CloudMethod] = [.joint, .tent, .dua, .adacontrast, .tttKDO, .tttKD]

    @Option(
        help: ArgumentHelp(
            "Shifts as --shift of 'ditta cloud run' has them, or none, parted by commas.", valueName: "kinds"),
        transform: Self.shifts)
    var shifts: [Column] = [Column(name: "none", shift: nil)]

    @Option(help: ArgumentHelp("A model trained with --distill-weight 0, as another row.", valueName: "dir"))
    var source: String?

    @Option(help: ArgumentHelp("A model trained where the scenes are, as another row.", valueName: "dir"))
    var oracle: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A folder for the table; it is made, or gone on with.", valueName: "dir"))
    var output: String

    @Option(help: ArgumentHelp("Label the scenes of these drives only, by names parted by commas.", valueName: "names"))
    var only: String?

    @OptionGroup(title: "Teacher") var teacher: CloudTeacherArguments
    @OptionGroup(title: "Numbers of ttt-kd and ttt-kd-o") var training: TestTimeArguments

    @OptionGroup var telling: ProgressArguments

    @Option(help: ArgumentHelp("Threads to use. (default: all cores)", valueName: "n"))
    var threads: Int?

    /// A column of the table.
    struct Column {
        let name: String
        let shift: Corruption?
    }

    /// A row of the table.
    private struct Row {
        let name, model: String
        let method: CloudMethod
    }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads): expected 1 to 1024")
        }
        for (option, names) in [("--methods", methods.map(\.rawValue)), ("--shifts", shifts.map(\.name))]
        where names.isEmpty || Set(names).count != names.count {
            throw ValidationError("\(option): expected at least one, and none twice")
        }
        let given = teacher.teacher == nil ? training.given.first : "--teacher"
        if let given, !methods.contains(where: \.isTaught) {
            throw ValidationError("\(given): none of --methods is trained on pictures")
        }
        try training.check(for: .tttKD)
    }

    func run() throws {
        telling.apply()
        if let threads { Parallel.workers = threads }
        let model = try modelFolder
        let trained = try CloudModel(path: model)
        let names = trained.labels.names
        let scenes = try openScenes(at: openable(data), classes: SemanticKITTIClasses(names: names) ?? .nineteen)
        guard scenes.classes?.names == names else {
            throw DittaError(
                "\(data): expected labels of the model's classes, \(names.joined(separator: ", ")), found "
                    + (scenes.classes?.names.joined(separator: ", ") ?? "none"))
        }
        let chosen = try scenes.scenes(ofDrives: only)
        for other in [source, oracle].compactMap(\.self)
        where try CloudModel(path: openable(other)).labels.names != names {
            throw DittaError("\(other): has other classes than \(model), expected the same")
        }
        let teacher = methods.contains(where: \.isTaught) ? try teacher.load() : nil
        try teacher.map(trained.check)
        let folder = try BenchFolder(at: output, plan: try plan(scenes, chosen))
        Interruption.watch { [rest] signal in
            printRemark("\nError: stopped by \(Interruption.name(signal)); \(rest.printable)\n")
        }
        try fill(folder, scenes, chosen, teacher)
        let report = BenchReport(
            rows: rows(model).map(\.name), shifts: shifts.map(\.name),
            models: ["model": model].merging(
                [("source", source), ("oracle", oracle)].compactMap { name, path in path.map { (name, $0) } }
            ) { $1 }
        ) { row, shift in try? folder.report(row, shift) }
        try folder.write(report)
        try printResult(report.markdown)
    }

    /// Makes the cells that are not there.
    private func fill(
        _ folder: BenchFolder, _ source: any SceneSource, _ chosen: [Int], _ teacher: CloudTeacher?
    ) throws {
        let cells = try shifts.flatMap { shift in
            try rows(modelFolder).map { ($0, shift, try folder.report($0.name, shift.name) == nil) }
        }
        let missing = cells.filter(\.2).map { ($0.0, $0.1) }
        if missing.count < cells.count {
            printRemark("\(cells.count - missing.count) of \(cells.count) cells are there\n")
        }
        let model = try CloudModel(path: modelFolder)
        // A scene takes its steps, and about another one for all else.
        func cost(_ row: Row) throws -> Int { try numbers(row.method).method(row.method, of: model).steps + 1 }
        let total = try missing.reduce(0) { $0 + (try cost($1.0)) * chosen.count }
        let progress = Progress("comparing", "steps", total: total)
        var (done, notes) = (0, Set<String>())
        for (row, shift) in missing {
            let each = try cost(row)
            let report = try label(row, shift, source, chosen, teacher) { scene, step in
                progress.advance(to: done + scene * each + step)
            } note: { note in
                if notes.insert(note).inserted { progress.say("Note: \(note.printable)") }
            }
            done += each * chosen.count
            try folder.keep(report, row.name, shift.name)
            if let score = report.scores?.all {
                progress.say(
                    "\(row.name), \(shift.name): mIoU \(percent(score.meanIoU)), accuracy \(percent(score.accuracy))")
            }
        }
        progress.finish()
    }

    /// Labels all scenes in one way.
    private func label(
        _ row: Row, _ column: Column, _ source: any SceneSource, _ chosen: [Int], _ teacher: CloudTeacher?,
        advance: (_ scene: Int, _ step: Int) -> Void, note: (String) -> Void
    ) throws -> CloudReport {
        let model = try CloudModel(path: openable(row.model))
        let names = model.labels.names
        let numbers = try numbers(row.method)
        var run = try CloudRun(
            model, numbers.method(row.method, of: model), taughtBy: row.method.isTaught ? teacher : nil, over: source,
            window: self.teacher.window, shift: column.shift)
        var report = CloudReport(
            method: row.method.rawValue, model: row.model, data: data, settings: numbers.described(row.method),
            shift: column.shift == nil ? nil : column.name, classes: names)
        for (place, index) in chosen.enumerated() {
            var step = 0
            let labelled = try run(index) {
                advance(place, step)
                step += 1
                return Interruption.requested != nil
            }
            try checkStopped(leaving: rest)
            labelled.notes.forEach(note)
            report.scenes.append(labelled.report)
        }
        guard report.scenes.contains(where: { $0.scores != nil }) else {
            throw DittaError("\(data): none of its \(chosen.count) scenes has labels to compare with")
        }
        if row.method.isTaught, report.scenes.allSatisfy({ $0.pairedVoxels == 0 }) {
            throw DittaError(
                "\(data): no point of its \(chosen.count) scenes has a pixel, so that \(row.name) has nothing to train on; "
                    + "expected --methods without it")
        }
        report.scores = run.scores?.report(names)
        return report
    }

    /// What is left of a benchmark that was stopped.
    private var rest: String { "\(output) has the cells that were finished, from which the same command goes on" }

    private var modelFolder: String { get throws { try model.map(openable) ?? shippedCloudModel() } }

    private func rows(_ model: String) -> [Row] {
        (source.map { [Row(name: "source", model: $0, method: .joint)] } ?? [])
            + methods.map { Row(name: $0.rawValue, model: model, method: $0) }
            + (oracle.map { [Row(name: "oracle", model: $0, method: .joint)] } ?? [])
    }

    /// The numbers of a method: those that were given are of training at test time only.
    private func numbers(_ method: CloudMethod) throws -> TestTimeArguments {
        method.isTaught ? training : try TestTimeArguments.parse([])
    }

    /// What the numbers of a cell depend on.
    private func plan(_ source: any SceneSource, _ chosen: [Int]) throws -> [String: String] {
        var plan = [
            "data": data, "pair-window": "\(teacher.pairWindow)", "images": "\(teacher.images)", "only": only ?? "all",
        ]
        plan["number of scenes"] = "\(chosen.count)"
        for (name, path) in [("model", try modelFolder), ("source", self.source), ("oracle", oracle)] {
            plan[name] = try path.map { try CloudModel.contentHash(at: openable($0)) }
        }
        for method in methods where method.isTaught {
            for (name, value) in training.described(method) { plan["\(name) of \(method.rawValue)"] = value }
        }
        return plan
    }

    private static func methods(_ text: String) throws -> [CloudMethod] {
        try text.split(separator: ",").map { name in
            guard let method = CloudMethod(rawValue: String(name)) else {
                let known = CloudMethod.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(name)' is no method, expected some of \(known)")
            }
            return method
        }
    }

    private static func shifts(_ text: String) throws -> [Column] {
        try text.split(separator: ",").map { part in
            if part == "none" { return Column(name: "none", shift: nil) }
            guard let shift = Shift(argument: String(part)) else {
                throw ValidationError("'\(part)' is no shift, expected none or such as beams=4")
            }
            return Column(name: shift.text, shift: shift.corruption)
        }
    }
}
