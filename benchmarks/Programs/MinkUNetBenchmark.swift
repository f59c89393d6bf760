import ArgumentParser
import Checkpoints
import DittaKit
import Foundation
import Networks
import Sparse
import Tensors
import Training

/// A network over the voxels of a real scan: a prediction, and a step of training.
struct MinkUNetBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "minkunet",
        abstract: "Times MinkUNet on a scan: its maps, a prediction, and a step of training with AdamW, as JSON."
    )

    /// A published size.
    enum Size: String, ExpressibleByArgument, CaseIterable {
        case third, half, published34C

        var configuration: MinkUNetConfiguration {
            switch self {
            case .third: .mink14Third(inputs: 4, outputs: 19)
            case .half: .mink14Half(inputs: 4, outputs: 19)
            case .published34C: .mink34C(inputs: 4, outputs: 19)
            }
        }
    }

    @Argument(help: "A scan: float32 x, y, z, remission of each point, as SemanticKITTI has them.")
    var scan: String

    @Option(help: "The edge of a voxel in metres.")
    var voxel: Float = 0.1

    @Option(help: "The network: third, half or published34C.")
    var size = Size.half

    @Option(help: "How many threads compute.")
    var threads = 1

    @Option(help: "How often each is timed.")
    var rounds = 3

    func run() throws {
        Parallel.workers = threads
        let reuse = StorageReuse()
        let network = try MinkUNet(Checkpoint(size.configuration.initialWeights(seed: 1)).root)
        let grid = try VoxelGrid(scanPoints(scan), size: voxel)
        let scene = VoxelPyramid(grid.voxels, stemKernel: network.stemKernel)
        var random = RandomNumbers(seed: 1)
        let x = random.uniform([grid.voxels.count, network.inputs], bound: 1)
        let upstream = random.uniform([grid.voxels.count, network.outputs], bound: 1e-4)
        let parameters = network.parameters
        var optimiser = AdamW(rate: 1e-4, decay: 0)
        var (prediction, forward, backward, update) = (LeastTime(), LeastTime(), LeastTime(), LeastTime())
        func output(_ statistics: SceneStatistics, on tape: Tape) -> Variable {
            network.output(network.features(tape.constant(x), over: scene, statistics, on: tape), on: tape)
        }
        for _ in 0..<max(rounds, 1) {
            prediction.measure { _ = output(.stored, on: Tape(tracking: [])) }
            let tape = Tape(tracking: parameters)
            var out = tape.constant(x)
            forward.measure { out = output(.scene(momentum: 0.1), on: tape) }
            tape.record(loss: 0, gradient: upstream.copy(), of: out)
            backward.measure { tape.backward() }
            update.measure { optimiser.update(parameters, tape) }
        }
        withExtendedLifetime(reuse) {}
        let values = [
            "voxels": Double(grid.voxels.count), "prediction": prediction.processor, "forward": forward.processor,
            "backward": backward.processor, "update": update.processor, "forwardClock": forward.clock,
            "backwardClock": backward.clock, "updateClock": update.clock,
        ]
        print(String(decoding: try JSONEncoder().encode(values), as: UTF8.self))
    }
}
