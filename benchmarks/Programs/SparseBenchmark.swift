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

    func run() throws {
        Parallel.workers = threads
        // As a training step has it.
        let reuse = StorageReuse()
        let points = try scanPoints(scan)
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
        var (forward, backward, product) = (LeastTime(), LeastTime(), LeastTime())
        for _ in 0..<max(rounds, 1) {
            let tape = Tape(tracking: [x, weight])
            var out = tape.constant(x)
            forward.measure { out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map) }
            tape.record(loss: 0, gradient: upstream.copy(), of: out)
            backward.measure { tape.backward() }
            product.measure {
                unsafe singleThreadedProduct(
                    matrix.pointer, .plain, stride: 1024, matrix.pointer, .plain, stride: 1024,
                    into: square.pointer, stride: 1024, m: 1024, n: 1024, k: 1024, adding: false)
            }
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

    private func time(_ body: () -> Void) -> LeastTime {
        (0..<max(rounds, 1)).reduce(into: LeastTime()) { least, _ in least.measure(body) }
    }
}

/// The least milliseconds of several rounds: of the processor on all threads together, and on the clock.
struct LeastTime {
    private(set) var processor = Double.infinity
    private(set) var clock = Double.infinity

    /// Runs something and counts it, if it was faster than before.
    mutating func measure(_ body: () -> Void) {
        let (start, used) = (ContinuousClock.now, processorTicks())
        body()
        processor = min(processor, 1e3 * Double(processorTicks() - used) / Double(CLOCKS_PER_SEC))
        clock = min(clock, (ContinuousClock.now - start) / .milliseconds(1))
    }
}

/// What the processor has worked for this program, in `CLOCKS_PER_SEC`.
private func processorTicks() -> Int { clock() }

/// The points `[P, 3]` of a scan in SemanticKITTI's format.
func scanPoints(_ path: String) throws -> Tensor {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard data.count % 16 == 0, !data.isEmpty else {
        throw DittaError("\(path): has \(data.count) bytes, expected 16 for each point")
    }
    let values = unsafe data.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
    return columns(0..<3, of: Tensor(values, [values.count / 4, 4]))
}
