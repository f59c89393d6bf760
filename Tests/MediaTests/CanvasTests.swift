import Media
import Raster
import Testing

/// What is drawn on a frame, dot by dot.
struct CanvasTests {
    private let palette = Palette(classNames: ["road", "car"])

    private func canvas(width: Int = 60, height: Int = 40) -> Canvas {
        Canvas(Image(width: width, height: height, filledWith: [40, 200, 120]), legend: [])
    }

    private func map(_ labels: [UInt16]) -> LabelMap { LabelMap(width: 60, height: 40, labels: labels) }

    @Test("classes are tinted half and half; what has none is grey and hatched")
    func tint() {
        var canvas = canvas()
        canvas.tint(map((0..<60 * 40).map { $0 % 60 < 30 ? 0 : 7 }), palette, none: 7)
        let image = canvas.image
        #expect(image.color(x: 10, y: 10) == [(40 + 128) / 2, (200 + 64) / 2, (120 + 128) / 2])
        let grey = (2 * 40 + 5 * 200 + 120) / 8
        #expect(image.color(x: 41, y: 10) == [grey, grey, grey])
        #expect(image.color(x: 50, y: 10) == [grey / 2, grey / 2, grey / 2])
        #expect(image.width == 60 && image.height == 40)
    }

    @Test("an outline is the inner edge, and none along the frame's border")
    func outline() {
        var canvas = canvas()
        // The lower left quarter.
        canvas.outline((0..<60 * 40).map { $0 % 60 < 30 && $0 / 60 >= 20 }, (0, 0, 101))
        let image = canvas.image
        let light = [127, 127, 178]
        let untouched = [40, 200, 120]
        for (x, y, color) in [
            (29, 30, light), (10, 20, light), (30, 30, untouched), (10, 19, untouched), (28, 30, untouched),
            (0, 30, untouched), (10, 39, untouched),
        ] { #expect(image.color(x: x, y: y) == color, "at \(x), \(y)") }
    }

    @Test("a ring is white with a point in a colour, a cross is white on black")
    func marks() {
        var canvas = canvas()
        canvas.ring(x: 15, y: 20, (1, 2, 3))
        canvas.cross(x: 45, y: 20)
        let image = canvas.image
        #expect(image.color(x: 15, y: 20) == [1, 2, 3])
        #expect(image.color(x: 19, y: 20) == [255, 255, 255] && image.color(x: 15, y: 16) == [255, 255, 255])
        #expect(image.color(x: 17, y: 20) == [40, 200, 120])
        #expect(image.color(x: 45, y: 20) == [255, 255, 255] && image.color(x: 42, y: 23) == [255, 255, 255])
        #expect(image.color(x: 46, y: 20) == [0, 0, 0])
        #expect(image.color(x: 45, y: 16) == [40, 200, 120])
    }

    @Test("letters are white on black at their point")
    func letters() {
        var canvas = canvas()
        canvas.write("1", x: 30, y: 20, room: 20)
        let image = canvas.image
        // Seven dots wide and nine high, from (27, 16) on; the stem of the 1 is its third column.
        #expect((17...23).allSatisfy { image.color(x: 30, y: $0) == [255, 255, 255] })
        #expect(image.color(x: 27, y: 16) == [0, 0, 0] && image.color(x: 33, y: 24) == [0, 0, 0])
        #expect(image.color(x: 26, y: 16) == [40, 200, 120] && image.color(x: 34, y: 24) == [40, 200, 120])
    }

    @Test("letters keep clear of marks, of others, and of a thing too small for them")
    func placement() {
        func black(_ draw: (inout Canvas) -> Void) -> Set<Int> {
            var canvas = canvas()
            draw(&canvas)
            let image = canvas.image
            return Set((0..<60 * 40).filter { image.color(x: $0 % 60, y: $0 / 60) != [40, 200, 120] })
        }
        let ring = black { $0.ring(x: 30, y: 20, (0, 0, 0)) }
        let one = black { $0.write("1", x: 30, y: 20, room: 20) }
        #expect(one.count == 7 * 9)
        // Nothing of what is there is covered, and all letters are whole.
        let both = black {
            $0.ring(x: 30, y: 20, (0, 0, 0))
            $0.write("1", x: 30, y: 20, room: 20)
            $0.write("1", x: 30, y: 20, room: 20)
        }
        #expect(both.isSuperset(of: ring) && both.count >= ring.count + 2 * one.count - 8)
        #expect(!black { $0.write("1", x: 30, y: 20, room: 1) }.contains(20 * 60 + 30))
        // At a corner they move in.
        #expect(black { $0.write("1", x: 0, y: 0, room: 20) }.count == one.count)
    }

    @Test("the legend is below", arguments: [(1, 1, 1), (200, 100, 113)])
    func legend(width: Int, height: Int, total: Int) {
        var canvas = Canvas(
            Image(width: width, height: height, filledWith: [9, 9, 9]), legend: [("road", (128, 64, 128))])
        canvas.ring(x: 0, y: 0, (0, 0, 0))
        canvas.cross(x: 0, y: 0)
        canvas.write("12", x: 0, y: 0, room: 0)
        let image = canvas.image
        #expect((image.width, image.height) == (width, total))
        if total > height { #expect(image.color(x: 7, y: height + 6) == [128, 64, 128]) }
    }
    @Test("the innermost pixel of a region, and its room")
    func innermost() throws {
        // Two bars and a square of 5×5 whose middle is at (8, 4).
        let inside = (0..<12 * 10).map { index in
            let (x, y) = (index % 12, index / 12)
            return x == 1 || y == 8 || (6...10).contains(x) && (2...6).contains(y)
        }
        let found = try #require(innermostPixel(of: inside, width: 12, height: 10))
        #expect(found == (8, 4, 3))
        // The border counts as outside, or a corner of a full frame would do.
        let full = try #require(innermostPixel(of: Array(repeating: true, count: 35), width: 7, height: 5))
        #expect(full.y == 2 && (2...4).contains(full.x) && full.room == 3)
        #expect(innermostPixel(of: [false, false], width: 2, height: 1) == nil)
    }
}
