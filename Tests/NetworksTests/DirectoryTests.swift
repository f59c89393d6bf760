import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// A model folder that can be broken in one place at a time.
struct ModelFolder {
    let path: String

    /// Calls `body` with a copy of the smallest golden model.
    static func with<Result>(_ body: (ModelFolder) throws -> Result) throws -> Result {
        let golden = try #require(Bundle.module.resourcePath) + "/Golden/small-b0"
        return try withTemporaryFolder { folder in
            for name in ["config.json", "model.safetensors"] {
                try FileManager.default.copyItem(atPath: golden + "/" + name, toPath: folder + "/" + name)
            }
            return try body(ModelFolder(path: folder))
        }
    }

    func write(_ data: Data, to name: String) throws {
        try data.write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// Sets a key of the configuration, or takes it out.
    func setConfiguration(_ key: String, _ value: Any?) throws {
        let url = URL(fileURLWithPath: path + "/config.json")
        var object = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        object[key] = value
        try JSONSerialization.data(withJSONObject: object).write(to: url)
    }

    /// Gives the tensors other names.
    func rename(_ name: (String) -> String) throws {
        try editTensors { entries in
            entries = Dictionary(uniqueKeysWithValues: entries.map { (name($0.key), $0.value) })
        }
    }

    /// Changes the tensors.
    func editTensors(_ edit: (inout [String: SafetensorsFile.Entry]) -> Void) throws {
        let url = URL(fileURLWithPath: path + "/model.safetensors")
        var file = try SafetensorsFile(reading: Data(contentsOf: url))
        edit(&file.entries)
        try file.data.write(to: url)
    }

    /// Expects the model to be refused in one sentence that names a file and says something.
    func expectRefusal(_ file: String, _ says: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
            try SegFormer(path: path)
        }
        let sentence = error?.description ?? ""
        #expect(sentence.hasPrefix(path + "/" + file + ": "), "\(sentence)", sourceLocation: sourceLocation)
        #expect(sentence.contains(says), "\(sentence)", sourceLocation: sourceLocation)
        #expect(!sentence.contains("\n"), sourceLocation: sourceLocation)
    }
}

/// Folders that are no model.
struct DirectoryTests {
    @Test("the copy that the other tests break is whole")
    func whole() throws {
        try ModelFolder.with { folder in
            let model = try SegFormer(path: folder.path)
            #expect(model.classNames == (0..<5).map { "LABEL_\($0)" })
            #expect(model.preprocessor.publishedSize == nil)
            try folder.editTensors { _ in }
            _ = try SegFormer(path: folder.path)
        }
    }

