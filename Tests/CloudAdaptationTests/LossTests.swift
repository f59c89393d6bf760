import CloudAdaptation
import Foundation
import Raster
import Tensors
import TestSupport
import Testing
import Training

/// Losses with their gradients, by central differences in double precision.
struct LossTests {
    private func length(_ x: ArraySlice<Double>) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    @Test("distillation losses of features of any length", arguments: DistillationLoss.allCases)
    func distillation(_ loss: DistillationLoss) {
        let (rows, columns) = (5, 7)
        let features = syntheticInput(name: "features", shape: [rows, columns], bound: 2)
        let targets = unitRows(syntheticInput(name: "targets", shape: [rows, columns], bound: 1)).rows
        let wanted = targets.doubles
        func value(_ x: [Double]) -> Double {
            (0..<rows).reduce(0.0) { sum, row in
                let range = row * columns..<(row + 1) * columns
                let norm = length(x[range])
                let differences = range.map { x[$0] / norm - wanted[$0] }
                return switch loss {
                case .cosine: sum + 1 - range.reduce(0.0) { $0 + x[$1] / norm * wanted[$1] }
                case .l2n: sum + length(differences[...])
                case .l1: sum + differences.reduce(0) { $0 + abs($1) }
                }
            } / Double(rows)
        }
        let tape = Tape(tracking: [features])
        let found = tape.record(loss, of: tape.parameter(features), targets: targets, weight: 3)
        tape.backward()
        #expect(abs(found - value(features.doubles)) < 1e-5 && abs(tape.loss - 3 * found) < 1e-9)
        guard let gradient = tape.gradient(of: features) else { return #expect(Bool(false), "no gradient") }
        expectGradient(gradient, at: features, absolute: 1e-5, "\(loss)") { 3 * value($0) }
    }

    @Test("cross entropy with smoothed labels, weights of classes, and rows without a label")
    func classes() {
        let logits = syntheticInput(name: "logits", shape: [4, 3], bound: 3)
        let (labels, weights): ([UInt16], [Float]) = ([2, noLabel, 0, 2], [0.5, 1, 2])
        func value(_ x: [Double]) -> Double {
            var (sum, total) = (0.0, 0.0)
            for (row, label) in labels.enumerated() where label != noLabel {
                let weight = Double(weights[Int(label)])
                for (c, p) in softmax(Array(x[3 * row..<3 * row + 3])).enumerated() {
                    sum -= weight * (0.1 / 3 + (c == label ? 0.9 : 0)) * log(p)
                }
                total += weight
            }
            return sum / total
        }
        let (loss, gradient) = crossEntropy(logits, labels, weights: weights, smoothing: 0.1)
        #expect(abs(loss - value(logits.doubles)) < 1e-6)
        expectGradient(gradient, at: logits, absolute: 1e-6, of: value)
        let none = crossEntropy(logits, [noLabel, 9, noLabel, noLabel], weights: weights, smoothing: 0.1)
        #expect(none.loss == 0 && none.gradient.values.allSatisfy { $0 == 0 })
    }

    @Test("divergence from an earlier prediction")
    func anchor() {
        let logits = syntheticInput(name: "logits", shape: [4, 3], bound: 3)
        let source = Tensors.softmax(syntheticInput(name: "source", shape: [4, 3], bound: 3))
        let p = source.doubles
        func value(_ x: [Double]) -> Double {
            (0..<4).reduce(0.0) { sum, row in
                zip(softmax(Array(x[3 * row..<3 * row + 3])), p[3 * row..<3 * row + 3]).reduce(sum) {
                    $0 + $1.1 * log($1.1 / $1.0)
                }
            } / 4
        }
        let (loss, gradient) = divergence(from: source, logits)
        #expect(abs(loss - value(logits.doubles)) < 1e-5)
        expectGradient(gradient, at: logits, absolute: 1e-6, of: value)
    }

    @Test("the learning rate of PyTorch's OneCycleLR")
    func schedule() {
        // torch.optim.lr_scheduler.OneCycleLR(SGD([torch.zeros(1)], lr=1), 5e-3, total_steps=100, pct_start=0.05,
        // div_factor=10, final_div_factor=1000), get_last_lr() before steps 0, 2, 4, 50 and 99.
        let schedule = OneCycle(peak: 5e-3, steps: 100)
        for (step, rate) in [(0, 5e-4), (2, 2.75e-3), (4, 5e-3), (50, 2.6236e-3), (99, 5e-7)] {
            #expect(abs(Double(schedule[step]) - rate) < 1e-3 * rate, "step \(step): \(schedule[step])")
        }
    }
}
