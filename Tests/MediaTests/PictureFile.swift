import Foundation
import Media
import Raster

/// A PNG or JPEG file to put things into that its decoder should not see, or see only in their place.
struct PictureFile {
    var bytes: [UInt8]

    /// A PNG file that ditta writes.
    init(png image: Image) throws {
        bytes = try withFolder { folder in
            try writeImage(image, to: folder + "/a.png")
            return try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + "/a.png")))
        }
    }

    /// A JPEG file of 64×32 pixels, without the Exif data it came with.
    init() throws {
        bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: golden("sideways.jpg"))))
        bytes.removeSubrange(2..<4 + Int(bytes[4]) * 256 + Int(bytes[5]))
    }

    /// Inserts a chunk of a PNG file before its data, with a checksum of zeros if it need not fit.
    mutating func insertChunk(_ type: String, _ data: [UInt8], isChecked: Bool = true) {
        let content = Array(type.utf8) + data
        let sum = isChecked ? Self.checksum(content) : 0
        bytes.insert(contentsOf: Self.bigEndian(UInt32(data.count)) + content + Self.bigEndian(sum), at: 33)
    }

    /// Inserts a segment of a JPEG file after its first marker.
    mutating func insertSegment(_ marker: UInt8, _ data: [UInt8]) {
        bytes.insert(contentsOf: [0xFF, marker] + Self.bigEndian(UInt16(data.count + 2)) + data, at: 2)
    }

    /// The picture as ditta reads it.
    func image() throws -> Image {
        try withFolder { folder in
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/picture"))
            return try readImage(at: folder + "/picture")
        }
    }

    /// The bytes of a number, the highest first.
    static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// The checksum of PNG chunks, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }
}
