import Foundation
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

    package let notes: [String]

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
        (paths, notes) = try Self.choice(at: path)
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
    static func pictures(at path: String) throws(MediaError) -> [String] { try choice(at: path).paths }

    /// The pictures, and what is said of others in the folder.
    ///
    /// Where names come as JPEG and as PNG, data sets have masks beside their pictures: the JPEG are the pictures.
    private static func choice(at path: String) throws(MediaError) -> (paths: [String], notes: [String]) {
        if try kind(of: path) == .file { return ([path], []) }
        let paths = try files(in: path, endings: Picture.endings)
        guard !paths.isEmpty else { throw MediaError("the folder \(path) has no PNG or JPEG picture") }
        let isPNG = { (path: String) in path.lowercased().hasSuffix(".png") }
        let photographs = paths.filter { !isPNG($0) }
        guard !photographs.isEmpty, photographs.count < paths.count else { return (paths, []) }
        let stem = { (path: String) in (path as NSString).deletingPathExtension }
        let stems = Set(photographs.map(stem))
        let counts = "\(photographs.count) JPEG and \(paths.count - photographs.count) PNG pictures"
        guard paths.contains(where: { isPNG($0) && stems.contains(stem($0)) }) else {
            return (paths, ["\(path) has \(counts): all are taken, in the order of their names"])
        }
        return (photographs, ["\(path) has \(counts) of the same names: the JPEG are taken, the PNG are not"])
    }

    private static func image(_ path: String, _ converter: PixelConverter) throws(MediaError) -> Image {
        guard let picture = try Picture(path: path) else {
            throw MediaError("\(path) is not a picture, expected PNG or JPEG")
        }
        return try picture.image(by: converter)
    }
}
