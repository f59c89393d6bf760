import Foundation

/// Which beam of a spinning laser scanner each point is of, 0 the highest.
package struct Beams: Sendable, Equatable {
    /// The beam of each point, `[P]`.
    package let numbers: [UInt8]
    /// How many there are.
    package let count: Int

    /// The most beams of a scanner.
    private static let most = 128

    /// Finds the beams of a scan: by exact elevations, else by the order of its points, else by the elevations of an HDL-64E.
    ///
    /// A rendered scan has a few elevations only. KITTI's scans have not, as the sensor's lasers sit at different heights; but their
    /// files have one turn of a beam after another, from the direction ahead and back to it, so that a beam ends where the azimuth
    /// jumps (Triess et al., "Scan-based semantic segmentation of LiDAR point clouds", 2020).
    package init(_ cloud: PointCloud) {
        let elevations = (0..<cloud.count).map { point -> Double in
            let place = cloud[point]
            return atan2(place.z, (place.x * place.x + place.y * place.y).squareRoot()) * 180 / .pi
        }
        if let levels = Self.levels(elevations) {
            (numbers, count) = levels
        } else if let turns = Self.turns(of: cloud) {
            (numbers, count) = turns
        } else {
            (numbers, count) = (elevations.map(Self.nearestBeam), Self.usual.count)
        }
    }

    /// The beams of a scan whose elevations, in degrees, come in narrow groups; nil for others.
    private static func levels(_ elevations: [Double]) -> (numbers: [UInt8], count: Int)? {
        // Steps of a fiftieth of a degree, from above; single precision moves a beam into the next one at most.
        let steps = elevations.map { $0.isNaN ? nil : Int(($0 * -50).rounded()) }
        var beams: [Int: UInt8] = [:]
        var (count, first, last) = (0, 0, Int.min)
        for step in Set(steps.compactMap(\.self)).sorted() {
            if last == .min || step > last + 1 {
                count += 1
                first = step
            }
            guard count <= most, step <= first + 2 else { return nil }
            beams[step] = UInt8(count - 1)
            last = step
        }
        return (steps.map { $0.flatMap { beams[$0] } ?? 0 }, count)
    }

    /// The turns of a scan, if there are as many as a scanner has beams.
    private static func turns(of cloud: PointCloud) -> (numbers: [UInt8], count: Int)? {
        var (turn, before) = (UInt8(0), 0.0)
        let numbers = (0..<cloud.count).map { point -> UInt8 in
            guard cloud.isUsable(point) else { return turn }
            // 0 ahead, growing to the left, below 1.
            let azimuth = atan2(-cloud[point].y, -cloud[point].x) / (2 * .pi) + 0.5
            if azimuth < 0.2, before > 0.8, turn < .max { turn += 1 }
            before = azimuth
            return turn
        }
        return (15..<most).contains(Int(turn)) ? (numbers, Int(turn) + 1) : nil
    }

    /// The directions of an HDL-64E in degrees: 32 beams by a third of a degree from 2° on, 32 by half a degree below.
    private static let usual: [Double] = (0..<64).map { beam in
        let step = Double(beam % 32)
        return beam < 32 ? 2 - step / 3 : -8.83 - step / 2
    }

    /// The HDL-64E's beam that is nearest to an elevation in degrees.
    private static func nearestBeam(_ elevation: Double) -> UInt8 {
        var best = 0
        for beam in usual.indices where abs(usual[beam] - elevation) < abs(usual[best] - elevation) { best = beam }
        return UInt8(best)
    }
}
