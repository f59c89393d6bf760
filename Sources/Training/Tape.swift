package import Tensors

/// What one training step computed, in order, so that the chain rule can go through it backwards.
///
/// A tape lives for one step. It tracks some parameters: whatever does not depend on them is a constant, keeps nothing and
/// costs nothing backwards. Every operation is a function that computes its value and, with `record`, says how a gradient of
/// that value becomes shares of its inputs' gradients; families of them lie in Operations/, and a network's or a method's own
/// beside what they belong to.
package final class Tape {
    private struct Record {
        /// The gradient that is passed on; nil for a loss, which begins one.
        let output: Gradient?
        let backward: (Tensor?) -> Void
    }

    private var records: [Record] = []
    private var tracked: [Place: Gradient] = [:]
    /// Keeps tracked memory from being given to another tensor as long as it is known by its place.
    private let parameters: [Tensor]
    /// The sum of the losses recorded so far, weighted.
    package private(set) var loss = 0.0

    /// Where a tensor's values lie: all that share them are one parameter.
    private struct Place: Hashable {
        let address, count: Int

        init(_ tensor: Tensor) {
            unsafe address = Int(bitPattern: tensor.pointer)
            count = tensor.count
        }
    }

    /// Makes an empty tape.
    ///
    /// - Parameter parameters: the tensors that get gradients.
    package init(tracking parameters: [Tensor]) {
        self.parameters = parameters
        for parameter in parameters { tracked[Place(parameter)] = Gradient(shape: parameter.shape) }
    }

    /// Makes an empty tape on which the parameters of a set get gradients.
    package convenience init(tracking parameters: ParameterSet) {
        self.init(tracking: parameters.tensors)
    }

    /// The number of operations that will be gone through backwards.
    package var count: Int { records.count }

    /// A value that needs no gradient.
    package func constant(_ value: Tensor) -> Variable { Variable(value, nil) }

    /// A network's parameter: a variable if it is tracked, always with the same gradient, and else a constant.
    package func parameter(_ value: Tensor) -> Variable {
        guard let gradient = tracked[Place(value)] else { return constant(value) }
        return Variable(
            value, gradient.shape == value.shape ? gradient : Gradient(shape: value.shape, whole: (gradient, 0)))
    }

    /// Notes an operation.
    ///
    /// - Parameters:
    ///   - value: what it computed.
    ///   - inputs: what it read; if none of them needs a gradient, neither does the value.
    ///   - backward: adds the inputs' shares for the value's gradient. It holds the inputs' gradients and those numbers
    ///     that it needs, and nothing else; the gradient it is given is its own, to be overwritten or given to an
    ///     input.
    /// - Returns: the value as further operations read it.
    package func record(_ value: Tensor, from inputs: [Variable], _ backward: @escaping (Tensor) -> Void) -> Variable {
        guard inputs.contains(where: { $0.gradient != nil }) else { return constant(value) }
        let output = Gradient(shape: value.shape)
        records.append(Record(output: output) { gradient in gradient.map(backward) })
        return Variable(value, output)
    }

    /// Notes a loss that was computed with its gradient.
    ///
    /// - Parameters:
    ///   - loss: its value.
    ///   - gradient: that of `input`, unweighted; its memory becomes the tape's.
    ///   - input: what it was computed of.
    ///   - weight: what both are multiplied by.
    package func record(loss: Double, gradient: Tensor, of input: Variable, weight: Float = 1) {
        self.loss += loss * Double(weight)
        guard let target = input.gradient else { return }
        if weight != 1 { scale(gradient, by: weight) }
        records.append(Record(output: nil) { _ in target.add(gradient) })
    }

    /// Goes through the tape from its end to its beginning, and leaves it empty but for the parameters' gradients.
    ///
    /// What an operation kept, and its value's gradient, are gone when it has been passed.
    package func backward() {
        while let record = records.popLast() {
            if let output = record.output {
                // Nothing after it led to a loss.
                guard let gradient = output.take() else { continue }
                record.backward(gradient)
            } else {
                record.backward(nil)
            }
        }
    }

    /// The gradient of a parameter after `backward`, or nil if it is not tracked or no loss depends on it.
    package func gradient(of parameter: Tensor) -> Tensor? {
        tracked[Place(parameter)]?.current?.reshaped(to: parameter.shape)
    }

    /// The gradients of parameters in their order, of zeros where no loss depends on them: for an optimiser.
    package func gradients(of parameters: [Tensor]) -> [Tensor] {
        parameters.map { gradient(of: $0) ?? Tensor(zeros: $0.shape) }
    }
}
