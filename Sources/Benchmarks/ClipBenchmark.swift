import ArgumentParser
import Compiled
import Dense
import Foundation
import Media
import Methods
import Metrics
import Networks
import Raster
import Tensors

/// The methods side by side on a labelled clip.
struct ClipBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip",
        abstract: "Runs the plain model and every preset on a labelled clip and prints their scores as Markdown."
    )

    @Argument(help: "A folder with labels/ and either frames/ or clip.mp4.")
    var clip: String

    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    @Option(help: "What the network computes with: fp32 or bf16.")
    var precision = Precision.fastest

    @Option(help: "The share of the frames to adapt on.")
    var warmup = 0.1

    @Option(help: "A truth id that counts as no label.")
    var ignore: [Int] = [255, 11]

    @Flag(help: "Leave out parts of the balanced preset, one at a time, instead of comparing the presets.")
    var ablation = false

    private static let presets: [(String, DiTTAOptions)] = [
        ("reference", .reference), ("paper", .paper), ("balanced", .balanced),
    ]

    private static var withoutParts: [(String, DiTTAOptions)] {
        func changed(_ change: (inout DiTTAOptions) -> Void) -> DiTTAOptions {
            var options = DiTTAOptions.balanced
            change(&options)
            return options
        }
        return [
            ("balanced", .balanced),
            ("no training", changed { $0.passes = 0 }),
            ("no memory", changed { $0.memoryFrames = 0 }),
            ("no pull", changed { $0.sourceWeight = 0 }),
            ("no prior", changed { $0.sourcePrior = 0 }),
            ("no masks", changed { $0.maximumObjects = 0 }),
            ("with contrast 0.1", changed { $0.contrastWeight = 0.1 }),
            ("learned add-on", changed { $0.fusion = .addOn }),
            ("batch statistics", changed { $0.normalization = .batch }),
            ("another seed", changed { $0.seed = 1 }),
        ]
    }

    func run() throws {
        let network = try SegFormer(path: model)
        let truth = try labelFiles(in: clip + "/labels")
        let images = try allImages()
        let length = max(Int(Double(images.count) * warmup), 1)
        let source = SourceModel(network, width: images[0].width, height: images[0].height, precision: precision)
        var columns = [try column("ISS", source, nil, .paper, images, truth, skip: length)]
        for (name, options) in ablation ? Self.withoutParts : Self.presets {
            columns.append(try adapted(name, source, options, images, truth, length: length))
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

    private func allImages() throws -> [Image] {
        let video = clip + "/clip.mp4"
        let reader = try openFrames(at: FileManager.default.fileExists(atPath: video) ? video : clip + "/frames")
        var images: [Image] = []
        while let frame = try reader.next() { images.append(frame.image) }
        return images
    }

    /// Adapts on the first frames and adds what the teacher and the warm-up did.
    private func adapted(
        _ name: String, _ source: SourceModel, _ options: DiTTAOptions, _ images: [Image], _ truth: [String],
        length: Int
    ) throws -> Column {
        let start = ContinuousClock.now
        let frames = images.prefix(length).map(source.observe)
        let labels = try PseudoLabels(
            frames, teacher: try AffinityTeacher(frames: frames), options: options, progress: { _, _ in })
        let model = try adapt(source, to: frames, teaching: labels.targets, options: options, progress: { _, _ in })
            .model
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var column = try column(name, source, model, options, images, truth, skip: length)
        let (covered, right, plain) = try accuracy(labels.targets, frames, truth)
        column.rows.insert(
            contentsOf: [
                ("warm-up, s", String(format: "%.1f", seconds)),
                ("targets: coverage", String(format: "%.1f", covered)),
                ("targets: right", String(format: "%.1f", right)),
                ("ISS there: right", String(format: "%.1f", plain)),
            ], at: column.rows.count)
        return column
    }

    /// Percent of pixels under masks, and of these the percent that the targets and the plain model have right.
    private func accuracy(
        _ targets: [DistillationTarget], _ frames: [WarmUpFrame], _ truth: [String]
    ) throws -> (covered: Double, right: Double, plain: Double) {
        var (pixels, covered, judged, right, plain) = (0, 0, 0, 0, 0)
        for (index, target) in targets.enumerated() {
            let labels = try readLabels(at: truth[index]).labels
            pixels += labels.count
            for pixel in labels.indices where target.classes.labels[pixel] != noLabel {
                covered += 1
                guard !ignore.contains(Int(labels[pixel])) else { continue }
                judged += 1
                if target.classes.labels[pixel] == labels[pixel] { right += 1 }
                if frames[index].prediction.labels.labels[pixel] == labels[pixel] { plain += 1 }
            }
        }
        func percent(_ a: Int, _ b: Int) -> Double { 100 * Double(a) / Double(max(b, 1)) }
        return (percent(covered, pixels), percent(right, judged), percent(plain, judged))
    }

    /// Labels all frames and scores those after the warm-up.
    private func column(
        _ name: String, _ source: SourceModel, _ model: AdaptedModel?, _ options: DiTTAOptions,
        _ images: [Image], _ truth: [String], skip: Int
    ) throws -> Column {
        var frozen = FrozenModel(source, adapted: model, options: options)
        var evaluation = try Evaluation(
            classNames: source.network.classNames, ignoring: Set(ignore), labelOffset: 0)
        evaluation.beginVideo()
        var seconds = 0.0
        for (index, image) in images.enumerated() {
            let start = ContinuousClock.now
            let labels = frozen.label(image)
            seconds += (ContinuousClock.now - start) / .seconds(1)
            if index >= skip { try evaluation.add(prediction: labels.adapted, truth: try readLabels(at: truth[index])) }
        }
        let summary = evaluation.summary
        func text(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "–" }
        var rows: [(name: String, value: String)] = [
            ("mIoU", text(summary.overlap.meanIoU)), ("wIoU", text(summary.overlap.weightedIoU)),
            ("accuracy", text(summary.overlap.pixelAccuracy)),
            ("mVC8", text(summary.consistency8.vspw)), ("mVC8 strict", text(summary.consistency8.strict)),
            ("mVC16", text(summary.consistency16.vspw)), ("mVC16 strict", text(summary.consistency16.strict)),
            ("flicker", text(summary.predictionFlicker)),
        ]
        rows += summary.classes.map { ("IoU \($0.name)", text($0.overlap)) }
        rows.append(("frozen frames/s", String(format: "%.1f", Double(images.count) / seconds)))
        return Column(name: name, rows: rows)
    }
}
