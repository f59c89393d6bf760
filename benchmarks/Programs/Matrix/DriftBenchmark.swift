import ArgumentParser
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// What the alarm finds where pictures go bad in mid-video, and what adapting anew is worth there.
struct DriftBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract:
            "Corrupts the second half of each clip, and prints when that is noticed and scores of that half under each --on-drift."
    )

    @OptionGroup var matrix: MatrixArguments

    @Option(help: "The share of the frames that is the warm-up.")
    var warmup = 0.1

    func run() throws {
        print("| clip | then | model | alarms before | after frames | plain | warn | rewarm |")
        print("|" + String(repeating: " --- |", count: 8))
        try matrix.forEach { cell in
            let half = cell.frames.count / 2
            let plain = try labelled(cell, .plain(), half).scores
            // What comes at once would be taken for a cut; what comes slowly is not.
            func policy(_ name: String) throws -> MethodChoice {
                try .ditta(settings: ["on-cut": "ignore", "on-drift": name])
            }
            let warned = try labelled(cell, policy("warn"), half)
            let anew = try labelled(cell, policy("rewarm"), half)
            func text(_ scores: EvaluationSummary) -> String {
                String(format: "%.1f, %.1f", scores.overlap.meanIoU ?? .nan, scores.consistency8.vspw ?? .nan)
            }
            let columns = [
                "\(warned.alarms.count { $0 < half })",
                warned.alarms.first { $0 >= half }.map { "\($0 - half)" } ?? "–",
                text(plain), text(warned.scores), text(anew.scores),
            ]
            print("| \(cell.name) | \(columns.joined(separator: " | ")) |")
        }
    }

    /// The scores of the second half, where frames become those of the cell's corruption, and the frames of alarms.
    private func labelled(
        _ cell: MatrixCell, _ method: MethodChoice, _ half: Int
    ) throws -> (scores: EvaluationSummary, alarms: [Int]) {
        let image = cell.frames[0].image
        var session = try Session(cell.model, method, width: image.width, height: image.height, precision: .auto)
        let frames = cell.original.prefix(half) + cell.frames.suffix(from: half)
        for frame in frames.prefix(try cell.warmUp(warmup).count) { try session.observe(frame) }
        try session.freeze()
        var (labels, alarms): ([LabelMap], [Int]) = ([], [])
        for frame in frames {
            for labelled in try session.label(session.preparing(frame), comparing: false) {
                labels.append(labelled.labels)
                if case .drift = labelled.change { alarms.append(labelled.frame.index) }
            }
        }
        return (try cell.scores(labels, on: half..<frames.count), alarms)
    }
}
