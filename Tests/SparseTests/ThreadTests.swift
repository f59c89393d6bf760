import Sparse
import Tensors
import Testing
import Training

/// Sparse operations on several threads.
struct ThreadTests {
    /// In a process of its own: the number of threads is the whole program's.
    @Test("convolutions and their gradients do not depend on the number of threads, to the last bit")
    func workers() async {
        await #expect(processExitsWith: .success) {
            Parallel.workers = 1
            let alone = try Self.results()
            for workers in [2, 3, 8] {
                Parallel.workers = workers
                for (one, many) in zip(alone, try Self.results()) {
                    #expect(many.values == one.values, "\(workers) threads")
                }
            }
        }
    }

    /// Features, means, and values and gradients on two levels, of which the finer one is cut into ranges with sums of their
    /// own.
    private static func results() throws -> [Tensor] {
        var random = RandomNumbers(seed: 1)
        let points = random.uniform([20_000, 3], bound: 1.5)
        let grid = try VoxelGrid(points, size: 0.1)
        let pyramid = VoxelPyramid(grid.voxels, levels: 2)
        precondition(grid.voxels.count > 3 * 4096, "\(grid.voxels.count) voxels are not cut into ranges")
        let pooled = grid.pool(points)
        var results = [pooled, grid.spread(pooled)]
        for map in pyramid.neighbours + pyramid.down + pyramid.down.map(\.transposed) {
            let x = random.uniform([map.inputs, 16], bound: 1)
            let weight = random.uniform([map.volume, 16, 64], bound: 1)
            let tape = Tape(tracking: [x, weight])
            let out = tape.sparseConvolution(tape.parameter(x), tape.parameter(weight), map)
            tape.record(loss: 0, gradient: random.uniform(out.shape, bound: 1), of: out)
            tape.backward()
            results += [out.value] + tape.gradients(of: [x, weight])
        }
        return results
    }
}
