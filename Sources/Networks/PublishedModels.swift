package import Checkpoints
import Foundation

/// The networks ditta has: a further one is a folder and a line here.
private let publishedKinds = [SegFormerFile.kind, SAM2File.kind, DINOv2File.kind]

/// Recognises the network that a directory or file holds.
///
/// - Parameters:
///   - path: the directory or file.
///   - names: the names of its tensors.
/// - Returns: the network, not yet loaded.
/// - Throws: if it is none that ditta has, or one that it cannot load.
package func openPublishedModel(_ path: String, names: Set<String>) throws(CheckpointError) -> any PublishedModel {
    guard let kind = publishedKinds.first(where: { $0.recognises(names) }) else {
        try expectKnownFamily(path)
        throw CheckpointError(
            "\(path): is no network that ditta has; expected " + publishedKinds.map(\.marks).joined(separator: " or "))
    }
    return try kind.open(path)
}

/// Expects a folder that says which network it holds to hold one that ditta has.
///
/// - Throws: if it says another one; a file, or a folder without `config.json`, says nothing.
package func expectKnownFamily(_ path: String) throws(CheckpointError) {
    let place = try ModelPlace(path: path)
    guard place.isFolder, FileManager.default.fileExists(atPath: place.configuration) else { return }
    try expectFamily(publishedKinds.flatMap(\.modelTypes), at: place.configuration, as: "model's configuration")
}

/// Loads the segmentation network that a directory or file holds.
///
/// - Throws: if a file is missing or broken, if it is no network that labels frames, or if tensors are missing, left over or
///   misshapen.
package func loadSegmentationNetwork(_ path: String) throws(CheckpointError) -> any SegmentationNetwork {
    let names = (try? ModelPlace(path: path).open())?.names ?? []
    // What nobody recognises, or cannot be opened at all, SegFormer's loader tells best.
    let kind = publishedKinds.first { $0.recognises(names) } ?? SegFormerFile.kind
    guard let model = try kind.open(path) as? any PublishedSegmentationModel else {
        throw CheckpointError("\(path): is \(kind.marks), which labels no frames; expected a segmentation network")
    }
    return try model.load()
}
