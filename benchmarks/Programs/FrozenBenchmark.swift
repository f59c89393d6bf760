import ArgumentParser
import Compiled
import Dense
import DittaKit
import Foundation
import Methods
import Networks
import Raster
import Tensors

/// What a frame of the frozen phase costs after the network, part by part.
struct FrozenBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frozen",
        abstract: "Times the parts of the frozen phase that follow the network, on frames fed at 864×480."
    )

    @Argument(help: "A video or a folder of pictures.")
    var frames: String

    @OptionGroup var network: NetworkArguments

    @Option(help: "How many frames to time.")
    var count = 30

    func run() throws {
        let network = try network.load(width: 864, height: 480)
        let clip = try allFrames(frames, atMost: count)
        let (width, height) = (clip[0].image.width, clip[0].image.height)
        let source = SourceModel(network, width: width, height: height, precision: self.network.precision.precision)
        let (encoder, head) = (source.encoder, network.head.compile(for: source.encoder))
        let options = DiTTAOptions.balanced
        var memory = TemporalMemory(options, classes: network.head.classes, encoder, levels: network.levels)
        // Untrained: it costs what a trained one does.
        var addOn = CompiledTemporalAddOn(
            AdaptedModel(source: network.head, windowRadius: options.windowRadius, seed: options.seed).addOn,
            for: head)
        var doubtful = 0.0
        let grid = encoder.levels[0].grid
        let upsampling = Resampling.bilinear((grid.height, grid.width), (480, 864))
        var times: [String: [(wall: Double, processor: Double)]] = [:]
        func timed<Result>(_ part: String, _ body: () -> Result) -> Result {
            let (start, used) = (ContinuousClock.now, clock())
            defer {
                let processor = Double(clock() - used) / Double(CLOCKS_PER_SEC) * 1000
                times[part, default: []].append(((ContinuousClock.now - start) / .milliseconds(1), processor))
            }
            return body()
        }
        for frame in clip {
            let input = source.prepare(frame).input
            let features = encoder(input)
            let logits = head(features)
            let fused = head.fused
            let dense = DenseLogits(logits, upsampling)
            let known = timed("memory") { memory.update(logits, features: features, input: input) }
            var prediction = timed("labels and entropies") { dense.predict() }
            let cells = timed("add-on: cells in doubt") {
                dense.doubtfulCells(prediction, below: options.fusionThreshold)
            }
            if let carried = timed("add-on: queries and window", { addOn(fused, at: cells) }) {
                timed("add-on: blend") {
                    dense.blend(&prediction, with: DenseLogits(carried, upsampling), below: options.fusionThreshold)
                }
            }
            timed("add-on: keys") { addOn.remember(fused, logits: logits.copy()) }
            doubtful += Double(cells.count) / Double(logits.rows * count)
            _ = timed("labels") { dense.labels() }
            _ = timed("labels of the memory") { DenseLogits(known, upsampling).labels() }
        }
        print(String(format: "%.0f %% of the cells in doubt", 100 * doubtful))
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
