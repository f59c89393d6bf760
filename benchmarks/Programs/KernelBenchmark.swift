import ArgumentParser
import Compiled
import Foundation
import Networks
import Tensors

/// The parts of the frozen network on a tile each, beside what the processor's largest product reaches.
struct KernelBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Times products and what runs between them on tiles in cache, on all threads, as Markdown."
    )

    @Option(help: "What is multiplied: fp32 or bf16.")
    var precision = Precision.fastest

    /// Products of a SegFormer at 480×864, and of SAM 2 at 1024×1024: cells of a tile, inputs, outputs.
    private static let products: [(name: String, rows: Int, inputs: Int, outputs: Int)] = [
        ("B0 1/4 query", 216, 32, 32), ("B0 1/4 scores", 216, 32, 416), ("B0 1/4 weighted values", 216, 416, 32),
        ("B0 1/4 dense1", 216, 32, 128), ("B0 1/4 dense2", 216, 128, 32), ("B0 1/16 dense1", 270, 160, 640),
        ("B0 classifier of 124", 216, 256, 124), ("B5 1/4 scores", 216, 64, 416), ("B5 1/16 query", 270, 320, 64),
        ("B5 1/16 dense1", 270, 320, 1280), ("B5 1/16 dense2", 270, 1280, 320), ("B5 1/4 fusion", 216, 64, 768),
        ("hiera-tiny 1/16 query", 256, 384, 96), ("hiera-tiny 1/16 keys and values", 256, 384, 768),
        ("hiera-tiny 1/16 MLP in", 256, 384, 512), ("hiera-tiny 1/16 MLP out", 256, 512, 384),
        ("hiera-tiny window scores", 196, 96, 208), ("hiera-tiny window values", 196, 208, 96),
        ("hiera-tiny small window scores", 16, 96, 16),
        ("hiera-tiny global scores", 256, 96, 256), ("hiera-tiny global values", 256, 256, 96),
        ("hiera-tiny 1/4 MLP in", 256, 96, 384),
        ("SAM 2 memory scores", 256, 256, 256), ("SAM 2 memory values", 256, 256, 64),
    ]

    func run() throws {
        let peak = rate(rows: 512, inputs: 2048, outputs: 2048)
        print("\(Parallel.workers) threads, \(precision), oneDNN \(oneDNNVersion)\n")
        print("| product | cells × inputs × outputs | GFLOP/s | of the largest |\n| --- | --- | --- | --- |")
        print("| largest | 512 × 2048 × 2048 | \(text(peak)) | 100 % |")
        for product in Self.products {
            let own = rate(rows: product.rows, inputs: product.inputs, outputs: product.outputs)
            let extents = "\(product.rows) × \(product.inputs) × \(product.outputs)"
            print("| \(product.name) | \(extents) | \(text(own)) | \(text(100 * own / peak)) % |")
        }
        print(
            "\n| between products | rows × columns | G numbers/s | GB/s read and written |\n| --- | --- | --- | --- |")
        for (name, rows, columns, body) in kernels() {
            let count = Double(rows * columns)
            let seconds = least { for _ in 0..<Self.tiles { body($0) } } / Double(Self.tiles * Parallel.workers)
            let bytes = count * Double(4 + (precision == .fp32 ? 4 : 2))
            print(
                "| \(name) | \(rows) × \(columns) | \(text(count / seconds / 1e9)) | \(text(bytes / seconds / 1e9)) |")
        }
    }

    private static let tiles = 50

    /// What runs on a tile, with a thread's own memory.
    private func kernels() -> [(String, Int, Int, @Sendable (Int) -> Void)] {
        func kernel(
            _ name: String, _ rows: Int, _ columns: Int, _ body: @escaping @Sendable (Matrix, Matrix) -> Void
        ) -> (String, Int, Int, @Sendable (Int) -> Void) {
            let inputs = matrices(rows, columns, .fp32)
            let outputs = matrices(rows, columns, precision)
            return (name, rows, columns, { worker in body(inputs[worker], outputs[worker]) })
        }
        let sums = matrices(216, 1, .fp32)[0]
        func ones(_ count: Int) -> Tensor { Tensor(Array(repeating: 1, count: count), [count]) }
        let picture = matrices(3 * 216, 128, precision)[0]
        let taps = Tensor(Array(repeating: 0.1, count: 9 * 128), [9, 128])
        return [
            kernel("exponentials", 216, 416) { exponentialRows($0, columns: 405, into: $1, sums: sums) },
            kernel("layer norm, 32 channels", 216, 32) { [one = ones(32)] in
                layerNorm($0, weight: one, bias: one, epsilon: 1e-5, into: $1)
            },
            kernel("layer norm, 320 channels", 270, 320) { [one = ones(320)] in
                layerNorm($0, weight: one, bias: one, epsilon: 1e-5, into: $1)
            },
            kernel("depthwise 3×3 and GELU", 216, 128) { [one = ones(128)] _, out in
                depthwiseConvolutionGELU(picture, width: 216, weight: taps, bias: one, rows: 1..<2, into: out)
            },
        ]
    }

    private func matrices(_ rows: Int, _ columns: Int, _ precision: Precision) -> [Matrix] {
        (0..<Parallel.workers).map { _ in
            var plan = WorkspacePlan()
            let slot = plan.slot(rows, columns, precision)
            let result = slot(in: plan.allocate())
            clear(result)
            return result
        }
    }

    /// GFLOP/s of a product that every thread runs on memory of its own, with shared weights.
    private func rate(rows: Int, inputs: Int, outputs: Int) -> Double {
        let linear = CompiledLinear(
            ProductCompiler(), Tiling(height: 1, width: rows, rowsPerTile: 1),
            weight: Tensor(zeros: [outputs, inputs]), bias: nil, precision: precision, result: .fp32)
        let (x, out) = (matrices(rows, inputs, precision), matrices(rows, outputs, .fp32))
        let flops = 2 * Double(rows * inputs * outputs)
        let times = max(Int(2e9 / flops), 1)
        let seconds = least { worker in
            for _ in 0..<times { linear(x[worker], into: out[worker], worker: worker) }
        }
        return flops * Double(times * Parallel.workers) / seconds / 1e9
    }

    /// The least seconds that all threads together take for a piece of work each.
    private func least(_ body: @Sendable (Int) -> Void) -> Double {
        var best = Double.infinity
        for _ in 0..<20 {
            let start = ContinuousClock.now
            parallelTiles(Parallel.workers) { worker, _ in body(worker) }
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        return best
    }

    private func text(_ value: Double) -> String { String(format: value < 10 ? "%.1f" : "%.0f", value) }
}
