import ArgumentParser
import Dense
import DittaKit
import Foundation
import Methods
import Metrics
import Networks
import Raster

/// The methods side by side on a labelled clip.
struct ClipBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip",
        abstract: "Runs the plain model and every preset on a labelled clip and prints their scores as Markdown."
    )

    @OptionGroup var labelled: LabelledClipArguments
    @OptionGroup var network: NetworkArguments

    @Option(help: "The share of the frames to adapt on.")
    var warmup = 0.1

    @OptionGroup var given: SettingArguments

    func run() throws {
        let (model, clip) = (try network.load(), try labelled.load())
        let (frames, truth) = (clip.frames, clip.truth)
        let length = try WarmUpPlan(share: warmup, maximum: 10_000).length(of: frames.count)
        var columns = [try column("ISS", .plain(), model, frames, truth, length: length)]
        for preset in [MethodChoice.Preset.reference, .paper, .balanced] {
            let choice = try MethodChoice.ditta(preset, settings: given.settings)
            columns.append(try column(preset.rawValue, choice, model, frames, truth, length: length))
        }
        // The plain model has no targets; the last column has every row.
        let rows = columns[columns.count - 1].rows.map(\.name)
        print("| | " + columns.map(\.name).joined(separator: " | ") + " |")
        print("|" + String(repeating: " --- |", count: columns.count + 1))
        for row in rows {
            let cells = columns.map { column in column.rows.first { $0.name == row }?.value ?? "–" }
            print("| \(row) | " + cells.joined(separator: " | ") + " |")
        }
    }

    private struct Column {
        let name: String
        var rows: [(name: String, value: String)]
    }

    /// Adapts on the first frames, labels all, and scores those after the warm-up.
    private func column(
        _ name: String, _ choice: MethodChoice, _ model: Model, _ frames: [Frame], _ truth: [LabelMap], length: Int
    ) throws -> Column {
        var session = try Session(
            model, choice, width: frames[0].image.width, height: frames[0].image.height, precision: network.precision)
        var taught: TaughtAccuracy?
        let warmUp = try seconds {
            for frame in frames.prefix(length) { try session.observe(frame) }
            try session.freeze { event in
                let plain = { (frame: WarmUpFrame) in frame.prediction.labels }
                let ignore = Set(labelled.ignore)
                switch event {
                case .taught(let labels, let seen):
                    taught = TaughtAccuracy(labels.targets, seen, truth, ignoring: ignore, plain: plain)
                case .held(let seen, let upsampling):
                    taught = TaughtAccuracy(seen, upsampling, truth, ignoring: ignore, plain: plain)
                default: break
                }
            }
        }
        var labels: [LabelMap] = []
        let labelling = try seconds {
            for frame in frames { labels += try session.label(frame).map(\.labels) }
        }
        let summary = try labelled.scores(labels, truth, classNames: model.classNames, from: length)
        func text(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "–" }
        var rows: [(name: String, value: String)] = [
            ("mIoU", text(summary.overlap.meanIoU)), ("wIoU", text(summary.overlap.weightedIoU)),
            ("accuracy", text(summary.overlap.pixelAccuracy)),
            ("mVC8", text(summary.consistency8.vspw)), ("mVC8 strict", text(summary.consistency8.strict)),
            ("mVC16", text(summary.consistency16.vspw)), ("mVC16 strict", text(summary.consistency16.strict)),
            ("flicker", text(summary.predictionFlicker)),
        ]
        rows += summary.classes.map { ("IoU \($0.name)", text($0.overlap)) }
        rows.append(("frozen frames/s", String(format: "%.1f", Double(frames.count) / labelling)))
        if let taught {
            rows += [
                ("warm-up, s", text(warmUp)), ("targets: coverage", text(taught.covered)),
                ("targets: right", text(taught.right)), ("ISS there: right", text(taught.plain)),
            ]
        }
        return Column(name: name, rows: rows)
    }
}
