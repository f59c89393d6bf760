import Tensors
import TestSupport
import Testing
import Training

/// AdamW against its formulas.
struct TrainingTests {
    /// Algorithm 2 of Loshchilov and Hutter, with PyTorch's bias corrections.
    private func naive(_ start: [Double], _ gradients: [[Double]], rate: Double, decay: Double) -> [Double] {
        var (x, m, v) = (start, start.map { _ in 0.0 }, start.map { _ in 0.0 })
        var (power1, power2) = (1.0, 1.0)
        for gradient in gradients {
            power1 *= 0.9
            power2 *= 0.999
            for i in x.indices {
                m[i] = 0.9 * m[i] + 0.1 * gradient[i]
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i]
                x[i] -= rate * decay * x[i]
                x[i] -= rate * (m[i] / (1 - power1)) / ((v[i] / (1 - power2)).squareRoot() + 1e-8)
            }
        }
        return x
    }

    @Test("the first step is the rate, whatever the gradient's size")
    func firstStep() {
        let parameter = Tensor([1, 1, 1, 1], [4])
        var optimizer = AdamW(rate: 0.1, decay: 0)
        optimizer.update([parameter], gradients: [Tensor([1e-3, -5, 1e4, 0], [4])])
        // 1 - 0.999 in single precision is 5e-5 of itself off, of which the root takes half.
        expectClose(parameter, Tensor([0.9, 1.1, 0.9, 1], [4]), absolute: 1e-5)
    }

    @Test("one and three steps of several parameters", arguments: [1, 3], [Float(0), 0.01, 0.3])
    func steps(count: Int, decay: Float) {
        var random = RandomNumbers(seed: 1)
        let starts = [random.uniform([3, 7], bound: 1), random.uniform([1], bound: 1), random.uniform([33], bound: 1)]
        let gradients = (0..<count).map { _ in starts.map { random.uniform($0.shape, bound: 0.5) } }
        let parameters = starts.map { $0.copy() }
        var optimizer = AdamW(rate: 0.02, decay: decay)
        for gradients in gradients { optimizer.update(parameters, gradients: gradients) }
        for (index, (start, parameter)) in zip(starts, parameters).enumerated() {
            let expected = naive(
                start.doubles, gradients.map { $0[index].doubles }, rate: Double(Float(0.02)), decay: Double(decay))
            // Steps of 0.02 that are 3e-5 of themselves off, and the rounding of values below 1.
            expectClose(parameter, Tensor(rounding: expected, start.shape), absolute: 2e-6, "parameter \(index)")
        }
    }

    @Test("a moving average keeps what it is told")
    func average() {
        let average = Tensor([1, -2, 0], [3])
        moveAverage([average], towards: [Tensor([3, 2, 8], [3])], keep: 0.75)
        #expect(average.values == [1.5, -1, 2])
        moveAverage([average], towards: [Tensor([0, 0, 0], [3])], keep: 1)
        #expect(average.values == [1.5, -1, 2])
    }
}
