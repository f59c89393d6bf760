import Dense
import Foundation
import Raster
import Tensors
import TestSupport
import Testing

/// Losses at full resolution, and their gradients at the network's.
struct DenseLossTests {
    /// Σ -ln p of the targets' classes, of the softmax or of the softmax's softmax.
    private func crossEntropy(_ test: DenseCase, _ logits: [Double], _ targets: LabelMap, twice: Bool) -> Double {
        zip(test.probabilities(logits), targets.labels).reduce(0) { sum, pixel in
            let p = twice ? softmax(pixel.0) : pixel.0
            return pixel.1 == noLabel ? sum : sum - log(p[Int(pixel.1)])
        }
    }

    @Test("cross entropy of logits and of probabilities", arguments: DenseCase.all, [false, true])
    func crossEntropy(test: DenseCase, ofProbabilities twice: Bool) {
        let logits = test.logits(1)
        let targets = test.targets(2)
        let found = DenseLogits(logits, test.resampling).crossEntropy(targets, scale: 0.25, ofProbabilities: twice)
        let expected = 0.25 * crossEntropy(test, logits.doubles, targets, twice: twice)
        // Each pixel's logarithm is rounded by about 1e-6.
        #expect(abs(found.loss - expected) < 1e-6 * Double(targets.labels.count))
        // A single class leaves no choice: loss and gradient are zero.
        guard test.classes > 1 else {
            expectClose(found.gradient, Tensor(zeros: logits.shape), absolute: 1e-7)
            return
        }
        // Each cell's gradient sums those of up to some 20 pixels, each rounded by 1e-7.
        expectGradient(found.gradient, at: logits, absolute: 5e-6) {
            0.25 * crossEntropy(test, $0, targets, twice: twice)
        }
    }

    @Test("without targets there is neither loss nor gradient", arguments: [false, true])
    func nothing(ofProbabilities: Bool) {
        let test = DenseCase.all[2]
        let logits = DenseLogits(test.logits(3), test.resampling)
        let none = LabelMap(width: 17, height: 13, repeating: noLabel)
        let found = logits.crossEntropy(none, scale: 1, ofProbabilities: ofProbabilities)
        #expect(found.loss == 0)
        #expect(found.gradient.values.allSatisfy { $0 == 0 })
    }

    @Test("a hopeless pixel has a finite loss")
    func hopeless() {
        let logits = DenseLogits(Tensor([-200, 200], [1, 1, 2]), .bilinear((1, 1), (1, 1)))
        let found = logits.crossEntropy(LabelMap(width: 1, height: 1, labels: [0]), scale: 1)
        #expect(found.loss > 50 && found.loss.isFinite)
        #expect(found.gradient.values == [-1, 1])
    }

    /// The mean of KL(q ‖ p) over the pixels, each weighted by the mean of the classes' weights under q.
    private func divergence(
        _ test: DenseCase, _ logits: [Double], from source: [Double], _ weights: [Double]
    ) -> Double {
        var (sum, total) = (0.0, 0.0)
        for (p, q) in zip(test.probabilities(logits), test.probabilities(source)) {
            let weight = dot(q, weights)
            total += weight
            for (p, q) in zip(p, q) { sum += weight * q * (log(q) - log(p)) }
        }
        return sum / total
    }

    @Test("divergence from a source, weighted by its classes", arguments: DenseCase.all)
    func divergence(test: DenseCase) {
        let (logits, source) = (test.logits(4), test.logits(5))
        var random = RandomNumbers(seed: 6)
        let weights = Tensor((0..<test.classes).map { _ in 0.2 + 4 * random.unit() }, [test.classes])
        let found = DenseLogits(logits, test.resampling)
            .divergence(from: DenseLogits(source, test.resampling), weights: weights)
        // A mean of sums of logarithms up to 8, each rounded by about 1e-6.
        #expect(abs(found.loss - divergence(test, logits.doubles, from: source.doubles, weights.doubles)) < 3e-6)
        guard test.classes > 1 else {
            expectClose(found.gradient, Tensor(zeros: logits.shape), absolute: 1e-7)
            return
        }
        // Means, so smaller than the sums of cross entropy.
        expectGradient(found.gradient, at: logits, absolute: 1e-6) {
            divergence(test, $0, from: source.doubles, weights.doubles)
        }
    }

    @Test("what is kept diverges from itself by nothing")
    func same() {
        let test = DenseCase.all[3]
        let logits = DenseLogits(test.logits(7), test.resampling)
        let found = logits.divergence(from: logits, weights: Tensor(Array(repeating: 1, count: 19), [19]))
        // What keeps logarithms finite is 1e-30; probabilities of 1e-6 and more do not see it.
        #expect(abs(found.loss) < 1e-7)
        #expect(found.gradient.values.allSatisfy { $0 == 0 })
    }
}
