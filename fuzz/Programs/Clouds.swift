import CloudAdaptation
import Clouds
import Foundation
import Media
import Networks
import Raster

/// Reads a scan, and labels of the same bytes; whatever was read is made worse, and written.
func readScan(_ path: String) throws {
    let table = SemanticKITTIClasses.nineteen.table
    if let cloud = try? readVelodyne(at: path) {
        let scene = Scene(name: "scan", cloud: cloud, cameras: [])
        var generator = SystemRandomNumberGenerator()
        for corruption in [Corruption.beams(every: 2), .noise(deviation: 0.1), .fog(visibility: 50)] {
            _ = corruption(scene, using: &generator)
        }
        let labels = [UInt16](repeating: 3, count: cloud.count)
        try writePointLabels(labels, as: table, to: path + ".label")
        _ = try readPointLabels(at: path + ".label", points: cloud.count, of: path)
    }
    let count = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0) / 4
    let stored = try readPointLabels(at: path, points: count, of: path)
    _ = table.classes(of: stored)
}

/// Opens scenes, reads and pairs them, with the pictures of two seconds before.
func pairScenes(at path: String) throws {
    let source = try openScenes(at: path)
    for index in 0..<source.count {
        let scene = try source.scene(index)
        _ = try Pairing().pairs(of: scene, at: index, in: source, window: PairWindow(before: 2))
    }
}

/// A picture of 8×4 pixels, in colour or of depths.
private func placePicture(_ path: String, depths: Bool = false) throws {
    if depths {
        try LabelWriter(palette: Palette(classNames: [])).write(
            LabelMap(width: 8, height: 4, repeating: 5000), to: path)
    } else {
        try writeImage(Image(width: 8, height: 4, pixels: [UInt8](repeating: 9, count: 96)), to: path)
    }
}

/// Three points 5 m ahead, of a scan.
private let points: Data = {
    var data = Data()
    for number: Float in [5, 0, 0, 1, 5, 0.5, 0, 1, 5, 0, 0.25, 1] {
        for byte: UInt32 in 0..<4 { data.append(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * byte))) }
    }
    return data
}()

/// A drive of two scans.
enum Drive {
    static let calibration = "sequences/00/calib.txt"
    static let poses = "sequences/00/poses.txt"
    static let times = "sequences/00/times.txt"

    /// Makes it, with a calibration and without poses.
    static func prepare(_ folder: String) throws {
        let drive = folder + "/sequences/00"
        for part in ["velodyne", "image_2", "image_3"] {
            try FileManager.default.createDirectory(
                atPath: drive + "/" + part, withIntermediateDirectories: true)
        }
        for frame in ["000000", "000001"] {
            try points.write(to: URL(fileURLWithPath: "\(drive)/velodyne/\(frame).bin"))
            for camera in [2, 3] { try placePicture("\(drive)/image_\(camera)/\(frame).png") }
        }
        try Data("P2: 8 0 4 0 0 8 2 0 0 0 1 0\nP3: 8 0 4 0 0 8 2 0 0 0 1 0\nTr: 0 -1 0 0 0 0 -1 0 1 0 0 0\n".utf8)
            .write(to: URL(fileURLWithPath: folder + "/" + calibration))
    }
}

/// The files that a scene of one's own may name.
enum SceneOfOne {
    /// Makes them.
    static func prepare(_ folder: String) throws {
        try placePicture(folder + "/a.png")
        try placePicture(folder + "/d.png", depths: true)
        try points.write(to: URL(fileURLWithPath: folder + "/a.bin"))
        try Data(count: 12).write(to: URL(fileURLWithPath: folder + "/a.label"))
    }
}

/// A model for clouds, which knows two classes.
enum CloudNetworkOfTwo {
    /// Makes its description.
    static func prepare(_ folder: String) throws {
        let configuration = CloudModel.Configuration(
            network: "small", voxel: 0.1,
            classes: LabelTable([("a", [1]), ("b", [2])], none: [0]),
            teacher: .init(name: "nobody", hash: "", side: 32), distillWeight: 1)
        try JSONEncoder().encode(configuration).write(to: URL(fileURLWithPath: folder + "/config.json"))
    }

    /// Reads the model, and labels a scene by it.
    static func label(_ folder: String) throws {
        let model = try CloudModel(path: folder)
        let cloud = PointCloud(positions: [5, 0, 0, 5, 0.5, 0, 7, 0, 0.25])
        let example = try CloudExample(cloud, named: "scene", [], taughtBy: nil)
        let scene = try VoxelScene(
            example, size: model.configuration.voxel, stemKernel: model.network.backbone.stemKernel,
            model.standardization)
        _ = Joint(model.network).logits(scene)
    }
}
