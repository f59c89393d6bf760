import Adaptation
import ArgumentParser
import Engine
import Foundation
import Media
import Networks
import Raster

/// What a frame of the frozen phase costs after the network, part by part.
struct FrozenBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frozen",
        abstract: "Times the parts of the frozen phase that follow the network, on frames fed at 864×480."
    )

    @Argument(help: "A video or a folder of pictures.")
    var frames: String

    @Option(help: "The model.")
    var model = "weights/segformer-b0-street11"

    @Option(help: "How many frames to time.")
    var count = 30

    func run() throws {
        var network = try SegFormer(directory: model)
        network.preprocessor.resize = .stretch(width: 864, height: 480)
        let head = FrozenHead(network.head)
        let options = AdaptationOptions.balanced
        var memory = TemporalMemory(options)
        let upsampling = Resampling.bilinear((120, 216), (480, 864))
        let reader = try openFrames(at: frames)
        var times: [String: [(wall: Double, processor: Double)]] = [:]
        func timed<Result>(_ part: String, _ body: () -> Result) -> Result {
            let (start, used) = (ContinuousClock.now, clock())
            defer {
                let processor = Double(clock() - used) / Double(CLOCKS_PER_SEC) * 1000
                times[part, default: []].append(((ContinuousClock.now - start) / .milliseconds(1), processor))
            }
            return body()
        }
        for _ in 0..<count {
            guard let frame = try reader.next() else { break }
            let input = network.preprocessor(frame.image)
            let features = network.encoder(input)
            let fused = head.fused(features)
            let logits = head.logits(fused)
            let dense = DenseLogits(logits, upsampling)
            let known = timed("memory") { memory.update(logits, features: features, input: input) }
            _ = timed("labels and entropies") { dense.predict() }
            _ = timed("labels") { dense.labels() }
            _ = timed("labels of the memory") { DenseLogits(known, upsampling).labels() }
        }
        // Other programs on the machine lengthen the time that passes more than the processor's: the least of many counts.
        print("| part | least, ms | of all cores together, ms |")
        print("| --- | --- | --- |")
        for (part, values) in times.sorted(by: { $0.key < $1.key }) {
            // The first frame has none before it.
            let later = values.dropFirst()
            let least = [later.map(\.wall).min() ?? 0, later.map(\.processor).min() ?? 0]
            print("| \(part) | " + least.map { String(format: "%.2f", $0) }.joined(separator: " | ") + " |")
        }
    }
}
