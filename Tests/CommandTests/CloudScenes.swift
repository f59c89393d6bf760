import Foundation
import Media
import Raster
import Testing

// Invented scenes for the commands of point clouds, and a model of them.

/// Points of a wall 10 m ahead and a floor before it, and a camera that looks at them, or away; of a drive, if it has a time in seconds.
func writeRoom(_ folder: String, points some: Int = .max, looksAway: Bool = false, at time: Int? = nil) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let wall = (-20...20).flatMap { x in (-10...10).map { y in "\(Double(x) / 4) \(Double(y) / 4) 10 0.2 7\n" } }
    let floor = (-20...20).flatMap { x in (20...39).map { z in "\(Double(x) / 4) 2.4 \(Double(z) / 4) 0.6 9\n" } }
    let points = (wall + floor).prefix(some)
    let header =
        "ply\nformat ascii 1.0\nelement vertex \(points.count)\nproperty float x\nproperty float y\nproperty float z\n"
        + "property float intensity\nproperty ushort label\nend_header\n"
    try (header + points.joined()).write(toFile: folder + "/room.ply", atomically: true, encoding: .utf8)
    let turn = looksAway ? "-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0" : "1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0"
    let still = "[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]"
    let moment = time.map { "\"time\": \($0), \"world_from_cloud\": \(still)," } ?? ""
    let description = """
        {"version": 1, "cloud": "room.ply", \(moment) "labels": {"7": "wall", "9": "floor"},
         "cameras": [{"image": "front.png", "width": 200, "height": 100,
         "intrinsics": [200, 200, 100, 50], "camera_from_cloud": [\(turn), 0, 0, 0, 1]}]}
        """
    try description.write(toFile: folder + "/cameras.json", atomically: true, encoding: .utf8)
    let pixels = (0..<200 * 100).flatMap { pixel -> [UInt8] in
        let (x, y) = (pixel % 200, pixel / 200)
        return y < 94 ? [UInt8(150 + x / 4), 120, 90] : [UInt8(40 + (x / 8 + y) % 2 * 30), 60, 70]
    }
    try writeImage(Image(width: 200, height: 100, pixels: pixels), to: folder + "/front.png")
}

/// Options for a training of seconds.
let briefTraining = ["--network", "mink14-third", "--voxel", "0.25", "--epochs", "4"]

/// Trains a model of scenes.
func trainModel(_ data: String, _ model: String, _ options: String...) throws {
    let outcome = try Program.run(arguments: ["cloud", "train", data, "-o", model] + briefTraining + options)
    #expect(outcome.status == 0 && outcome.output == "model: \(model)\n", "\(outcome)")
}

/// What a file holds.
func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// A drive in SemanticKITTI's layout with one scan of a wall (building) and a floor (road), and a picture of it.
///
/// - Returns: the numbers of the labels.
@discardableResult
func writeDrive(_ name: String, in data: String) throws -> [UInt32] {
    let folder = "\(data)/sequences/\(name)"
    for part in ["velodyne", "labels", "image_2"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    // In the camera's frame, which is the scanner's here: x to the right, y down, z forward.
    var scan: [Float] = []
    for point in 0..<1681 {
        let (column, row) = (Float(point % 41 - 20) / 4, Float(point / 41) / 4)
        scan += point < 861 ? [column, row - 2.5, 10, 0.2] : [column, 2.4, row - 0.25, 0.6]
    }
    try writeWords(scan.map(\.bitPattern), to: folder + "/velodyne/000000.bin")
    let labels = (0..<1681).map { UInt32($0 < 861 ? 50 : 40) }
    try writeWords(labels, to: folder + "/labels/000000.label")
    let rows = [
        "P2: 200 0 100 0 0 200 50 0 0 0 1 0", "Tr: 1 0 0 0 0 1 0 0 0 0 1 0",
    ]
    try rows.joined(separator: "\n").write(toFile: folder + "/calib.txt", atomically: true, encoding: .utf8)
    try "1 0 0 0 0 1 0 0 0 0 1 0\n".write(toFile: folder + "/poses.txt", atomically: true, encoding: .utf8)
    try "0\n".write(toFile: folder + "/times.txt", atomically: true, encoding: .utf8)
    try writeImage(
        Image(width: 200, height: 100, pixels: [UInt8](repeating: 120, count: 60000)),
        to: folder + "/image_2/000000.png")
    return labels
}

/// Writes numbers of 32 bits, little-endian, as files of scans and labels have them, and the folder that the file lies in.
func writeWords(_ words: [UInt32], to path: String) throws {
    try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}
