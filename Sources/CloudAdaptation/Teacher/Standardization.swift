package import Tensors

/// Mean and deviation of each channel of a teacher's features, by which they are standardised.
///
/// A transformer's channels differ a hundredfold, and the cosine of raw features sees the large ones only.
package struct Standardization: Sendable {
    /// The means `[D]`.
    package let mean: Tensor
    /// The deviations `[D]`, above 0.
    package let deviation: Tensor

    /// Takes means and deviations `[D]`.
    package init(mean: Tensor, deviation: Tensor) {
        precondition(mean.shape == deviation.shape, "\(mean.shape) means and \(deviation.shape) deviations")
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// The number of channels.
    package var channels: Int { mean.count }

    /// Turns features `[N, D]` into (x - mean) / deviation, in place.
    package func apply(to features: Tensor) {
        let scale = deviation.values.map { 1 / $0 }
        let shift = zip(mean.values, scale).map { -$0 * $1 }
        copyValues(
            of: affineColumns(features, scale: Tensor(scale, [channels]), shift: Tensor(shift, [channels])),
            to: features)
    }
}

/// Gathers mean and deviation of features, some at a time.
struct FeatureMoments {
    private var count = 0.0
    private var sums: [Double]
    private var squares: [Double]

    init(channels: Int) {
        sums = [Double](repeating: 0, count: channels)
        squares = sums
    }

    /// Whether there was a feature.
    var isEmpty: Bool { count == 0 }

    /// Adds features `[N, D]`.
    mutating func add(_ features: Tensor) {
        guard features.rows > 0 else { return }
        let own = batchStatistics(features)
        let (n, means, variances) = (Double(own.count), own.mean.values, own.variance.values)
        count += n
        for channel in sums.indices {
            sums[channel] += n * Double(means[channel])
            squares[channel] += n * (Double(variances[channel]) + Double(means[channel]) * Double(means[channel]))
        }
    }

    /// Mean and deviation so far; a channel that never varies has deviation 1.
    var standardization: Standardization {
        let means = sums.map { $0 / max(count, 1) }
        let deviations = squares.indices.map { channel -> Float in
            let deviation = Float(
                max(squares[channel] / max(count, 1) - means[channel] * means[channel], 0).squareRoot())
            return deviation > 1e-6 ? deviation : 1
        }
        return Standardization(
            mean: Tensor(means.map(Float.init), [means.count]), deviation: Tensor(deviations, [means.count]))
    }
}
