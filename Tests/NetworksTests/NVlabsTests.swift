import Checkpoints
import Compiled
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// SegFormers in the layout of the original code; Golden/make_nvlabs.py made one with transformers.
struct NVlabsTests {
    private static func golden(_ name: String) throws -> String {
        try #require(Bundle.module.resourcePath) + "/Golden/nvlabs/" + name
    }

    @Test("logits agree with transformers at the original's epsilons")
    func parity() throws {
        let model = try SegFormer(path: Self.golden("small.pth"))
        let golden = try Checkpoint(path: Self.golden("golden.safetensors")).root
        let logits = SegFormerParityTests.logits(model, try golden.tensor("input"))
        // fp32 sums in another order; transformers' epsilons would move some by more than 0.01.
        expectClose(logits, try golden.tensor("logits"), absolute: 1e-3)
    }

    @Test("the shape is read from the tensors, classes from the metadata, and what is not used is told")
    func description() throws {
        let file = try SegFormerFile(path: Self.golden("small.pth"))
        let configuration = file.configuration
        #expect(file.layout == .nvlabs)
        #expect(configuration.hiddenSizes == [8, 16, 20, 32] && configuration.depths == [1, 2, 1, 1])
        #expect(configuration.reductions == [8, 4, 2, 1] && configuration.patchSizes == [7, 3, 3, 3])
        #expect(configuration.attentionHeads == [1, 2, 5, 8] && configuration.feedForwardRatios == [4, 4, 4, 4])
        #expect(configuration.epsilons == .init(blocks: 1e-6, embeddings: 1e-5))
        #expect(try file.check().classNames == ["wall", "floor", "sky", "class 3", "class 4"])
        #expect(file.notes == ["14 tensors are not used: DiTTA's add-on"])
    }

    /// The names and shapes of a whole file, as single-precision zeros.
    private func shapes() throws -> [String: [Int]] {
        let file = try openTensorFile(Self.golden("small.pth"))
        return Dictionary(uniqueKeysWithValues: file.names.map { ($0, file.shape(of: $0) ?? []) })
    }

    private func expectRefusal(
        _ shapes: [String: [Int]], _ says: String, sourceLocation: SourceLocation = #_sourceLocation
    )
        throws
    {
        try withTemporaryFolder { folder in
            let path = folder + "/model.pth"
            try writeSparse(shapes, to: path)
            let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
                try SegFormer(path: path)
            }
            let sentence = error?.description ?? ""
            #expect(
                sentence.hasPrefix(path + ": ") && sentence.contains(says), "\(sentence)",
                sourceLocation: sourceLocation)
        }
    }

    @Test("missing, misshapen and left-over tensors are called by their names in the file")
    func strictness() throws {
        let shapes = try shapes()
        func expect(_ name: String, _ shape: [Int]?, _ says: String) throws {
            var changed = shapes
            changed[name] = shape
            try expectRefusal(changed, says)
        }
        let block = "backbone.block2.1"
        try expect(
            "\(block).attn.kv.bias", nil, "has no tensor '\(block).attn.kv.bias' (the model's 'segformer.encoder")
        try expect("\(block).attn.kv.weight", [31, 16], "expected 2 equal shares of rows, found shape [31, 16]")
        try expect("\(block).attn.q.weight", [16, 8], "'\(block).attn.q.weight' (the model's")
        try expect("backbone.extra", [1], "has 1 tensors that the model does not use: backbone.extra")
        try expect(
            "backbone.block3.0.norm1.weight", nil, "depths: expected 4 numbers from 1 to 8192, found [1, 2, 0, 1]")
        try expect("backbone.patch_embed4.proj.weight", nil, "has no tensor 'backbone.patch_embed4.proj.weight'")
        try expect("backbone.patch_embed4.proj.weight", [32], "expected 4 dimensions, found [32]")
        try expect("decode_head.linear_pred.bias", nil, "has no tensor 'decode_head.linear_pred.bias'")
    }

    @Test("one logit says nothing without a threshold")
    func binary() throws {
        var changed = try shapes()
        changed["decode_head.linear_pred.bias"] = [1]
        try expectRefusal(changed, "expected 2 classes or more, found one logit")
    }

    @Test("layouts that ditta does not have are refused by name")
    func otherLayouts() throws {
        let shapes = try shapes()
        try expectRefusal(["backbone.layers.0.0.projection.weight": [1]], "mmsegmentation's own layout")
        let encoder = shapes.filter { $0.key.hasPrefix("backbone.") }.map { (String($0.key.dropFirst(9)), $0.value) }
        try expectRefusal(Dictionary(uniqueKeysWithValues: encoder), "a SegFormer's encoder without a head")
        try expectRefusal(["a": [1], "b": [1]], "is no SegFormer: expected 'segformer.encoder.…'")
        try expectRefusal([:], "found no tensors")
    }

    @Test("a Hugging Face file, by itself beside its configuration, or under its older name")
    func huggingFaceFile() throws {
        try ModelFolder.with { folder in
            let path = folder.path + "/model.safetensors"
            #expect(try SegFormer(path: path).classNames.count == 5)
            try FileManager.default.moveItem(atPath: path, toPath: folder.path + "/pytorch_model.bin")
            #expect(try SegFormer(path: folder.path).classNames.count == 5)
        }
    }
}
