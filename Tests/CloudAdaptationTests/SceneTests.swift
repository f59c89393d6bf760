import CloudAdaptation
import Clouds
import Raster
import Tensors
import TestSupport
import Testing

/// What a scene's points and pictures become.
struct SceneTests {
    @Test("features lie in the middles of cells, are linear between them and constant beyond")
    func sampling() {
        // A grid of 4×2 cells over 8×4 pixels whose channels are column and row, and one cell of 7.
        let grid = Tensor((0..<8).flatMap { [Float($0 % 4), Float($0 / 4)] }, [2, 4, 2])
        let picture = PictureFeatures(levels: [grid, Tensor([7], [1, 1, 1])], width: 8, height: 4)
        let out = Tensor(zeros: [5, 3])
        // The middle of cell 0 is between pixels 0 and 1: at 0.5.
        picture.sample(u: [0.5, 2.5, 3.5, 0, 7], v: [0.5, 0.5, 1.5, 0, 3], into: out, at: 0)
        #expect(out.values == [0, 0, 7, 1, 0, 7, 1.5, 0.5, 7, 0, 0, 7, 3, 1, 7])
    }

    /// Two voxels of two and one points, a lone point, and one that is nowhere.
    private func example() throws -> CloudExample {
        let cloud = PointCloud(
            positions: [0.01, 0, 0, .nan, 0, 0, 0.05, 0, 0, 3, 4, 0, 3, 4, 2], intensity: [0.2, 9, 0.4, 0.5, 1],
            labels: [1, 0, 1, noLabel, 3])
        return try CloudExample(cloud, named: "scene", [], taughtBy: nil)
    }

    @Test("points become voxels with the mean of what is known, and the class of most")
    func voxels() throws {
        let example = try example()
        #expect(example.points == [0, 2, 3, 4])
        let none = Standardization(mean: Tensor([0], [1]), deviation: Tensor([1], [1]))
        let scene = try VoxelScene(example, size: 0.1, stemKernel: 3, none)
        #expect(scene.count == 3 && scene.voxelOfPoint == [0, 0, 1, 2])
        #expect(scene.labels == [1, noLabel, 3] && scene.paired.isEmpty && scene.unpaired == [0, 1, 2])
        let range = Float(29).squareRoot() / 40
        expectClose(
            scene.inputs, Tensor([0.3, 0, 0.03 / 40, 1, 0.5, 0, 0.125, 1, 1, 1, range, 1], [3, 4]), absolute: 1e-6)
        #expect(scene.spread([5, 6, 7]) == [5, 5, 6, 7])
    }

    @Test("a cloud without a usable point, and one that is too far away, are refused in a sentence")
    func refused() throws {
        #expect(throws: CloudError("nothing: has no usable point, expected at least one")) {
            try CloudExample(PointCloud(positions: [.nan, 0, 0]), named: "nothing", [], taughtBy: nil)
        }
        let far = try CloudExample(PointCloud(positions: [90_000, 0, 0]), named: "far", [], taughtBy: nil)
        let none = Standardization(mean: Tensor([0], [1]), deviation: Tensor([1], [1]))
        #expect(throws: (any Error).self) { try VoxelScene(far, size: 0.01, stemKernel: 3, none) }
    }

    @Test("a scan that is changed keeps its points, its labels and about its distances")
    func augmentation() throws {
        let example = try example()
        var random = RandomNumbers(seed: 3)
        let changed = Augmentation(voxel: 0.1)(example, using: &random)
        #expect(changed.labels == example.labels && changed.points == example.points)
        #expect(changed.positions != example.positions && changed.intensity != example.intensity)
        func distance(_ example: CloudExample) -> Float {
            (0..<3).reduce(Float(0)) { sum, axis in
                let difference = example.positions[9 + axis] - example.positions[axis]
                return sum + difference * difference
            }.squareRoot()
        }
        // 5.4 m: up to 5 % of size, and some centimetres of noise.
        #expect(abs(distance(changed) - distance(example)) < 0.35)
        var again = RandomNumbers(seed: 3)
        #expect(Augmentation(voxel: 0.1)(example, using: &again).positions == changed.positions)
    }

    @Test("standardised features have mean 0 and deviation 1, but for a channel that never varies")
    func standardization() {
        let features = Tensor([1, 5, 3, 5, 5, 5], [3, 2])
        let scaling = Standardization(mean: Tensor([3, 5], [2]), deviation: Tensor([2, 1], [2]))
        scaling.apply(to: features)
        #expect(features.values == [-1, 0, 0, 0, 1, 0])
    }
}
