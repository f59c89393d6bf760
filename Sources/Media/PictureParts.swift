/// What a decoder is given of a picture file, and what is known of the picture before it is decoded.
///
/// Metadata are left out: compressed profiles and texts, and Exif data whose entries share their bytes, may grow to
/// gigabytes in a decoder, and nobody here reads them. The orientation is all that is wanted, and found without it.
struct PictureParts {
    /// Width and height of the picture as stored, in pixels, if the file says so.
    private(set) var size: (width: Int, height: Int)?
    /// Bits for each sample of a PNG file.
    var bitDepth: UInt8 = 0
    /// How the picture is turned for display, if the file says so.
    var orientation: Orientation?
    /// Whether it is but the first of several: an animated PNG, or JPEG pictures one after another.
    var isFirstOfMany = false
    /// The file's bytes, of which in the end those are left that the decoder is given.
    private(set) var bytes: [UInt8]
    /// The most pixels that the file may have.
    let mostPixels: Int64
    /// How many of the bytes are kept so far; they have moved to the front, as files are large.
    private var kept = 0

    /// The largest file that is read, in bytes.
    static let largestFile = 192 << 20

    /// Begins with a whole file.
    ///
    /// It may have 2^25 pixels and 64 for every byte: 7680×4320 of one colour fit, and every photograph does, which has
    /// some three for a byte.
    init(file: consuming [UInt8]) {
        mostPixels = min(1 << 25 + 64 * Int64(file.count), Decoder.maximumPixels)
        bytes = file
    }

    /// Keeps bytes for the decoder, in the file's order.
    mutating func keep(_ range: Range<Int>) {
        if range.lowerBound == kept {
            kept = range.upperBound
            return
        }
        for index in range {
            bytes[kept] = bytes[index]
            kept += 1
        }
    }

    /// Lets go of the bytes that are not kept.
    mutating func finish() {
        bytes.removeLast(bytes.count - kept)
    }

    /// Notes the picture's size, and refuses more pixels than the file may have; extents are below 2^32.
    mutating func check(width: Int, height: Int, path: String) throws(MediaError) {
        guard max(width, height) <= Int32.max, Int64(width) * Int64(height) <= mostPixels else {
            throw MediaError(
                "\(path) has \(width)×\(height) pixels, expected at most \(mostPixels) in a file of its size")
        }
        size = size ?? (width, height)
    }
}

extension [UInt8] {
    /// The number of so many bytes at a place, the highest first; all of them are there.
    func bigEndian(at index: Int, bytes: Int) -> Int {
        self[index..<index + bytes].reduce(0) { $0 << 8 | Int($1) }
    }
}
