extension PictureParts {
    /// The first bytes of a PNG file.
    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Types of chunks, as numbers.
    private static let header = number(of: "IHDR")
    private static let transparency = number(of: "tRNS")
    private static let exif = number(of: "eXIf")
    private static let animation = number(of: "acTL")
    private static let end = number(of: "IEND")

    private static func number(of type: String) -> Int { Array(type.utf8).bigEndian(at: 0, bytes: 4) }

    /// Looks through the chunks of a PNG file: length, type, data and checksum of each.
    ///
    /// Critical chunks are kept, whose types begin with a capital letter, and transparency, which tells pixel formats.
    /// Source: PNG specification (third edition), 5.
    ///
    /// - Throws: a sentence, if the file does not begin with the picture's size, has too many pixels, or breaks off.
    init(png file: consuming [UInt8], path: String) throws(MediaError) {
        self.init(file: file)
        var start = Self.pngSignature.count
        guard bytes.starts(with: Self.pngSignature), start + 25 <= bytes.count,
            bytes.bigEndian(at: start, bytes: 4) == 13, bytes.bigEndian(at: start + 4, bytes: 4) == Self.header
        else { throw MediaError("\(path) is a damaged picture: it does not begin with its size") }
        let (width, height) = (bytes.bigEndian(at: start + 8, bytes: 4), bytes.bigEndian(at: start + 12, bytes: 4))
        try check(width: width, height: height, path: path)
        bitDepth = bytes[start + 16]

        var keptFrom = 0
        while start < bytes.count {
            guard start + 12 <= bytes.count, case let end = start + 12 + bytes.bigEndian(at: start, bytes: 4),
                end <= bytes.count
            else { throw MediaError("\(path) is a damaged picture: it breaks off in the chunk at byte \(start)") }
            let type = bytes.bigEndian(at: start + 4, bytes: 4)
            guard bytes[start + 4..<start + 8].allSatisfy({ $0 >= 0x41 && $0 <= 0x7A }) else {
                throw MediaError("\(path) is a damaged picture: it has no chunk at byte \(start)")
            }
            if type == Self.exif { orientation = orientation ?? Orientation(exif: Array(bytes[start + 8..<end - 4])) }
            if type == Self.animation, end - start >= 16 {
                isFirstOfMany = bytes.bigEndian(at: start + 8, bytes: 4) > 1
            }
            // The bit of small letters in the type's first byte.
            if type & 0x2000_0000 != 0, type != Self.transparency {
                keep(keptFrom..<start)
                keptFrom = end
            }
            start = end
            if type == Self.end { break }
        }
        keep(keptFrom..<start)
        finish()
    }
}
