import Foundation
package import Tensors

// What AdaContrast lowers besides cross entropy, with gradients. Source: Chen et al., "Contrastive test-time adaptation", 2022,
// sections 3.2 and 3.3.

/// How little a feature is like the same voxel's in another view, in comparison with voxels of other classes: the mean over rows of
/// -log(exp(q · k / T) / (exp(q · k / T) + Σ exp(q · f / T))), where f are remembered features whose label is another one.
///
/// - Parameters:
///   - queries: q, features `[N, C]` of unit length.
///   - keys: k, those of the other view `[N, C]`.
///   - labels: the classes of the rows `[N]`.
///   - memory: f `[M, C]` with their labels; M may be 0.
///   - temperature: T.
/// - Returns: the loss, and the gradient of the queries `[N, C]`.
package func contrast(
    _ queries: Tensor, keys: Tensor, labels: [UInt16], memory: (features: Tensor, labels: [UInt16]), temperature: Float
) -> (loss: Double, gradient: Tensor) {
    let (count, channels, others) = (queries.rows, queries.columns, memory.features.rows)
    precondition(
        keys.shape == queries.shape && labels.count == count && memory.labels.count >= others,
        "\(queries.shape) queries, \(keys.shape) keys, \(labels.count) labels")
    let gradient = Tensor(zeros: [count, channels])
    // A logit whose probability is 0 beside any cosine's.
    let none = -1e4 / temperature
    var loss = 0.0
    for block in blocks(of: count) {
        let (own, keys, out) = (rows(block, of: queries), rows(block, of: keys), rows(block, of: gradient))
        let cosines = matmul(own, .plain, memory.features, .transposed)
        // The voxel's own key comes first; what is of its class has no chance.
        let logits = Tensor(uninitialized: [block.count, 1 + others])
        parallelFor(block.count, grain: 8) { range in
            for row in range {
                let (from, z) = unsafe (cosines.pointer + row * others, logits.pointer + row * (1 + others))
                let (q, k) = unsafe (own.pointer + row * channels, keys.pointer + row * channels)
                unsafe z[0] = (0..<channels).reduce(0) { unsafe $0 + q[$1] * k[$1] } / temperature
                let label = labels[block.lowerBound + row]
                for other in 0..<others {
                    unsafe z[1 + other] = memory.labels[other] == label ? none : from[other] / temperature
                }
            }
        }
        let shares = softmax(logits)
        for row in 0..<block.count {
            let own = unsafe shares.pointer[row * (1 + others)]
            loss -= Double(log(max(own, .leastNormalMagnitude)))
            for c in 0..<channels {
                unsafe out.pointer[row * channels + c] = (own - 1) * keys.pointer[row * channels + c]
            }
        }
        if others > 0 {
            multiply(columns(1..<1 + others, of: shares), .plain, memory.features, .plain, into: out, adding: true)
        }
    }
    scale(gradient, by: 1 / (Float(max(count, 1)) * temperature))
    return (loss / Double(max(count, 1)), gradient)
}

/// How uneven a prediction is over classes: Σ p̄ log(p̄ + 10⁻⁸) of the mean probabilities p̄, and the gradient of the logits.
///
/// - Parameter logits: `[N, K]`.
/// - Returns: the loss, which is the mean's negative entropy in nats, and the gradient `[N, K]`.
package func unevenness(_ logits: Tensor) -> (loss: Double, gradient: Tensor) {
    let (classes, gradient) = (logits.columns, softmax(logits))
    let count = Double(max(logits.rows, 1))
    let mean = columnTotals(gradient, gradient).sums.map { $0 / count }
    let slopes = mean.map { Float(log($0 + 1e-8) + $0 / ($0 + 1e-8)) }
    let share = Float(1 / count)
    parallelFor(logits.rows, grain: 1024) { range in
        for row in range {
            let p = unsafe gradient.pointer + row * classes
            var middle: Float = 0
            for c in 0..<classes { unsafe middle += p[c] * slopes[c] }
            for c in 0..<classes { unsafe p[c] *= (slopes[c] - middle) * share }
        }
    }
    return (mean.reduce(0) { $0 + $1 * log($1 + 1e-8) }, gradient)
}
