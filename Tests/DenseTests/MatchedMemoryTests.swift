import Compiled
import Dense
import Foundation
import Tensors
import TestSupport
import Testing

/// The memory against what it means, cell by cell in double precision.
struct MatchedMemoryTests {
    struct Shape: CustomTestStringConvertible {
        let height, width, fine, coarse, classes, radius: Int
        /// The pixels of the input that a cell is wide and high.
        var side = 4
        var testDescription: String { "\(height)×\(width), \(fine) + \(coarse), \(classes) classes, radius \(radius)" }
        var upsampling: Resampling { .bilinear(((height + 1) / 2, (width + 1) / 2), (height, width)) }
        var rule: MatchedMemory.Rule {
            MatchedMemory.Rule(radius: radius, sharpness: 30, doubt: 6, tolerance: 0.1, frames: 2.5)
        }

        /// A frame's levels, input and logits; frames of one seed look alike.
        func frame(_ index: UInt64) -> (fine: Tensor, coarse: Tensor, input: Tensor, logits: Tensor) {
            var (random, change) = (RandomNumbers(seed: 1), RandomNumbers(seed: 2 + index))
            func tensor(_ shape: [Int], _ bound: Float, _ noise: Float) -> Tensor {
                let (base, added) = (random.uniform(shape, bound: bound), change.uniform(shape, bound: noise))
                return Tensor(zip(base.values, added.values).map { $0 + $1 }, shape)
            }
            return (
                tensor([height, width, fine], 1, 0.3), tensor([(height + 1) / 2, (width + 1) / 2, coarse], 1, 0.3),
                tensor([side * height, side * width, 3], 2, 0.5), tensor([height, width, classes], 1, 2)
            )
        }

        /// A cell's descriptor.
        func descriptors(_ fine: Tensor, _ coarse: Tensor, _ input: Tensor) -> [[Double]] {
            let (first, second, pixels) = (fine.doubles, upsampling(coarse).doubles, input.doubles)
            return (0..<height * width).map { cell in
                let (y, x) = (cell / width, cell % width)
                let color = (0..<3).map { c in
                    (0..<side * side).reduce(0.0) { sum, i in
                        let pixel = (side * y + i / side) * side * width + side * x + i % side
                        return sum + pixels[pixel * 3 + c] / Double(2 * side * side)
                    }
                }
                return centeredUnit(Array(first[cell * self.fine..<(cell + 1) * self.fine]))
                    + centeredUnit(Array(second[cell * self.coarse..<(cell + 1) * self.coarse])) + color
            }
        }

        private func centeredUnit(_ x: [Double]) -> [Double] {
            let mean = x.reduce(0, +) / Double(x.count)
            let centered = x.map { $0 - mean }
            let norm = dot(centered, centered).squareRoot()
            return centered.map { norm > 0 ? $0 / norm : 0 }
        }
    }

    @Test(
        "probabilities gather over three frames",
        arguments: [
            Shape(height: 1, width: 1, fine: 3, coarse: 2, classes: 1, radius: 5),
            Shape(height: 7, width: 19, fine: 5, coarse: 6, classes: 3, radius: 2),
            Shape(height: 12, width: 33, fine: 32, coarse: 64, classes: 11, radius: 5),
            Shape(height: 5, width: 16, fine: 4, coarse: 3, classes: 16, radius: 0),
            Shape(height: 6, width: 21, fine: 8, coarse: 9, classes: 40, radius: 15),
            Shape(height: 5, width: 17, fine: 5, coarse: 6, classes: 3, radius: 2, side: 14),
            Shape(height: 5, width: 17, fine: 5, coarse: 6, classes: 3, radius: 2, side: 1),
        ])
    func update(shape: Shape) {
        var past: MatchedMemory?
        var known: (descriptors: [[Double]], values: [[Double]], evidence: [Double])?
        for index in 0..<3 {
            let (fine, coarse, input, logits) = shape.frame(UInt64(index))
            let descriptors = CellDescriptors(
                channels: (shape.fine, shape.coarse), coarse: shape.upsampling, cellSide: shape.side,
                radius: shape.radius)
            descriptors.set(fine: fine, coarse: coarse, input: input)
            let memory = MatchedMemory(descriptors, classes: shape.classes, rule: shape.rule)
            memory.update(logits, after: past)
            past = memory

            let next = naive(logits.doubles, shape.descriptors(fine, coarse, input), known, shape)
            known = next
            // Descriptors are rounded to steps of 2^-13: with similarities times 30, weights err by some thousandths of
            // themselves, and they weigh probabilities.
            expectClose(
                Tensor(memory.logarithms.values.map { exp($0) }, logits.shape),
                Tensor(rounding: next.values.flatMap { $0 }, logits.shape), absolute: 1e-3, "frame \(index)")
        }
    }

    private func naive(
        _ logits: [Double], _ descriptors: [[Double]],
        _ known: (descriptors: [[Double]], values: [[Double]], evidence: [Double])?, _ shape: Shape
    ) -> (descriptors: [[Double]], values: [[Double]], evidence: [Double]) {
        let rule = shape.rule
        var (values, evidence) = ([[Double]](), [Double]())
        for cell in descriptors.indices {
            let own = softmax(Array(logits[cell * shape.classes..<(cell + 1) * shape.classes]))
            guard let known else {
                values.append(own)
                evidence.append(1)
                continue
            }
            let near = descriptors.indices.filter {
                abs($0 / shape.width - cell / shape.width) <= rule.radius
                    && abs($0 % shape.width - cell % shape.width) <= rule.radius
            }
            let distances = near.map { other in
                zip(descriptors[cell], known.descriptors[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2
            }
            let weights = softmax(distances.map { -Double(rule.sharpness) * $0 })
            let doubt = max((distances.min() ?? 0) - Double(rule.tolerance), 0)
            let m = dot(weights, near.map { known.evidence[$0] }) * exp(-Double(rule.doubt) * doubt)
            values.append(
                own.indices.map { c in (own[c] + m * dot(weights, near.map { known.values[$0][c] })) / (1 + m) })
            evidence.append(min(1 + m, Double(rule.frames)))
        }
        return (descriptors, values, evidence)
    }
}
