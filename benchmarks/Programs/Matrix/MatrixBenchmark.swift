import ArgumentParser
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// Models on clips whose pictures are corrupted: what adaptation brings, cell by cell.
struct MatrixBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matrix",
        abstract: "Runs clips × corruptions × models and prints scores of the plain model and of ditta as Markdown.")

    @Argument(help: "A JSON file with clips and models; benchmarks/matrix.json is one.")
    var plan = "benchmarks/matrix.json"

    @Option(help: "Only these clips, by name.")
    var clip: [String] = []

    @Option(help: "Only these corruptions.")
    var corruption: [Corruption] = Corruption.allCases

    @Option(help: "Only these models, by name.")
    var model: [String] = []

    @Option(help: "The share of the frames to adapt on.")
    var warmup = 0.1

    @Option(help: "An option of the method, NAME=VALUE.")
    var set: [String] = []

    @Option(help: "The preset.")
    var preset = "balanced"

    @Option(help: "The first frame that is scored; those after the warm-up otherwise.")
    var scoreFrom: Int?

    func run() throws {
        let plan = try MatrixPlan.read(plan)
        var settings: [String: String] = [:]
        for pair in set {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--set \(pair): expected NAME=VALUE") }
            settings[parts[0]] = parts[1]
        }
        guard let preset = MethodChoice.Preset(rawValue: preset) else { throw ValidationError("no preset \(preset)") }
        let method = try MethodChoice.ditta(preset, settings: settings)
        print("| clip | pictures | model | mIoU | accuracy | mVC8 | targets: cover | right | plain there | s |")
        print("|" + String(repeating: " --- |", count: 10))
        var table = MatrixTable()
        for network in plan.models where model.isEmpty || model.contains(network.name) {
            let loaded = try Model(plan.resolved(network.path))
            for clip in plan.clips where self.clip.isEmpty || self.clip.contains(clip.name) {
                let labelled = try LabelledClip(plan.resolved(clip.path))
                for corruption in corruption {
                    let cell = MatrixCell(
                        labelled, corruption, loaded, truthIDs: network.truth, ignore: plan.ignore)
                    let row = try row(cell, method)
                    table.add(row, corruption)
                    print("| \(clip.name) | \(corruption.rawValue) | \(network.name) | \(row.text) |")
                    fflush(nil)
                }
            }
        }
        print(table.text)
    }

    private func row(_ cell: MatrixCell, _ method: MethodChoice) throws -> MatrixRow {
        let count = cell.frames.count
        let length = try WarmUpPlan(share: warmup, maximum: 10_000).length(of: count)
        let scored = (scoreFrom ?? (length < count ? length : 0))..<count
        let (width, height) = (cell.frames[0].image.width, cell.frames[0].image.height)
        var plainSession = try Session(cell.model, .plain(), width: width, height: height, precision: .auto)
        let plain = try cell.frames.flatMap { try plainSession.label($0).map(\.labels) }
        var session = try Session(cell.model, method, width: width, height: height, precision: .auto)
        var taught = TaughtAccuracy()
        let warmUp = try seconds {
            for frame in cell.frames.prefix(length) { try session.observe(frame) }
            try session.freeze { event in
                guard case .taught(let labels, let seen) = event else { return }
                taught = TaughtAccuracy(labels.targets, seen, cell.truth, plain)
            }
        }
        let labels = try cell.frames.flatMap { try session.label($0).map(\.labels) }
        return MatrixRow(
            plain: try cell.scores(plain, on: scored), adapted: try cell.scores(labels, on: scored), taught: taught,
            seconds: warmUp)
    }
}

/// How right targets are.
struct TaughtAccuracy {
    /// In percent: of all pixels those with a target; of these those that are right, and that the plain model has right.
    var (covered, right, plain) = (0.0, 0.0, 0.0)

    init() {}

    init(_ targets: [DistillationTarget], _ frames: [WarmUpFrame], _ truth: [LabelMap], _ labels: [LabelMap]) {
        var (pixels, covered, judged, right, plain) = (0, 0, 0, 0, 0)
        for (target, frame) in zip(targets, frames) {
            let (truth, own) = (truth[frame.index].labels, labels[frame.index].labels)
            pixels += truth.count
            for (pixel, taught) in target.classes.labels.enumerated() where taught != noLabel {
                covered += 1
                guard truth[pixel] != noLabel else { continue }
                judged += 1
                if taught == truth[pixel] { right += 1 }
                if own[pixel] == truth[pixel] { plain += 1 }
            }
        }
        func percent(_ a: Int, _ b: Int) -> Double { 100 * Double(a) / Double(max(b, 1)) }
        (self.covered, self.right, self.plain) = (
            percent(covered, pixels), percent(right, judged), percent(plain, judged)
        )
    }
}

/// What is measured in a cell.
struct MatrixRow {
    let plain, adapted: EvaluationSummary
    let taught: TaughtAccuracy
    let seconds: Double

    var gain: (overlap: Double, accuracy: Double, consistency: Double) {
        (
            (adapted.overlap.meanIoU ?? 0) - (plain.overlap.meanIoU ?? 0),
            (adapted.overlap.pixelAccuracy ?? 0) - (plain.overlap.pixelAccuracy ?? 0),
            (adapted.consistency8.vspw ?? 0) - (plain.consistency8.vspw ?? 0)
        )
    }

    var text: String {
        func pair(_ a: Double?, _ b: Double?) -> String { String(format: "%.1f → %.1f", a ?? .nan, b ?? .nan) }
        return [
            pair(plain.overlap.meanIoU, adapted.overlap.meanIoU),
            pair(plain.overlap.pixelAccuracy, adapted.overlap.pixelAccuracy),
            pair(plain.consistency8.vspw, adapted.consistency8.vspw),
            String(format: "%.1f | %.1f | %.1f", taught.covered, taught.right, taught.plain),
            String(format: "%.1f", seconds),
        ].joined(separator: " | ")
    }
}

/// Means and worst cells.
struct MatrixTable {
    private var rows: [(row: MatrixRow, corruption: Corruption)] = []

    mutating func add(_ row: MatrixRow, _ corruption: Corruption) { rows.append((row, corruption)) }

    var text: String {
        func line(_ name: String, _ rows: [MatrixRow]) -> String {
            func mean(_ value: (MatrixRow) -> Double) -> Double {
                rows.map(value).reduce(0, +) / Double(max(rows.count, 1))
            }
            let worst = rows.map(\.gain.overlap).min() ?? 0
            return String(
                format: "| %@ | %+.2f | %+.2f | %+.2f | %+.2f | %+.2f |", name, mean(\.gain.overlap), worst,
                mean(\.gain.accuracy), mean(\.gain.consistency), mean { $0.taught.right - $0.taught.plain })
        }
        var lines = [
            "", "| gain | mIoU | worst | accuracy | mVC8 | targets |", "| --- | --- | --- | --- | --- | --- |",
        ]
        lines.append(line("all", rows.map(\.row)))
        for kind in Corruption.allCases {
            let some = rows.filter { $0.corruption == kind }.map(\.row)
            if !some.isEmpty { lines.append(line(kind.rawValue, some)) }
        }
        return lines.joined(separator: "\n")
    }
}
