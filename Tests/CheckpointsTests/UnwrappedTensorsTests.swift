import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Names with what training wrapped around the network.
struct UnwrappedTensorsTests {
    private func withFile(_ names: [String], _ body: (any TensorFile) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            let entries = names.enumerated().map { ($1, SafetensorsFile.Entry("F32", [1], littleEndian([Float($0)]))) }
            try SafetensorsFile(Dictionary(uniqueKeysWithValues: entries)).data.write(to: URL(fileURLWithPath: path))
            try body(UnwrappedTensors(openTensorFile(path)))
        }
    }

    @Test(
        "wrappers in whatever order",
        arguments: [
            "", "module.", "_orig_mod.", "model.", "net.", "module._orig_mod.", "model.module.",
            "model._orig_mod.module.",
        ])
    func prefixes(prefix: String) throws {
        try withFile([prefix + "head.bias", prefix + "body.model.weight"]) { file in
            #expect(file.names == ["head.bias", "body.model.weight"])
            let tensor = try file.tensor("head.bias")
            #expect(tensor?.values == [0])
            #expect(file.shape(of: "body.model.weight") == [1])
            #expect(file.shape(of: "weight") == nil)
        }
    }

    @Test(
        "what stands beside the network keeps its name, and two tensors do not become one",
        arguments: [
            (["model.a", "model.b", "criterion.weight"], ["a", "b", "criterion.weight"]),
            (["model.a", "model.b", "a"], ["model.a", "model.b", "a"]),
        ])
    func others(names: [String], unwrapped: [String]) throws {
        try withFile(names) { file in
            #expect(file.names == Set(unwrapped))
            let tensor = try file.tensor(names[2])
            #expect(tensor?.values == [2])
        }
    }
}
