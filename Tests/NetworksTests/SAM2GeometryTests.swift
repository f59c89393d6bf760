import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Where SAM 2's cells are: windows of a grid, and angles of its rotary embedding.
struct SAM2GeometryTests {
    @Test(
        "windows take every cell once, at its place",
        arguments: [(1, 1, 3), (8, 8, 8), (14, 14, 7), (7, 9, 4), (5, 3, 8), (16, 20, 14), (9, 8, 4)])
    func windows(height: Int, width: Int, window: Int) {
        let partition = WindowPartition(height: height, width: width, window: window)
        var seen = [Int](repeating: 0, count: height * width)
        let columns = (width + window - 1) / window
        #expect(partition.cellsPerWindow == window * window)
        for index in 0..<partition.count {
            let runs = partition.runs(of: index)
            for (cells, place) in runs {
                for cell in cells {
                    seen[cell] += 1
                    let (y, x) = (cell / width, cell % width)
                    #expect(index == y / window * columns + x / window, "cell \(cell) in window \(index)")
                    #expect(place + cell - cells.lowerBound == y % window * window + x % window, "place of \(cell)")
                }
            }
            #expect(partition.isPadded(index) == (runs.reduce(0) { $0 + $1.cells.count } < window * window))
        }
        #expect(seen.allSatisfy { $0 == 1 })
    }

    static let grid = 7

    /// A vector `[C]` at every cell of the grid, turned.
    static func turned(_ x: Tensor, theta: Float) -> [[Double]] {
        let everywhere = matrix(stacked((0..<grid * grid).map { _ in x }).reshaped(grid * grid, x.count))
        RotaryEmbedding(grid: grid, channels: x.count, theta: theta)(everywhere, cells: 0..<grid * grid)
        return tensor(everywhere).parts.map(\.doubles)
    }

    @Test("the product of two turned vectors depends on their offset only", arguments: [4, 8, 64])
    func relative(channels: Int) {
        var random = RandomNumbers(seed: 1)
        // With a small theta all frequencies count.
        let a = Self.turned(random.uniform([channels], bound: 1), theta: 10)
        let b = Self.turned(random.uniform([channels], bound: 1), theta: 10)
        var products: [SIMD2<Int>: [Double]] = [:]
        for from in a.indices {
            for to in b.indices {
                let offset = SIMD2(to % Self.grid - from % Self.grid, to / Self.grid - from / Self.grid)
                products[offset, default: []].append(dot(a[from], b[to]))
            }
        }
        // Angles up to 6 and their sines are rounded by some 3e-7 each, in up to 64 products.
        for (offset, found) in products {
            #expect((found.max() ?? 0) - (found.min() ?? 0) < 1e-5, "offset \(offset)")
        }
        let means = products.values.map { $0.reduce(0, +) / Double($0.count) }
        #expect((means.max() ?? 0) - (means.min() ?? 0) > 0.1, "offsets make no difference")
    }

    @Test("the first half turns with the column, the other with the row; slower from pair to pair")
    func definition() {
        var random = RandomNumbers(seed: 2)
        let (channels, theta) = (16, 100.0)
        let x = random.uniform([channels], bound: 1)
        let values = x.doubles
        let expected = (0..<Self.grid * Self.grid).flatMap { cell in
            (0..<channels / 2).flatMap { pair -> [Double] in
                let position = pair < channels / 4 ? cell % Self.grid : cell / Self.grid
                let angle = Double(position) * pow(theta, -4 * Double(pair % (channels / 4)) / Double(channels))
                let (a, b) = (values[2 * pair], values[2 * pair + 1])
                return [a * cos(angle) - b * sin(angle), b * cos(angle) + a * sin(angle)]
            }
        }
        let found = Self.turned(x, theta: Float(theta))
        // Angles up to 6 are rounded by 3e-7, and their sines once more.
        expectClose(
            Tensor(rounding: found.flatMap(\.self), [Self.grid * Self.grid, channels]),
            Tensor(rounding: expected, [Self.grid * Self.grid, channels]), absolute: 2e-6)
    }

    @Test("some of the cells turn as they do among all")
    func someCells() {
        var random = RandomNumbers(seed: 3)
        let x = random.uniform([Self.grid * Self.grid, 8], bound: 1)
        let rotation = RotaryEmbedding(grid: Self.grid, channels: 8, theta: 10)
        let (all, some) = (matrix(x), matrix(x))
        rotation(all, cells: 0..<x.rows)
        rotation(some[5..<19], cells: 5..<19)
        #expect(tensor(some[5..<19]).values == tensor(all[5..<19]).values)
        #expect(tensor(some[0..<5]).values == tensor(matrix(x)[0..<5]).values)
    }
}
