import Tensors

/// Stochastic gradient descent with momentum, in PyTorch's order: g = g + decay · x, v = 0.9 v + g, x = x - rate · v; of Nesterov's kind
/// x = x - rate · (g + 0.9 v).
struct SGD {
    private let rate, decay: Float
    private let isNesterov: Bool
    private let momentum: Float = 0.9
    private var velocities: [Tensor] = []

    init(rate: Float, decay: Float = 0, isNesterov: Bool = false) {
        (self.rate, self.decay, self.isNesterov) = (rate, decay, isNesterov)
    }

    /// Moves the parameters, in place, against their gradients; the same list in the same order every time.
    mutating func update(_ parameters: [Tensor], gradients: [Tensor]) {
        if velocities.isEmpty { velocities = parameters.map { Tensor(zeros: $0.shape) } }
        for (index, (parameter, gradient)) in zip(parameters, gradients).enumerated() {
            let whole = parameter.copy()
            scale(whole, by: decay)
            add(gradient, to: whole)
            let velocity = velocities[index]
            scale(velocity, by: momentum)
            add(whole, to: velocity)
            let step = velocity.copy()
            if isNesterov {
                scale(step, by: momentum)
                add(whole, to: step)
            }
            scale(step, by: -rate)
            add(step, to: parameter)
        }
    }
}
