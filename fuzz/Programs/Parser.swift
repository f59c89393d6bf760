import Checkpoints
import Clouds
import DittaKit
import Foundation
import Media
import Networks
import Raster
import Reports

/// Whatever reads files that people give to ditta, from the file to the end of what it makes of it.
enum Parser: String, CaseIterable {
    case safetensors, torch, shards, configuration, preprocessor, labels, picture, exif, video, classes, report
    case scan, calibration, trajectory, ply, cameras, network

    /// Puts files into the folder that stay the same from input to input.
    func prepare(_ folder: String) throws {
        switch self {
        case .configuration:
            // A tensor that tells what the network is; that the others are missing comes after the configuration.
            try place("segformer.encoder.patch_embeddings.0.proj.weight", in: folder + "/segformer")
            try place("vision_encoder.backbone.patch_embed.projection.weight", in: folder + "/sam2")
        case .shards:
            try place("a", in: folder + "/shards")
        case .preprocessor:
            for name in ["flat", "nested"] { try Self.make(folder + "/" + name) }
        case .classes:
            try Self.make(folder + "/labels")
            try LabelWriter(palette: Palette(classNames: [])).write(
                LabelMap(width: 4, height: 1, labels: [0, 1, 2, 255]), to: folder + "/labels/0.png")
        case .calibration, .trajectory: try Drive.prepare(folder)
        case .cameras: try SceneOfOne.prepare(folder)
        case .network: try CloudNetworkOfTwo.prepare(folder)
        default: break
        }
    }

    private static func make(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    /// Makes a folder with a safetensors file of one tensor.
    private func place(_ tensor: String, in folder: String) throws {
        try Self.make(folder)
        let header = Data(#"{"\#(tensor)":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
        try (Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0]) + header + Data(count: 4)).write(
            to: URL(fileURLWithPath: folder + "/model.safetensors"))
    }

    /// Reads an input.
    ///
    /// - Throws: what the parser says is wrong with it.
    func read(_ data: Data, in folder: String) throws {
        func write(_ name: String, _ data: Data = data) throws -> String {
            let path = folder + "/" + name
            try data.write(to: URL(fileURLWithPath: path))
            return path
        }
        switch self {
        case .safetensors, .torch:
            let path = try write("model")
            _ = try Inspection(path: path)
            let file = try openTensorFile(path)
            for name in file.names { _ = try? file.tensor(name) }
        case .shards:
            let file = try openTensorFile(write("shards/model.safetensors.index.json"))
            for name in file.names { _ = try? file.tensor(name) }
        case .configuration:
            for name in ["segformer", "sam2"] {
                _ = try write(name + "/config.json")
                _ = try Inspection(path: folder + "/" + name)
            }
        case .preprocessor:
            _ = try write("flat/preprocessor_config.json")
            _ = try write("nested/processor_config.json")
            for name in ["flat", "nested"] {
                let preprocessor = try? Preprocessor(folder: folder + "/" + name)
                _ = preprocessor?.inputSize(width: 640, height: 480)
            }
        case .labels:
            _ = try readLabels(at: write("labels.png", withChecksums(data)))
        case .picture:
            _ = try readImage(at: write("picture", withChecksums(data)))
        case .exif:
            _ = try readImage(at: write("picture.png", Self.picture(exif: data)))
        case .video:
            let path = try write("video")
            _ = try? countFrames(at: path)
            let frames = try openFrames(at: path)
            for _ in 0..<64 { if try frames.next() == nil { break } }
            _ = (frames.missingAtEnd, frames.promisedAtEnd)
        case .classes:
            _ = try write("classes.json")
            _ = try EvaluationRun(
                predictions: folder, truth: folder, classes: nil, ignoring: nil, labelOffset: 0, skip: .frames(0))()
        case .report:
            _ = try RunReport.warmUpFrames(inReportAt: write(RunReport.name))
        case .scan: try readScan(write("scan"))
        case .calibration:
            _ = try write(Drive.calibration)
            try pairScenes(at: folder)
        case .trajectory:
            // Both files of one input, with an empty line between them.
            let end = data.firstRange(of: Data("\n\n".utf8))
            _ = try write(Drive.poses, data[..<(end?.lowerBound ?? data.endIndex)])
            _ = try write(Drive.times, data[(end?.upperBound ?? data.endIndex)...])
            try pairScenes(at: folder)
        case .ply:
            let cloud = try readPLY(at: write("cloud.ply")).cloud
            try writePLY(cloud, labels: nil, to: folder + "/again.ply")
            _ = try readPLY(at: folder + "/again.ply")
        case .cameras:
            _ = try write("cameras.json")
            try pairScenes(at: folder)
        case .network:
            _ = try write("model.safetensors")
            try CloudNetworkOfTwo.label(folder)
        }
    }

    /// A PNG picture of a pixel that has Exif data; of these the checksum is nobody's.
    private static func picture(exif: Data) -> Data {
        let pixel = Data(
            base64Encoded:
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP438AAAAQBAYD718vxAAAAAElFTkSuQmCC")
        guard var picture = pixel else { return exif }
        let length = Data((0..<4).reversed().map { UInt8(truncatingIfNeeded: exif.count >> (8 * $0)) })
        picture.insert(contentsOf: length + Data("eXIf".utf8) + exif + Data(count: 4), at: 33)
        return picture
    }
}
