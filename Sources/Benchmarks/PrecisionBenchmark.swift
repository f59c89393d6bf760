import ArgumentParser
import Compiled
import Foundation
import Media
import Methods
import Metrics
import Networks
import Raster
import Tensors

/// The frozen network in bfloat16 beside single precision, on a labelled clip.
struct PrecisionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precision",
        abstract: "Compares labels and scores of both precisions on a labelled clip and prints them as Markdown."
    )

    @Argument(help: "A folder with frames/ and labels/.")
    var clip: String

    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    @Option(help: "A truth id that counts as no label.")
    var ignore: [Int] = [255, 11]

    func run() throws {
        let network = try SegFormer(path: model)
        var images: [Image] = []
        let reader = try openFrames(at: clip + "/frames")
        while let frame = try reader.next() { images.append(frame.image) }
        let warmUp = max(images.count / 10, 1)
        let sources = Precision.allCases.map {
            SourceModel(network, width: reader.width, height: reader.height, precision: $0)
        }
        // Adapted once, so that what is compared is the frozen network.
        let frames = images.prefix(warmUp).map(sources[0].observe)
        let targets = try PseudoLabels(
            frames, teacher: try AffinityTeacher(frames: frames), options: .balanced, progress: { _, _ in }
        ).targets
        let adapted = try adapt(sources[0], to: frames, teaching: targets, options: .balanced, progress: { _, _ in })
            .model
        print("| | labels that agree, % | mIoU fp32 → bf16 | mVC8 fp32 → bf16 |")
        print("| --- | --- | --- | --- |")
        for (name, model) in [("plain", nil), ("balanced", adapted)] {
            let labels = sources.map { source in
                var frozen = FrozenModel(source, adapted: model, options: .balanced)
                return images.map { frozen.label($0).adapted }
            }
            let pixels = labels[0].reduce(0) { $0 + $1.labels.count }
            let equal = zip(labels[0], labels[1]).reduce(0) { sum, pair in
                sum + zip(pair.0.labels, pair.1.labels).count { $0 == $1 }
            }
            let scores = try labels.map { try summary(of: $0, classNames: network.classNames) }
            func pair(_ value: (EvaluationSummary) -> Double?) -> String {
                scores.map { value($0).map { String(format: "%.2f", $0) } ?? "–" }.joined(separator: " → ")
            }
            print(
                "| \(name) | \(String(format: "%.2f", 100 * Double(equal) / Double(pixels))) | "
                    + "\(pair { $0.overlap.meanIoU }) | \(pair { $0.consistency8.vspw }) |")
        }
    }

    private func summary(of labels: [LabelMap], classNames: [String]) throws -> EvaluationSummary {
        var evaluation = try Evaluation(classNames: classNames, ignoring: Set(ignore), labelOffset: 0)
        evaluation.beginVideo()
        for (path, prediction) in zip(try labelFiles(in: clip + "/labels"), labels) {
            try evaluation.add(prediction: prediction, truth: try readLabels(at: path))
        }
        return evaluation.summary
    }
}
