/// What FFmpeg does not tell of TIFF and WebP files: how their picture is turned, and how many they hold.
struct StillFile {
    /// How the picture is turned for display, if the file says so.
    private(set) var orientation: Orientation?
    /// How many pictures there are, pages or frames.
    private(set) var pictures = 1

    /// More pages or frames than are counted.
    private static let most = 10_000

    /// Reads a file; nil if it is neither, or too large to be looked through.
    ///
    /// Source: TIFF 6.0, section 2; WebP container specification, RIFF file format.
    init?(path: String) throws(MediaError) {
        let size = try fileSize(of: path)
        guard size <= PictureParts.largestFile else { return nil }
        let bytes = try readBytes(of: path, atMost: size)
        if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            readWebP(bytes)
        } else if bytes.starts(with: Array("II*\0".utf8)) || bytes.starts(with: Array("MM\0*".utf8)) {
            orientation = Orientation(exif: bytes)
            pictures = Self.pages(bytes)
        } else {
            return nil
        }
    }

    /// The directories of a TIFF file: each names the next.
    private static func pages(_ bytes: [UInt8]) -> Int {
        let isLittleEndian = bytes[0] == 0x49
        func number(at index: Int, bytes count: Int) -> Int? {
            guard index >= 0, index + count <= bytes.count else { return nil }
            let part = Array(bytes[index..<index + count])
            return (isLittleEndian ? part.reversed() : part).bigEndian(at: 0, bytes: count)
        }
        var (count, place) = (0, number(at: 4, bytes: 4) ?? 0)
        while place > 0, count < most, let entries = number(at: place, bytes: 2) {
            count += 1
            place = number(at: place + 2 + 12 * entries, bytes: 4) ?? 0
        }
        return count
    }

    private mutating func readWebP(_ bytes: [UInt8]) {
        var (place, frames) = (12, 0)
        while place + 8 <= bytes.count, frames < Self.most {
            let size = Array(bytes[place + 4..<place + 8].reversed()).bigEndian(at: 0, bytes: 4)
            let end = min(place + 8 + size, bytes.count)
            switch String(decoding: bytes[place..<place + 4], as: UTF8.self) {
            case "EXIF": orientation = orientation ?? Orientation(exif: Array(bytes[place + 8..<end]))
            case "ANMF": frames += 1
            default: break
            }
            place = end + size % 2
        }
        pictures = max(frames, 1)
    }
}
