import ArgumentParser
import DittaKit
import Foundation
import Metrics
import Raster

/// The frozen network in bfloat16 beside single precision, on a labelled clip.
struct PrecisionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precision",
        abstract: "Compares labels and scores of both precisions on a labelled clip and prints them as Markdown."
    )

    @OptionGroup var labelled: LabelledClipArguments

    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    func run() throws {
        let (model, clip) = (try Model(model), try labelled.load())
        let (frames, truth) = (clip.frames, clip.truth)
        print("| | labels that agree, % | mIoU fp32 → bf16 | mVC8 fp32 → bf16 |")
        print("| --- | --- | --- | --- |")
        for (name, choice) in [("plain", MethodChoice.plain()), ("balanced", try .ditta())] {
            let labels = try labels(model, choice, frames)
            let pixels = labels[0].reduce(0) { $0 + $1.labels.count }
            let equal = zip(labels[0], labels[1]).reduce(0) { sum, pair in
                sum + zip(pair.0.labels, pair.1.labels).count { $0 == $1 }
            }
            let scores = try labels.map { try labelled.scores($0, truth, classNames: model.classNames, from: 0) }
            func pair(_ value: (EvaluationSummary) -> Double?) -> String {
                scores.map { value($0).map { String(format: "%.2f", $0) } ?? "–" }.joined(separator: " → ")
            }
            print(
                "| \(name) | \(String(format: "%.2f", 100 * Double(equal) / Double(pixels))) | "
                    + "\(pair { $0.overlap.meanIoU }) | \(pair { $0.consistency8.vspw }) |")
        }
    }

    /// The labels of both precisions, adapted once in the first, so that what is compared is the frozen network.
    private func labels(_ model: Model, _ choice: MethodChoice, _ frames: [Frame]) throws -> [[LabelMap]] {
        func session(_ precision: ComputePrecision) throws -> Session {
            try Session(
                model, choice, width: frames[0].image.width, height: frames[0].image.height, precision: precision)
        }
        var sessions = [try session(.fp32), try session(.bf16)]
        for frame in frames.prefix(try WarmUpPlan().length(of: frames.count)) { try sessions[0].observe(frame) }
        try sessions[0].freeze()
        try sessions[1].restore(sessions[0].state())
        return try sessions.indices.map { index in try frames.flatMap { try sessions[index].label($0).map(\.labels) } }
    }
}
