import Clouds
import Foundation
import Testing

/// Cameras project as OpenCV says, and nothing from outside of a lens' view.
struct CameraTests {
    /// What `Golden/lenses.py` wrote.
    private struct Golden: Decodable {
        struct Case: Decodable {
            let model: String
            let k, pixels: [Double]
        }
        let intrinsics, cameraFromCloud, points: [Double]
        let cases: [Case]
    }

    @Test("points lie where OpenCV projects them, through every lens")
    func openCV() throws {
        let file = Bundle.module.bundleURL.appendingPathComponent("Golden/lenses.json")
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        #expect(golden.cases.count == 6)
        for example in golden.cases {
            let model = try #require(Lens.Model(rawValue: example.model))
            let camera = Camera(
                name: "a", image: "a.png", width: 640, height: 480,
                intrinsics: try Camera.Intrinsics(golden.intrinsics), lens: try Lens(model, example.k),
                cameraFromCloud: try RigidTransform(rowMajor: golden.cameraFromCloud))
            for point in 0..<golden.points.count / 3 {
                let p = golden.points[3 * point..<3 * point + 3]
                let found = try #require(camera.project(SIMD3(p[3 * point], p[3 * point + 1], p[3 * point + 2])))
                // Both compute in double precision; pixels are hundreds.
                #expect(abs(found.u - example.pixels[2 * point]) < 1e-9)
                #expect(abs(found.v - example.pixels[2 * point + 1]) < 1e-9)
            }
        }
    }

    @Test("what a lens' polynomial would fold back into the picture is not projected")
    func folding() throws {
        // r·(1 − 0.5 r²) grows up to r = √(2/3), at 39.2° from the axis.
        let lens = try Lens(.opencv, [-0.5, 0, 0, 0])
        let shown = try #require(lens(0.8, 0))
        #expect(abs(shown.x - 0.8 * (1 - 0.5 * 0.64)) < 1e-12 && shown.y == 0)
        #expect(lens(0.83, 0) == nil && lens(1.4, 0) == nil && lens(-2, 2) == nil)
        // θ·(1 − θ²/3) grows up to 1 radian.
        let fisheye = try Lens(.fisheye, [-1.0 / 3, 0, 0, 0])
        #expect(fisheye(tan(0.99), 0) != nil && fisheye(tan(1.01), 0) == nil)
        // Another with a pole: 1 / (1 − r²).
        let pole = try Lens(.opencv, [0, 0, 0, 0, 0, -1, 0, 0])
        #expect(pole(0.9, 0) != nil && pole(1.1, 0) == nil)
    }

    @Test("nothing behind a camera is projected, and a pixel is where it is by hand")
    func pinhole() throws {
        let camera = try forwardCamera()
        #expect(camera.project([-5, 0, 0]) == nil && camera.project([0, 1, 1]) == nil)
        let found = try #require(camera.project([10, 2, -3]))
        // 2 m to the left and 3 m down at 10 m: u = 50 − 50·2/10, v = 40 + 50·3/10.
        #expect(found == (40, 55, 10))
        #expect(camera.project([.nan, .nan, .nan]) == nil)
    }

    @Test("transforms are put together and undone")
    func transforms() throws {
        let (c, s) = (cos(0.3), sin(0.3))
        let turn = try RigidTransform(rowMajor: [c, -s, 0, 1, s, c, 0, -2, 0, 0, 1, 3, 0, 0, 0, 1])
        let shift = RigidTransform(shift: [4, 5, 6])
        let point = SIMD3(1.0, 2, 3)
        let (once, twice) = ((turn * shift)(point), turn(shift(point)))
        let back = (turn * shift).inverse(once)
        // In double precision, of numbers below 10.
        #expect((0..<3).allSatisfy { abs(once[$0] - twice[$0]) < 1e-12 && abs(back[$0] - point[$0]) < 1e-12 })
        let moved = try forwardCamera().seen(through: shift)
        #expect(moved.project([6, -5, -6])?.u == 50)
    }

    @Test("matrices that are no turn and shift are refused, and why is said")
    func refusals() {
        let turn = [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
        func refuse(_ numbers: [Double], _ part: String, sourceLocation: SourceLocation = #_sourceLocation) {
            expectRefusal(part, sourceLocation: sourceLocation) { _ = try RigidTransform(rowMajor: numbers) }
        }
        refuse([1, 0], "found 2")
        refuse(turn + [0, 0, 0, 2], "0 0 0 1")
        refuse([2] + turn.dropFirst(), "row 1 of length 2.0")
        refuse([-1] + turn.dropFirst(), "mirror image")
        refuse([.nan] + turn.dropFirst(), "finite")
        refuse([1, 0, 0, 0, 0.5, 0.75.squareRoot(), 0, 0, 0, 0, 1, 0], "rows 1 and 2 with the product")
        expectRefusal("4, 5, 8, 12", "found 3") { _ = try Lens(.opencv, [1, 2, 3]) }
        expectRefusal("finite") { _ = try Lens(.fisheye, [1, 2, 3, .infinity]) }
        expectRefusal("focal lengths above 0") { _ = try Camera.Intrinsics([100, -100, 5, 5]) }
    }
}
