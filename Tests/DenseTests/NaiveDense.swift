import Foundation
import Raster
import Tensors
import TestSupport
import Testing

/// A small case of predictions at full resolution, worked out pixel by pixel in double precision.
struct DenseCase: CustomTestStringConvertible {
    let grid, frame: (height: Int, width: Int)
    let classes: Int
    /// The size between grid and frame that upsampling goes through.
    var middle: (height: Int, width: Int)?
    var testDescription: String { "\(grid) to \(frame), \(classes) classes" }

    static let all = [
        DenseCase(grid: (1, 1), frame: (1, 1), classes: 1),
        DenseCase(grid: (1, 3), frame: (5, 1), classes: 2),
        DenseCase(grid: (4, 5), frame: (13, 17), classes: 3),
        DenseCase(grid: (3, 4), frame: (11, 19), classes: 19, middle: (12, 16)),
        DenseCase(grid: (6, 5), frame: (4, 3), classes: 5),
    ]

    var resampling: Resampling {
        if let middle { return .bilinear(grid, middle, frame) }
        return .bilinear(grid, frame)
    }

    func logits(_ seed: UInt64, bound: Float = 4) -> Tensor {
        var random = RandomNumbers(seed: seed)
        return random.uniform([grid.height, grid.width, classes], bound: bound)
    }

    /// A class for two pixels of three, no label for the others.
    func targets(_ seed: UInt64) -> LabelMap {
        var random = RandomNumbers(seed: seed)
        let labels = (0..<frame.height * frame.width).map { _ in
            random.unit() < 0.67 ? UInt16(random.next() % UInt64(classes)) : noLabel
        }
        return LabelMap(width: frame.width, height: frame.height, labels: labels)
    }

    /// The channels of each pixel at full resolution.
    func upsampled(_ values: [Double]) -> [[Double]] {
        let channels = values.count / (grid.height * grid.width)
        var lines = (0..<grid.height).map { y in
            (0..<grid.width).map { x in
                Array(values[(y * grid.width + x) * channels..<(y * grid.width + x + 1) * channels])
            }
        }
        for size in [middle, frame].compactMap({ $0 }) {
            lines = Self.lines(lines, to: size.height).map { Self.lines($0.map { [$0] }, to: size.width).map { $0[0] } }
        }
        return lines.flatMap { $0 }
    }

    /// PyTorch's interpolation of whole lines of channels.
    private static func lines(_ lines: [[[Double]]], to outputs: Int) -> [[[Double]]] {
        let scale = Double(lines.count) / Double(outputs)
        return (0..<outputs).map { output in
            let source = max(scale * (Double(output) + 0.5) - 0.5, 0)
            let low = Int(source)
            let high = min(low + 1, lines.count - 1)
            let fraction = source - Double(low)
            return zip(lines[low], lines[high]).map { a, b in zip(a, b).map { $0 * (1 - fraction) + $1 * fraction } }
        }
    }

    /// The class probabilities of each pixel.
    func probabilities(_ logits: [Double]) -> [[Double]] { upsampled(logits).map(softmax) }
}

/// -Σ p ln p, in nats.
func entropy(_ p: [Double]) -> Double { -p.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } }
