package import Checkpoints
package import Sparse
import Tensors
package import Training

/// Whose statistics the batch norms of a scene's network use.
package enum SceneStatistics: Sendable, Equatable {
    /// The scene's own, through which gradients go; the stored ones move towards them by `momentum`, in place.
    case scene(momentum: Float)
    /// The stored ones, which stay.
    case stored
}

/// A batch norm over voxels, with running statistics `[C]`.
struct VoxelNorm: Sendable {
    let weight, bias, mean, variance: Tensor
    static let epsilon: Float = 1e-5

    init(_ scope: Scope, _ width: Int) throws(CheckpointError) {
        let scope = scope["bn"]
        weight = try scope.tensor("weight", width)
        bias = try scope.tensor("bias", width)
        mean = try scope.tensor("running_mean", width)
        variance = try scope.tensor("running_var", width)
    }

    func traced(_ x: Variable, _ statistics: SceneStatistics, on tape: Tape) -> Variable {
        let used: Tape.ColumnStatistics
        switch statistics {
        case .scene(let momentum):
            let own = batchStatistics(x.value)
            let moved = own.moving(mean: mean, variance: variance, momentum: momentum)
            copyValues(of: moved.mean, to: mean)
            copyValues(of: moved.variance, to: variance)
            used = .own(own)
        case .stored:
            used = .stored(mean: mean, variance: variance)
        }
        return tape.batchNorm(
            x, used, weight: tape.parameter(weight), bias: tape.parameter(bias), epsilon: Self.epsilon)
    }

    func parameters(_ name: String) -> [Parameter] {
        [Parameter(name + ".bn.weight", weight, isNorm: true), Parameter(name + ".bn.bias", bias, isNorm: true)]
    }

    func statistics(_ name: String) -> [Parameter] {
        [Parameter(name + ".bn.running_mean", mean), Parameter(name + ".bn.running_var", variance)]
    }
}

/// A convolution without bias `[volume, I, O]`, or `[I, O]` of a voxel itself, and the batch norm after it.
package struct NormedConvolution: Sendable {
    let kernel: Tensor
    let norm: VoxelNorm
    /// The names of both.
    let names: (kernel: String, norm: String)

    /// Channels of the input.
    package var inputs: Int { kernel.shape[kernel.shape.count - 2] }
    /// Channels of the output.
    package var outputs: Int { kernel.columns }

    /// Takes the weights; how many outputs there are, their shape says.
    ///
    /// - Parameters:
    ///   - root: where they lie in a checkpoint.
    ///   - name: the convolution's name there.
    ///   - norm: the batch norm's.
    ///   - volume: the offsets of the kernel; 1 is a product for each voxel.
    ///   - inputs: channels of the input.
    /// - Throws: if a tensor is missing, or of another shape.
    package init(_ root: Scope, _ name: String, norm: String, volume: Int, inputs: Int) throws(CheckpointError) {
        let shape = try root.shape(of: name + ".kernel")
        let outputs = shape.last ?? 0
        // Some files have a matrix as a kernel of one offset.
        if volume == 1, shape.count == 2 {
            kernel = try root.tensor(name + ".kernel", inputs, outputs)
        } else {
            kernel = try root.tensor(name + ".kernel", volume, inputs, outputs)
        }
        self.norm = try VoxelNorm(root[norm], outputs)
        names = (name, norm)
    }

    /// The normalised convolution along a map, or of each voxel itself.
    package func traced(
        _ x: Variable, _ map: KernelMap?, _ statistics: SceneStatistics, on tape: Tape
    ) -> Variable {
        let weight = tape.parameter(kernel)
        let out =
            map.map { tape.sparseConvolution(x, weight, $0) }
            ?? tape.matmul(x, .plain, weight.reshaped(inputs, outputs), .plain)
        return norm.traced(out, statistics, on: tape)
    }

    /// The convolution's and the norm's parameters.
    package var parameters: [Parameter] { [Parameter(names.kernel + ".kernel", kernel)] + norm.parameters(names.norm) }
    /// The norm's running statistics.
    package var statistics: [Parameter] { norm.statistics(names.norm) }
}

/// Two 3³ convolutions around which the input is added.
struct ResidualBlock: Sendable {
    let first, second: NormedConvolution
    /// What brings the input to the outputs' width, where they differ.
    let shortcut: NormedConvolution?

    init(_ root: Scope, _ name: String, inputs: Int) throws(CheckpointError) {
        first = try NormedConvolution(root, name + ".conv1", norm: name + ".norm1", volume: 27, inputs: inputs)
        second = try NormedConvolution(
            root, name + ".conv2", norm: name + ".norm2", volume: 27, inputs: first.outputs)
        shortcut =
            inputs == second.outputs
            ? nil
            : try NormedConvolution(
                root, name + ".downsample.0", norm: name + ".downsample.1", volume: 1, inputs: inputs)
    }

    func traced(
        _ x: Variable, _ map: KernelMap, _ statistics: SceneStatistics, on tape: Tape
    ) -> Variable {
        let hidden = tape.relu(first.traced(x, map, statistics, on: tape))
        let out = second.traced(hidden, map, statistics, on: tape)
        return tape.relu(tape.add(out, shortcut?.traced(x, nil, statistics, on: tape) ?? x))
    }

    var convolutions: [NormedConvolution] { [first, second] + [shortcut].compactMap(\.self) }
}
