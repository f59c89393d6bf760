import Sparse
import Tensors
import TestSupport
import Testing

/// Points in voxels, and voxels in coarser ones, against dictionaries.
struct VoxelTests {
    @Test("points are in the voxels of their rounded-down coordinates, which are in order")
    func grid() throws {
        var random = RandomNumbers(seed: 1)
        let points = random.uniform([500, 3], bound: 2)
        let grid = try VoxelGrid(points, size: 0.5)
        let own = places(grid.voxels)
        let expected = (0..<500).map { index in
            let point = points.part(index, 3).values
            return SIMD3(
                (point[0] / 0.5).rounded(.down), (point[1] / 0.5).rounded(.down), (point[2] / 0.5).rounded(.down))
        }
        for (index, place) in expected.enumerated() {
            #expect(SIMD3<Float>(own[Int(grid.voxelOfPoint[index])]) == place)
        }
        #expect(Set(own) == Set(expected.map { SIMD3<Int32>($0) }))
        let keys = own.map { [$0.x, $0.y, $0.z] }
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }

    @Test("pooled features are the means of a voxel's points, and what voxels have is spread to all of these")
    func features() throws {
        var random = RandomNumbers(seed: 2)
        let points = random.uniform([200, 3], bound: 1)
        let features = random.uniform([200, 4], bound: 1)
        let grid = try VoxelGrid(points, size: 0.4)
        let count = grid.voxels.count
        var members = [[Int]](repeating: [], count: count)
        for (point, voxel) in grid.voxelOfPoint.enumerated() { members[Int(voxel)].append(point) }
        let means = members.flatMap { points in
            (0..<4).map { column in mean(points.map { features.doubles[$0 * 4 + column] }) }
        }
        let pooled = grid.pool(features)
        // Means of a few numbers below 1.
        expectClose(pooled, Tensor(rounding: means, [count, 4]), absolute: 1e-6)
        let spread = grid.spread(pooled)
        let labels = grid.spread((0..<count).map(\.self))
        for point in 0..<200 {
            let voxel = Int(grid.voxelOfPoint[point])
            #expect(spread.part(point, 4).values == pooled.part(voxel, 4).values)
            #expect(labels[point] == voxel)
        }
    }

    @Test("points that cannot be in voxels are refused in a sentence")
    func refused() throws {
        func message(_ points: [Float], _ size: Float = 0.1) -> String {
            do {
                _ = try VoxelGrid(Tensor(points, [points.count / 3, 3]), size: size)
                return "none"
            } catch { return error.description }
        }
        #expect(message([]) == "a cloud of 0 points: expected 1 to 2147483647")
        #expect(message([0, 0, 0, 1, .nan, 0]) == "point 1 is at (1.0, nan, 0.0): coordinates are finite")
        #expect(message([0, 0, -.infinity]) == "point 0 is at (0.0, 0.0, -inf): coordinates are finite")
        #expect(
            message([2e5, 0, 0])
                == "point 0 is at (200000.0, 0.0, 0.0) metres: voxels of 0.1 metres reach 104851.2 metres far")
        #expect(message([0, -3e38, 0]).hasPrefix("point 0 is at (0.0, -3e+38, 0.0) metres: voxels"))
        #expect(message([0, 0, 0], 0) == "voxels of 0.0 metres: a size is above 0")
        #expect(message([0, 0, 0], .nan) == "voxels of nan metres: a size is above 0")
        #expect(message([0, 0, 0]) == "none")
        // The farthest voxels there are, and the next ones.
        let (first, last) = (Int32(Voxels.range.lowerBound), Int32(Voxels.range.upperBound - 1))
        let corners = [SIMD3(first, last, first), SIMD3(last, first, last)]
        #expect(places(try Voxels(corners)) == corners)
        #expect(throws: VoxelError.self) { try Voxels([SIMD3(0, last + 1, 0)]) }
        #expect(throws: VoxelError.self) { try Voxels([SIMD3(0, 0, first - 1)]) }
    }

    @Test("coarser voxels are those rounded down to twice the stride, also below zero")
    func levels() throws {
        let finest = try Voxels(randomCoordinates(300, side: 50, seed: 3))
        let pyramid = VoxelPyramid(finest)
        #expect(pyramid.levels.map(\.stride) == [1, 2, 4, 8, 16])
        for (fine, coarse) in zip(pyramid.levels, pyramid.levels.dropFirst()) {
            let stride = Int32(coarse.stride)
            let expected = Set(
                places(fine).map {
                    SIMD3(
                        floorDivided($0.x, stride) * stride, floorDivided($0.y, stride) * stride,
                        floorDivided($0.z, stride) * stride)
                })
            #expect(Set(places(coarse)) == expected)
            #expect(coarse.count == expected.count)
        }
    }
}
