package import Tensors

/// A scene as it is, and changed twice, with voxels of all three that hold the same points.
///
/// What changes it is training's augmentation, and a loss of 30 % of the points.
package struct ContrastViews {
    /// The scene as it is, and two changed ones.
    package let weak, query, key: VoxelScene
    /// Voxels of each that belong together, row by row.
    package let rows: (weak: [Int32], query: [Int32], key: [Int32])

    private static let drops: Float = 0.3

    /// Puts together what is there.
    package init(
        weak: VoxelScene, query: VoxelScene, key: VoxelScene, rows: (weak: [Int32], query: [Int32], key: [Int32])
    ) {
        (self.weak, self.query, self.key, self.rows) = (weak, query, key, rows)
    }

    /// Changes a scene.
    ///
    /// - Parameters:
    ///   - weak: the scene.
    ///   - example: the points that it is of.
    ///   - model: what puts changed points into voxels.
    ///   - most: how many voxels are drawn at most, of those of which a point is in both changed scenes.
    ///   - random: where chance comes from.
    /// - Throws: a sentence, if a changed point is too far away for voxels.
    package init(
        _ weak: VoxelScene, of example: CloudExample, _ model: CloudModel, most: Int, using random: inout RandomNumbers
    ) throws {
        let query = try Self.changed(example, model, using: &random)
        let key = try Self.changed(example, model, using: &random)
        // The first point of a voxel that is in both stands for it.
        var isKnown = [Bool](repeating: false, count: weak.count)
        var points: [Int] = []
        for (point, voxel) in weak.voxelOfPoint.enumerated()
        where query.voxel[point] >= 0 && key.voxel[point] >= 0 && !isKnown[Int(voxel)] {
            isKnown[Int(voxel)] = true
            points.append(point)
        }
        points.shuffle(using: &random)
        points.removeLast(max(points.count - most, 0))
        self.init(
            weak: weak, query: query.scene, key: key.scene,
            rows: (
                points.map { weak.voxelOfPoint[$0] }, points.map { query.voxel[$0] }, points.map { key.voxel[$0] }
            ))
    }

    /// A changed scene, and the voxel there of each point; -1 for points that are lost.
    private static func changed(
        _ example: CloudExample, _ model: CloudModel, using random: inout RandomNumbers
    ) throws -> (scene: VoxelScene, voxel: [Int32]) {
        var kept = (0..<Int32(example.count)).filter { _ in random.unit() >= drops }
        if kept.isEmpty { kept = [0] }
        let augmented = Augmentation(voxel: model.configuration.voxel)(example.selecting(kept), using: &random)
        let scene = try model.voxels(of: augmented)
        var voxel = [Int32](repeating: -1, count: example.count)
        for (place, point) in kept.enumerated() { voxel[Int(point)] = scene.voxelOfPoint[place] }
        return (scene, voxel)
    }
}
