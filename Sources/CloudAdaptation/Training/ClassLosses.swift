import Foundation
import Raster
package import Tensors

// Losses of classes, with the gradients of the logits.

/// Cross entropy with smoothed labels and weights of classes: Σ w_y (-Σ q_c log p_c) / Σ w_y, where q is 1 - ε of the label's class and ε
/// of all alike.
///
/// - Parameters:
///   - logits: `[V, K]`.
///   - labels: the classes `[V]`; those from K on, as `noLabel` is, do not count.
///   - weights: of each class `[K]`.
///   - smoothing: ε.
/// - Returns: the loss, 0 if no row counts, and the gradient `[V, K]`.
package func crossEntropy(
    _ logits: Tensor, _ labels: [UInt16], weights: [Float], smoothing: Float
) -> (loss: Double, gradient: Tensor) {
    let (classes, gradient) = (logits.columns, softmax(logits))
    precondition(labels.count == logits.rows && weights.count == classes, "\(labels.count) labels of \(logits.shape)")
    let total = labels.reduce(0.0) { Int($1) < classes ? $0 + Double(weights[Int($1)]) : $0 }
    let even = smoothing / Float(classes)
    let losses = parallelMap(logits.rows, grain: 1024) { range in
        range.reduce(0.0) { sum, row in
            let p = unsafe gradient.pointer + row * classes
            let label = Int(labels[row])
            guard label < classes, total > 0 else {
                unsafe p.update(repeating: 0, count: classes)
                return sum
            }
            let share = weights[label] / Float(total)
            var entropy: Float = 0
            for c in 0..<classes {
                let q = even + (c == label ? 1 - smoothing : 0)
                unsafe entropy -= q * log(max(p[c], .leastNormalMagnitude))
                unsafe p[c] = (p[c] - q) * share
            }
            return sum + Double(entropy) * Double(share)
        }
    }
    return (losses.reduce(0, +), gradient)
}

/// The mean of KL(source ‖ softmax(logits)) over rows, and the gradient of the logits: what holds a prediction to an earlier one.
///
/// - Parameters:
///   - source: probabilities `[N, K]`.
///   - logits: `[N, K]`.
/// - Returns: the loss and the gradient `[N, K]`.
package func divergence(from source: Tensor, _ logits: Tensor) -> (loss: Double, gradient: Tensor) {
    precondition(source.shape == logits.shape, "probabilities \(source.shape) and logits \(logits.shape)")
    let gradient = softmax(logits)
    let share = 1 / Float(max(logits.rows, 1))
    let (p, values) = (source.values, gradient.values)
    var loss = 0.0
    for index in p.indices where p[index] > 0 {
        loss += Double(p[index] * (log(p[index]) - log(max(values[index], .leastNormalMagnitude))))
    }
    return (loss * Double(share), Tensor(zip(values, p).map { ($0 - $1) * share }, logits.shape))
}

/// The mean entropy of softmax(logits) over rows, and the gradient of the logits: how unsure a prediction is.
///
/// - Parameter logits: `[N, K]`.
/// - Returns: the loss, in nats, and the gradient `[N, K]`: dH/dz_k = -p_k (log p_k + H).
package func entropy(_ logits: Tensor) -> (loss: Double, gradient: Tensor) {
    let (classes, gradient) = (logits.columns, softmax(logits))
    let share = 1 / Float(max(logits.rows, 1))
    let losses = parallelMap(logits.rows, grain: 1024) { range in
        range.reduce(0.0) { sum, row in
            let p = unsafe gradient.pointer + row * classes
            var entropy: Float = 0
            for c in 0..<classes { unsafe entropy -= p[c] * log(max(p[c], .leastNormalMagnitude)) }
            for c in 0..<classes {
                unsafe p[c] *= -(log(max(p[c], .leastNormalMagnitude)) + entropy) * share
            }
            return sum + Double(entropy)
        }
    }
    return (losses.reduce(0, +) * Double(share), gradient)
}
