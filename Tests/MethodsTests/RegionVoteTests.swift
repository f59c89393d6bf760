import Checkpoints
import Foundation
import Methods
import Networks
import Tensors
import TestSupport
import Testing

/// Votes of regions: against Golden/make_regions.py, and by what must hold of any.
struct RegionVoteTests {
    private let classes = 4

    /// Affinities of a grid, by the two cells' places.
    private func affinities(
        _ height: Int, _ width: Int, _ affinity: (_ cell: (y: Int, x: Int), _ other: (y: Int, x: Int)) -> Float
    ) -> Tensor {
        let offsets = BorderNetwork.offsets
        let values = (0..<height * width * offsets.count).map { index in
            let (cell, offset) = (index / offsets.count, offsets[index % offsets.count])
            let (y, x) = (cell / width, cell % width)
            return affinity((y, x), (y + offset.rows, x + offset.columns))
        }
        return Tensor(values, [height, width, offsets.count])
    }

    private func probabilities(_ height: Int, _ width: Int, seed: UInt64) -> Tensor {
        var random = RandomNumbers(seed: seed)
        return softmax(random.uniform([height, width, classes], bound: 2))
    }

    @Test("the votes of a grid of patches under noise")
    func golden() throws {
        let path = try #require(Bundle.module.resourcePath) + "/Golden/regions.safetensors"
        let golden = try Checkpoint(path: path).root
        let votes = RegionVote()(try golden.tensor("probabilities"), affinities: try golden.tensor("affinities"))
        // Both compute in double precision; the values are kept in single.
        expectClose(votes, try golden.tensor("votes"), absolute: 1e-6)
        #expect(Set(try golden.tensor("counts").values).count > 3, "thresholds must differ in what they join")
    }

    @Test("a vote of what says nothing says nothing")
    func uniform() {
        let uniform = Tensor([Float](repeating: 0.25, count: 12 * 15 * 4), [12, 15, 4])
        var random = RandomNumbers(seed: 3)
        let noise = random.uniform([12, 15, BorderNetwork.offsets.count], bound: 0.5).values.map { $0 + 0.5 }
        let votes = RegionVote()(uniform, affinities: Tensor(noise, [12, 15, BorderNetwork.offsets.count]))
        expectClose(votes, uniform, absolute: 1e-6)
    }

    @Test("two halves without affinity do not mix, and each becomes one voice")
    func halves() {
        let (height, width) = (16, 20)
        let affinities = affinities(height, width) { ($0.x < 10) == ($1.x < 10) ? 0.99 : 0 }
        let probabilities = probabilities(height, width, seed: 4)
        let votes = RegionVote()(probabilities, affinities: affinities).values
        let values = probabilities.values
        for half in [0..<10, 10..<20] {
            let cells = (0..<height).flatMap { y in half.map { y * width + $0 } }
            let means = (0..<classes).map { c in
                cells.reduce(0.0) { $0 + log(Double(values[$1 * classes + c]) + 1e-3) } / Double(cells.count)
            }
            let total = means.reduce(0) { $0 + exp($1) }
            for cell in cells {
                for c in 0..<classes {
                    #expect(abs(Double(votes[cell * classes + c]) - exp(means[c]) / total) < 1e-6)
                }
            }
        }
    }

    @Test("cells without affinity to any other speak for themselves")
    func alone() {
        let probabilities = probabilities(5, 7, seed: 5)
        let votes = RegionVote()(probabilities, affinities: affinities(5, 7) { _, _ in 0 })
        // 0.001 is added to every probability before they are normalised again.
        let expected = probabilities.values.map { ($0 + 1e-3) / (1 + Float(classes) * 1e-3) }
        expectClose(votes, Tensor(expected, probabilities.shape), absolute: 1e-6)
    }

    @Test("votes are probabilities, and the same every time", arguments: [(1, 1), (1, 9), (30, 40)])
    func repeated(height: Int, width: Int) {
        var random = RandomNumbers(seed: 6)
        let noise = random.uniform([height, width, BorderNetwork.offsets.count], bound: 0.3).values
        // Of few different values, so that many edges are equally heavy.
        let affinities = Tensor(
            noise.map { ($0 * 20).rounded() / 20 + 0.7 }, [height, width, BorderNetwork.offsets.count])
        let probabilities = probabilities(height, width, seed: 7)
        let votes = RegionVote()(probabilities, affinities: affinities)
        #expect(votes.values == RegionVote()(probabilities, affinities: affinities).values)
        for cell in votes.reshaped(height * width, classes).parts {
            #expect(abs(cell.values.reduce(0, +) - 1) < 1e-5 && cell.values.allSatisfy { $0 > 0 })
        }
    }
}
