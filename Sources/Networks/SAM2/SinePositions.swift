package import Engine
import Foundation

/// Sines and cosines of a grid's rows, then of its columns, `[grid, grid, C]`.
package func sinePositions(grid: Int, channels: Int) -> Tensor {
    let half = channels / 2
    let lines = (0..<grid).map { index -> [Float] in
        let position = Float(index + 1) / (Float(grid) + 1e-6) * 2 * .pi
        return (0..<half).map { k in
            let angle = position / pow(10_000, Float(2 * (k / 2)) / Float(half))
            return k % 2 == 0 ? sin(angle) : cos(angle)
        }
    }
    return Tensor((0..<grid * grid).flatMap { lines[$0 / grid] + lines[$0 % grid] }, [grid, grid, channels])
}
