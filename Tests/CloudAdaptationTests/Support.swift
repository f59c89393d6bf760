import Checkpoints
import CloudAdaptation
import Clouds
import Foundation
import Networks
import Sparse
import Tensors
import TestSupport
import Testing
import Training

/// A scene of the golden values: their voxels, of which every third has a pixel.
func goldenScene(_ golden: Scope) throws -> VoxelScene {
    let coordinates = try golden.tensor("coordinates").parts.map {
        SIMD3<Int32>(SIMD3($0.values[0], $0.values[1], $0.values[2]))
    }
    let paired = stride(from: Int32(0), to: Int32(coordinates.count), by: 3).map(\.self)
    return VoxelScene(
        pyramid: VoxelPyramid(try Voxels(coordinates)), voxelOfPoint: (0..<Int32(coordinates.count)).map(\.self),
        inputs: syntheticInput(name: "features", shape: [coordinates.count, 4], bound: 1), paired: paired,
        targets: unitRows(syntheticInput(name: "targets", shape: [paired.count, 8], bound: 1)).rows, labels: nil)
}

/// The network of the golden values, of five classes and eight channels of a teacher.
func goldenNetwork() throws -> CloudNetwork {
    let backbone = MinkUNetConfiguration.mink14Third(inputs: 4, outputs: 6)
    let described = CloudNetwork(backbone, classes: 5, channels: 8, seed: 1)
    let weights = (described.parameters.parameters + described.statistics.parameters).map { parameter in
        let (name, shape) = (parameter.name, parameter.tensor.shape)
        let own = name.hasPrefix("backbone.") ? String(name.dropFirst("backbone.".count)) : name
        let units = syntheticUnits(name: own, count: parameter.tensor.count)
        if name.hasSuffix(".kernel") {
            let fan = own == name ? 3 : Double(shape[shape.count - 2] * (shape.count == 3 ? 8 : 1))
            return (name: name, tensor: Tensor(units.map { $0 * Float((3 / fan).squareRoot()) }, shape))
        }
        let centre: Float = name.hasSuffix(".weight") || name.hasSuffix(".running_var") ? 1 : 0
        return (name: name, tensor: Tensor(units.map { centre + $0 * 0.25 }, shape))
    }
    return try CloudNetwork(Checkpoint(HeldTensors(weights)).root)
}

/// Golden values: those of test-time training, or of `baselines`.
func golden(_ name: String = "ttt") throws -> Scope {
    try Checkpoint(path: #require(Bundle.module.resourcePath) + "/Golden/\(name).safetensors").root
}

/// All numbers of a network, as bits.
func bits(_ network: CloudNetwork, where isIncluded: (String) -> Bool = { _ in true }) -> [UInt32] {
    (network.parameters.parameters + network.statistics.parameters).filter { isIncluded($0.name) }
        .flatMap { $0.tensor.values.map(\.bitPattern) }
}
