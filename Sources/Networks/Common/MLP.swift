package import Compiled
package import Tensors

/// Two linear layers with an activation between, compiled for the rows of tiles and added to their residual.
///
/// The hidden channels come in parts, so that a tile's stay in cache.
package struct MLP: Sendable {
    /// What stands between the layers.
    package enum Activation {
        case gelu, relu
        /// SiLU of the first half of the outputs times the second (Shazeer, "GLU variants improve transformer", 2020).
        case swiglu
    }

    private struct Part: Sendable {
        let first, second: CompiledLinear
    }

    private let activation: Activation
    private let parts: [Part]
    private let inner, activated: Slot
    /// Outputs of a part's first layer: with 256 cells, their input and weights they stay in the second cache.
    private static let width = 512

    /// Compiles both layers.
    package init(
        _ plan: inout CompilationPlan, _ tiling: Tiling, _ first: Linear, _ second: Linear, _ activation: Activation
    ) {
        self.activation = activation
        let channels = second.weight.columns
        let width = activation == .swiglu ? Self.width / 2 : Self.width
        let starts = Array(stride(from: 0, to: channels, by: width))
        let plain = plan
        parts = starts.map { start in
            let range = start..<min(start + width, channels)
            let own = first.outputs(range)
            return Part(
                // ReLU is for free with the product.
                first: CompiledLinear(
                    plain, tiling,
                    activation == .swiglu
                        ? own.beside(first.outputs(range.lowerBound + channels..<range.upperBound + channels)) : own,
                    result: plain.precision, rectifies: activation == .relu),
                second: CompiledLinear(
                    plain.products, tiling, weight: columns(range, of: second.weight),
                    bias: start == 0 ? second.bias : nil, precision: plain.precision, result: .fp32, accumulates: true))
        }
        let mark = plan.own.mark
        activated = plan.own.slot(tiling.cellsPerTile, min(width, channels), plan.precision)
        inner =
            activation == .swiglu
            ? plan.own.slot(tiling.cellsPerTile, 2 * min(width, channels), plan.precision) : activated
        plan.own.release(to: mark)
        lastWidth = channels - (starts.last ?? 0)
    }

    /// Channels of the last part.
    private let lastWidth: Int

    /// Adds the perceptron of rows `[cells, C]` in the plan's precision to their residual `[cells, C]`.
    package func callAsFunction(_ x: Matrix, addingTo residual: Matrix, _ own: Storage, worker: Int) {
        for (index, part) in parts.enumerated() {
            let columns = index == parts.count - 1 ? lastWidth : nil
            let activated = activated(in: own, rows: x.rows, columns: columns)
            switch activation {
            case .relu: part.first(x, into: activated, worker: worker)
            case .gelu:
                part.first(x, into: activated, worker: worker)
                gelu(activated, into: activated)
            case .swiglu:
                let inner = inner(in: own, rows: x.rows, columns: columns.map { 2 * $0 })
                part.first(x, into: inner, worker: worker)
                swiglu(inner, into: activated)
            }
            part.second(activated, into: residual, worker: worker)
        }
    }
}
