import ArgumentParser
import Compiled
import Dense
import DittaKit
import Foundation
import Methods
import Metrics
import Networks
import Raster

/// How a cell is run and scored.
struct MatrixScoring: ParsableArguments {
    @Option(help: "The share of the frames to adapt on.")
    var warmup = 0.1

    @Option(help: "The most frames adapted on, evenly spread over the warm-up.")
    var maximum = 128

    @Option(help: "The first frame that is scored; those after the warm-up otherwise.")
    var scoreFrom: Int?

    @Flag(help: "Also teach the truth of the warm-up's frames, in 40 steps: what the head could learn.")
    var bound = false

    /// Adapts on a cell's first frames, labels all, and scores them.
    func row(_ cell: MatrixCell, _ method: MethodChoice) throws -> MatrixRow {
        let count = cell.frames.count
        let plan = try WarmUpPlan(share: warmup, maximum: maximum)
        let length = plan.length(of: count)
        let first = scoreFrom ?? (length < count ? length : 0)
        guard (0..<count).contains(first) else {
            throw ValidationError("--score-from \(first): \(cell.name) has \(count) frames")
        }
        let scored = first..<count
        let (width, height) = (cell.frames[0].image.width, cell.frames[0].image.height)
        var plainSession = try Session(cell.model, .plain(), width: width, height: height, precision: .auto)
        let plain = try cell.frames.flatMap { try plainSession.label($0).map(\.labels) }
        var session = try Session(cell.model, method, width: width, height: height, precision: .auto)
        var taught = TaughtAccuracy()
        let warmUp = try seconds {
            for frame in cell.frames where plan.takes(frame.index, of: count) { try session.observe(frame) }
            try session.freeze { event in
                guard case .held(let seen, let upsampling) = event else { return }
                taught = TaughtAccuracy(seen, upsampling, cell.truth, ignoring: [Int(noLabel)]) { plain[$0.index] }
            }
        }
        let labels = try cell.frames.flatMap { try session.label($0).map(\.labels) }
        return MatrixRow(
            plain: try cell.scores(plain, on: scored), adapted: try cell.scores(labels, on: scored), taught: taught,
            bound: bound ? try taughtTruth(cell, length, on: scored) : nil, seconds: warmUp)
    }

    /// The scores of a head that 40 plain steps taught the truth of the warm-up's frames, frame by frame.
    private func taughtTruth(_ cell: MatrixCell, _ length: Int, on scored: Range<Int>) throws -> EvaluationSummary {
        let source = cell.source
        let seen = cell.frames.prefix(length).map { source.observe(source.prepare($0)) }
        let steps = (40 + length - 1) / length
        let settings = [
            "passes": "\(steps)", "source-weight": "0", "contrast-weight": "0", "memory-frames": "0",
            "learning-rate": "0.001",
        ]
        var options = DiTTAOptions.balanced
        for (name, value) in settings { try options.set(name, to: value) }
        let targets = cell.truth.prefix(length).map { DistillationTarget(classes: $0, objects: $0) }
        let model = try adapt(source, to: seen, teaching: targets, options: options) { _, _ in }
        var frozen = FrozenDecoder(source, model, options: options)
        let labels = cell.frames.map { frame in
            let input = source.prepare(frame).input
            return frozen.label(source.encoder(input), input: input).labels
        }
        return try cell.scores(labels, on: scored)
    }
}

/// What is measured in a cell.
struct MatrixRow {
    let plain, adapted: EvaluationSummary
    let taught: TaughtAccuracy
    let bound: EvaluationSummary?
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
            String(format: "%.1f | %.1f", taught.right, taught.plain),
            bound.map { String(format: "%.1f", $0.overlap.meanIoU ?? .nan) } ?? "",
            String(format: "%.1f", seconds),
        ].joined(separator: " | ")
    }
}

/// Means and worst cells.
struct MatrixTable {
    private var rows: [(row: MatrixRow, corruption: Corruption)] = []

    mutating func add(_ row: MatrixRow, _ corruption: Corruption) { rows.append((row, corruption)) }

    /// The means of all cells or of those of a corruption, as a row.
    func line(_ name: String, _ corruption: Corruption? = nil) -> String {
        let some = rows.filter { corruption == nil || $0.corruption == corruption }.map(\.row)
        func mean(_ value: (MatrixRow) -> Double) -> Double {
            some.map(value).reduce(0, +) / Double(max(some.count, 1))
        }
        return String(
            format: "| %@ | %+.2f | %+.2f | %+.2f | %+.2f | %+.2f |", name, mean(\.gain.overlap),
            some.map(\.gain.overlap).min() ?? 0, mean(\.gain.accuracy), mean(\.gain.consistency),
            mean { $0.taught.right - $0.taught.plain })
    }

    var text: String {
        let kinds = Corruption.allCases.filter { kind in rows.contains { $0.corruption == kind } }
        return
            (["", "| gain | mIoU | worst | accuracy | mVC8 | targets |", "| --- | --- | --- | --- | --- | --- |"]
            + [line("all")] + kinds.map { line($0.rawValue, $0) }).joined(separator: "\n")
    }
}
