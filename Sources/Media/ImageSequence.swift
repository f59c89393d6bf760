package import Raster

/// A folder of PNG and JPEG pictures of one size, or a single picture, as a video.
///
/// Pictures come in natural order of their names (`frame2` before `frame10`), each in RGB as `VideoReader` makes it.
/// Other files, hidden files and folders inside are left out.
package final class ImageSequence: FrameSource {
    /// The path of the folder.
    package let name: String
    /// Width of every picture, in pixels.
    package let width: Int
    /// Height of every picture, in pixels.
    package let height: Int
    /// Pictures per second: pictures carry no times, so the caller decides.
    package let averageFrameRate: Double
    /// The paths of the pictures, in order.
    package let paths: [String]

    private let converter = PixelConverter()
    private var first: Image?
    private var index = 0

    /// Lists a folder and reads its first picture.
    ///
    /// Throws when there is no such folder, no picture in it or the first cannot be read.
    package init(path: String, frameRate: Double = 25) throws(MediaError) {
        precondition(frameRate > 0, "a frame rate is positive, not \(frameRate)")
        name = path
        averageFrameRate = frameRate
        paths = try Self.pictures(at: path)
        let image = try Self.image(paths[0], converter)
        (width, height) = (image.width, image.height)
        first = image
    }

    /// Pictures are whole or an error.
    package var damagedPackets: Int { 0 }
    package var missingAtEnd: [MissingFrame] { [] }
    package var promisedAtEnd: Int { 0 }

    /// The next picture, nil after the last; throws when it cannot be read or has another size than the first.
    package func next() throws(MediaError) -> Frame? {
        guard index < paths.count else { return nil }
        let path = paths[index]
        let image = if let first { first } else { try Self.image(path, converter) }
        first = nil
        guard image.width == width, image.height == height else {
            throw MediaError(
                "\(path) has another size than the pictures before: expected \(width)×\(height), "
                    + "found \(image.width)×\(image.height)")
        }
        defer { index += 1 }
        return Frame(index: index, time: Double(index) / averageFrameRate, image: image)
    }

    /// The pictures of a folder, at least one; a file stands for itself.
    static func pictures(at path: String) throws(MediaError) -> [String] {
        if try kind(of: path) == .file { return [path] }
        let paths = try files(in: path, endings: Picture.endings)
        guard !paths.isEmpty else { throw MediaError("the folder \(path) has no PNG or JPEG picture") }
        return paths
    }

    private static func image(_ path: String, _ converter: PixelConverter) throws(MediaError) -> Image {
        guard let picture = try Picture(path: path) else {
            throw MediaError("\(path) is not a picture, expected PNG or JPEG")
        }
        return try picture.image(by: converter)
    }
}
