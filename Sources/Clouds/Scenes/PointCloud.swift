import Raster

/// Points in space, and what is known of each.
///
/// A point whose coordinates are no numbers, or lie farther than `farthest` from the origin, is unusable. It keeps its place, because
/// files of labels count points, and its coordinates are NaN: comparisons with them are false, so that it falls out of whatever
/// asks whether a point lies within something.
package struct PointCloud: Sendable, Equatable {
    /// Coordinates `[P, 3]` in metres; of laser scans x points forward, y to the left and z up.
    package private(set) var positions: [Float]
    /// How strongly each point reflects, `[P]`, if that is known; 0...1 in KITTI's scans.
    package private(set) var intensity: [Float]?
    /// Red, green and blue `[P, 3]`, if they are known.
    package private(set) var colors: [UInt8]?
    /// Directions of the surface `[P, 3]`, if they are known; 0 where one is no number.
    package private(set) var normals: [Float]?
    /// The class of each point, `[P]`, if that is known; `noLabel` for none.
    package private(set) var labels: [UInt16]?
    /// How many points are unusable.
    package let unusable: Int

    /// The largest coordinate of a usable point, in metres: up to it, neighbouring numbers of single precision are less than 8 mm
    /// apart.
    package static let farthest: Float = 100_000

    /// The most points that a file is read with.
    package static let most = 1 << 25

    /// Takes coordinates `[P, 3]` in metres, and what else is known of the points, of the same length.
    ///
    /// Intensities and normals that are no numbers become 0.
    package init(
        positions: [Float], intensity: [Float]? = nil, colors: [UInt8]? = nil, normals: [Float]? = nil,
        labels: [UInt16]? = nil
    ) {
        precondition(positions.count % 3 == 0, "\(positions.count) coordinates are no triples")
        let count = positions.count / 3
        for (name, found, expected) in [
            ("intensities", intensity?.count, count), ("colours", colors?.count, 3 * count),
            ("normals", normals?.count, 3 * count), ("labels", labels?.count, count),
        ] {
            precondition(found == nil || found == expected, "\(found ?? 0) \(name) for \(count) points")
        }
        var unusable = 0
        var usable = positions
        for point in 0..<count where !(0..<3).allSatisfy({ abs(positions[3 * point + $0]) <= Self.farthest }) {
            unusable += 1
            for axis in 0..<3 { usable[3 * point + axis] = .nan }
        }
        self.positions = usable
        self.intensity = intensity?.map { $0.isFinite ? $0 : 0 }
        self.normals = normals?.map { $0.isFinite ? $0 : 0 }
        (self.colors, self.labels, self.unusable) = (colors, labels, unusable)
    }

    /// The number of points, the unusable ones too.
    package var count: Int { positions.count / 3 }

    /// Where a point is, in metres; NaN if it is unusable.
    package subscript(point: Int) -> SIMD3<Double> {
        SIMD3(Double(positions[3 * point]), Double(positions[3 * point + 1]), Double(positions[3 * point + 2]))
    }

    /// Whether a point is somewhere.
    package func isUsable(_ point: Int) -> Bool { !positions[3 * point].isNaN }

    /// The same points with other labels `[P]`.
    package func labelled(_ labels: [UInt16]?) -> PointCloud {
        precondition(labels == nil || labels?.count == count, "\(labels?.count ?? 0) labels for \(count) points")
        var result = self
        result.labels = labels
        return result
    }

    /// Some of the points, by their numbers, in the order given.
    package func selecting(_ points: [Int32]) -> PointCloud {
        func rows<Value>(_ values: [Value]?, of width: Int) -> [Value]? {
            values.map { values in points.flatMap { values[Int($0) * width..<(Int($0) + 1) * width] } }
        }
        return PointCloud(
            positions: rows(positions, of: 3) ?? [], intensity: rows(intensity, of: 1), colors: rows(colors, of: 3),
            normals: rows(normals, of: 3), labels: rows(labels, of: 1))
    }
}
