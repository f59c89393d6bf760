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

    @Test("the entropy of a prediction")
    func unsureness() {
        let logits = syntheticInput(name: "logits", shape: [4, 3], bound: 3)
        let (loss, gradient) = entropy(logits)
        func value(_ x: [Double]) -> Double {
            (0..<4).reduce(0.0) { sum, row in
                softmax(Array(x[3 * row..<3 * row + 3])).reduce(sum) { $0 - $1 * log($1) }
            } / 4
        }
        #expect(abs(loss - value(logits.doubles)) < 1e-6)
        expectGradient(gradient, at: logits, absolute: 1e-6, of: value)
        // A class without any chance adds nothing, and is no number that is none.
        let sure = entropy(Tensor([0, 200, -200], [1, 3]))
        #expect(sure.loss == 0 && sure.gradient.isFinite)
    }

    @Test("unevenness over classes")
    func uneven() {
        let logits = syntheticInput(name: "logits", shape: [4, 3], bound: 3)
        let (loss, gradient) = unevenness(logits)
        func value(_ x: [Double]) -> Double {
            let rows = (0..<4).map { softmax(Array(x[3 * $0..<3 * $0 + 3])) }
            return (0..<3).reduce(0.0) { sum, c in
                let mean = rows.reduce(0) { $0 + $1[c] } / 4
                return sum + mean * log(mean + 1e-8)
            }
        }
        #expect(abs(loss - value(logits.doubles)) < 1e-6)
        expectGradient(gradient, at: logits, absolute: 1e-6, of: value)
    }

    @Test("contrast with remembered features of other classes, over several blocks of rows", arguments: [0, 7])
    func contrasted(remembered: Int) {
        let (rows, columns, temperature) = (260, 3, 0.5)
        let queries = syntheticInput(name: "queries", shape: [rows, columns], bound: 1)
        let keys = syntheticInput(name: "keys", shape: [rows, columns], bound: 1)
        let memory = syntheticInput(name: "memory", shape: [remembered, columns], bound: 1)
        let labels = (0..<rows).map { UInt16($0 % 3) }
        let known = (0..<remembered).map { UInt16($0 % 2) }
        let (loss, gradient) = contrast(
            queries, keys: keys, labels: labels, memory: (memory, known), temperature: Float(temperature))
        let (k, f) = (keys.doubles, memory.doubles)
        func row(_ index: Int, _ q: [Double]) -> Double {
            func cosine(_ other: [Double], _ place: Int) -> Double {
                (0..<columns).reduce(0.0) { $0 + q[columns * index + $1] * other[columns * place + $1] } / temperature
            }
            let positive = exp(cosine(k, index))
            let others = known.indices.filter { known[$0] != labels[index] }.map { exp(cosine(f, $0)) }
            return -log(positive / (positive + others.reduce(0, +)))
        }
        let q = queries.doubles
        #expect(abs(loss - (0..<rows).reduce(0.0) { $0 + row($1, q) } / Double(rows)) < 1e-5)
        guard remembered > 0 else { return #expect(gradient.values.allSatisfy { $0 == 0 }) }
        // A row's loss depends on its own query only.
        for index in [0, 1, 256, 259] {
            let range = columns * index..<columns * (index + 1)
            expectGradient(
                Tensor(gradient.values[range].map { $0 * Float(rows) }, [columns]),
                at: Tensor(Array(queries.values[range]), [columns]),
                absolute: 1e-4, "row \(index)"
            ) { values in
                var changed = q
                changed.replaceSubrange(range, with: values)
                return row(index, changed)
            }
        }
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
