import Foundation
import Media
import Raster
import Testing

struct LabelFileTests {
    private let small = Palette(classNames: ["road", "car"])

    @Test(arguments: [1, 2, 4, 8]) func readsPaletteIndicesAndGrey(depth: Int) throws {
        for kind in ["grey", "palette"] {
            let map = try readLabels(at: golden("labels-\(kind)\(depth).png"))
            let expected = (0..<3).flatMap { y in (0..<5).map { x in UInt16((3 * x + y) % (1 << depth)) } }
            #expect(map == LabelMap(width: 5, height: 3, labels: expected), "\(kind) of \(depth) bits")
        }
    }

    @Test func readsSixteenBits() throws {
        let map = try readLabels(at: golden("labels-grey16.png"))
        let expected = (0..<3).flatMap { y in (0..<5).map { x in UInt16(1000 * x + 7 * y) } }
        #expect(map == LabelMap(width: 5, height: 3, labels: expected))
    }

    @Test(arguments: [
        ("colors.png", "rgb24 pixels, expected class ids"), ("sideways.jpg", "not a PNG file"),
        ("text.mp4", "not a PNG file"), ("labels-truncated.png", "damaged"), ("labels-damaged.png", "damaged"),
        ("missing.png", "there is no file"),
    ])
    func refusesWhatIsNoLabelMap(name: String, reason: String) {
        #expect { try readLabels(at: golden(name)) } throws: { "\($0)".contains(reason) && "\($0)".contains(name) }
    }

    @Test(arguments: [([0, 1, 255, 7, 0, 2], 3), ([0, 300, 65535, 1, 2, 255], 3), ([0, 1, 2, 3, 4, 5], 1000)])
    func returnsWhatWasWritten(labels: [UInt16], height: Int) throws {
        try withFolder { folder in
            let map = LabelMap(width: labels.count / height.clamped, height: height.clamped, labels: labels)
            let palette = Palette(classNames: (0..<height).map { "class \($0)" })
            let writer = LabelWriter(palette: palette)
            try writer.write(map, to: folder + "/a.png")
            try writer.write(map, to: folder + "/b.png")
            #expect(try readLabels(at: folder + "/a.png") == map)
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: folder + "/a.png"))
                    == Data(contentsOf: URL(fileURLWithPath: folder + "/b.png")))
            #expect(try listing(of: folder) == ["a.png", "b.png"])
            let header = try Data(contentsOf: URL(fileURLWithPath: folder + "/a.png"))
            let isWide = height > 255 || labels.contains { $0 > 255 }
            #expect([header[24], header[25]] == (isWide ? [16, 0] : [8, 3]), "bit depth and colour type")
        }
    }

    /// Seen as a picture, a label map shows the colours of its palette.
    @Test func carriesThePalette() throws {
        try withFolder { folder in
            let map = LabelMap(width: 2, height: 1, labels: [1, 0])
            try LabelWriter(palette: small).write(map, to: folder + "/a.png")
            let image = try readImage(at: folder + "/a.png")
            #expect(image.color(x: 0, y: 0) == [0, 0, 142])
            #expect(image.color(x: 1, y: 0) == [128, 64, 128])
        }
    }

    /// The encoder is kept from map to map.
    @Test func writesWhateverComesNext() throws {
        try withFolder { folder in
            let writer = LabelWriter(palette: small)
            let labels: [[UInt16]] = [
                [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [1, 2, 300, 4, 5, 6], [0, 0, 0, 0, 0, 9],
            ]
            let maps = labels.flatMap { labels in
                [LabelMap(width: 3, height: 2, labels: labels), LabelMap(width: 2, height: 3, labels: labels)]
            }
            for (index, map) in (maps + maps.reversed()).enumerated() {
                try writer.write(map, to: folder + "/a.png")
                #expect(try readLabels(at: folder + "/a.png") == map, "map \(index)")
            }
            // Colours are still there after files of grey.
            #expect(try readImage(at: folder + "/a.png").color(x: 0, y: 0) == [0, 0, 142])
        }
    }

    @Test func replacesAnOlderFileAndLeavesNothingWhenItCannotWrite() throws {
        try withFolder { folder in
            let map = LabelMap(width: 1, height: 1, labels: [1])
            try LabelWriter(palette: small).write(LabelMap(width: 1, height: 1, labels: [0]), to: folder + "/a.png")
            try LabelWriter(palette: small).write(map, to: folder + "/a.png")
            #expect(try readLabels(at: folder + "/a.png") == map)
            #expect { try LabelWriter(palette: small).write(map, to: folder + "/no/a.png") } throws: {
                "\($0)".contains("cannot write \(folder)/no/a.png")
            }
            try FileManager.default.createDirectory(atPath: folder + "/d.png", withIntermediateDirectories: false)
            #expect(throws: MediaError.self) { try LabelWriter(palette: small).write(map, to: folder + "/d.png") }
            #expect(try listing(of: folder) == ["a.png", "d.png"])
        }
    }

    @Test func writesPictures() throws {
        try withFolder { folder in
            let image = Image(width: 7, height: 5, pixels: (0..<105).map { UInt8(truncatingIfNeeded: $0 * 37) })
            try writeImage(image, to: folder + "/a.png")
            #expect(try readImage(at: folder + "/a.png") == image)
        }
    }

    @Test func ordersFilesNaturally() throws {
        try withFolder { folder in
            for (shade, name) in ["frame1.png", "frame2.PNG", "frame10.png", "frame11.png"].enumerated() {
                try writeImage(Image(width: 2, height: 2, filledWith: [UInt8(shade), 0, 0]), to: folder + "/" + name)
            }
            for name in ["notes.txt", "._frame1.png", "frame0.png.part"] {
                try Data().write(to: URL(fileURLWithPath: folder + "/" + name))
            }
            #expect(
                try labelFiles(in: folder)
                    == ["frame1.png", "frame2.PNG", "frame10.png", "frame11.png"].map { folder + "/" + $0 })
            let source = try openFrames(at: folder, pictureRate: 10)
            let frames = try readAll(source)
            #expect(frames.map { $0.image.color(x: 0, y: 0)[0] } == [0, 1, 2, 3])
            #expect(frames.map(\.time) == [0, 0.1, 0.2, 0.3])
            #expect(try countFrames(at: folder) == 4)
        }
    }
}

extension Int {
    /// The height of the maps above, of 6 pixels: 3, or 1 when the number stands for classes only.
    fileprivate var clamped: Int { self == 3 ? 3 : 1 }
}
