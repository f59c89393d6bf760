import CKernels
import Foundation
package import Tensors

/// AdamW: Adam with decoupled weight decay, in PyTorch's order of operations.
///
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
package struct AdamW {
    /// Learning rate; schedules change it between steps.
    package var rate: Float
    /// Weight decay.
    package let decay: Float
    private let beta1 = 0.9
    private let beta2 = 0.999
    private let epsilon: Float = 1e-8
    /// How many steps it has taken.
    package private(set) var step = 0
    /// Running means of each parameter's gradient and of its square; none before the first step.
    package private(set) var moments: [(first: Tensor, second: Tensor)] = []

    /// Makes an optimiser that has taken no step.
    package init(rate: Float, decay: Float) {
        self.rate = rate
        self.decay = decay
    }

    /// Goes on from where another one was: so many steps, and their moments, which are changed in place.
    package mutating func resume(step: Int, moments: [(first: Tensor, second: Tensor)]) {
        (self.step, self.moments) = (step, moments)
    }

    /// Moves the parameters, in place, against their gradients; the same list in the same order every time.
    package mutating func update(_ parameters: [Tensor], gradients: [Tensor]) {
        precondition(
            parameters.count == gradients.count, "\(gradients.count) gradients of \(parameters.count) parameters")
        if moments.isEmpty { moments = parameters.map { (Tensor(zeros: $0.shape), Tensor(zeros: $0.shape)) } }
        step += 1
        let correction1 = 1 - pow(beta1, Double(step))
        let correction2 = 1 - pow(beta2, Double(step))
        let settings = (rate: rate, beta1: Float(beta1), beta2: Float(beta2), epsilon: epsilon, decay: decay)
        for (index, (parameter, gradient)) in zip(parameters, gradients).enumerated() {
            precondition(parameter.count == gradient.count, "gradient \(gradient.shape) of \(parameter.shape)")
            let (first, second) = moments[index]
            parallelFor(parameter.count, grain: 65536) { range in
                let start = range.lowerBound
                unsafe ditta_adamw(
                    parameter.pointer + start, first.pointer + start, second.pointer + start, gradient.pointer + start,
                    range.count, settings.rate, settings.beta1, settings.beta2, settings.epsilon, settings.decay,
                    Float(correction1), Float(correction2))
            }
        }
    }
}

/// Moves `average` towards `values`, in place: average · keep + values · (1 - keep).
package func moveAverage(_ average: [Tensor], towards values: [Tensor], keep: Float) {
    for (average, value) in zip(average, values) {
        parallelFor(average.count, grain: 65536) { range in
            unsafe ditta_move_towards(
                average.pointer + range.lowerBound, value.pointer + range.lowerBound, keep, range.count)
        }
    }
}
