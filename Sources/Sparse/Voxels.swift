/// The occupied voxels of one level, in a fixed order: by x, then y, then z.
///
/// Coordinates are whole numbers in the unit of the finest level, whatever the level; those of a level of stride s are
/// multiples of s.
package struct Voxels: Sendable, Equatable {
    /// The edge of a voxel in voxels of the finest level: a power of 2.
    package let stride: Int
    /// Each voxel's coordinates in one number, ascending.
    ///
    /// 21 bits each of x, y and z, every one plus 2²⁰: a shift by an offset is one addition that keeps the order.
    let keys: [UInt64]

    /// The bits of a coordinate.
    private static let bits: UInt64 = 21
    private static let bias = 1 << 20
    /// How far a kernel reaches from a voxel, so that no sum of a coordinate and an offset leaves its bits.
    static let reach = 64
    /// The coordinates that voxels may have.
    package static let range = -bias + reach..<bias - reach

    init(stride: Int, keys: [UInt64]) {
        (self.stride, self.keys) = (stride, keys)
    }

    /// Takes voxels of the finest level by their coordinates, in any order, with or without repetitions.
    package init(_ coordinates: [SIMD3<Int32>]) throws(VoxelError) {
        for place in coordinates where !(0..<3).allSatisfy({ Self.range.contains(Int(place[$0])) }) {
            throw VoxelError("a voxel at \(place.text) is out of reach: coordinates are within \(Self.range)")
        }
        self.init(stride: 1, keys: runs(radixSorted(coordinates.map(Self.key)).keys).keys)
    }

    /// The number of voxels.
    package var count: Int { keys.count }

    /// The coordinates of a voxel's lowest corner.
    package subscript(index: Int) -> SIMD3<Int32> {
        let mask: UInt64 = 1 << Self.bits - 1
        let fields = SIMD3(keys[index] >> (2 * Self.bits), keys[index] >> Self.bits & mask, keys[index] & mask)
        return SIMD3<Int32>(truncatingIfNeeded: fields) &- Int32(Self.bias)
    }

    /// The key of coordinates within `range`.
    static func key(_ place: SIMD3<Int32>) -> UInt64 {
        let fields = SIMD3<UInt64>(truncatingIfNeeded: place &+ Int32(bias))
        return fields.x << (2 * bits) | fields.y << bits | fields.z
    }

    /// What is added, wrapping around, to a key for an offset.
    static func shift(_ offset: SIMD3<Int>) -> UInt64 {
        UInt64(bitPattern: Int64(offset.x << (2 * Int(bits)) + offset.y << Int(bits) + offset.z))
    }

    /// The voxels of twice the stride that these are in, and for each of these which one it is in.
    ///
    /// A coarse voxel is at floor(c / 2s) · 2s, also below zero.
    func coarser() -> (voxels: Voxels, parents: [Int32]) {
        // The bias is a multiple of every stride, so rounding down is clearing bits.
        let low = UInt64(2 * stride - 1)
        let cleared = ~(low << (2 * Self.bits) | low << Self.bits | low)
        let (sorted, places) = radixSorted(keys.map { $0 & cleared })
        let (distinct, _, owners) = runs(sorted)
        var parents = [Int32](repeating: 0, count: count)
        for (place, owner) in zip(places, owners) { parents[Int(place)] = owner }
        return (Voxels(stride: 2 * stride, keys: distinct), parents)
    }

    /// Which eighth of its coarse voxel a voxel is: x + 2y + 4z of the bits of its stride.
    func octant(_ index: Int) -> Int {
        let corner = self[index] / Int32(stride) & 1
        return Int(corner.x + 2 * corner.y + 4 * corner.z)
    }
}

extension SIMD3 {
    /// The three numbers in parentheses.
    var text: String { "(\(x), \(y), \(z))" }
}
