import Foundation

/// A learning rate that rises from a tenth along a cosine, and falls to a thousandth of where it began.
///
/// Source: Smith and Topin, "Super-convergence", 2018, with the numbers of lisaweijler/SE3Conv3D, as PyTorch's OneCycleLR has it.
package struct OneCycle: Sendable {
    /// The highest rate.
    package let peak: Float
    /// The number of steps.
    package let steps: Int
    /// The share of steps in which it rises.
    private let rise = 0.05

    /// Plans so many steps.
    package init(peak: Float, steps: Int) { (self.peak, self.steps) = (peak, steps) }

    /// The rate of a step, from 0 on.
    package subscript(step: Int) -> Float {
        let last = Double(max(steps - 1, 1))
        let top = max(rise * Double(steps) - 1, 0)
        let (high, low) = (Double(peak), Double(peak) / 10)
        func between(_ start: Double, _ end: Double, _ share: Double) -> Float {
            Float(end + (start - end) / 2 * (1 + cos(.pi * share)))
        }
        if Double(step) < top { return between(low, high, Double(step) / top) }
        return between(high, low / 1000, min((Double(step) - top) / max(last - top, 1), 1))
    }
}
