import Foundation
package import Tensors
package import Testing

extension Tensor {
    /// The values, exactly, in double precision.
    package var doubles: [Double] { values.map(Double.init) }

    /// Rounds values in double precision.
    package init(rounding values: [Double], _ shape: [Int]) {
        self.init(values.map(Float.init), shape)
    }
}

/// Expects a gradient to be the slope of a function at a point, by central differences.
///
/// The function is evaluated in double precision, so with steps of 1e-5 the differences are good to some 1e-9 and the
/// tolerance is that of the single-precision gradient alone.
package func expectGradient(
    _ gradient: Tensor, at point: Tensor, absolute: Float, relative: Float = 0, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation, of function: ([Double]) -> Double
) {
    let step = 1e-5
    var values = point.doubles
    let slopes = values.indices.map { index -> Double in
        let middle = values[index]
        values[index] = middle + step
        let above = function(values)
        values[index] = middle - step
        let below = function(values)
        values[index] = middle
        return (above - below) / (2 * step)
    }
    #expect(
        slopes.contains { abs($0) > 10 * Double(absolute) }, "\(what) has no slope to compare",
        sourceLocation: sourceLocation)
    expectClose(
        gradient, Tensor(rounding: slopes, point.shape), absolute: absolute, relative: relative, what,
        sourceLocation: sourceLocation)
}

/// Σ aᵢ bᵢ in double precision.
package func dot(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count, "product of \(a.count) and \(b.count) values")
    return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Softmax in double precision.
package func softmax(_ x: [Double]) -> [Double] {
    let highest = x.max() ?? 0
    let powers = x.map { exp($0 - highest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}
