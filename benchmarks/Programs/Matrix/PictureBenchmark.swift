import ArgumentParser
import Compiled
import DittaKit
import Foundation
import Methods
import Metrics
import Raster

/// What each transform of the picture is worth, and what is known of it without labels.
struct PictureBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures",
        abstract: "Prints accuracy and mIoU of the plain model on changed pictures, and how well its views agree.")

    @Argument(help: "A JSON file with clips and models; benchmarks/matrix.json is one.")
    var plan = "benchmarks/matrix.json"

    @Option(help: "Only these clips, by name.")
    var clip: [String] = []

    @Option(help: "Only these corruptions.")
    var corruption: [Corruption] = Corruption.allCases

    @Option(help: "Only these models, by name.")
    var model: [String] = []

    @Option(help: "One of so many frames after the warm-up is scored.")
    var every = 5

    func run() throws {
        let plan = try MatrixPlan.read(plan)
        print("| clip | pictures | model | transform | mIoU | accuracy | agreement |")
        print("|" + String(repeating: " --- |", count: 7))
        for network in plan.models where model.isEmpty || model.contains(network.name) {
            let loaded = try Model(plan.resolved(network.path))
            for clip in plan.clips where self.clip.isEmpty || self.clip.contains(clip.name) {
                let labelled = try LabelledClip(plan.resolved(clip.path))
                for corruption in corruption {
                    let cell = MatrixCell(labelled, corruption, loaded, truthIDs: network.truth, ignore: plan.ignore)
                    for line in try lines(cell) {
                        print("| \(clip.name) | \(corruption.rawValue) | \(network.name) | \(line) |")
                    }
                    fflush(nil)
                }
            }
        }
    }

    private func lines(_ cell: MatrixCell) throws -> [String] {
        let length = try WarmUpPlan().length(of: cell.frames.count)
        let (width, height) = (cell.frames[0].image.width, cell.frames[0].image.height)
        let choice = PictureChoice(cell.model.network, width: width, height: height, precision: .fastest)
        var session = try Session(cell.model, .plain(), width: width, height: height, precision: .auto)
        return try choice.candidates(Array(cell.frames.prefix(length))).map { candidate in
            let transform = candidate.transform
            var evaluation = try Evaluation(classNames: cell.model.classNames, ignoring: [Int(noLabel)])
            evaluation.beginVideo()
            for index in stride(from: length, to: cell.frames.count, by: every) {
                let frame = cell.frames[index]
                let changed = Frame(index: index, time: frame.time, image: transform(frame.image))
                for labelled in try session.label(changed) {
                    try evaluation.add(prediction: labelled.labels, truth: cell.truth[index])
                }
            }
            let overlap = evaluation.summary.overlap
            return String(
                format: "%@ | %.1f | %.1f | %.1f", transform.rawValue, overlap.meanIoU ?? .nan,
                overlap.pixelAccuracy ?? .nan, 100 * candidate.agreement)
        }
    }
}
