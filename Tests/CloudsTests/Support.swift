import Clouds
import Foundation
import Media
import Raster
import Testing

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ditta-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Writes a file, and the folders that it lies in.
func place(_ contents: Data, at path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try contents.write(to: url)
}

/// Writes a text.
func place(_ text: String, at path: String) throws { try place(Data(text.utf8), at: path) }

/// Writes a picture of one colour.
func placePicture(width: Int, height: Int, at path: String) throws {
    try place("", at: path)
    let pixels = [UInt8](repeating: 200, count: width * height * 3)
    try writeImage(Image(width: width, height: height, pixels: pixels), to: path)
}

/// Numbers as bytes, the lowest first.
func bytes(of numbers: [Float]) -> Data {
    numbers.reduce(into: Data()) { data, number in
        for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32(byte)))) }
    }
}

/// Numbers as bytes, the lowest first.
func bytes(of numbers: [UInt32]) -> Data { bytes(of: numbers.map { Float(bitPattern: $0) }) }

/// Expects that something fails with a sentence that has all of these parts in it.
func expectRefusal(
    _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch {
        let sentence = "\(error)"
        for part in parts where !sentence.contains(part) {
            Issue.record("'\(sentence)' does not say '\(part)'", sourceLocation: sourceLocation)
        }
        #expect(!sentence.contains("\n"), "\(sentence)", sourceLocation: sourceLocation)
    }
}

/// A camera of 100×80 pixels and a focal length of 50 that looks along x of a cloud whose z points up.
func forwardCamera(_ name: String = "front", width: Int = 100, height: Int = 80) throws -> Camera {
    Camera(
        name: name, image: name + ".png", width: width, height: height,
        intrinsics: try Camera.Intrinsics([50, 50, Double(width) / 2, Double(height) / 2]),
        cameraFromCloud: try RigidTransform(rowMajor: [0, -1, 0, 0, 0, 0, -1, 0, 1, 0, 0, 0]))
}

/// A cloud of these points.
func cloud(_ points: [SIMD3<Float>]) -> PointCloud {
    PointCloud(positions: points.flatMap { [$0.x, $0.y, $0.z] })
}

/// A generator whose sequence a seed fixes; Steele, Lea, Flood, 2014.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
