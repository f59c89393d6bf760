import Clouds
import Foundation
import Raster
import Testing

/// What other sensors and bad weather make of a scan.
struct CorruptionTests {
    /// A scan of 16 beams with 90 points each, from the direction ahead round to it, at a range that grows from beam to beam.
    ///
    /// Elevations waver as much as those of neighbouring beams are apart, if told.
    private func scan(wavering: Bool = false) throws -> Scene {
        var (positions, labels) = ([Float](), [UInt16]())
        for beam in 0..<16 {
            for step in 0..<90 {
                let elevation = (2 - Float(beam) * 1.5 + (wavering ? 1.5 * sin(Float(step)) : 0)) * .pi / 180
                // To the left first, as the sensor turns in KITTI's files.
                let azimuth = (Float(step) + 0.5) / 90 * 2 * .pi
                let range = Float(5 + 4 * beam)
                positions += [
                    range * cos(elevation) * cos(azimuth), range * cos(elevation) * sin(azimuth),
                    range * sin(elevation),
                ]
                labels.append(UInt16(beam))
            }
        }
        let cloud = PointCloud(
            positions: positions, intensity: labels.map { 0.05 * Float($0 % 4) }, labels: labels)
        return Scene(
            name: "a", cloud: cloud, cameras: [try forwardCamera()],
            moment: Moment(drive: "a", time: 1, worldFromCloud: .identity))
    }

    private func apply(_ corruption: Corruption, seed: UInt64 = 1) throws -> (scene: Scene, points: [Int32]) {
        var generator = SplitMix(state: seed)
        return corruption(try scan(), using: &generator)
    }

    @Test(
        "the same seed gives the same bytes, another one others where there is chance",
        arguments: [
            Corruption.beams(every: 2), .noise(deviation: 0.1), .drops(share: 0.3), .height(rise: 0.77),
            .fog(visibility: 80),
        ])
    func seeds(corruption: Corruption) throws {
        let (first, again, other) = (
            try apply(corruption), try apply(corruption), try apply(corruption, seed: 2)
        )
        #expect(first.scene == again.scene && first.points == again.points)
        let isByChance = ![.beams(every: 2), .height(rise: 0.77)].contains(corruption)
        #expect((first.scene == other.scene) == !isByChance)
        #expect(first.points.count == first.scene.cloud.count)
        // What is kept is known by the label that it had.
        let before = try scan().cloud.labels ?? []
        let labels = try #require(first.scene.cloud.labels)
        #expect(zip(labels, first.points).allSatisfy { $0 == noLabel || $0 == before[Int($1)] })
    }

    @Test("beams are told by their elevation where it is exact, and by the order of points where it is not")
    func beams() throws {
        let cloud = try scan().cloud
        // Turned by half, each beam begins behind.
        let turned = PointCloud(positions: cloud.positions.indices.map { cloud.positions[$0] * ($0 % 3 < 2 ? -1 : 1) })
        for beams in [Beams(cloud), Beams(try scan(wavering: true).cloud), Beams(turned)] {
            #expect(beams.count == 16 && beams.numbers.map(UInt16.init) == cloud.labels)
        }
        for every in [1, 2, 4] {
            let kept = try apply(.beams(every: every)).scene.cloud
            #expect(kept.count == cloud.count / every && (kept.labels ?? []).allSatisfy { $0 % UInt16(every) == 0 })
        }
    }

    @Test("where neither tells, a point is of the nearest beam of an HDL-64E")
    func elevations() {
        var (positions, expected) = ([Float](), [UInt8]())
        for azimuth in stride(from: Float(-3), to: 3, by: 0.5) {
            for beam in 0..<64 {
                let degrees = beam < 32 ? 2 - Float(beam) / 3 : -8.83 - Float(beam - 32) / 2
                let elevation = (degrees + 0.15 * sin(Float(beam) + azimuth)) * .pi / 180
                positions += [
                    9 * cos(elevation) * cos(azimuth), 9 * cos(elevation) * sin(azimuth), 9 * sin(elevation),
                ]
                expected.append(UInt8(beam))
            }
        }
        let beams = Beams(PointCloud(positions: positions))
        #expect(beams.count == 64 && beams.numbers == expected)
    }

