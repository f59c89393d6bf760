import Clouds
import Foundation
import Media
import Raster
import Testing

/// Which points a camera sees.
struct PairingTests {
    private let pairing = Pairing()

    @Test("points in view have the pixel that is theirs by hand, the others none")
    func view() throws {
        let points: [SIMD3<Float>] = [
            [10, 2, -3],  // (40, 55)
            [-10, 0, 0],  // behind
            [0.4, 0, 0],  // nearer than half a metre
            [10, 10, 0],  // the first column
            [10, 10.1, 0],  // left of it
            [10, -9.79, 0],  // (98.95, 40): before the last column
            [10, -9.81, 0],  // behind it
            [10, 0, 8.1],  // above the picture
            [.nan, 0, 0],
            [20, 0, 0],  // (50, 40)
        ]
        let seen = try pairing(cloud(points), forwardCamera()).seen
        #expect(seen.points == [0, 3, 5, 9])
        #expect(seen.u == [40, 0, 98.95, 50] && seen.v == [55, 40, 40, 40] && seen.depth == [10, 10, 10, 20])
        let excluded = (0..<10).map { $0 == 3 }
        #expect(try pairing(cloud(points), forwardCamera(), excluding: excluded).seen.points == [0, 5, 9])
        let none = try pairing(cloud([]), forwardCamera())
        #expect(none.seen.count == 0 && none.hidden.count == 0)
    }

    /// A wall of points of a spacing in metres, at a distance.
    private func wall(at x: Float, halfWidth: Float, spacing: Float = 0.4) -> [SIMD3<Float>] {
        let steps = Array(stride(from: -halfWidth, through: halfWidth, by: spacing))
        return steps.flatMap { y in steps.map { SIMD3(x, y, $0) } }
    }

    @Test("a car hides the wall behind it, and nothing beside or above it")
    func hiding() throws {
        // The car covers 21 pixels to each side of the middle, the wall 40.
        let (car, back) = (wall(at: 6, halfWidth: 2.4), wall(at: 10, halfWidth: 7.6))
        let camera = try forwardCamera(width: 101, height: 101)
        let views = pairing(cloud(car + back), camera)
        #expect(views.seen.count + views.hidden.count == car.count + back.count)
        #expect(Array(views.seen.points.prefix(car.count)) == (0..<Int32(car.count)).map(\.self))
        for pair in 0..<views.hidden.count {
            #expect(abs(views.hidden.u[pair] - 50.5) <= 21 && abs(views.hidden.v[pair] - 50.5) <= 21)
        }
        for pair in 0..<views.seen.count where views.seen.depth[pair] == 10 {
            // At the edges what hides is not all around.
            #expect(max(abs(views.seen.u[pair] - 50.5), abs(views.seen.v[pair] - 50.5)) >= 18)
        }
    }

    @Test("a road hides none of itself, however low the angle")
    func road() throws {
        // Beams of a scanner 1.7 m above the ground, a third of a degree apart: 10 to 60 m.
        let points = (0..<25).flatMap { beam -> [SIMD3<Float>] in
            let range = 1.7 / tan((1.6 + Float(beam) / 3) * .pi / 180)
            return (-60...60).map { SIMD3(range, Float($0) / 400 * range, -1.7) }
        }
        let camera = try forwardCamera(width: 1000, height: 800)
        let views = pairing(cloud(points), camera)
        #expect(views.seen.count == points.count && views.hidden.count == 0)
    }

    @Test("the nearest points around a place, against every point in turn")
    func bruteForce() throws {
        var generator = SplitMix(state: 5)
        let points = (0..<6000).map { _ in
            SIMD3(
                Float.random(in: 1...30, using: &generator), Float.random(in: -20...20, using: &generator),
                Float.random(in: -15...15, using: &generator))
        }
        let camera = try forwardCamera()
        let views = pairing(cloud(points), camera)
        #expect(views.seen.count > 200 && views.hidden.count > 200)
        let places = Self.places(views.seen) + Self.places(views.hidden)
        for (index, place) in places.enumerated() {
            let near = places.filter { other in
                abs(other.u - place.u) <= 8 && abs(other.v - place.v) <= 8 && place.depth > other.depth * 1.02 + 0.3
            }
            let isBetween = near.contains { $0.u < place.u } && near.contains { $0.u > place.u }
            let isHidden = isBetween && near.contains { $0.v < place.v } && near.contains { $0.v > place.v }
            #expect(isHidden == (index >= views.seen.count))
        }
    }

    /// The pixels and depths of pairs.
    private static func places(_ pairs: Pairs) -> [(u: Int, v: Int, depth: Float)] {
        (0..<pairs.count).map { (Int(pairs.u[$0] + 0.5), Int(pairs.v[$0] + 0.5), pairs.depth[$0]) }
    }

