import ArgumentParser
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// Whether frames that are held out tell harm from gain: adaptations that are good, and some that are made to fail.
struct HeldOutBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heldout",
        abstract: "Adapts well and badly, and prints what held-out frames say of it and what the truth says.")

    @OptionGroup var matrix: MatrixArguments

    @Option(help: "The share of the frames that is the warm-up.")
    var warmup = 0.1

    /// Names, and how the head is adapted; all label with the memory, so that only the head differs.
    private static let variants: [Variant] = [
        ("balanced", .balanced, [:], nil),
        ("balanced, rate 3e-3", .balanced, ["learning-rate": "0.003"], nil),
        ("balanced, rate 3e-2", .balanced, ["learning-rate": "0.03"], nil),
        ("balanced, prior 1", .balanced, ["source-prior": "1"], nil),
        ("masks alone", .balanced, ["source-weight": "0", "views": "1", "region-share": "0"], .affinity),
        ("paper", .paper, ["fusion": "memory", "picture": "auto"], .affinity),
        ("paper, rate 1e-2", .paper, ["learning-rate": "0.01", "fusion": "memory", "picture": "auto"], .affinity),
        ("reference", .reference, ["fusion": "memory", "picture": "auto"], .affinity),
    ]

    private typealias Variant = (
        name: String, preset: MethodChoice.Preset, settings: [String: String], teacher: TeacherChoice?
    )

    func run() throws {
        print(
            "| clip | pictures | model | adapted | views agree | found again | mIoU | mVC8 | kept | mIoU as labelled |")
        print("|" + String(repeating: " --- |", count: 10))
        try matrix.forEach { cell in
            let plain = try scores(cell, Self.variants[0], ["passes": "0", "held-out": "0"]).scores
            for variant in Self.variants {
                let forced = try scores(cell, variant, ["held-out": "0"]).scores
                let checked = try scores(cell, variant, ["held-out": "0.125"])
                guard let verdict = checked.verdict else { continue }
                let numbers = String(
                    format: "%+.1f | %+.1f | %+.1f | %+.1f | %@ | %+.1f",
                    100 * (verdict.adapted.agreement - verdict.published.agreement),
                    100 * (verdict.adapted.recall - verdict.published.recall),
                    (forced.overlap.meanIoU ?? 0) - (plain.overlap.meanIoU ?? 0),
                    (forced.consistency8.vspw ?? 0) - (plain.consistency8.vspw ?? 0),
                    verdict.isAdapted ? "yes" : "no",
                    (checked.scores.overlap.meanIoU ?? 0) - (plain.overlap.meanIoU ?? 0))
                print("| \(cell.name) | \(variant.name) | \(numbers) |")
                fflush(nil)
            }
        }
    }

    /// The scores behind the warm-up.
    private func scores(
        _ cell: MatrixCell, _ variant: Variant, _ more: [String: String]
    ) throws -> (scores: EvaluationSummary, verdict: HeldOutFrames.Verdict?) {
        let settings = variant.settings.merging(more) { $1 }
        let method = try MethodChoice.ditta(variant.preset, settings: settings, teacher: variant.teacher)
        let image = cell.frames[0].image
        var session = try Session(cell.model, method, width: image.width, height: image.height, precision: .auto)
        let warmUp = try cell.warmUp(warmup)
        for frame in warmUp { try session.observe(frame) }
        var verdict: HeldOutFrames.Verdict?
        try session.freeze { if case .judged(let judged) = $0 { verdict = judged } }
        let labels = try cell.frames.flatMap { try session.label($0).map(\.labels) }
        return (try cell.scores(labels, on: warmUp.count..<cell.frames.count), verdict)
    }
}
