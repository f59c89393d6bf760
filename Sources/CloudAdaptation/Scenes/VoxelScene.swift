import Raster
package import Sparse
package import Tensors
import Training

/// A scene as the network takes it: its voxels, what is known of them, and what pictures say of those that have a pixel.
package struct VoxelScene: Sendable {
    /// The voxels and the maps between them.
    package let pyramid: VoxelPyramid
    /// The voxel of each usable point.
    package let voxelOfPoint: [Int32]
    /// What is known of each voxel `[V, 4]`: the mean of its points.
    package let inputs: Tensor
    /// The voxels that have a pixel, ascending.
    package let paired: [Int32]
    /// The teacher's features of those `[N, D]`, of unit length.
    package let targets: Tensor
    /// The class of each voxel `[V]` that most of its points have; `noLabel` for none.
    package let labels: [UInt16]?

    /// What the inputs are, as model files name them: reflectance 0...1, height above the sensor in units of 2 m, distance from it in
    /// units of 40 m, and one.
    package static let inputNames = ["intensity", "height", "range", "occupancy"]

    /// Puts together what is there.
    package init(
        pyramid: VoxelPyramid, voxelOfPoint: [Int32], inputs: Tensor, paired: [Int32], targets: Tensor,
        labels: [UInt16]?
    ) {
        (self.pyramid, self.voxelOfPoint, self.inputs) = (pyramid, voxelOfPoint, inputs)
        (self.paired, self.targets, self.labels) = (paired, targets, labels)
    }

    /// Puts a scene's points into voxels.
    ///
    /// - Parameters:
    ///   - example: the points, and the pictures of them.
    ///   - size: the edge of a voxel in metres.
    ///   - stemKernel: the side of the network's first kernel.
    ///   - standardization: how the teacher's features are scaled.
    /// - Throws: a sentence, if a point is too far away for voxels of that size.
    package init(
        _ example: CloudExample, size: Float, stemKernel: Int, _ standardization: Standardization
    ) throws(VoxelError) {
        let positions = example.positions
        let grid = try VoxelGrid(Tensor(positions, [example.count, 3]), size: size)
        var known: [Float] = []
        known.reserveCapacity(4 * example.count)
        for point in 0..<example.count {
            let (x, y, z) = (positions[3 * point], positions[3 * point + 1], positions[3 * point + 2])
            known += [example.intensity[point], z / 2, (x * x + y * y + z * z).squareRoot() / 40, 1]
        }
        let (paired, targets) = Self.targets(example, grid, standardization)
        self.init(
            pyramid: VoxelPyramid(grid.voxels, stemKernel: stemKernel), voxelOfPoint: grid.voxelOfPoint,
            inputs: grid.pool(Tensor(known, [example.count, 4])), paired: paired, targets: targets,
            labels: example.labels.map { Self.majority($0, grid) })
    }

    /// The number of voxels.
    package var count: Int { inputs.rows }

    /// The voxels that have no pixel.
    package var unpaired: [Int32] {
        let isPaired = Set(paired)
        return (0..<Int32(count)).filter { !isPaired.contains($0) }
    }

    /// What each usable point has of what voxels have.
    package func spread(_ values: [UInt16]) -> [UInt16] { voxelOfPoint.map { values[Int($0)] } }

    /// For each voxel with a pixel the direction of the mean over all its points and their pictures, of the standardised features at
    /// unit length.
    private static func targets(
        _ example: CloudExample, _ grid: VoxelGrid, _ standardization: Standardization
    ) -> (paired: [Int32], targets: Tensor) {
        let voxels = example.views.flatMap { view in view.points.map { grid.voxelOfPoint[Int($0)] } }
        let paired = Set(voxels).sorted()
        var places = [Int32](repeating: -1, count: grid.voxels.count)
        for (place, voxel) in paired.enumerated() { places[Int(voxel)] = Int32(place) }
        let features = Tensor(uninitialized: [voxels.count, standardization.channels])
        var first = 0
        for view in example.views {
            view.features.sample(u: view.u, v: view.v, into: features, at: first)
            first += view.points.count
        }
        standardization.apply(to: features)
        let tape = Tape(tracking: [])
        let sums = tape.scatterAdd(
            tape.constant(unitRows(features).rows), rows: voxels.map { places[Int($0)] }, count: paired.count)
        return (paired, unitRows(sums.value).rows)
    }

    /// The most frequent class of each voxel's points, the first of several.
    private static func majority(_ labels: [UInt16], _ grid: VoxelGrid) -> [UInt16] {
        let classes = (labels.lazy.filter { $0 != noLabel }.max().map(Int.init) ?? -1) + 1
        var counts = [Int32](repeating: 0, count: grid.voxels.count * classes)
        for (label, voxel) in zip(labels, grid.voxelOfPoint) where label != noLabel {
            counts[Int(voxel) * classes + Int(label)] += 1
        }
        return (0..<grid.voxels.count).map { voxel in
            var (best, most) = (noLabel, Int32(0))
            for label in 0..<classes where counts[voxel * classes + label] > most {
                (best, most) = (UInt16(label), counts[voxel * classes + label])
            }
            return best
        }
    }
}
