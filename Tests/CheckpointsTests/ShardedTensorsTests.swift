import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Checkpoints in several files with an index.
struct ShardedTensorsTests {
    /// A folder of shards.
    private struct Shards {
        let folder: String
        var index: String { folder + "/model.safetensors.index.json" }

        func write(_ name: String, _ tensors: [String: [Float]]) throws {
            let file = SafetensorsFile(tensors.mapValues { .init("F32", [$0.count], littleEndian($0)) })
            try file.data.write(to: URL(fileURLWithPath: folder + "/" + name))
        }

        func writeIndex(_ places: [String: String]) throws {
            let index: [String: Any] = ["metadata": ["total_size": 12], "weight_map": places]
            try JSONSerialization.data(withJSONObject: index).write(to: URL(fileURLWithPath: self.index))
        }

        func expectRefusal(_ sentence: String, sourceLocation: SourceLocation = #_sourceLocation) {
            #expect(throws: CheckpointError(sentence), sourceLocation: sourceLocation) { try openTensorFile(index) }
        }
    }

    /// Calls `body` with a folder of two shards and their index.
    private func withShards(_ body: (Shards) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let shards = Shards(folder: folder)
            try shards.write("one.safetensors", ["a": [1, 2], "b": [3]])
            try shards.write("two.safetensors", ["c": [4]])
            try shards.writeIndex(["a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors"])
            try body(shards)
        }
    }

    @Test("tensors of all files are one checkpoint's")
    func whole() throws {
        try withShards { shards in
            let file = try openTensorFile(shards.index)
            #expect(file.names == ["a", "b", "c"] && file.container == "2 files (safetensors)")
            let checkpoint = Checkpoint(file)
            #expect(try checkpoint.root.tensor("a", 2).values == [1, 2])
            #expect(try checkpoint.root.tensor("c", 1).values == [4])
            #expect(throws: CheckpointError("\(shards.index): has 1 tensors that the model does not use: b")) {
                try checkpoint.finish()
            }
        }
    }

    @Test("files of torch.save are shards, too")
    func archives() throws {
        try withTemporaryFolder { folder in
            let golden = try TorchArchiveTests.golden("model.pt")
            try FileManager.default.copyItem(atPath: golden, toPath: folder + "/one.bin")
            let path = folder + "/pytorch_model.bin.index.json"
            try Data(#"{"weight_map": {"a.weight": "one.bin", "a.bias": "one.bin"}}"#.utf8)
                .write(to: URL(fileURLWithPath: path))
            #expect(try Checkpoint(path: path).root.tensor("a.bias", 2).values == [5, 6])
        }
    }

    @Test("a tensor that the index does not list is left over")
    func unlisted() throws {
        try withShards { shards in
            try shards.writeIndex(["a": "one.safetensors", "c": "two.safetensors"])
            #expect(try openTensorFile(shards.index).names == ["a", "b", "c"])
        }
    }

    @Test("missing shards are named")
    func missing() throws {
        try withShards { shards in
            try FileManager.default.removeItem(atPath: shards.folder + "/two.safetensors")
            shards.expectRefusal("\(shards.index): of its 2 shards 1 are missing: two.safetensors")
        }
    }

    @Test("a tensor that is not where the index says")
    func misplaced() throws {
        try withShards { shards in
            try shards.writeIndex(["a": "two.safetensors"])
            shards.expectRefusal(
                "\(shards.folder)/two.safetensors: has no tensor 'a', which \(shards.index) says is there")
        }
    }

    @Test(
        "an index does not leave its folder",
        arguments: ["../secret", "/etc/passwd", "a/../../b", "..", ".", "", "x/y"])
    func outside(file: String) throws {
        try withShards { shards in
            try shards.writeIndex(["a": file])
            shards.expectRefusal("\(shards.index): weight_map: expected names of files beside it, found '\(file)'")
        }
    }

    @Test("an index is no shard of itself")
    func itself() throws {
        try withShards { shards in
            try shards.writeIndex(["a": "model.safetensors.index.json"])
            let error = #expect(throws: CheckpointError.self) { try openTensorFile(shards.index) }
            #expect(error?.description.contains("no safetensors file") == true, "\(error?.description ?? "")")
        }
    }

    @Test("no index", arguments: ["[]", "{}", #"{"weight_map": {"a": 1}}"#])
    func broken(text: String) throws {
        try withShards { shards in
            try Data(text.utf8).write(to: URL(fileURLWithPath: shards.index))
            let error = #expect(throws: CheckpointError.self) { try openTensorFile(shards.index) }
            #expect(error?.description.contains("is no index of shards: ") == true, "\(error?.description ?? "")")
        }
    }
}
