import ArgumentParser
import Compiled
import DittaKit
import Foundation
import Media
import Methods
import Networks
import Raster
import Tensors

extension DiTTASchema.Preset: ExpressibleByArgument {}

/// What the warm-up takes, part by part: the first frames of a video, the embedded teacher, and steps of the adaptation.
struct WarmUpBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warm-up",
        abstract: "Times the parts of the warm-up, in seconds on the clock and of all cores together."
    )

    @OptionGroup var network: NetworkArguments

    @Option(help: "reference, paper or balanced.")
    var preset = DiTTASchema.Preset.balanced

    @Option(help: "The weight of the contrastive loss, if it is not to be the preset's.")
    var contrastWeight: Float?

    @Option(help: "The width of the box that frames are fitted into.")
    var width = 853

    @Option(help: "The height of the box that frames are fitted into.")
    var height = 480

    @Option(help: "The warm-up's frames.")
    var frames = 4

    @Option(help: "The steps that are timed, after one on the first frame that is not.")
    var steps = 4

    @Option(help: "The video.")
    var video = "samples/day/clip.mp4"

    @Flag(help: "Teach six rectangles in a third of the frame, as benchmarks/peers/released_warm_up.py does.")
    var rectangles = false

    @Flag(help: "Print one line of JSON.")
    var json = false

    func validate() throws {
        guard frames > 1, steps > 0 else { throw ValidationError("two frames and one step at least") }
    }

    func run() throws {
        let precision = network.precision.precision
        var network = try loadSegmentationNetwork(network.model)
        network.preprocessor.resize = .keepRatio(width: width, height: height)
        let reader = try openFrames(at: video)
        let source = SourceModel(network, width: reader.width, height: reader.height, precision: precision)
        var report = Report(preset: preset.rawValue, threads: Parallel.workers, blasCore: blasCoreName)
        var seen: [WarmUpFrame] = []
        while seen.count < frames, let frame = try reader.next() {
            seen.append(report.preparation.time { source.observe(source.prepare(frame)) })
        }
        var options = DiTTAOptions(preset)
        if let contrastWeight { options.contrastWeight = contrastWeight }
        // A preset without a teacher is taught no masks.
        let teacher = try TeacherChoice.usual(preset).open(precision)
        let masks = try teacher.map { teacher in
            try report.teacher.time(as: seen.count) {
                try PseudoLabels(seen, teacher: teacher, options: options) { _ in }
            }.targets
        }
        let start = AdaptedModel(source: network.head, windowRadius: options.windowRadius, seed: options.seed)
        var warmUp = DecoderTraining(
            start, frames: seen, targets: rectangles ? seen.indices.map { _ in sixRectangles(like: reader) } : masks,
            upsampling: source.upsampling, options: options)
        _ = warmUp.step(frame: 0)
        for step in 0..<steps { _ = report.step.time { warmUp.step(frame: 1 + step % (seen.count - 1)) } }
        let input = network.preprocessor.inputSize(width: reader.width, height: reader.height)
        report.input = "\(input.width)x\(input.height)"
        report.decoderWidth = network.head.width
        report.coverage = rectangles ? 1 / 3 : masks.map(coverage) ?? 0
        try json ? report.printLine() : report.printTable()
    }

    /// Six objects of as many classes, in two rows.
    private func sixRectangles(like frame: any FrameSource) -> DistillationTarget {
        let (width, height) = (frame.width, frame.height)
        let empty = LabelMap(width: width, height: height, repeating: noLabel)
        var target = DistillationTarget(classes: empty, objects: empty)
        for object in 0..<6 {
            let (top, left) = (object / 3 * height / 2 + height / 8, object % 3 * width / 3)
            for y in top..<top + height / 4 {
                for x in left..<left + 2 * width / 9 {
                    target.objects.labels[y * width + x] = UInt16(object)
                    target.classes.labels[y * width + x] = UInt16(object)
                }
            }
        }
        return target
    }

    private func coverage(_ targets: [DistillationTarget]) -> Double {
        let covered = targets.reduce(0) { $0 + $1.classes.labels.count { $0 != noLabel } }
        return Double(covered) / Double(targets.reduce(0) { $0 + $1.classes.labels.count })
    }
}

/// What is printed.
private struct Report: Encodable {
    let preset: String
    let threads: Int
    let blasCore: String
    var input = ""
    var decoderWidth = 0
    var coverage = 0.0
    var preparation = Timing()
    var teacher = Timing()
    var step = Timing()

    /// Times of something that was done several times.
    struct Timing: Encodable {
        private(set) var seconds: [Double] = []
        private(set) var cpuSeconds: [Double] = []

        /// Times `work`, which stands for `count` equal parts.
        mutating func time<Result>(as count: Int = 1, _ work: () throws -> Result) rethrows -> Result {
            let (start, cpuStart) = (ContinuousClock.now, Self.cpuSeconds)
            let result = try work()
            seconds.append((ContinuousClock.now - start) / .seconds(1) / Double(count))
            cpuSeconds.append((Self.cpuSeconds - cpuStart) / Double(count))
            return result
        }

        /// Seconds that all of the process's threads have computed so far.
        private static var cpuSeconds: Double {
            var time = timespec()
            unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }

    func printLine() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }

    func printTable() {
        print(
            "\(preset), \(input), width \(decoderWidth), \(String(format: "%.0f", coverage * 100)) % under masks, "
                + "\(threads) threads, OpenBLAS for \(blasCore)")
        print("| seconds | median | fastest | median, all cores | fastest, all cores |")
        print("| --- | --- | --- | --- | --- |")
        for (name, timing) in [("preparing a frame", preparation), ("teacher, a frame", teacher), ("step", step)]
        where !timing.seconds.isEmpty {
            let cells = [timing.seconds, timing.cpuSeconds].flatMap { times in
                let sorted = times.sorted()
                return [sorted[sorted.count / 2], sorted[0]]
            }
            print("| \(name) | " + cells.map { String(format: "%.3f", $0) }.joined(separator: " | ") + " |")
        }
    }
}
