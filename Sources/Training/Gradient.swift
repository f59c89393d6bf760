package import Tensors

/// The gradient of one value on a tape, which every operation that read the value adds its share to, in place.
///
/// There is no memory before the first share. Who asks for a gradient that nothing needs finds none to ask: a variable
/// without one is a constant.
package final class Gradient {
    /// The shape of the value.
    package let shape: [Int]
    private var sum: Tensor?
    /// Where this is a part of another value's gradient, or all of it under another shape.
    private let whole: (gradient: Gradient, index: Int)?

    init(shape: [Int], whole: (gradient: Gradient, index: Int)? = nil) {
        (self.shape, self.whole) = (shape, whole)
    }

    private var count: Int { shape.reduce(1, *) }

    /// Adds a share that `body` computes.
    ///
    /// - Parameter body: takes the memory of the value's shape, and whether to add to what is there; if not, it sets every
    ///   number.
    package func accumulate(_ body: (_ into: Tensor, _ adding: Bool) -> Void) {
        if let whole {
            if count == whole.gradient.count {
                whole.gradient.accumulate { body($0.reshaped(to: shape), $1) }
            } else {
                body(whole.gradient.started().part(whole.index, shape), true)
            }
        } else if let sum {
            body(sum, true)
        } else {
            let first = Tensor(uninitialized: shape)
            body(first, false)
            sum = first
        }
    }

    /// Adds a share that is there already.
    ///
    /// The first one's memory becomes the gradient's: its maker gives it away.
    package func add(_ share: Tensor) {
        precondition(share.count == count, "gradient \(share.shape) of \(shape)")
        if let whole {
            if count == whole.gradient.count {
                whole.gradient.add(share)
            } else {
                Tensors.add(share, to: whole.gradient.started().part(whole.index, shape))
            }
        } else if let sum {
            Tensors.add(share, to: sum)
        } else {
            sum = share.reshaped(to: shape)
        }
    }

    /// The sum so far, of zeros if there is none.
    private func started() -> Tensor {
        if let whole, count == whole.gradient.count { return whole.gradient.started().reshaped(to: shape) }
        if let whole { return whole.gradient.started().part(whole.index, shape) }
        let result = sum ?? Tensor(zeros: shape)
        sum = result
        return result
    }

    /// The sum of all shares, or nil if there was none.
    var current: Tensor? { sum }

    /// Gives the sum away: who asked for it is the last that needs it.
    func take() -> Tensor? {
        defer { sum = nil }
        return sum
    }
}

/// A tensor as operations of a tape take and make it.
package struct Variable {
    /// The numbers.
    package let value: Tensor
    /// Where its gradient is summed up; nil if none is needed.
    package let gradient: Gradient?

    init(_ value: Tensor, _ gradient: Gradient?) {
        (self.value, self.gradient) = (value, gradient)
    }

    /// The extent of every dimension.
    package var shape: [Int] { value.shape }

    /// The same values under another shape.
    package func reshaped(_ shape: Int...) -> Variable {
        Variable(value.reshaped(to: shape), gradient.map { Gradient(shape: shape, whole: ($0, 0)) })
    }

    /// The part at an index of the outermost dimension.
    package func part(_ index: Int) -> Variable {
        let shape = Array(shape.dropFirst())
        return Variable(
            value.part(index, shape), gradient.map { Gradient(shape: shape, whole: ($0, index)) })
    }

    /// The parts along the outermost dimension.
    package var parts: [Variable] { (0..<(shape.first ?? 0)).map(part) }
}
