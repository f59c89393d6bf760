import ArgumentParser
import Compiled
import Foundation
import Media
import Methods
import Metrics
import Networks
import Raster
import Tensors

/// What each stage of the frozen phase costs, in processor time of all threads.
struct StageBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages",
        abstract: "Prints the milliseconds of processor time that each stage of labelling a video takes a frame."
    )

    @Argument(help: "A video.")
    var video: String

    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    @Option(help: "How often every stage is run; the fastest counts.")
    var rounds = 3

    @Option(help: "How many frames are used.")
    var frames = 60

    func run() throws {
        let network = try SegFormer(path: model)
        var clip: [Frame] = []
        try report("decode") {
            clip = []
            let reader = try openFrames(at: video)
            while clip.count < frames, let frame = try reader.next() { clip.append(frame) }
        }
        guard frames > 0, clip.count == frames else {
            throw ValidationError("\(video) has \(clip.count) frames, expected \(frames)")
        }
        let source = SourceModel(network, width: clip[0].image.width, height: clip[0].image.height, precision: .fastest)
        try report("prepare") {
            for frame in clip { _ = source.input(frame.image) }
        }
        var frozen = FrozenModel(source, adapted: nil, options: .balanced)
        var labels: [LabelMap] = []
        try report("network") {
            labels = clip.map { frozen.label($0.image).adapted }
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let palette = Palette(classNames: network.classNames)
        try report("label files") {
            let writer = LabelWriter(palette: palette)
            for (frame, labels) in zip(clip, labels) { try writer.write(labels, to: folder + "/\(frame.index).png") }
        }
        let size = try labels.indices.reduce(0) { sum, index in
            try sum + Data(contentsOf: URL(fileURLWithPath: folder + "/\(index).png")).count
        }
        print("  bytes a label file: \(size / labels.count)")
        try report("overlay") {
            let overlay = try OverlayWriter(
                path: folder + "/overlay.mp4", width: clip[0].image.width,
                height: clip[0].image.height, classNames: network.classNames, palette: palette,
                shownClasses: Array(network.classNames.indices), averageFrameRate: 25)
            for (frame, labels) in zip(clip, labels) { try overlay.append(frame, labels: labels) }
            try overlay.finish()
        }
        try report("flicker") {
            var flicker = Flicker()
            for labels in labels { try flicker.add(labels) }
        }
    }

    private func report(_ stage: String, _ body: () throws -> Void) throws {
        var (best, wall) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            let (start, clock) = (Self.processorSeconds(), ContinuousClock.now)
            try body()
            best = min(best, Self.processorSeconds() - start)
            wall = min(wall, (ContinuousClock.now - clock) / .seconds(1))
        }
        print(
            String(
                format: "%@: %.2f ms (%.2f ms wall)", stage, 1000 * best / Double(frames), 1000 * wall / Double(frames))
        )
    }

    private static func processorSeconds() -> Double {
        var usage = rusage()
        #if os(Linux)
            _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
            _ = unsafe getrusage(RUSAGE_SELF, &usage)
        #endif
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
