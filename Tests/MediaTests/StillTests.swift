import Foundation
import Media
import Raster
import Testing

/// Picture files that hold several pictures, or lie on their side, and folders with pictures of two kinds.
struct StillTests {
    @Test(
        "what begins as a picture and goes on is a video", arguments: ["animated.png", "animated.gif", "several.mjpeg"])
    func several(name: String) throws {
        let frames = try allFrames(of: name)
        #expect(frames.map(\.index) == [0, 1, 2])
        #expect(try countFrames(at: golden(name)) == 3)
        // Compressed grey is off by a few levels; pictures are 20 apart.
        for frame in frames {
            #expect(difference(frame.image.color(x: 60, y: 5), .init(repeating: 16 + 20 * frame.index, count: 3)) < 6)
        }
    }

    @Test(
        "of what FFmpeg reads the first picture only, none is taken for all", arguments: ["pages.tif", "animated.webp"])
    func onlyFirst(name: String) {
        #expect {
            try openFrames(at: golden(name))
        } throws: {
            "\($0)".contains("holds 3 pictures, of which only the first can be read")
        }
    }

    @Test("pictures are upright in every format that says how they lie", arguments: ["turned.tif", "turned.webp"])
    func turned(name: String) throws {
        let image = try #require(try allFrames(of: name).first).image
        #expect(image.width == 32 && image.height == 64)
        #expect(image.color(x: 16, y: 4) == [255, 0, 0], "what was left is above")
        #expect(image.color(x: 16, y: 60) == [16, 16, 16])
    }

    @Test("of pictures and masks of one name the pictures are taken; of two kinds of pictures all, and it is said")
    func twoKinds() throws {
        try withFolder { folder in
            for index in 0..<3 {
                try FileManager.default.copyItem(atPath: golden("sideways.jpg"), toPath: folder + "/\(index).jpg")
                try writeImage(Image(width: 32, height: 64, filledWith: [1, 1, 1]), to: folder + "/\(index).png")
            }
            let reader = try openFrames(at: folder)
            #expect(try readAll(reader).count == 3)
            #expect(try countFrames(at: folder) == 3)
            let said = try #require(reader.notes.first)
            #expect(said.hasSuffix("3 JPEG and 3 PNG pictures of the same names: the JPEG are taken, the PNG are not"))
            for index in 0..<3 {
                try FileManager.default.moveItem(atPath: folder + "/\(index).png", toPath: folder + "/\(index + 3).png")
            }
            #expect(try countFrames(at: folder) == 6)
            let note = try #require(try openFrames(at: folder).notes.first)
            #expect(note.hasSuffix("all are taken, in the order of their names"))
        }
    }
}
