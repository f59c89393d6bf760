import ArgumentParser
import Checkpoints
import Compiled
import Foundation
import Networks
import Tensors

/// What SAM 2 costs as a teacher: a frame's features, and following objects whose memory is full.
struct SAM2Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sam2",
        abstract: "Times SAM 2's image encoder, and a frame with several objects and a full memory, on noise."
    )

    @Option(help: "The model: a Hugging Face folder or an original file; weights may be random.")
    var model: String

    @Option(help: "The input's side in pixels, a multiple of 32.")
    var size = 1024

    @Option(help: "What the network multiplies.")
    var precision = Precision.fastest

    @Option(help: "How many objects are followed.")
    var objects = 8

    @Option(help: "How many frames are remembered of each.")
    var memories = 7

    @Option(help: "How often each is timed.")
    var rounds = 3

    func run() throws {
        let file = try SAM2File(path: model)
        let configuration = file.configuration
        let base = try file.load(side: size, precision: precision)
        var random = RandomNumbers(seed: 1)
        let input = random.uniform([size, size, 3], bound: 2)
        // The first call touches memory for the first time.
        let imageEncoder = try ImageEncoder(
            file.checkpoint().root, configuration, side: size, precision: precision)
        _ = imageEncoder(input)
        let encoder = time { _ = imageEncoder(input) }
        var features = base.features(input)
        // What is computed once for all objects beyond the image encoder.
        let shared = max(time { features = base.features(input) } - encoder, 0)
        let current = base.current(features)

        // What is remembered is the same for all: it costs what other memories do.
        let middle = Float(size) / 2
        let found = base.start(.points([PromptEncoder.Point(x: middle, y: middle, label: .positive)]), current)
        let memory = base.encode(found, current, isPrompted: true)
        let remembered = (0..<memories).map { (memory, $0) }
        let pointers = (1...configuration.memory.pointers).map { (found.pointer, $0) }
        let step = time {
            for _ in 0..<objects {
                let output = base.track(current, memories: remembered, pointers: pointers, span: pointers.count - 1)
                _ = base.encode(output, current, isPrompted: false)
            }
        }
        let encoded = try JSONEncoder().encode(["encoder": encoder, "frame": shared + step])
        print(String(decoding: encoded, as: UTF8.self))
    }

    /// The least of several rounds, in milliseconds.
    private func time(_ body: () -> Void) -> Double {
        (0..<max(rounds, 1)).map { _ in
            let start = ContinuousClock.now
            body()
            return (ContinuousClock.now - start) / .milliseconds(1)
        }.min() ?? 0
    }
}
