import ArgumentParser
import Compiled
import DittaKit
import Foundation
import Methods
import Networks
import Raster
import Tensors

/// Milliseconds a frame of the frozen network, and of all that makes labels of it.
struct SpeedBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speed",
        abstract: "Times the frozen network and what follows it, one after the other on each frame."
    )

    /// What is timed.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        /// The network: from a normalised frame to logits.
        case iss
        /// The plain model: from a picture to labels.
        case labels
        /// The default preset's frozen phase: from a picture to labels.
        case ditta
    }

    @OptionGroup var network: NetworkArguments

    @Option(help: "The frames, of any size; the network gets 864×480.")
    var video = "samples/day/clip.mp4"

    @Option(help: "How many frames to time.")
    var frames = 20

    @Option(help: "What --json is about.")
    var method = Method.iss

    @Option(
        help: "Normalised frames [N, 3, 480, 864] as benchmarks/peers/frames.py writes them, instead of the video's.")
    var input: String?

    @Option(help: "The labels [120, 216] that the first frame should have, as numpy.save writes them.")
    var reference: String?

    @Flag(help: "Print one line of JSON about one method instead of the table of all.")
    var json = false

    private static let size = (width: 864, height: 480)

    func run() throws {
        let precision = network.precision.precision
        let network = try network.load(width: Self.size.width, height: Self.size.height)
        let clip = try allFrames(video, atMost: 32)
        let source = SourceModel(
            network, width: clip[0].image.width, height: clip[0].image.height, precision: precision)
        let inputs = try input.map(tensors) ?? clip.prefix(8).map { source.prepare($0).input }
        var stages: [(name: String, run: (Int) -> Void)] = [
            ("network", { _ = source.logits(inputs[$0 % inputs.count]) }),
            ("plain labels", { _ = source.labels(source.encoder(source.prepare(clip[$0 % clip.count]).input)) }),
        ]
        for (name, options) in [("balanced", DiTTAOptions.balanced), ("paper", .paper)] {
            // Untrained layers cost what trained ones do.
            let start = AdaptedModel(source: network.head, windowRadius: options.windowRadius, seed: 1)
            var frozen = FrozenDecoder(source, start, options: options)
            stages.append(
                (
                    name,
                    {
                        let input = source.prepare(clip[$0 % clip.count]).input
                        _ = frozen.label(source.encoder(input), input: input)
                    }
                ))
        }
        if json { stages = [stages[Method.allCases.firstIndex(of: method) ?? 0]] }
        let times = measure(stages.map(\.run))
        if json {
            try printLine(times[0], agreement: agreement(source, inputs[0]))
        } else {
            printTable(stages.map(\.name), times)
        }
    }

    /// Frames of a file, channels last.
    private func tensors(_ path: String) throws -> [Tensor] {
        let file = try NumpyFile(path: path)
        let (height, width) = (Self.size.height, Self.size.width)
        guard file.shape.count == 4, file.shape.dropFirst() == [3, height, width], file.shape[0] > 0 else {
            throw DittaError("\(path): expected [N, 3, \(height), \(width)], found \(file.shape)")
        }
        let values = try file.values(Float.self)
        let plane = height * width
        return (0..<file.shape[0]).map { frame in
            Tensor(
                (0..<3 * plane).map { values[(frame * 3 + $0 % 3) * plane + $0 / 3] }, [height, width, 3])
        }
    }

    /// Milliseconds of every stage on every frame, stages in turn so that a slow moment hits all.
    private func measure(_ stages: [(Int) -> Void]) -> [[Double]] {
        var times = [[Double]](repeating: [], count: stages.count)
        let warmUp = 3
        for frame in 0..<frames + warmUp {
            for (index, stage) in stages.enumerated() {
                let start = ContinuousClock.now
                stage(frame)
                if frame >= warmUp { times[index].append((ContinuousClock.now - start) / .milliseconds(1)) }
            }
        }
        return times
    }

    /// The share of the grid's cells whose label is the reference's.
    private func agreement(_ source: SourceModel, _ input: Tensor) throws -> Double? {
        guard let reference, method == .iss else { return nil }
        let labels = try NumpyFile(path: reference).values(Int64.self)
        let logits = source.logits(input)
        let values = logits.values
        guard labels.count == logits.rows else {
            throw DittaError("\(reference): expected \(logits.rows) labels, found \(labels.count)")
        }
        let equal = labels.indices.count { cell in
            let row = values[cell * logits.columns..<(cell + 1) * logits.columns]
            return (row.indices.max { row[$0] < row[$1] } ?? 0) - row.startIndex == Int(labels[cell])
        }
        return Double(equal) / Double(labels.count)
    }

    private func printLine(_ times: [Double], agreement: Double?) throws {
        struct Line: Encodable {
            let name, precision, version: String
            let threads: Int
            let agreement: Double?
            let milliseconds: [Double]
        }
        let line = Line(
            name: "ditta, \(method.rawValue)", precision: network.precision.precision.rawValue,
            version: "oneDNN \(oneDNNVersion)", threads: Parallel.workers, agreement: agreement, milliseconds: times)
        print(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
    }

    private func printTable(_ names: [String], _ times: [[Double]]) {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        print(
            "\(cores) cores, \(Parallel.workers) threads, oneDNN \(oneDNNVersion), \(network.precision.precision), \(network.model)\n"
        )
        print("| | ms a frame: median | min … max | frame rate / plain labels' |\n| --- | --- | --- | --- |")
        let medians = times.map { $0.sorted()[$0.count / 2] }
        for (index, name) in names.enumerated() {
            let spread = String(format: "%.1f … %.1f", times[index].min() ?? 0, times[index].max() ?? 0)
            let share = index == 0 ? "" : String(format: "%.0f %%", 100 * medians[1] / medians[index])
            print("| \(name) | \(String(format: "%.1f", medians[index])) | \(spread) | \(share) |")
        }
    }
}
