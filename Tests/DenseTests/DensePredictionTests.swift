import Dense
import Raster
import Tensors
import TestSupport
import Testing

/// Labels and entropies at full resolution.
struct DensePredictionTests {
    /// The class of each pixel, and by how much its value leads.
    private func winners(_ values: [[Double]]) -> [(label: Int, lead: Double)] {
        values.map { row in
            let best = row.indices.max { row[$0] < row[$1] } ?? 0
            let second = row.indices.filter { $0 != best }.map { row[$0] }.max() ?? -.infinity
            return (best, row[best] - second)
        }
    }

    @Test("labels are the argmax, entropies the softmax's", arguments: DenseCase.all)
    func predict(test: DenseCase) {
        let logits = test.logits(1)
        let found = DenseLogits(logits, test.resampling).predict()
        let upsampled = test.upsampled(logits.doubles)
        for (pixel, winner) in winners(upsampled).enumerated() where winner.lead > 1e-5 {
            #expect(Int(found.labels.labels[pixel]) == winner.label, "pixel \(pixel)")
        }
        let expected = Tensor(rounding: upsampled.map { entropy(softmax($0)) }, [test.frame.height, test.frame.width])
        // Entropies below ln 19, of exponentials good to 2e-7 and logits below 4.
        expectClose(found.entropy, expected, absolute: 3e-6)
        #expect(found.highestEntropy == found.entropy.values.max())
    }

    @Test("labels alone are those of the prediction", arguments: DenseCase.all)
    func labels(test: DenseCase) {
        // Smooth logits: cells that agree decide most pixels.
        for bound in [Float(0.1), 4] {
            let ramp = Tensor(
                test.logits(5, bound: bound).values.enumerated().map { $1 + Float($0 % test.classes % 3) },
                [test.grid.height, test.grid.width, test.classes])
            let found = DenseLogits(ramp, test.resampling).labels()
            for (pixel, winner) in winners(test.upsampled(ramp.doubles)).enumerated() where winner.lead > 1e-5 {
                #expect(Int(found.labels[pixel]) == winner.label, "pixel \(pixel)")
            }
        }
    }

    @Test("of equal logits the first class wins, and nothing is below zero or NaN")
    func extremes() {
        let found = DenseLogits(
            Tensor([1, 1, 1, -3e4, 3e4, 0, 5, 5, -5], [1, 3, 3]), .bilinear((1, 3), (1, 3))
        ).predict()
        #expect(found.labels.labels == [0, 1, 0])
        #expect(found.entropy.values[1] == 0)
        #expect(found.entropy.values.allSatisfy { $0 >= 0 && $0 < 1.1 })
    }

    @Test("blended where reliability is below the threshold", arguments: DenseCase.all, [Float(0.3), 0.8, 2])
    func blend(test: DenseCase, threshold: Float) {
        let (first, second) = (test.logits(2, bound: 2), test.logits(3, bound: 3))
        let own = DenseLogits(first, test.resampling)
        let other = DenseLogits(second, test.resampling)
        let plain = own.predict()
        let carried = other.predict()
        var found = plain
        own.blend(&found, with: other, below: threshold)

        func reliabilities(_ entropy: [Double], where asked: (Int) -> Bool) -> [Double] {
            let highest = entropy.indices.filter(asked).map { entropy[$0] }.max() ?? 0
            return entropy.map { highest > 0 ? 1 - $0 / highest : 1 }
        }
        let (p, q) = (test.probabilities(first.doubles), test.probabilities(second.doubles))
        let r1 = reliabilities(plain.entropy.doubles) { _ in true }
        // The other map's highest entropy is that of the pixels that ask it.
        let r2 = reliabilities(carried.entropy.doubles) { r1[$0] < Double(threshold) }
        var blended = 0
        for pixel in p.indices {
            guard abs(r1[pixel] - Double(threshold)) > 1e-5 else { continue }
            guard r1[pixel] < Double(threshold) else {
                #expect(found.labels.labels[pixel] == plain.labels.labels[pixel])
                continue
            }
            blended += 1
            let total = r1[pixel] + r2[pixel]
            let weight = total > 0 ? r1[pixel] / total : 0.5
            let mixed = zip(p[pixel], q[pixel]).map { weight * $0 + (1 - weight) * $1 }
            let winner = winners([mixed])[0]
            if winner.lead > 1e-5 { #expect(Int(found.labels.labels[pixel]) == winner.label, "pixel \(pixel)") }
        }
        #expect(threshold < 2 || blended == p.count)
        #expect(found.entropy.values == plain.entropy.values)
    }

    @Test("entropy of the softmax taken twice", arguments: DenseCase.all)
    func twice(test: DenseCase) {
        let logits = test.logits(4)
        let expected = test.probabilities(logits.doubles).map { entropy(softmax($0)) }
        // The second softmax reads values of at most 1.
        expectClose(
            DenseLogits(logits, test.resampling).doubleEntropy(),
            Tensor(rounding: expected, [test.frame.height, test.frame.width]), absolute: 3e-6)
    }
}
