import ArgumentParser
import Compiled
import Dense
import DittaKit
import Foundation
import Methods
import Metrics
import Networks
import Raster
import Tensors

/// How right the soft targets of a warm-up are, stage by stage, and how right they say they are.
struct TargetBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "targets",
        abstract: "Prints how right soft targets are on the warm-up's frames, by stage, and a reliability diagram.")

    @OptionGroup var matrix: MatrixArguments

    @Option(help: "The share of the frames that is the warm-up.")
    var warmup = 0.1

    func run() throws {
        let borders = try BorderNetwork(path: "weights/borders")
        let options = DiTTAOptions.balanced
        print("| clip | pictures | model | targets | mIoU | accuracy | surest 80 % | says | is off by |")
        print("|" + String(repeating: " --- |", count: 9))
        var all = ReliabilityDiagram()
        try matrix.forEach { cell in
            var source = cell.source
            let warmUp = try cell.warmUp(warmup)
            source.picture = try PictureChoice.best(of: cell.pictureChoice(source).candidates(warmUp))
            let frames = warmUp.map { source.observe(source.prepare($0)) }
            var last = ReliabilityDiagram()
            for (name, views, share) in [
                ("one view", 1, 0), ("views", options.views, 0),
                ("views and regions", options.views, options.regionShare),
            ] {
                let logits = try SoftTargets(source, views: views, borders: borders, share: share)(frames)
                let row = try judged(logits, cell, source.upsampling)
                print("| \(cell.name) | \(name) | \(row.text) |")
                last = row.diagram
            }
            all.join(last)
        }
        print("\n" + all.text)
    }

    /// How right targets are.
    private func judged(
        _ logits: [Tensor], _ cell: MatrixCell, _ upsampling: FrameUpsampling
    ) throws -> (diagram: ReliabilityDiagram, text: String) {
        var evaluation = try Evaluation(classNames: cell.model.classNames, ignoring: [Int(noLabel)])
        evaluation.beginVideo()
        var diagram = ReliabilityDiagram()
        for (logits, truth) in zip(logits, cell.truth) {
            let labels = upsampling.dense(logits).labels()
            try evaluation.add(prediction: labels, truth: truth)
            let highest = softmax(logits).parts.flatMap { row in row.parts.map { $0.values.max() ?? 0 } }
            let sure = upsampling.logits(Tensor(highest, [logits.shape[0], logits.shape[1], 1])).values
            for (pixel, truth) in truth.labels.enumerated() where truth != noLabel {
                diagram.add(Double(sure[pixel]), isRight: labels.labels[pixel] == truth)
            }
        }
        let text = String(
            format: "%.1f | %.1f | %.1f | %.1f | %.1f", evaluation.summary.overlap.meanIoU ?? .nan, diagram.right(),
            diagram.right(ofSurest: 0.8), diagram.says, diagram.offset)
        return (diagram, text)
    }
}

/// How often pixels are right, by how sure they are of it.
struct ReliabilityDiagram {
    private struct Bin { var (pixels, right, sum) = (0, 0, 0.0) }

    private var bins = [Bin](repeating: Bin(), count: 100)

    /// Counts a pixel that is as sure as that, 0...1.
    mutating func add(_ confidence: Double, isRight: Bool) {
        let bin = min(max(Int(confidence * 100), 0), 99)
        bins[bin].pixels += 1
        bins[bin].sum += confidence
        if isRight { bins[bin].right += 1 }
    }

    /// Adds another one's pixels.
    mutating func join(_ other: ReliabilityDiagram) {
        for (index, bin) in other.bins.enumerated() {
            bins[index].pixels += bin.pixels
            bins[index].right += bin.right
            bins[index].sum += bin.sum
        }
    }

    private var pixels: Int { max(bins.reduce(0) { $0 + $1.pixels }, 1) }

    /// How sure pixels are in the mean, in percent.
    var says: Double { 100 * bins.reduce(0) { $0 + $1.sum } / Double(pixels) }

    /// The expected calibration error, in percent.
    var offset: Double { 100 * bins.reduce(0) { $0 + abs(Double($1.right) - $1.sum) } / Double(pixels) }

    /// How many of the surest pixels are right, in percent.
    func right(ofSurest share: Double = 1) -> Double {
        var (taken, right) = (0, 0)
        for bin in bins.reversed() where Double(taken) < share * Double(pixels) {
            taken += bin.pixels
            right += bin.right
        }
        return 100 * Double(right) / Double(max(taken, 1))
    }

    /// A row for each tenth.
    var text: String {
        var lines = ["| sure to | of the pixels | right |", "| --- | --- | --- |"]
        for tenth in 0..<10 {
            let bins = bins[10 * tenth..<10 * tenth + 10]
            let count = bins.reduce(0) { $0 + $1.pixels }
            guard count > 0 else { continue }
            lines.append(
                String(
                    format: "| %d–%d | %.1f | %.1f |", 10 * tenth, 10 * tenth + 10,
                    100 * Double(count) / Double(pixels),
                    100 * Double(bins.reduce(0) { $0 + $1.right }) / Double(count)))
        }
        return lines.joined(separator: "\n")
    }
}
