import ArgumentParser
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// What becomes of labels behind a cut, under each policy.
struct SceneBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenes",
        abstract:
            "Joins two labelled clips of one size and prints scores of the frames behind the cut under each --on-cut.")

    @Argument(
        help:
            "A folder with labels/ and either frames/ or clip.mp4: one with a cut at --at, or one that another follows."
    )
    var first: String

    @Argument(help: "The clip that follows.")
    var second: String?

    @Option(help: "How many frames of the first clip there are before the cut; all if it is not told.")
    var at: Int?

    @Option(help: "The share of the frames before the cut to adapt on.")
    var warmup = 0.2

    @Option(help: "What is wrong with the second clip's pictures.")
    var corruption = Corruption.clean

    @Option(help: "A truth id that counts as no label.")
    var ignore: [Int] = [255, 11]

    @OptionGroup var network: NetworkArguments

    func run() throws {
        let (frames, truth, cut) = try joined()
        let model = try network.load()
        let length = try WarmUpPlan(share: warmup, maximum: 128).length(of: cut)
        func row(_ name: String, _ choice: MethodChoice) throws {
            let image = frames[0].image
            var session = try Session(
                model, choice, width: image.width, height: image.height, precision: network.precision)
            for frame in frames.prefix(length) { try session.observe(frame) }
            try session.freeze()
            let labels = try frames.flatMap { try session.label($0).map(\.labels) }
            let scores = try [length..<cut, cut..<frames.count, cut..<min(cut + 16, frames.count)].map { range in
                var evaluation = try Evaluation(classNames: model.classNames, ignoring: Set(ignore), labelOffset: 0)
                evaluation.beginVideo()
                for index in range { try evaluation.add(prediction: labels[index], truth: truth[index]) }
                let summary = evaluation.summary
                return String(
                    format: "%.1f | %.1f", summary.overlap.meanIoU ?? .nan, summary.consistency8.vspw ?? .nan)
            }
            print("| \(name) | \(scores.joined(separator: " | ")) |")
            fflush(nil)
        }
        print(
            "| cut before frame \(cut) of \(frames.count) | mIoU before | mVC8 | mIoU behind | mVC8 | mIoU of 16 | mVC8 |"
        )
        print("|" + String(repeating: " --- |", count: 7))
        try row("plain model", .plain())
        for policy in DiTTASchema.OnCut.allCases {
            try row(policy.rawValue, .ditta(settings: ["on-cut": policy.rawValue]))
        }
    }

    /// Frames and truth, and the first frame behind the cut.
    private func joined() throws -> (frames: [Frame], truth: [LabelMap], cut: Int) {
        var clip = try LabelledClip(first)
        var (frames, truth) = (clip.frames, clip.truth)
        let cut = min(at ?? frames.count, frames.count)
        if let second {
            clip = try LabelledClip(second)
            frames = Array(frames.prefix(cut)) + clip.frames.map { corruption($0) }
            truth = Array(truth.prefix(cut)) + clip.truth
        }
        guard let size = frames.first?.image, cut < frames.count,
            frames.allSatisfy({ $0.image.width == size.width && $0.image.height == size.height })
        else { throw ValidationError("expected frames of one size, and some behind the cut") }
        return (frames.enumerated().map { Frame(index: $0, time: Double($0) / 15, image: $1.image) }, truth, cut)
    }
}
