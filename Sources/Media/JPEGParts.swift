extension PictureParts {
    /// The first bytes of a JPEG file.
    static let jpegSignature: [UInt8] = [0xFF, 0xD8, 0xFF]

    /// More passes over the picture than any encoder makes; each takes as long as a picture of its own.
    private static let mostScans = 100

    /// Looks through the segments of a JPEG file: a marker, and for most the length of what follows.
    ///
    /// Applications' segments are left out, but for APP0 and APP14, which tell what the colours are, and so is what
    /// follows the picture's end.
    /// Source: ITU-T T.81, B.1; Exif 2.32, 4.5.4.
    ///
    /// - Throws: a sentence, if the picture has too many pixels or scans.
    init(jpeg file: consuming [UInt8], path: String) throws(MediaError) {
        self.init(file: file)
        var (keptFrom, next, end, scans) = (0, 0, bytes.count, 0)
        // Stereo cameras and telephones append further views of the same moment, and say so (CIPA DC-007).
        var isMultiPicture = false
        // A marker is a byte of ones and its code. Between segments, and in the data of scans, others are passed over.
        while let marker = bytes[next...].firstIndex(of: 0xFF), marker + 1 < bytes.count {
            let code = bytes[marker + 1]
            next = marker + (code == 0xFF ? 1 : 2)
            if code == 0xD9 {
                end = next
                isFirstOfMany = !isMultiPicture && bytes[end...].starts(with: Self.jpegSignature)
                break
            }
            guard Self.hasLength(code), marker + 4 <= bytes.count else { continue }
            next = min(marker + 2 + max(bytes.bigEndian(at: marker + 2, bytes: 2), 2), bytes.count)
            switch code {
            case 0xE1...0xED, 0xEF:
                isMultiPicture =
                    isMultiPicture || code == 0xE2 && bytes[marker + 4..<next].starts(with: Array("MPF\0".utf8))
                keep(keptFrom..<marker)
                keptFrom = next
                guard code == 0xE1, bytes[marker + 4..<next].starts(with: Orientation.exifSignature) else { break }
                orientation = orientation ?? Orientation(exif: Array(bytes[marker + 4..<next]))
            case 0xDA:
                scans += 1
                guard scans <= Self.mostScans else {
                    throw MediaError("\(path) has more than \(Self.mostScans) scans, expected a picture of fewer")
                }
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(code) && next - marker >= 9:
                let height = bytes.bigEndian(at: marker + 5, bytes: 2)
                try check(width: bytes.bigEndian(at: marker + 7, bytes: 2), height: height, path: path)
            default: break
            }
        }
        keep(keptFrom..<end)
        finish()
    }

    /// Whether a length follows a marker that decoders know: frames, tables, scans, intervals, applications, comments.
    private static func hasLength(_ code: UInt8) -> Bool {
        [0xDA, 0xDB, 0xDD, 0xF8, 0xFE].contains(code) || (0xC0...0xCF).contains(code) || (0xE0...0xEF).contains(code)
    }
}
