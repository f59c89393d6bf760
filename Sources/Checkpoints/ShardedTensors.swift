import Foundation
import Tensors

/// Tensors in several files, as `save_pretrained` splits large checkpoints; an index beside them tells which file has which.
///
/// Source: transformers, "Sharded checkpoints": `{"metadata": …, "weight_map": {tensor: file}}`.
struct ShardedTensors: TensorFile {
    private struct Index: Decodable {
        // The file's own name.
        let weight_map: [String: String]
    }

    let path: String
    /// The shards by the names of their files.
    private let shards: [String: any TensorFile]
    /// The shard that each tensor is in.
    private let places: [String: String]

    /// Opens all files that an index lists.
    ///
    /// - Throws: if it lists a file that is missing, broken or not beside it, or a tensor that is not where it says.
    init(index path: String) throws(CheckpointError) {
        let index = try decodedDescription(
            Index.self, at: path, as: "index of shards", expected: "a JSON file with a weight_map")
        let folder = (path as NSString).deletingLastPathComponent
        let files = Set(index.weight_map.values).sorted()
        if let outside = files.first(where: { $0.isEmpty || $0.contains("/") || [".", ".."].contains($0) }) {
            throw CheckpointError("\(path): weight_map: expected names of files beside it, found '\(outside)'")
        }
        func place(_ file: String) -> String { folder.isEmpty ? file : folder + "/" + file }
        let missing = files.filter { !FileManager.default.fileExists(atPath: place($0)) }
        guard missing.isEmpty else {
            throw CheckpointError(
                "\(path): of its \(files.count) shards \(missing.count) are missing: "
                    + missing.prefix(4).joined(separator: ", ") + (missing.count > 4 ? ", …" : ""))
        }
        var shards: [String: any TensorFile] = [:]
        for file in files { shards[file] = try openSingleFile(place(file)) }
        for (name, file) in index.weight_map where shards[file]?.description(of: name) == nil {
            throw CheckpointError("\(place(file)): has no tensor '\(name)', which \(path) says is there")
        }
        // What a shard has besides is not forgiven: it is left over when the network has taken its own.
        let others = shards.flatMap { file, shard in shard.names.map { ($0, file) } }
        places = Dictionary(others, uniquingKeysWith: { first, _ in first })
            .merging(index.weight_map) { _, listed in listed }
        (self.path, self.shards) = (path, shards)
    }

    var container: String {
        let kinds = Set(shards.values.map(\.container)).sorted().joined(separator: ", ")
        return "\(shards.count) files (\(kinds))"
    }
    var size: Int { shards.values.reduce(0) { $0 + $1.size } }
    var names: Set<String> { Set(places.keys) }
    var classNames: [String] { [] }

    func description(of name: String) -> StoredTensor? {
        places[name].flatMap { shards[$0]?.description(of: name) }
    }

    func tensor(_ name: String) throws(CheckpointError) -> Tensor? {
        guard let place = places[name] else { return nil }
        return try shards[place]?.tensor(name)
    }
}
