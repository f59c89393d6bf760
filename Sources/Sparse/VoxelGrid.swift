package import Tensors

/// The points of a cloud in voxels: which voxels are occupied, and which one each point is in.
package struct VoxelGrid: Sendable {
    /// The occupied voxels.
    package let voxels: Voxels
    /// The voxel of each point.
    package let voxelOfPoint: [Int32]
    /// The points voxel by voxel, in a voxel in their own order.
    private let points: [Int32]
    /// Where each voxel's points begin in `points`, and at last where all end.
    private let starts: [Int]

    /// Puts points into voxels: a point at x is in voxel floor(x / size).
    ///
    /// - Parameters:
    ///   - points: positions `[P, 3]` in metres.
    ///   - size: the edge of a voxel in metres.
    /// - Throws: a `VoxelError` if there are no points, the size is not positive, or a point is not finite or too far away for
    ///   its voxel's coordinates (some 2²⁰ voxels).
    package init(_ points: Tensor, size: Float) throws(VoxelError) {
        precondition(points.shape.count == 2 && points.columns == 3, "points \(points.shape), expected [P, 3]")
        guard size > 0, size.isFinite else { throw VoxelError("voxels of \(size) metres: a size is above 0") }
        guard points.rows > 0, points.rows <= Int32.max else {
            throw VoxelError("a cloud of \(points.rows) points: expected 1 to \(Int32.max)")
        }
        let (lowest, highest) = (Float(Voxels.range.lowerBound), Float(Voxels.range.upperBound))
        let positions = points.values
        var keys: [UInt64] = []
        keys.reserveCapacity(points.rows)
        for index in 0..<points.rows {
            let point = SIMD3(positions[3 * index], positions[3 * index + 1], positions[3 * index + 2])
            let place = (point / size).rounded(.down)
            // False for what is no number, too.
            guard all(place .>= lowest .& place .< highest) else { throw Self.error(point, index, size) }
            keys.append(Voxels.key(SIMD3<Int32>(place)))
        }
        let (sorted, order) = radixSorted(keys)
        let (distinct, starts, owners) = runs(sorted)
        var voxelOfPoint = [Int32](repeating: 0, count: points.rows)
        for (point, voxel) in zip(order, owners) { voxelOfPoint[Int(point)] = voxel }
        voxels = Voxels(stride: 1, keys: distinct)
        (self.voxelOfPoint, self.points, self.starts) = (voxelOfPoint, order, starts)
    }

    private static func error(_ point: SIMD3<Float>, _ index: Int, _ size: Float) -> VoxelError {
        guard point.x.isFinite, point.y.isFinite, point.z.isFinite else {
            return VoxelError("point \(index) is at \(point.text): coordinates are finite")
        }
        let reach = Float(Voxels.range.upperBound) * size
        return VoxelError(
            "point \(index) is at \(point.text) metres: voxels of \(size) metres reach \(reach) metres far")
    }

    /// The mean of each voxel's points: features `[P, C]` → `[V, C]`.
    package func pool(_ features: Tensor) -> Tensor {
        let columns = features.columns
        precondition(features.count == points.count * columns, "features \(features.shape) of \(points.count) points")
        let out = Tensor(zeros: [voxels.count, columns])
        parallelFor(voxels.count, grain: max(1, 32768 / max(columns, 1))) { range in
            for voxel in range {
                let members = starts[voxel]..<starts[voxel + 1]
                let sum = unsafe out.pointer + voxel * columns
                for member in members {
                    let point = unsafe features.pointer + Int(points[member]) * columns
                    for column in 0..<columns { unsafe sum[column] += point[column] }
                }
                for column in 0..<columns { unsafe sum[column] /= Float(members.count) }
            }
        }
        return out
    }

    /// Each point's share of what voxels have: values `[V, C]` → `[P, C]`.
    package func spread(_ values: Tensor) -> Tensor {
        let columns = values.columns
        precondition(values.count == voxels.count * columns, "values \(values.shape) of \(voxels.count) voxels")
        let out = Tensor(uninitialized: [voxelOfPoint.count, columns])
        parallelFor(voxelOfPoint.count, grain: max(1, 32768 / max(columns, 1))) { range in
            for point in range {
                let source = unsafe values.pointer + Int(voxelOfPoint[point]) * columns
                unsafe (out.pointer + point * columns).update(from: source, count: columns)
            }
        }
        return out
    }

    /// Each point's share of what voxels have: labels, for example.
    package func spread<Value>(_ values: [Value]) -> [Value] {
        precondition(values.count == voxels.count, "\(values.count) values of \(voxels.count) voxels")
        return voxelOfPoint.map { values[Int($0)] }
    }
}
