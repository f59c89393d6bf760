extension Orientation {
    /// What Exif data begin with in a JPEG file.
    static let exifSignature = Array("Exif\0\0".utf8)

    /// The orientation that Exif data tell: a TIFF header, then a directory of entries of 12 bytes.
    ///
    /// Nil where there is none, or one that is no orientation; nothing in the data is trusted.
    /// Source: TIFF 6.0, section 2; Exif 2.32, 4.6.4.
    init?(exif bytes: [UInt8]) {
        let bytes = bytes.starts(with: Self.exifSignature) ? Array(bytes.dropFirst(6)) : bytes
        let isLittleEndian = bytes.starts(with: Array("II*\0".utf8))
        guard isLittleEndian || bytes.starts(with: Array("MM\0*".utf8)) else { return nil }
        func number(at index: Int, bytes count: Int) -> Int? {
            guard index + count <= bytes.count else { return nil }
            let bytes = bytes[index..<index + count]
            return (isLittleEndian ? Array(bytes.reversed()) : Array(bytes)).bigEndian(at: 0, bytes: count)
        }
        guard let start = number(at: 4, bytes: 4), let count = number(at: start, bytes: 2) else { return nil }
        for entry in 0..<count {
            let place = start + 2 + 12 * entry
            guard let tag = number(at: place, bytes: 2), let type = number(at: place + 2, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // One, two or four bytes a number; the standard has two.
            guard let size = [1: 1, 3: 2, 4: 4][type], let value = number(at: place + 8, bytes: size) else {
                return nil
            }
            self.init(exifNumber: value)
            return
        }
        return nil
    }

    /// The orientation of a number from 1 to 8, which says where the first row and column of the stored picture belong.
    private init?(exifNumber: Int) {
        guard (1...8).contains(exifNumber) else { return nil }
        self = .upright
        transposes = exifNumber >= 5
        reversesColumns = [2, 3, 7, 8].contains(exifNumber)
        reversesRows = [3, 4, 6, 7].contains(exifNumber)
    }
}
