import Sparse
import Testing

/// Maps against all pairs of voxels compared with each other.
struct KernelMapTests {
    @Test("neighbours of a level, at the finest and at a coarse one", arguments: [3, 5], [0, 1])
    func neighbours(kernel: Int, level: Int) throws {
        let voxels = VoxelPyramid(try Voxels(randomCoordinates(120, side: 8, seed: 4)), levels: 2).levels[level]
        let map = KernelMap(neighboursOf: voxels, kernel: kernel)
        let offsets = offsets(kernel: kernel, from: -(kernel / 2), stride: voxels.stride)
        #expect((map.volume, map.inputs, map.outputs) == (kernel * kernel * kernel, voxels.count, voxels.count))
        #expect(pairs(map) == naivePairs(from: places(voxels), to: places(voxels), offsets: offsets))
        #expect(map.count > 2 * voxels.count)
    }

    @Test("coarse voxels have the fine ones in them as pairs, by octant, and transposed the other way round")
    func down() throws {
        let pyramid = VoxelPyramid(try Voxels(randomCoordinates(150, side: 12, seed: 5)), levels: 3)
        for (level, map) in pyramid.down.enumerated() {
            let (fine, coarse) = (pyramid.levels[level], pyramid.levels[level + 1])
            let expected = naivePairs(
                from: places(fine), to: places(coarse), offsets: offsets(kernel: 2, from: 0, stride: fine.stride))
            #expect(pairs(map) == expected)
            #expect(map.count == fine.count)
            let exchanged = expected.map { Pair(offset: $0.offset, source: $0.target, target: $0.source) }
            #expect(pairs(map.transposed) == exchanged.sorted())
            #expect((map.transposed.inputs, map.transposed.outputs) == (coarse.count, fine.count))
        }
    }

    @Test("a voxel alone is its own only neighbour, and nothing wraps around at the ends of the coordinates")
    func alone() throws {
        let (first, last) = (Int32(Voxels.range.lowerBound), Int32(Voxels.range.upperBound - 1))
        for place in [SIMD3<Int32>(0, 0, 0), SIMD3(first, first, first), SIMD3(last, last, last)] {
            let pyramid = VoxelPyramid(try Voxels([place, place]))
            for map in pyramid.neighbours {
                #expect(pairs(map) == [Pair(offset: 13, source: 0, target: 0)])
            }
            #expect(pyramid.down.allSatisfy { $0.count == 1 })
        }
        let ends = [SIMD3(first, first, first), SIMD3(first, first, last), SIMD3(first + 1, first, first)]
        let map = KernelMap(neighboursOf: try Voxels(ends), kernel: 5)
        #expect(map.count == 3 + 2)
    }

    @Test("no voxels make empty maps")
    func none() throws {
        let pyramid = VoxelPyramid(try Voxels([]))
        #expect(pyramid.neighbours.allSatisfy { $0.count == 0 && $0.volume == 27 })
        #expect(pyramid.down.allSatisfy { $0.count == 0 && $0.volume == 8 })
    }
}
