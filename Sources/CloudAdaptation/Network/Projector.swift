package import Checkpoints
package import Networks
import Tensors
package import Training

/// What makes classes, or a teacher's features, of a point's features: a product, a batch norm, a ReLU, and a product with bias.
///
/// Source: the shape of lisaweijler/SE3Conv3D's heads; the paper leaves it open.
package struct Projector: Sendable {
    private let hidden: NormedConvolution
    private let output: (kernel: Tensor, bias: Tensor)

    /// Takes the weights `hidden.kernel` `[C, C]`, `norm.bn.*` `[C]`, `output.kernel` `[C, O]` and `output.bias` `[1, O]`.
    ///
    /// - Throws: if a tensor is missing or of a shape that does not fit.
    package init(_ root: Scope, inputs: Int) throws(CheckpointError) {
        hidden = try NormedConvolution(root, "hidden", norm: "norm", volume: 1, inputs: inputs)
        let outputs = try root.shape(of: "output.kernel").last ?? 0
        output = (
            try root.tensor("output.kernel", hidden.outputs, outputs), try root.tensor("output.bias", 1, outputs)
        )
    }

    /// The names and shapes of the tensors that a projector takes.
    static func shapes(_ name: String, inputs: Int, outputs: Int) -> [(name: String, shape: [Int])] {
        [("hidden.kernel", [inputs, inputs])]
            + ["weight", "bias", "running_mean", "running_var"].map { ("norm.bn." + $0, [inputs]) }
            + [("output.kernel", [inputs, outputs]), ("output.bias", [1, outputs])]
    }

    /// Channels of the output.
    package var outputs: Int { output.kernel.columns }

    /// The outputs `[N, O]` of features `[N, C]`.
    package func traced(_ features: Variable, _ statistics: SceneStatistics, on tape: Tape) -> Variable {
        let rectified = tape.relu(hidden.traced(features, nil, statistics, on: tape))
        let product = tape.matmul(rectified, .plain, tape.parameter(output.kernel), .plain)
        return tape.addRow(tape.parameter(output.bias), to: product)
    }

    var parameters: [Parameter] {
        hidden.parameters + [Parameter("output.kernel", output.kernel), Parameter("output.bias", output.bias)]
    }

    var statistics: [Parameter] { hidden.statistics }
}
