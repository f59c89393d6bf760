import Foundation
import Media
import Raster
import Testing

/// Small files that would become large are refused before they do, or what would is not looked at.
struct PictureLimitTests {
    private let image = Image(width: 5, height: 3, pixels: (0..<45).map { UInt8($0 * 5) })

    private func sentence(_ file: PictureFile) -> String {
        do {
            let image = try file.image()
            return "a picture of \(image.width)×\(image.height)"
        } catch {
            return "\(error)"
        }
    }

    /// Compressed profiles and texts may grow a thousandfold: these are no compressed data, and nobody minds.
    @Test(arguments: ["iCCP", "zTXt", "iTXt", "sPLT", "tIME", "fcTL"]) func looksAtNoMetadata(type: String) throws {
        var png = try PictureFile(png: image)
        png.insertChunk(type, Array("name\0\0".utf8) + [UInt8](repeating: 7, count: 1 << 16), isChecked: false)
        #expect(try png.image() == image)
    }

    @Test func looksAtNoMetadataOfJPEG() throws {
        var jpeg = try PictureFile()
        let plain = try jpeg.image()
        for marker: UInt8 in Array(0xE1...0xED) + [0xEF] {
            jpeg.insertSegment(marker, Array("ICC_PROFILE\0".utf8) + [1, 255] + [UInt8](repeating: 255, count: 65000))
        }
        // After the end, and between the end and another beginning, there may be anything.
        jpeg.bytes += [0xFF, 0xD8, 0xFF, 0xE1, 0, 200, 1, 2, 3]
        #expect(try jpeg.image() == plain)
    }

    /// In videos, too: of a file's beginning, of the first packet and of a later one.
    @Test(arguments: [("metadata.mov", "colors.png", 1), ("animated-metadata.png", "animated.png", 3)])
    func looksAtNoMetadataOfVideos(name: String, plain: String, count: Int) throws {
        let source = try openFrames(at: golden(name))
        let images = try readAll(source).map(\.image)
        #expect(try images == allFrames(of: plain).map(\.image))
        #expect(images.count == count && source.damagedPackets == 0)
    }

    /// 2^25 pixels, and 64 for every byte.
    @Test(arguments: [
        (11584, 11584, true), (5794, 5794, true), (5792, 5792, false), (1 << 31, 1, true), (1, 0xFFFF_FFFF, true),
        (0xFFFF_FFFF, 0xFFFF_FFFF, true), (7680, 4320, false),
    ])
    func refusesMorePixelsThanTheFileMayHave(width: Int, height: Int, isRefused: Bool) throws {
        var png = try PictureFile(png: image)
        png.bytes.replaceSubrange(
            16..<24, with: PictureFile.bigEndian(UInt32(width)) + PictureFile.bigEndian(UInt32(height)))
        let told = sentence(png)
        #expect(told.contains("has \(width)×\(height) pixels, expected at most 335") == isRefused, "\(told)")
        #expect(told.contains("damaged picture") != isRefused, "\(told)")
    }

    @Test func permitsMorePixelsInALargerFile() throws {
        var png = try PictureFile(png: image)
        png.bytes.replaceSubrange(
            16..<24, with: PictureFile.bigEndian(UInt32(8000)) + PictureFile.bigEndian(UInt32(6000)))
        #expect(sentence(png).contains("8000×6000"))
        png.bytes += [UInt8](repeating: 0, count: 1 << 18)
        #expect(sentence(png).contains("damaged picture"))
    }

    @Test func refusesLargeJPEG() throws {
        var jpeg = try PictureFile()
        let frame = try #require(
            jpeg.bytes.indices.dropLast().first { jpeg.bytes[$0] == 0xFF && jpeg.bytes[$0 + 1] == 0xC0 })
        jpeg.bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xF0, 0, 0xF0, 0])
        #expect(sentence(jpeg).contains("has 61440×61440 pixels, expected at most 335"))
    }

    @Test func refusesEndlessScans() throws {
        var jpeg = try PictureFile()
        let scan = try #require(
            jpeg.bytes.indices.dropLast().last { jpeg.bytes[$0] == 0xFF && jpeg.bytes[$0 + 1] == 0xDA })
        let bytes = jpeg.bytes[scan..<jpeg.bytes.count - 2]
        for _ in 0..<100 { jpeg.bytes.insert(contentsOf: bytes, at: scan) }
        #expect(sentence(jpeg).contains("has more than 100 scans"))
    }

    /// Holes take no room on the disk.
    @Test(arguments: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF, 0xE0]] as [[UInt8]])
    func refusesLargeFiles(start: [UInt8]) throws {
        try withFolder { folder in
            let path = folder + "/hole.png"
            try Data(start).write(to: URL(fileURLWithPath: path))
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.truncate(atOffset: 20 << 30)
            try file.close()
            let expected = MediaError("\(path) has \(20 << 30) bytes, expected a picture of at most \(192 << 20)")
            #expect(throws: expected) { try readImage(at: path) }
            #expect(throws: expected) { try openFrames(at: folder) }
            if start[0] == 0x89 { #expect(throws: expected) { try readLabels(at: path) } }
        }
    }

    @Test func saysWhereAFileIsDamaged() throws {
        var png = try PictureFile(png: image)
        let whole = png.bytes
        // The end's chunk, which has nothing in it, is not missed.
        for count in 8..<whole.count where count != whole.count - 12 {
            png.bytes = Array(whole.prefix(count))
            #expect(sentence(png).contains("damaged picture"), "\(count) bytes")
        }
        png.bytes = Array(whole.prefix(33)) + [UInt8](repeating: 0, count: 100)
        #expect(sentence(png).hasSuffix("it has no chunk at byte 33"))
    }
}
