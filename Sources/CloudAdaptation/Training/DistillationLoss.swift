package import Tensors
package import Training

/// How far predicted features are from a teacher's, L_2D; both are taken at unit length, p̂ and t̂.
package enum DistillationLoss: String, Sendable, Codable, CaseIterable {
    /// 1 - p̂ · t̂.
    case cosine
    /// ‖p̂ - t̂‖ = √(2 - 2 p̂ · t̂). Source: valeoai/ScaLR, utils/distiller.py.
    case l2n
    /// Σ |p̂ - t̂| over the channels.
    case l1

    /// The mean over all rows, and its gradient with respect to p̂.
    ///
    /// - Parameters:
    ///   - unit: predicted features `[N, D]` of unit length.
    ///   - targets: the teacher's `[N, D]` of unit length.
    /// - Returns: the loss, and the gradient `[N, D]`.
    package func callAsFunction(_ unit: Tensor, _ targets: Tensor) -> (loss: Double, gradient: Tensor) {
        let share = 1 / Float(max(unit.rows, 1))
        let gradient: Tensor
        let loss: Double
        switch self {
        case .cosine:
            loss = Double(unit.rows) - columnTotals(unit, targets).products.reduce(0, +)
            gradient = targets.copy()
            scale(gradient, by: -share)
        case .l2n:
            let (rows, norms) = unitRows(difference(unit, targets))
            loss = norms.values.reduce(0) { $0 + Double($1) }
            gradient = rows
            scale(gradient, by: share)
        case .l1:
            let values = difference(unit, targets).values
            loss = values.reduce(0) { $0 + Double(abs($1)) }
            gradient = Tensor(values.map { $0 > 0 ? share : $0 < 0 ? -share : 0 }, unit.shape)
        }
        return (loss * Double(share), gradient)
    }

    private func difference(_ x: Tensor, _ y: Tensor) -> Tensor {
        let result = y.copy()
        scale(result, by: -1)
        add(x, to: result)
        return result
    }
}

extension Tape {
    /// Notes a distillation loss of predicted features `[N, D]`, whatever their length, and gives it, unweighted.
    package func record(
        _ loss: DistillationLoss, of prediction: Variable, targets: Tensor, weight: Float
    ) -> Double {
        let unit = unitRows(prediction)
        let (value, gradient) = loss(unit.value, targets)
        record(loss: value, gradient: gradient, of: unit, weight: weight)
        return value
    }
}
