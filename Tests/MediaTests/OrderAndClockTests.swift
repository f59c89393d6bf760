import Raster
import Testing

import Media

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

    @Test func fillsMissingTimesAndNeverGoesBack() {
        var clock = FrameClock(secondsPerTick: 0.01, frameRate: 25)
        var times: [Double] = []
        for (timestamp, duration) in [(500, 10), (nil, 0), (nil, 0), (490, 0), (530, 0), (530, 0)] as [(Int64?, Int64)]
        {
            clock.advance(to: timestamp, duration: duration)
            times.append(clock.time)
        }
        // A duration of 10 ticks; then none, so 1/25 s; backwards; onwards; standing still.
        let expected = [0, 0.1, 0.14, 0.141, 0.3, 0.301]
        #expect(zip(times, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(times)")
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
