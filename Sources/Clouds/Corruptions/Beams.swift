import Foundation

/// Which beam of a spinning laser scanner each point is of, 0 the first.
package struct Beams: Sendable, Equatable {
    /// The beam of each point, `[P]`.
    package let numbers: [UInt8]
    /// How many there are.
    package let count: Int

    /// Finds the beams of a scan: by the order of its points, or, where that tells none, by their elevation.
    ///
    /// KITTI's files have one turn of a beam after another, from the direction ahead and back to it: a beam ends where the azimuth
    /// jumps (Triess et al., "Scan-based semantic segmentation of LiDAR point clouds", 2020). Elevation does not tell KITTI's beams
    /// apart, as the sensor's lasers sit at different heights; a rendered scan has exact ones.
    package init(_ cloud: PointCloud) {
        let turns = Self.turns(of: cloud)
        if let last = turns.last, (15..<129).contains(Int(last)) {
            (numbers, count) = (turns, Int(last) + 1)
        } else {
            (numbers, count) = Self.levels(of: cloud)
        }
    }

    /// The turn of each point; numbers end at 255.
    private static func turns(of cloud: PointCloud) -> [UInt8] {
        var (turn, before) = (UInt8(0), 0.0)
        return (0..<cloud.count).map { point in
            guard cloud.isUsable(point) else { return turn }
            // 0 ahead, growing to the left, below 1.
            let azimuth = atan2(-cloud[point].y, -cloud[point].x) / (2 * .pi) + 0.5
            if azimuth < 0.2, before > 0.8, turn < .max { turn += 1 }
            before = azimuth
            return turn
        }
    }

    /// The directions of an HDL-64E: 32 beams by a third of a degree from 2° on, 32 by half a degree below.
    private static let elevations: [Double] = (0..<64).map { beam in
        let step = Double(beam % 32)
        return beam < 32 ? 2 - step / 3 : -8.83 - step / 2
    }

    /// The nearest of an HDL-64E's directions.
    private static func levels(of cloud: PointCloud) -> (numbers: [UInt8], count: Int) {
        let numbers = (0..<cloud.count).map { point -> UInt8 in
            guard cloud.isUsable(point) else { return 0 }
            let place = cloud[point]
            let elevation = atan2(place.z, (place.x * place.x + place.y * place.y).squareRoot()) * 180 / .pi
            var best = 0
            for beam in elevations.indices where abs(elevations[beam] - elevation) < abs(elevations[best] - elevation) {
                best = beam
            }
            return UInt8(best)
        }
        return (numbers, elevations.count)
    }
}
