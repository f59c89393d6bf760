import Media
import Raster
import Testing

struct VideoReaderTests {
    @Test func deliversEveryFrameOfAStreamWithBFrames() throws {
        let reader = try openFrames(at: golden("bframes.mp4"))
        #expect(reader.width == 322)
        #expect(reader.height == 242)
        #expect(reader.averageFrameRate == 25)
        let frames = try readAll(reader)
        #expect(frames.map(\.index) == Array(0..<50))
        for frame in frames {
            // Times are whole ticks of the file's 1/12800 s.
            #expect(abs(frame.time - Double(frame.index) / 25) < 1e-9)
        }
        #expect(frames.allSatisfy { $0.image.width == 322 && $0.image.height == 242 })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.image != $1.image }, "the clip moves in every frame")
        #expect(reader.damagedPackets == 0)
        #expect(try reader.next() == nil, "the end stays the end")
    }

    @Test func keepsVariableTimes() throws {
        let frames = try allFrames(of: "vfr.mp4")
        let expected = [0, 0.1, 0.2, 0.5, 0.6, 0.8, 0.9]
        #expect(frames.count == expected.count)
        #expect(zip(frames, expected).allSatisfy { abs($0.time - $1) < 1e-6 }, "\(frames.map(\.time))")
    }

    /// The left half is stored red, the right half blue; ffmpeg's own output says which way each clip stands.
    @Test(arguments: [
        ("halves.mp4", 64, 32, "left"), ("rotated90.mp4", 32, 64, "bottom"), ("rotated180.mp4", 64, 32, "right"),
        ("rotated270.mp4", 32, 64, "top"), ("sideways.jpg", 32, 64, "top"),
    ])
    func turnsFramesUpright(name: String, width: Int, height: Int, red: String) throws {
        let source = try openFrames(at: golden(name))
        #expect([source.width, source.height] == [width, height])
        let image = try #require(try source.next()).image
        #expect([image.width, image.height] == [width, height])
        let sides = [
            "left": image.color(x: 4, y: height / 2), "right": image.color(x: width - 5, y: height / 2),
            "top": image.color(x: width / 2, y: 4), "bottom": image.color(x: width / 2, y: height - 5),
        ]
        let opposite = ["left": "right", "right": "left", "top": "bottom", "bottom": "top"]
        // Compressed and subsampled colours are off by a few levels; red and blue are 255 apart.
        #expect(difference(sides[red] ?? [], [255, 0, 0]) < 12)
        #expect(difference(sides[opposite[red] ?? ""] ?? [], [0, 0, 255]) < 12)
    }

    @Test(arguments: [
        ("odd.mkv", 33, 17, 5), ("pixel.mkv", 1, 1, 5), ("one.mp4", 64, 48, 1), ("streams.mkv", 64, 48, 10),
        ("cover.mp4", 64, 48, 1), ("fill-mjpeg.avi", 64, 48, 5), ("resized.ts", 64, 48, 10), ("vfr.mp4", 64, 48, 7),
        ("bframes.mp4", 322, 242, 50), ("fill-rgba.mov", 64, 48, 5), ("labels-palette8.png", 5, 3, 1),
    ])
    func countsWithoutDecoding(name: String, width: Int, height: Int, count: Int) throws {
        let source = try openFrames(at: golden(name))
        #expect([source.width, source.height] == [width, height])
        let frames = try readAll(source)
        #expect(frames.count == count)
        #expect(frames.allSatisfy { $0.image.width == width && $0.image.height == height })
        #expect(frames.first?.time == 0)
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(try countFrames(at: golden(name)) == count)
    }

    @Test func endsEarlyWhereAFileBreaksOff() throws {
        let frames = try allFrames(of: "truncated.avi")
        // ffmpeg, too, finds 16 frames or, with the torn last one, 17.
        #expect((15...17).contains(frames.count), "\(frames.count)")
    }

    @Test func skipsAndCountsDamagedPackets() throws {
        let reader = try openFrames(at: golden("damaged.mp4"))
        let frames = try readAll(reader)
        // Five packets of 50 are destroyed. What referred to them is patched up, and may count, too.
        #expect(frames.count == 45)
        #expect(reader.damagedPackets >= 5)
        let lost = frames.flatMap(\.missing).map(\.index)
        #expect(lost.count == 5 && Set(lost + frames.map(\.index)) == Set(0..<50))
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(abs((frames.last?.time ?? 0) - 1.96) < 1e-6, "the others keep their times")
    }

    @Test func goesOnBehindADestroyedStretch() throws {
        let frames = try allFrames(of: "damaged.avi")
        // ffmpeg finds 44 of the 50 frames.
        #expect((40..<50).contains(frames.count), "\(frames.count)")
        // AVI has no times, only places: packets that nobody finds any more shorten the film.
        #expect((1.6..<2).contains(frames.last?.time ?? 0))
    }
}
