import Media
import Raster
import Testing

struct OrderAndClockTests {
    @Test func countsAsPeopleDo() {
        let sorted = ["", "1", "2", "02", "10", "a", "a1b", "a2", "a02b", "a10", "b9", "b99999999999999999999999"]
        for (i, first) in sorted.enumerated() {
            for (j, second) in sorted.enumerated() where Int(first) == nil || Int(first) != Int(second) || i == j {
                #expect(naturallyPrecedes(first, second) == (i < j), "\(first) before \(second)")
            }
        }
        #expect(naturallyPrecedes("2", "02") != naturallyPrecedes("02", "2"), "the order is total")
    }

    /// Seconds of frames with these time stamps and durations, in ticks of a hundredth.
    private func times(_ stamps: [(Int64?, Int64)], longestStep: Double = 10) -> [Double] {
        var clock = FrameClock(secondsPerTick: 0.01, frameRate: 25, longestStep: longestStep)
        return stamps.map {
            clock.advance(to: $0, duration: $1)
            return clock.time
        }
    }

    @Test func fillsMissingTimes() {
        // A duration of 10 ticks; then none, so 1/25 s; hardly backwards; onwards; standing still.
        let found = times([(500, 10), (nil, 0), (nil, 0), (513, 0), (530, 0), (530, 0)])
        #expect(zip(found, [0, 0.1, 0.14, 0.141, 0.3, 0.301]).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found)")
    }

    @Test func keepsThePaceWhereTimesStartAnew() {
        // Anew, backwards all the time, and with a jump that no recording makes.
        let pace = [0, 0.04, 0.08, 0.12, 0.16]
        for stamps: [Int64] in [
            [500, 504, 0, 4, 8], [500, 496, 492, 488, 484], [500, 504, 9_000_000, 9_000_004, 9_000_008],
        ] {
            let found = times(stamps.map { ($0, 4) })
            #expect(zip(found, pace).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found)")
        }
        // A minute between frames is a camera's own pace, if it says so.
        #expect(times([(0, 6000), (6000, 6000), (12000, 6000)]) == [0, 60, 120])
    }

    @Test func survivesSenselessTimeBases() {
        var clock = FrameClock(secondsPerTick: 1 / .zero, frameRate: 25)
        for timestamp in [Int64.max, .min, 0] { clock.advance(to: timestamp, duration: .max) }
        #expect(abs(clock.time - 0.08) < 1e-9)
    }
}

struct PixelFontTests {
    @Test func drawsPrintableASCII() {
        let glyphs = Set((UInt8(0x20)...0x7E).map { PixelFont.columns(of: Unicode.Scalar($0)) })
        #expect(glyphs.count == 95, "no two characters look the same")
        #expect(glyphs.allSatisfy { $0.count == 5 && $0.allSatisfy { $0 < 128 } }, "5×7 dots")
        #expect(PixelFont.columns(of: "é") == PixelFont.columns(of: "?"))
        #expect(PixelFont.columns(of: "L") == [127, 64, 64, 64, 64])
    }
}

struct PaletteTests {
    @Test func givesStreetsTheirColors() {
        let palette = Palette(classNames: ["road", "Traffic_Light", "car, auto", "sidewalk", "pavement", "unheard-of"])
        #expect(palette[0] == (128, 64, 128))
        #expect(palette[1] == (250, 170, 30))
        #expect(palette[2] == (0, 0, 142))
        #expect(palette[3] == (244, 35, 232))
        #expect(palette[4] == (0, 0, 128), "the second name for a colour has that of its id")
        #expect(palette[5] == (128, 0, 128))
        #expect(palette[255] == (224, 224, 192))
    }

    @Test func keepsClassesApart() {
        let names = (0..<400).map { $0.isMultiple(of: 3) ? "car" : "class \($0)" }
        let palette = Palette(classNames: names)
        let colors = Set((0..<400).map { [palette[$0].red, palette[$0].green, palette[$0].blue] })
        #expect(colors.count == 400)
    }
}
