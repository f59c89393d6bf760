import ArgumentParser
import Compiled
import DittaKit
import Foundation
import Methods
import Metrics
import Networks
import Raster
import Tensors
import Dense

struct TargetBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "targets", abstract: "x")

    @OptionGroup var matrix: MatrixArguments
    @Option var warmup = 0.1
    @Option var tolerance = 0.1
    @Option var scales = "0.75m"
    @Option var borders = "weights/borders"

    func run() throws {
        print("| clip | pictures | model | stage | mIoU | accuracy | top 80 | ECE |")
        let network = try BorderNetwork(path: borders)
        try matrix.forEach { cell in
            let length = try WarmUpPlan(share: warmup, maximum: 10_000).length(of: cell.frames.count)
            let (width, height) = (cell.frames[0].image.width, cell.frames[0].image.height)
            var source = SourceModel(cell.model.network, width: width, height: height, precision: .fastest)
            let warm = Array(cell.frames.prefix(length))
            source.picture = try PictureChoice.best(
                of: PictureChoice(source, width: width, height: height).candidates(warm))
            let frames = warm.map { source.observe(source.prepare($0)) }
            var options = DiTTAOptions.balanced
            options.memoryTolerance = Float(tolerance)
            func show(_ stage: String, _ p: [Tensor]) throws {
                var evaluation = try Evaluation(classNames: cell.model.classNames, ignoring: [Int(noLabel)])
                evaluation.beginVideo()
                var bins = [(n: Int, right: Int, sum: Double)](repeating: (0, 0, 0), count: 100)
                for (index, p) in p.enumerated() {
                    let labels = source.upsampling.dense(Tensor(p.values.map { log(max($0, 1e-6)) }, p.shape)).labels()
                    try evaluation.add(prediction: labels, truth: cell.truth[index])
                    let sure = source.upsampling.logits(Tensor(
                        p.parts.flatMap { row in row.parts.map { $0.values.max() ?? 0 } }, [p.shape[0], p.shape[1], 1]))
                    for (pixel, truth) in cell.truth[index].labels.enumerated() where truth != noLabel {
                        let c = Double(sure.values[pixel])
                        let bin = min(Int(c * 100), 99)
                        bins[bin].n += 1
                        bins[bin].sum += c
                        if labels.labels[pixel] == truth { bins[bin].right += 1 }
                    }
                }
                let total = bins.map(\.n).reduce(0, +)
                var (n, right) = (0, 0)
                for bin in bins.reversed() where n * 10 < total * 8 { n += bin.n; right += bin.right }
                let ece = bins.map { abs(Double($0.right) - $0.sum) }.reduce(0, +) / Double(total)
                let o = evaluation.summary.overlap
                print(String(format: "| %@ | %@ | %.1f | %.1f | %.1f | %.3f |", cell.name, stage, o.meanIoU ?? 0,
                    o.pixelAccuracy ?? 0, 100 * Double(right) / Double(n), ece))
            }
            try show("plain \(source.picture)", frames.map { softmax($0.logits) })
            for (views, share) in [(3, 0), (4, 0), (5, 0), (3, 0.5), (5, 0.5)] as [(Int, Float)] {
                try show("views \(views) share \(share)", SoftTargets(source, views: views, borders: network, share: share)(frames).map { softmax($0) })
            }
        }
    }
}