    @Test("noise has its deviation, and drops their share")
    func chance() throws {
        let before = try scan().cloud
        let noisy = try apply(.noise(deviation: 0.1)).scene.cloud
        let errors = zip(before.positions, noisy.positions).map { Double($1 - $0) }
        let mean = errors.reduce(0, +) / Double(errors.count)
        let deviation = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
        // Of 4320 draws the mean is known to 0.0015, the deviation to 0.0011: four of each.
        #expect(abs(mean) < 0.006 && abs(deviation - 0.1) < 0.0044)
        // A share of 1440 draws is known to 0.012.
        #expect(abs(Double(try apply(.drops(share: 0.3)).points.count) / 1440 - 0.7) < 0.048)
    }

    @Test("with another height the points sink, and the pictures show them where they did")
    func height() throws {
        let (before, after) = (try scan(), try apply(.height(rise: 0.75)).scene)
        for point in stride(from: 0, to: before.cloud.count, by: 7) {
            #expect(abs(after.cloud[point].z - before.cloud[point].z + 0.75) < 1e-5)
            let (old, new) = (
                before.cameras[0].project(before.cloud[point]), after.cameras[0].project(after.cloud[point])
            )
            #expect((old == nil) == (new == nil))
            // Positions are rounded to single precision.
            if let old, let new { #expect(abs(old.u - new.u) < 0.01 * abs(old.u) && abs(old.depth - new.depth) < 1e-5) }
            let place = try #require(after.moment).worldFromCloud(after.cloud[point])
            #expect(abs(place.z - before.cloud[point].z) < 1e-5)
        }
    }

    @Test("fog takes far and dark points first, and what it sends back is near and of no class")
    func fog() throws {
        let before = try scan().cloud
        let (scene, points) = try apply(.fog(visibility: 80))
        let extinction = -log(0.02) / 80.0
        let (labels, intensity) = (try #require(scene.cloud.labels), try #require(scene.cloud.intensity))
        var echoes = 0
        for (place, point) in points.enumerated() {
            let (old, new) = (before[Int(point)], scene.cloud[place])
            let (range, now) = ((old * old).sum().squareRoot(), (new * new).sum().squareRoot())
            if labels[place] == noLabel {
                echoes += 1
                // Positions are rounded to single precision.
                #expect(now < range && now > 1 - 1e-6)
                continue
            }
            #expect(now == range)
            let reflectance = max(Double(before.intensity?[Int(point)] ?? 0), 0.05)
            #expect(reflectance * exp(-2 * extinction * range) / (range * range) >= 0.1 / 14400)
            let expected = Double(before.intensity?[Int(point)] ?? 0) * exp(-2 * extinction * range)
            #expect(abs(Double(intensity[place]) - expected) < 1e-6)
        }
        // The last beams are at 65 m, where nothing is seen; the first is at 5 m, where all is.
        #expect(echoes > 100 && !labels.contains(15) && labels.count { $0 == 0 } == 90)
    }

    @Test("unusable points stay, and clouds of no point are no problem")
    func rarities() throws {
        var generator = SplitMix(state: 3)
        for points in [[], [.nan, 0, 0], [.nan, 0, 0, 5, 0, 0]] as [[Float]] {
            let scene = Scene(name: "a", cloud: PointCloud(positions: points), cameras: [])
            for corruption in [
                Corruption.beams(every: 2), .noise(deviation: 1), .height(rise: 1), .fog(visibility: 80),
            ] {
                let result = corruption(scene, using: &generator).scene.cloud
                #expect(result.count == points.count / 3 && result.unusable == scene.cloud.unusable)
            }
        }
    }
}
