import ArgumentParser
import DittaKit
import Foundation
import Media
import Metrics
import Raster

/// What each part of labelling a video costs, in processor time of all threads.
struct LabellingBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "labelling",
        abstract: "Prints the milliseconds of processor time that each part of labelling a video takes a frame."
    )

    @Argument(help: "A video.")
    var video: String

    @OptionGroup var network: NetworkArguments

    @Option(help: "How often every part is run; the fastest counts.")
    var rounds = 3

    @Option(help: "How many frames are used.")
    var frames = 60

    func run() throws {
        let model = try network.load()
        var clip: [Frame] = []
        try report("decode") { clip = try allFrames(video, atMost: frames) }
        guard frames > 0, clip.count == frames else {
            throw ValidationError("\(video) has \(clip.count) frames, expected \(frames)")
        }
        let (width, height) = (clip[0].image.width, clip[0].image.height)
        var session = try Session(model, .plain(), width: width, height: height, precision: network.precision)
        let prepare = session.preparing
        report("prepare") { for frame in clip { _ = prepare(frame) } }
        var labels: [LabelMap] = []
        try report("network") { labels = try clip.flatMap { try session.label($0).map(\.labels) } }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let palette = Palette(classNames: model.classNames)
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
                path: folder + "/overlay.mp4", width: width, height: height, classNames: model.classNames,
                palette: palette, shownClasses: Array(model.classNames.indices), averageFrameRate: 25)
            for (frame, labels) in zip(clip, labels) { try overlay.append(frame, labels: labels) }
            try overlay.finish()
        }
        try report("flicker") {
            var flicker = Flicker()
            for labels in labels { try flicker.add(labels) }
        }
    }

    private func report(_ part: String, _ body: () throws -> Void) rethrows {
        var (best, wall) = (Double.infinity, Double.infinity)
        for _ in 0..<rounds {
            let start = Self.processorSeconds()
            wall = min(wall, try seconds(body))
            best = min(best, Self.processorSeconds() - start)
        }
        print(
            String(
                format: "%@: %.2f ms (%.2f ms wall)", part, 1000 * best / Double(frames), 1000 * wall / Double(frames)))
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
