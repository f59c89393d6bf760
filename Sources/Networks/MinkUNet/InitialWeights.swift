package import Checkpoints
import Foundation
package import Tensors

extension MinkUNetConfiguration {
    /// Weights to begin training with, under the published names.
    package func initialWeights(seed: UInt64) -> HeldTensors {
        var random = RandomNumbers(seed: seed)
        return HeldTensors(initialTensors(shapes, using: &random))
    }
}

/// Tensors to begin training with: kernels by Kaiming's normal rule for what leaves them, norms that change nothing.
///
/// Source: He et al., "Delving deep into rectifiers", 2015, equation 14; MinkowskiEngine's examples/minkunet.py.
///
/// - Parameters:
///   - shapes: names, of which `.kernel`, `.weight` and `.running_var` at the end have a meaning, and shapes; a kernel's last extents
///     are its inputs and outputs.
///   - random: where chance comes from.
/// - Returns: a tensor for each.
package func initialTensors(
    _ shapes: [(name: String, shape: [Int])], using random: inout RandomNumbers
) -> [(name: String, tensor: Tensor)] {
    func normal() -> Float {
        // Box and Muller; 1 - u is above 0.
        (-2 * log(1 - random.unit())).squareRoot() * cos(2 * .pi * random.unit())
    }
    return shapes.map { name, shape in
        let count = shape.reduce(1, *)
        guard name.hasSuffix(".kernel") else {
            let isOne = name.hasSuffix(".weight") || name.hasSuffix(".running_var")
            return (name, Tensor(Array(repeating: isOne ? 1 : 0, count: count), shape))
        }
        let fan = shape.dropLast(2).reduce(1, *) * shape[shape.count - 1]
        let deviation = (2 / Float(fan)).squareRoot()
        return (name, Tensor((0..<count).map { _ in normal() * deviation }, shape))
    }
}
