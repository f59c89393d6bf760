import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// DINOv2 against transformers, and what its checkpoints may be; Golden/dinov2/make.py made the values.
struct DINOv2Tests {
    static let layouts = ["plain", "registers", "meta", "meta-registers"]

    /// Writes a model of synthetic weights and opens it: a folder, or of Meta's names the file.
    private func withModel<Result>(_ name: String, _ body: (String) throws -> Result) throws -> Result {
        let golden = try #require(Bundle.module.resourcePath) + "/Golden/dinov2/" + name
        return try withTemporaryFolder { folder in
            try writeSyntheticModel(of: golden, to: folder)
            return try body(name.hasPrefix("meta") ? folder + "/model.safetensors" : folder)
        }
    }

    @Test("features of patches, of all layouts and rules of positions", arguments: layouts)
    func features(name: String) throws {
        let golden = try Checkpoint(
            path: #require(Bundle.module.resourcePath) + "/Golden/dinov2/\(name)/golden.safetensors")
        let network = try withModel(name) { try DINOv2File(path: $0).load() }
        for (height, width) in [(42, 112), (28, 28), (70, 70)] {
            let size = "\(height)x\(width)"
            let input = syntheticInput(name: "input." + size, shape: [1, 3, height, width], bound: 2)
            let compiled = CompiledDINOv2(network, height: height, width: width)
            let expected = try golden.root["features"].tensor(size)
            // Single precision through two blocks, of values up to 4; another rule of positions is off by 1e-2.
            for _ in 0..<2 {
                expectClose(compiled(channelsLast(input)), expected, absolute: 3e-5, "\(name) \(size)")
            }
        }
    }

    @Test("what a checkpoint is, by its names and shapes", arguments: layouts)
    func recognised(name: String) throws {
        try withModel(name) { path in
            let names = try ModelPlace(path: path).open().names
            let model = try openPublishedModel(path, names: names)
            #expect(model is DINOv2File)
            #expect(model.layoutName == (name.hasPrefix("meta") ? "Meta" : "Hugging Face"))
            let registers = name.hasSuffix("registers") ? " with 4 registers" : ""
            #expect(model.architecture == "DINOv2 of width 128 and depth 2" + registers)
            #expect(try model.checkedClasses().isEmpty)
            #expect(model.notes == (name == "registers" ? ["2 tensors are not used: a classifier"] : []))
            let configuration = try #require(model as? DINOv2File).configuration
            #expect(configuration.heads == (name == "plain" ? 4 : 2) && configuration.grid == 5)
            #expect(throws: CheckpointError.self) { try loadSegmentationNetwork(path) }
        }
    }

    @Test("what does not fit is refused in a sentence")
    func refusals() throws {
        let changes: [(change: (inout [String: [Int]]) -> Void, sentence: String)] = [
            ({ $0["encoder.layer.1.norm2.bias"] = nil }, "has no tensor 'encoder.layer.1.norm2.bias'"),
            ({ $0["encoder.layer.0.mlp.fc2.bias"] = [64] }, "expected shape [128], found [64]"),
            ({ $0["head.weight"] = [3] }, "that the model does not use: head.weight"),
            (
                { $0["embeddings.position_embeddings"] = [1, 25, 128] },
                "expected those of a class token and of a square"
            ),
            ({ $0["embeddings.position_embeddings"] = [26, 128] }, "expected 3 dimensions"),
            (
                { $0["embeddings.patch_embeddings.projection.weight"] = [128, 3, 16, 16] },
                "expected shape [128, 3, 14, 14]"
            ),
            ({ $0["encoder.layer.0.layer_scale1.lambda1"] = nil }, "is no DINOv2: expected"),
            (
                { $0["encoder.layer.1.norm1.weight"] = nil },
                "num_hidden_layers: expected 1 as the tensors have, found 2"
            ),
        ]
        let golden = try #require(Bundle.module.resourcePath) + "/Golden/dinov2/plain"
        struct Description: Decodable { let shapes: [String: [Int]] }
        let shapes = try JSONDecoder().decode(
            Description.self, from: Data(contentsOf: URL(fileURLWithPath: golden + "/tensors.json"))
        ).shapes
        for (change, sentence) in changes {
            var changed = shapes
            change(&changed)
            try withTemporaryFolder { folder in
                try FileManager.default.copyItem(atPath: golden + "/config.json", toPath: folder + "/config.json")
                try writeSparse(changed, to: folder + "/model.safetensors")
                #expect {
                    _ = try DINOv2File(path: folder).checkedClasses()
                } throws: { "\($0)".contains(sentence) && "\($0)".contains(folder) }
            }
        }
        for (part, other, sentence) in [
            ("\"num_attention_heads\": 4", "\"num_attention_heads\": 3", "128 channels are no multiple of 3 heads"),
            ("\"num_attention_heads\": 4", "\"num_attention_heads\": 0", "no multiple of 0 heads"),
            ("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"relu\"", "hidden_act: expected 'gelu', found 'relu'"),
            ("\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": -1", "layer_norm_eps: expected a number above 0"),
            ("\"model_type\": \"dinov2\"", "\"model_type\": \"dpt\"", "is a 'dpt'"),
        ] {
            try withModel("plain") { folder in
                let file = URL(fileURLWithPath: folder + "/config.json")
                let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
                #expect(text.contains(part))
                try Data(text.replacing(part, with: other).utf8).write(to: file)
                #expect {
                    _ = try DINOv2File(path: folder).checkedClasses()
                } throws: { "\($0)".contains(sentence) }
            }
        }
        try withModel("meta") { path in
            let folder = (path as NSString).deletingLastPathComponent
            #expect { _ = try DINOv2File(path: folder) } throws: { "\($0)".contains("give the file by itself") }
        }
    }
}
