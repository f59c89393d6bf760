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

    @Test("what stands beside the network keeps its name")
    func others() throws {
        try withFile(["model.a", "model.b", "criterion.weight"]) { file in
            #expect(file.names == ["a", "b", "criterion.weight"])
            let tensor = try file.tensor("criterion.weight")
            #expect(tensor?.values == [2])
        }
    }

    @Test("two tensors do not become one")
    func collision() throws {
        try withFile(["model.a", "model.b", "a"]) { file in
            #expect(file.names == ["model.a", "model.b", "a"])
            let tensor = try file.tensor("a")
            #expect(tensor?.values == [2])
        }
    }
}
