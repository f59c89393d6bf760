import ArgumentParser
import Compiled
import Foundation
import Media
import Methods
import Networks
import Raster
import Tensors

/// A teacher on DAVIS: the first frame's mask is given, the others are compared.
struct TeacherBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teacher",
        abstract: "Propagates first masks through DAVIS sequences and prints their Jaccard indices as Markdown."
    )

    @Argument(help: "A folder of sequences, each with frames/ and masks/.")
    var davis: String

    @Option(help: "Only these sequences, by name.")
    var sequence: [String] = []

    @OptionGroup var given: SettingArguments

    @OptionGroup var network: NetworkArguments

    @Option(help: "Measure SAM 2 instead: its folder or file.")
    var sam2: String?

    @Option(help: "The side of SAM 2's input in pixels, a multiple of 32.")
    var size = 1024

    @Option(help: "How many frames SAM 2 remembers.")
    var memories = 7

    func run() throws {
        let network = try loadSegmentationNetwork(network.model)
        var options = AffinityOptions()
        for (name, value) in try given.settings { try options.set(name, to: value) }
        let teacher: any Teacher =
            try sam2.map { path in
                SAM2Teacher(
                    try SAM2File(path: path), path: path, side: size, memories: memories, precision: .fastest)
            } ?? AffinityTeacher(options)
        print("| sequence | copy J@10 | ours J@10 | copy J@40 | ours J@40 | s a frame |")
        print("| --- | --- | --- | --- | --- | --- |")
        var totals = [Double](repeating: 0, count: 5)
        let sequences = try FileManager.default.contentsOfDirectory(atPath: davis).sorted()
            .filter { sequence.isEmpty || sequence.contains($0) }
        for sequence in sequences {
            let values = try measure(davis + "/" + sequence, network, teacher)
            print("| \(sequence) | " + values.map { String(format: "%.3f", $0) }.joined(separator: " | ") + " |")
            for (index, value) in values.enumerated() { totals[index] += value / Double(sequences.count) }
        }
        print("| **mean** | " + totals.map { String(format: "%.3f", $0) }.joined(separator: " | ") + " |")
    }

    /// Mean Jaccard index over the next 10 and 40 frames, of the first mask copied and of the teacher, and seconds a frame.
    private func measure(
        _ folder: String, _ network: any SegmentationNetwork, _ teacher: any Teacher
    ) throws -> [Double] {
        let reader = try openFrames(at: folder + "/frames")
        let masks = try labelFiles(in: folder + "/masks").prefix(41).map { path in
            let map = try readLabels(at: path)
            return Mask(width: map.width, height: map.height, map.labels.map { $0 > 0 })
        }
        let source = SourceModel(network, width: reader.width, height: reader.height, precision: .fp32)
        var frames: [WarmUpFrame] = []
        while frames.count < masks.count, let frame = try reader.next() {
            frames.append(source.observe(source.prepare(frame)))
        }
        let start = ContinuousClock.now
        var tracker = try teacher.makeTracker(over: frames)
        tracker.start([0: masks[0]], on: 0)
        var (copied, ours) = ([Double](), [Double]())
        for index in 1..<frames.count {
            let finding = tracker.advance(to: index)[0]
            copied.append(jaccard(masks[0], masks[index]))
            if case .mask(let mask) = finding { ours.append(jaccard(mask, masks[index])) } else { ours.append(0) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1) / Double(frames.count - 1)
        func mean(_ values: [Double], _ count: Int) -> Double {
            values.prefix(count).reduce(0, +) / Double(min(count, values.count))
        }
        return [mean(copied, 10), mean(ours, 10), mean(copied, 40), mean(ours, 40), seconds]
    }

    private func jaccard(_ a: Mask, _ b: Mask) -> Double {
        let union = a.union(b).area
        return union == 0 ? 1 : Double(a.area + b.area - union) / Double(union)
    }
}
