import Checkpoints
import Foundation
package import Tensors

/// Positions as random Fourier features: sines and cosines of 2π times the frequencies that training drew once.
///
/// Source: Tancik et al., "Fourier features let networks learn high frequency functions", 2020; `PositionEmbeddingRandom` of
/// facebookresearch/sam2, sam2/modeling/position_encoding.py.
struct RandomPositionEncoding: Sendable {
    /// For each feature how often it turns along x and along y.
    private let frequencies: [(x: Float, y: Float)]

    /// Takes the frequencies `[2, width / 2]`.
    init(_ scope: Scope, width: Int) throws(CheckpointError) {
        let values = try scope.tensor("positional_embedding", 2, width / 2).values
        frequencies = (0..<width / 2).map { (values[$0], values[width / 2 + $0]) }
    }

    /// The encoding `[width]` of a point of the unit square.
    func callAsFunction(x: Float, y: Float) -> [Float] {
        let angles = frequencies.map { 2 * Float.pi * ((2 * x - 1) * $0.x + (2 * y - 1) * $0.y) }
        return angles.map(sin) + angles.map(cos)
    }

    /// The encodings `[side², width]` of the centres of a grid's cells.
    func grid(_ side: Int) -> Tensor {
        let centers = (0..<side).map { (Float($0) + 0.5) / Float(side) }
        return Tensor(
            centers.flatMap { y in centers.flatMap { x in self(x: x, y: y) } }, [side * side, 2 * frequencies.count])
    }
}

/// Positions `[side², width]` of a grid's cells as sines and cosines of growing wavelength: half of the channels for the row
/// and half for the column, which go from 0 to 2π.
///
/// Source: `PositionEmbeddingSine` of facebookresearch/sam2, sam2/modeling/position_encoding.py.
package func sinePositionEncoding(side: Int, width: Int) -> Tensor {
    let channels = width / 2
    let lines = (1...side).map { position -> [Float] in
        let angle = Double(position) / (Double(side) + 1e-6) * 2 * .pi
        return (0..<channels).map { channel in
            let turned = angle / pow(10_000, Double(channel / 2 * 2) / Double(channels))
            return Float(channel % 2 == 0 ? sin(turned) : cos(turned))
        }
    }
    return Tensor(lines.flatMap { row in lines.flatMap { row + $0 } }, [side * side, width])
}
