import Foundation
import Media
import Raster

/// The path of a clip or picture made by `Golden/make.sh`.
func golden(_ name: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Golden").appendingPathComponent(name).path
}

/// All frames of a video.
func allFrames(of name: String) throws -> [Frame] {
    try readAll(try openFrames(at: golden(name)))
}

/// All frames that are left.
func readAll(_ source: any FrameSource) throws -> [Frame] {
    var frames: [Frame] = []
    while let frame = try source.next() { frames.append(frame) }
    return frames
}

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ditta-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// The names of the files in a folder, sorted.
func listing(of folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

extension Image {
    /// Red, green and blue of a pixel.
    func color(x: Int, y: Int) -> [Int] {
        (0..<3).map { Int(pixels[(y * width + x) * 3 + $0]) }
    }

    /// A picture of one colour.
    init(width: Int, height: Int, filledWith color: [UInt8]) {
        self.init(width: width, height: height, pixels: (0..<width * height).flatMap { _ in color })
    }
}

/// The largest difference between two colours in a channel.
func difference(_ first: [Int], _ second: [Int]) -> Int {
    zip(first, second).map { abs($0 - $1) }.max() ?? .max
}
