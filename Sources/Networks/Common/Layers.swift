import Checkpoints
import Compiled
package import Tensors

/// A linear layer's weights as published: weight `[O, I]`, bias `[O]`.
package struct Linear: Sendable {
    package let weight, bias: Tensor

    init(_ scope: Scope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
        weight = try scope.tensor("weight", outputs, inputs)
        bias = try scope.tensor("bias", outputs)
    }

    package init(weight: Tensor, bias: Tensor) {
        (self.weight, self.bias) = (weight, bias)
    }

    /// A 1×1 convolution's `[O, I, 1, 1]`.
    init(pointwise scope: Scope, _ inputs: Int, _ outputs: Int) throws(CheckpointError) {
        weight = try scope.tensor("weight", outputs, inputs, 1, 1).reshaped(outputs, inputs)
        bias = try scope.tensor("bias", outputs)
    }

    /// Some of the outputs.
    package func outputs(_ range: Range<Int>) -> Linear {
        let rows = range.map { weight.part($0, weight.columns) }
        let biases = range.map { bias.part($0, 1) }
        return Linear(
            weight: stacked(rows).reshaped(range.count, weight.columns), bias: stacked(biases).reshaped(range.count))
    }

    /// The outputs of two layers of the same input, this one's first.
    package func beside(_ other: Linear) -> Linear {
        let (rows, inputs) = (weight.rows + other.weight.rows, weight.columns)
        let weights = [weight, other.weight].flatMap { weight in (0..<weight.rows).map { weight.part($0, inputs) } }
        let biases = [bias, other.bias].flatMap { bias in (0..<bias.count).map { bias.part($0, 1) } }
        return Linear(
            weight: stacked(weights).reshaped(rows, inputs), bias: stacked(biases).reshaped(rows))
    }

    /// This layer after another one, as one: exact, as both are affine.
    package func after(_ first: Linear) -> Linear {
        let shift = linear(first.bias.reshaped(1, first.bias.count), weight, bias)
        return Linear(weight: matmul(weight, .plain, first.weight, .plain), bias: shift.reshaped(bias.count))
    }

    /// Weight and bias times a factor.
    package func scaled(by factor: Float) -> Linear {
        let (weight, bias) = (weight.copy(), bias.copy())
        scale(weight, by: factor)
        scale(bias, by: factor)
        return Linear(weight: weight, bias: bias)
    }

    /// Each output times a factor of its own `[O]`.
    package func scaled(by factors: Tensor) -> Linear {
        let (weight, bias) = (weight.copy(), bias.copy())
        for (output, factor) in factors.values.enumerated() {
            scale(weight.part(output, weight.columns), by: factor)
            scale(bias.part(output, 1), by: factor)
        }
        return Linear(weight: weight, bias: bias)
    }
}

/// A layer norm's weights `[C]`.
struct LayerNorm: Sendable {
    let weight, bias: Tensor
    let epsilon: Float

    init(_ scope: Scope, _ width: Int, epsilon: Float) throws(CheckpointError) {
        weight = try scope.tensor("weight", width)
        bias = try scope.tensor("bias", width)
        self.epsilon = epsilon
    }

    /// Normalises float32 rows `[rows, C]`, into either precision; in place if told so.
    func callAsFunction(_ x: Matrix, into out: Matrix) {
        layerNorm(x, weight: weight, bias: bias, epsilon: epsilon, into: out)
    }
}

extension CompiledLinear {
    /// Compiles a layer.
    init(
        _ plan: CompilationPlan, _ tiling: Tiling, _ layer: Linear, result: Precision, accumulates: Bool = false,
        rectifies: Bool = false
    ) {
        self.init(
            plan.products, tiling, weight: layer.weight, bias: layer.bias, precision: plan.precision, result: result,
            accumulates: accumulates, rectifies: rectifies)
    }
}