    @Test("a picture of depths decides, where there is one")
    func depths() throws {
        try withFolder { folder in
            // Half as large as the picture: 10 m at the left, nothing in the middle column, 65535 in the last, else 20 m.
            var labels = [UInt16](repeating: 20_000, count: 50 * 40)
            for row in 0..<40 {
                for column in 0..<25 { labels[50 * row + column] = 10_000 }
                labels[50 * row + 25] = 0
                labels[50 * row + 49] = .max
            }
            let path = folder + "/depth.png"
            try LabelWriter(palette: Palette(classNames: [])).write(
                LabelMap(width: 50, height: 40, labels: labels), to: path)
            let points: [SIMD3<Float>] = [
                [10, 2, 0], [10.14, 2, 0], [10.16, 2, 0], [20, 2, 0], [10, -2, 0], [20, -2, 0], [20.24, -2, 0],
                [10, 0, 0], [10, -9.7, 0],
            ]
            let camera = try forwardCamera()
            let picture = try DepthPicture(.init(path: path, scale: 0.001), of: camera)
            let views = pairing(cloud(points), camera, depth: picture)
            #expect(views.seen.points == [0, 1, 5, 6] && views.hidden.points == [2, 3, 4, 7, 8])

            expectRefusal("depth.png", "50×40", "proportions") {
                _ = try DepthPicture(.init(path: path, scale: 0.001), of: forwardCamera(width: 100, height: 60))
            }
            try placePicture(width: 50, height: 40, at: path)
            expectRefusal("depth.png", "expected depths") {
                _ = try DepthPicture(.init(path: path, scale: 0.001), of: camera)
            }
        }
    }

    /// A drive along x, a scene each second and metre: a landmark that stays, and a car that keeps its distance.
    private struct Drive: SceneSource {
        let path = "drive"
        let count = 5
        let classes: LabelTable? = nil

        func moment(of scene: Int) -> Moment? {
            Moment(
                drive: scene < 4 ? "a" : "b", time: Double(scene),
                worldFromCloud: RigidTransform(shift: [Double(scene), 0, 0]))
        }

        func scene(_ index: Int) throws(CloudError) -> Scene {
            do {
                return Scene(
                    name: "\(index)", cloud: cloud([[2 - Float(index), 0, 0], [8, 3, 0]]),
                    cameras: [try forwardCamera("\(index)")], moment: moment(of: index))
            } catch {
                throw CloudError("\(error)")
            }
        }
    }

    @Test("pictures of moments ago show what is behind the car now, but not what moves")
    func window() throws {
        let drive = Drive()
        // In scene 3 the landmark is a metre behind the car.
        let scene = try drive.scene(3)
        #expect(try pairing.pairs(of: scene, at: 3, in: drive).map(\.views.seen.points) == [[1]])
        let pairs = try pairing.pairs(
            of: scene, at: 3, in: drive, window: PairWindow(before: 2), moving: [false, true])
        #expect(pairs.map(\.scene) == ["3", "1", "2"])
        #expect(pairs.map(\.camera.name) == ["3", "1", "2"])
        // A second before scene 2, the landmark was a metre ahead; in scene 2 it was at the car.
        #expect(pairs.map(\.views.seen.points) == [[1], [0], []])
        #expect(pairs[1].views.seen.depth == [1] && pairs[1].views.seen.u == [50])
        // What may move is paired, too, if nobody says so: where it would have been.
        let all = try pairing.pairs(of: scene, at: 3, in: drive, window: PairWindow(before: 2))
        #expect(all[1].views.seen.points == [0, 1] && all[1].views.seen.depth == [1, 10])
        #expect(PairWindow(before: 1, after: 9).scenes(around: 1, of: drive) == [0, 2, 3])
        #expect(PairWindow.own.scenes(around: 1, of: drive).isEmpty)
    }

    @Test("what passed by then hides points on the pictures of then")
    func othersHide() throws {
        let far = wall(at: 10, halfWidth: 3)
        let camera = try forwardCamera()
        #expect(pairing(cloud(far), camera).hidden.count == 0)
        let views = pairing(cloud(far), camera, behind: [(cloud(wall(at: 4, halfWidth: 3.2)), camera)])
        #expect(views.seen.count == 0 && views.hidden.count == far.count)
    }

    @Test("of many pictures those are paired that together show most")
    func covering() throws {
        let row = cloud((0..<7).map { [10, Float($0) - 3, 0] })
        func picture(_ name: String, _ points: Set<Int>) throws -> PicturePairs {
            let camera = try forwardCamera()
            let views = pairing(row, camera, excluding: (0..<7).map { !points.contains($0) })
            #expect(views.seen.count == points.count)
            return PicturePairs(scene: name, camera: camera, views: views)
        }
        // The second shows the most; of what is left the first adds two points, the third one, the last none.
        let pictures = [
            try picture("a", [0, 1, 5]), try picture("b", [2, 3, 4, 5]), try picture("c", [4, 6]),
            try picture("d", [2, 3]),
        ]
        for (most, expected) in [
            (0, []), (1, ["b"]), (2, ["a", "b"]), (3, ["a", "b", "c"]), (9, ["a", "b", "c", "d"]),
        ] {
            let window = PairWindow(before: 0, most: most)
            #expect(window.chosen(pictures, points: 7).map(\.scene) == expected, "\(most)")
        }
    }
}
