import Tensors

/// Stochastic gradient descent with momentum, in PyTorch's order: v = 0.9 v + g, x = x - rate · v.
struct SGD {
    let rate: Float
    private let momentum: Float = 0.9
    private var velocities: [Tensor] = []

    init(rate: Float) { self.rate = rate }

    /// Moves the parameters, in place, against their gradients; the same list in the same order every time.
    mutating func update(_ parameters: [Tensor], gradients: [Tensor]) {
        if velocities.isEmpty { velocities = parameters.map { Tensor(zeros: $0.shape) } }
        for (index, (parameter, gradient)) in zip(parameters, gradients).enumerated() {
            let velocity = velocities[index]
            scale(velocity, by: momentum)
            add(gradient, to: velocity)
            let step = velocity.copy()
            scale(step, by: -rate)
            add(step, to: parameter)
        }
    }
}
