import Foundation

/// What another sensor, or bad weather, makes of a scan.
package enum Corruption: Sendable, Equatable {
    /// Only every so many-th beam, the first among them: 2 makes 32 of 64 beams.
    case beams(every: Int)
    /// Points miss by a normal distribution along each axis, of a standard deviation in metres.
    case noise(deviation: Double)
    /// A share of the points is lost.
    case drops(share: Double)
    /// The scanner is mounted so many metres higher; what it sees does not change with that.
    case height(rise: Double)
    /// Fog in which one sees so many metres.
    case fog(visibility: Double)

    /// Changes a scene.
    ///
    /// The cameras stay where they are, so that with another height their way from the cloud changes.
    ///
    /// - Parameters:
    ///   - scene: The scene.
    ///   - generator: Where chance comes from; of the same state it makes the same bytes.
    /// - Returns: the scene, and which of the points before each of its points was.
    package func callAsFunction(
        _ scene: Scene, using generator: inout some RandomNumberGenerator
    ) -> (scene: Scene, points: [Int32]) {
        let cloud = scene.cloud
        let all = Array(0..<Int32(cloud.count))
        switch self {
        case .beams(let every):
            precondition(every >= 1, "every \(every)th beam")
            let beams = Beams(cloud).numbers
            let kept = all.filter { Int(beams[Int($0)]) % every == 0 }
            return (scene.replacing(cloud.selecting(kept)), kept)
        case .noise(let deviation):
            let moved = cloud.moved { _, place in
                place + SIMD3(generator.normal(), generator.normal(), generator.normal()) * deviation
            }
            return (scene.replacing(moved), all)
        case .drops(let share):
            let kept = all.filter { _ in generator.unit() >= share }
            return (scene.replacing(cloud.selecting(kept)), kept)
        case .height(let rise):
            let shift = RigidTransform(shift: SIMD3(0, 0, rise))
            let lowered = cloud.moved { _, place in place - SIMD3(0, 0, rise) }
            let moment = scene.moment.map {
                Moment(drive: $0.drive, time: $0.time, worldFromCloud: $0.worldFromCloud * shift)
            }
            let moved = Scene(
                name: scene.name, cloud: lowered, cameras: scene.cameras.map { $0.seen(through: shift) },
                moment: moment,
                notes: scene.notes)
            return (moved, all)
        case .fog(let visibility):
            let (foggy, kept) = Fog(visibility: visibility)(cloud, using: &generator)
            return (scene.replacing(foggy), kept)
        }
    }
}

extension Scene {
    /// The same with another cloud.
    fileprivate func replacing(_ cloud: PointCloud) -> Scene {
        Scene(name: name, cloud: cloud, cameras: cameras, moment: moment, notes: notes)
    }
}

extension PointCloud {
    /// The same with its usable points elsewhere.
    func moved(_ place: (_ point: Int, _ place: SIMD3<Double>) -> SIMD3<Double>) -> PointCloud {
        var positions = positions
        for point in 0..<count where isUsable(point) {
            let moved = place(point, self[point])
            for axis in 0..<3 { positions[3 * point + axis] = Float(moved[axis]) }
        }
        return PointCloud(
            positions: positions, intensity: intensity, colors: colors, normals: normals, labels: labels)
    }
}

extension RandomNumberGenerator {
    /// A number drawn uniformly from [0, 1), with 53 random bits; the library's own may draw otherwise in another version.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number of the standard normal distribution.
    ///
    /// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }
}
