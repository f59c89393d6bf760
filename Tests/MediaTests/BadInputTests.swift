import Foundation
import Media
import Raster
import Testing

struct BadInputTests {
    private func sentence(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("missing.mp4", "there is no file or folder"), ("text.mp4", "is not a video"),
        ("noindex.mp4", "index is missing"), ("audio.mp4", "has no video stream"),
        ("empty.avi", "without a frame"), ("labels-truncated.png", "damaged picture"),
        ("labels-damaged.png", "damaged picture"), ("cut.jpg", "damaged picture"),
    ])
    func saysWhyAVideoCannotBeRead(name: String, reason: String) {
        let text = sentence { _ = try openFrames(at: golden(name)) }
        #expect(text.contains(reason), "\(text)")
        #expect(text.contains(golden(name)), "\(text)")
    }

    @Test func saysWhyAFolderCannotBeRead() throws {
        try withFolder { folder in
            #expect(sentence { _ = try openFrames(at: folder) } == "the folder \(folder) has no PNG or JPEG picture")
            #expect(sentence { _ = try countFrames(at: folder) } == "the folder \(folder) has no PNG or JPEG picture")
            #expect(sentence { _ = try labelFiles(in: folder) } == "the folder \(folder) has no PNG file of labels")
            try writeImage(Image(width: 4, height: 2, filledWith: [1, 2, 3]), to: folder + "/1.png")
            try writeImage(Image(width: 2, height: 4, filledWith: [1, 2, 3]), to: folder + "/2.png")
            #expect {
                try readAll(try openFrames(at: folder))
            } throws: {
                "\($0)".contains("2.png") && "\($0)".contains("expected 4×2, found 2×4")
            }
            try Data("text".utf8).write(to: URL(fileURLWithPath: folder + "/0.png"))
            #expect(sentence { _ = try openFrames(at: folder) }.contains("0.png is not a picture"))
        }
    }

    /// A device never ends and a pipe may never begin.
    @Test func refusesDevices() {
        #expect(sentence { _ = try openFrames(at: "/dev/zero") } == "/dev/zero is neither a file nor a folder")
    }

    /// Playlists could make the reader fetch other files, or wait for ever for a live one.
    @Test func followsNoPlaylists() throws {
        try withFolder { folder in
            let list = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n\(golden("bframes.mp4"))\n"
            try Data(list.utf8).write(to: URL(fileURLWithPath: folder + "/live.m3u8"))
            try Data("ffconcat version 1.0\nfile one.mp4\n".utf8).write(to: URL(fileURLWithPath: folder + "/list.mp4"))
            try FileManager.default.copyItem(atPath: golden("one.mp4"), toPath: folder + "/one.mp4")
            #expect(sentence { _ = try openFrames(at: folder + "/live.m3u8") } != "no error")
            #expect(sentence { _ = try openFrames(at: folder + "/list.mp4") } != "no error")
        }
    }

    @Test func readsFilesOfAwkwardNames() throws {
        try withFolder { folder in
            for name in ["a:b %d.mp4", "http: x?.mp4"] {
                try FileManager.default.copyItem(atPath: golden("one.mp4"), toPath: folder + "/" + name)
                #expect(try countFrames(at: folder + "/" + name) == 1)
            }
        }
    }

    /// FFmpeg's decoder has the picture then, and gives an error all the same.
    @Test(arguments: [
        Array("XXXX".utf8) + [255, 255, 255, 255, 0],
        Array("VP8X".utf8) + [10, 0, 0, 0] + [UInt8](repeating: 0, count: 10),
    ])
    func survivesWhatFollowsAPicture(chunk: [UInt8]) throws {
        try withFolder { folder in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: golden("turned.webp"))) + chunk
            try bytes.write(to: URL(fileURLWithPath: folder + "/a.webp"))
            // Whether the picture is given then is FFmpeg's choice, but the program goes on.
            let told = sentence { _ = try openFrames(at: folder + "/a.webp") }
            #expect(told == "no error" || told.contains("damaged"), "\(told)")
        }
    }

    /// No cut of a file may hang or crash the reader, whatever it delivers.
    @Test(arguments: ["bframes.mp4", "odd.mkv", "resized.ts", "fill-mjpeg.avi"])
    func survivesDamage(name: String) throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: golden(name)))
        try withFolder { folder in
            let path = folder + "/damaged"
            var random: UInt32 = 1
            for round in 0..<24 {
                var bytes = [UInt8](whole.prefix(round.isMultiple(of: 2) ? whole.count : whole.count * round / 24))
                for _ in 0..<(round * 2) where !bytes.isEmpty {
                    random = random &* 1_664_525 &+ 1_013_904_223
                    bytes[Int(random >> 8) % bytes.count] = UInt8(random & 255)
                }
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                if let source = try? openFrames(at: path) {
                    while let frame = try? source.next() { #expect(frame.index < 1000) }
                }
                _ = try? countFrames(at: path)
            }
        }
    }
}
