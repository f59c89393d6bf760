import ArgumentParser
import DittaKit
import Foundation
import Sparse
import Tensors
import Training

/// A sparse convolution on a real scan, beside the largest product of the same processor.
struct SparseBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sparse",
        abstract: "Times a 3³ convolution over a scan's voxels and its gradients, and how its maps are made, as JSON."
    )

    @Argument(help: "A scan: float32 x, y, z, remission of each point, as SemanticKITTI has them.")
    var scan: String

    @Option(help: "The edge of a voxel in metres.")
    var voxel: Float = 0.1

    @Option(help: "Channels in and out.")
    var channels = 96

    @Option(help: "On which level: 0 is the finest.")
    var level = 0

    @Option(help: "How many threads compute.")
    var threads = 1

    @Option(help: "How often each is timed.")
    var rounds = 5

    /// The least of several rounds, in milliseconds: of the processor on all threads together, and on the clock.
    private struct Least {
        var processor = Double.infinity
        var clock = Double.infinity

        mutating func take(_ other: Least) {
            processor = min(processor, other.processor)
            clock = min(clock, other.clock)
        }
    }

    func run() throws {
        Parallel.workers = threads
        // As a training step has it.
        let reuse = StorageReuse()
        let points = try readPoints()
        var grid = try VoxelGrid(points, size: voxel)
        let voxels = time { grid = (try? VoxelGrid(points, size: voxel)) ?? grid }
        var pyramid = VoxelPyramid(grid.voxels)
        let maps = time { pyramid = VoxelPyramid(grid.voxels) }
        let map = pyramid.neighbours[level]

        var random = RandomNumbers(seed: 1)
        let x = random.uniform([map.inputs, channels], bound: 1)
        let weight = random.uniform([map.volume, channels, channels], bound: 0.1)
        let upstream = random.uniform([map.outputs, channels], bound: 1)
        let (matrix, square) = (random.uniform([1024, 1024], bound: 1), Tensor(zeros: [1024, 1024]))
        var (forward, backward, product) = (Least(), Least(), Least())
        for _ in 0..<max(rounds, 1) {
            let tape = Tape(tracking: [x, weight])
            var out = tape.constant(x)
            forward.take(measure { out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map) })
            tape.record(loss: 0, gradient: upstream.copy(), of: out)
            backward.take(measure { tape.backward() })
            product.take(
                measure {
                    unsafe singleThreadedProduct(
                        matrix.pointer, .plain, stride: 1024, matrix.pointer, .plain, stride: 1024,
                        into: square.pointer, stride: 1024, m: 1024, n: 1024, k: 1024, adding: false)
                })
        }
        withExtendedLifetime(reuse) {}
        let values = [
            "points": Double(points.rows), "voxels": Double(map.inputs), "pairs": Double(map.count),
            "forward": forward.processor, "backward": backward.processor, "forwardClock": forward.clock,
            "backwardClock": backward.clock, "voxelsTime": voxels.processor, "mapsTime": maps.processor,
            "product": 2 * 1024 * 1024 * 1024 / product.processor / 1e6,
        ]
        print(String(decoding: try JSONEncoder().encode(values), as: UTF8.self))
    }

    private func readPoints() throws -> Tensor {
        let data = try Data(contentsOf: URL(fileURLWithPath: scan))
        guard data.count % 16 == 0, !data.isEmpty else {
            throw DittaError("\(scan): \(data.count) bytes, expected 16 for each point")
        }
        let values = unsafe data.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
        return columns(0..<3, of: Tensor(values, [values.count / 4, 4]))
    }

    private func time(_ body: () -> Void) -> Least {
        (0..<max(rounds, 1)).reduce(into: Least()) { least, _ in least.take(measure(body)) }
    }

    private func measure(_ body: () -> Void) -> Least {
        let (start, used) = (ContinuousClock.now, clock())
        body()
        return Least(
            processor: 1e3 * Double(clock() - used) / Double(CLOCKS_PER_SEC),
            clock: (ContinuousClock.now - start) / .milliseconds(1))
    }
}
