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

    @OptionGroup var matrix: MatrixArguments

    @Option(help: "One of so many frames after the warm-up is scored.")
    var every = 5

    func run() throws {
        print("| clip | pictures | model | transform | mIoU | accuracy | agreement |")
        print("|" + String(repeating: " --- |", count: 7))
        try matrix.forEach { cell in
            for line in try lines(cell) { print("| \(cell.name) | \(line) |") }
        }
    }

    private func lines(_ cell: MatrixCell) throws -> [String] {
        let warmUp = try cell.warmUp(0.1)
        let (width, height) = (cell.frames[0].image.width, cell.frames[0].image.height)
        let choice = cell.pictureChoice(cell.source)
        var session = try Session(cell.model, .plain(), width: width, height: height, precision: .auto)
        return try choice.candidates(warmUp).map { candidate in
            let transform = candidate.transform
            var evaluation = try Evaluation(classNames: cell.model.classNames, ignoring: [Int(noLabel)])
            evaluation.beginVideo()
            for index in stride(from: warmUp.count, to: cell.frames.count, by: every) {
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