    @Test("no folder, a file, and a folder without files")
    func nothing() throws {
        try ModelFolder.with { folder in
            let missing = folder.path + "/nowhere"
            let expected = "expected a directory with config.json and model.safetensors, or a checkpoint's file"
            #expect(throws: CheckpointError("\(missing): no such model; \(expected)")) {
                try SegFormer(path: missing)
            }
            let file = folder.path + "/config.json"
            let error = #expect(throws: CheckpointError.self) { try SegFormer(path: file) }
            #expect(error?.description.contains("no safetensors file") == true)
            try FileManager.default.removeItem(atPath: folder.path + "/model.safetensors")
            folder.expectRefusal("model.safetensors", "cannot be read")
            try FileManager.default.removeItem(atPath: file)
            folder.expectRefusal("config.json", "cannot be read")
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
            folder.expectRefusal("config.json", "cannot be read")
        }
    }

    @Test("missing, misshapen and left-over tensors")
    func tensors() throws {
        let name = "segformer.encoder.block.2.1.mlp.dwconv.dwconv.weight"
        try ModelFolder.with { folder in
            try folder.editTensors { $0["extra"] = .init("F32", [0], Data()) }
            folder.expectRefusal("model.safetensors", "has 1 tensors that the model does not use: extra")
            try folder.editTensors { entries in
                entries["extra"] = nil
                entries[name]?.shape.swapAt(0, 1)
            }
            folder.expectRefusal(
                "model.safetensors", "tensor '\(name)': expected shape [160, 1, 3, 3], found [1, 160, 3, 3]")
            try folder.editTensors { $0[name] = nil }
            folder.expectRefusal("model.safetensors", "has no tensor '\(name)'")
        }
    }

    @Test("another network's folder is told by what it says it is", arguments: ["dpt", "mask2former", "sam2_video"])
    func families(type: String) throws {
        try ModelFolder.with { folder in
            let says = "is a '\(type)'; ditta reads segformer"
            // It has none of a SegFormer's fields, and is asked before its tensors.
            try folder.write(Data(#"{"architectures": ["X"], "model_type": "\#(type)"}"#.utf8), to: "config.json")
            folder.expectRefusal("config.json", says)
            try FileManager.default.removeItem(atPath: folder.path + "/model.safetensors")
            folder.expectRefusal("config.json", says)
        }
    }

    @Test(
        "an encoder is told as one",
        arguments: ["encoder.patch_embeddings.0.proj.weight", "stages.0.patch_embeddings.proj.weight"])
    func encoder(name: String) throws {
        try ModelFolder.with { folder in
            try folder.editTensors { $0 = [name: .init("F32", [0], Data())] }
            folder.expectRefusal("model.safetensors", "is a SegFormer's encoder without a head")
        }
    }

    @Test("tensors in several files")
    func shards() throws {
        try ModelFolder.with { folder in
            let whole = try SegFormer(path: folder.path).parameters.parameters.map { $0.published.values }
            let url = URL(fileURLWithPath: folder.path + "/model.safetensors")
            let file = try SafetensorsFile(reading: Data(contentsOf: url))
            try FileManager.default.removeItem(at: url)
            var places: [String: String] = [:]
            for part in 0..<3 {
                let entries = file.entries.filter { $0.key.utf8.reduce(0) { $0 + Int($1) } % 3 == part }
                let name = "model-0000\(part + 1)-of-00003.safetensors"
                try folder.write(SafetensorsFile(entries).data, to: name)
                for key in entries.keys { places[key] = name }
            }
            let index = try JSONSerialization.data(withJSONObject: ["weight_map": places])
            try folder.write(index, to: "model.safetensors.index.json")
            #expect(try SegFormer(path: folder.path).parameters.parameters.map { $0.published.values } == whole)
            #expect(try SegFormer(path: folder.path + "/model.safetensors.index.json").classNames.count == 5)
        }
    }

    @Test("the counter of batches is not missed and not used")
    func counter() throws {
        try ModelFolder.with { folder in
            try folder.editTensors {
                $0["decode_head.batch_norm.num_batches_tracked"] = .init("I64", [], littleEndian([3 as Int64]))
            }
            _ = try SegFormer(path: folder.path)
            try folder.editTensors { $0["decode_head.batch_norm.num_batches_tracked"] = nil }
            _ = try SegFormer(path: folder.path)
        }
    }
}

/// Decode heads whose extents, which are read from the tensors, make no sense.
struct DecodeHeadShapeTests {
    @Test("no classes, or more than labels can tell apart", arguments: [0, 65_536])
    func classes(count: Int) throws {
        try ModelFolder.with { folder in
            try folder.editTensors { entries in
                entries["decode_head.classifier.bias"] = .init("F32", [count], Data(count: 4 * count))
                entries["decode_head.classifier.weight"] = .init("F16", [count, 16, 1, 1], Data(count: 32 * count))
            }
            folder.expectRefusal("model.safetensors", "'decode_head.classifier.bias'")
        }
    }

    @Test("scalars where rows are expected", arguments: ["classifier.bias", "batch_norm.weight"])
    func scalars(name: String) throws {
        try ModelFolder.with { folder in
            try folder.editTensors { $0["decode_head." + name] = .init("F32", [], Data(count: 4)) }
            folder.expectRefusal("model.safetensors", "'decode_head.\(name)'")
        }
    }

    @Test("two dimensions where one is expected", arguments: ["classifier.bias", "batch_norm.weight"])
    func ranks(name: String) throws {
        try ModelFolder.with { folder in
            try folder.editTensors { $0["decode_head." + name]?.shape.append(1) }
            folder.expectRefusal("model.safetensors", "'decode_head.\(name)'")
        }
    }

    @Test("a head of width zero, consistent in itself")
    func width() throws {
        try ModelFolder.with { folder in
            try folder.editTensors { entries in
                for (level, channels) in [8, 16, 40, 64].enumerated() {
                    entries["decode_head.linear_c.\(level).proj.weight"] = .init("F32", [0, channels], Data())
                    entries["decode_head.linear_c.\(level).proj.bias"] = .init("F32", [0], Data())
                }
                for name in ["weight", "bias", "running_mean", "running_var"] {
                    entries["decode_head.batch_norm.\(name)"] = .init("F32", [0], Data())
                }
                entries["decode_head.linear_fuse.weight"] = .init("F32", [0, 0, 1, 1], Data())
                entries["decode_head.classifier.weight"] = .init("F32", [5, 0, 1, 1], Data())
            }
            folder.expectRefusal("model.safetensors", "'decode_head.batch_norm.weight'")
        }
    }
}
