package import Compiled
import Foundation
import Tensors

/// Rotary position embedding of a grid: the first half of a cell's channel pairs turns with its column, the other with its
/// row.
///
/// Source: Heo et al., "Rotary position embedding for vision transformer", 2024; sam2's `position_encoding.py`.
package struct RotaryEmbedding: Sendable {
    /// Of each pair's angle, `[cells, C/2]`.
    private let cosines, sines: Tensor

    /// The angles of a square grid for so many channels.
    package init(grid: Int, channels: Int, theta: Float) {
        let quarter = channels / 4
        let frequencies = (0..<quarter).map { 1 / pow(theta, Float(2 * $0) / Float(channels / 2)) }
        let angles = (0..<grid * grid).flatMap { cell in
            [cell % grid, cell / grid].flatMap { position in frequencies.map { Float(position) * $0 } }
        }
        cosines = Tensor(angles.map { cos($0) }, [grid * grid, 2 * quarter])
        sines = Tensor(angles.map { sin($0) }, [grid * grid, 2 * quarter])
    }

    /// Turns the rows of some of the cells `[cells, C]`, in place.
    package func callAsFunction(_ x: Matrix, cells: Range<Int>) {
        rotate(
            x, cosines: Matrix(cosines, rows: cosines.rows)[cells], sines: Matrix(sines, rows: sines.rows)[cells],
            into: x)
    }
}
