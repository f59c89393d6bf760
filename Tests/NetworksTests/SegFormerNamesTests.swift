import Checkpoints
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// SegFormers of Hugging Face under other names than published ones.
struct SegFormerNamesTests {
    /// A name as `state_dict()` of transformers 5 has it; Golden/make.py's model under these gives the same logits there.
    private func five(_ name: String) -> String {
        let patterns = [
            (#"encoder\.patch_embeddings\.(\d)"#, "stages.$1.patch_embeddings"),
            (#"encoder\.block\.(\d)\.(\d+)"#, "stages.$1.blocks.$2"),
            (#"encoder\.layer_norm\.(\d)"#, "stages.$1.layer_norm"), ("layer_norm_1", "layernorm_before"),
            ("layer_norm_2", "layernorm_after"), (#"attention\.self\.query"#, "attention.q_proj"),
            (#"attention\.self\.key"#, "attention.k_proj"), (#"attention\.self\.value"#, "attention.v_proj"),
            (#"attention\.output\.dense"#, "attention.o_proj"),
            (#"attention\.self\.sr"#, "attention.sequence_reduction.sequence_reduction"),
            (#"attention\.self\.layer_norm"#, "attention.sequence_reduction.layer_norm"), (#"mlp\.dense"#, "mlp.fc"),
            (#"decode_head\.linear_c"#, "decode_head.linear_projections"),
        ]
        return patterns.reduce(name) { name, pattern in
            name.replacingOccurrences(of: pattern.0, with: pattern.1, options: .regularExpression)
        }
    }

    private func expectGolden(_ folder: ModelFolder) throws {
        let golden = try SegFormerParityTests.golden("small-b0/golden.safetensors")
        let logits = SegFormerParityTests.logits(try SegFormer(path: folder.path), try golden.tensor("input"))
        expectClose(logits, try golden.tensor("logits"), absolute: 1e-3)
    }

    @Test("the names that transformers 5 has within")
    func transformers5() throws {
        try ModelFolder.with { folder in
            try folder.rename(five)
            #expect(try SegFormerFile(path: folder.path).layout == .huggingFace5)
            try expectGolden(folder)
            try folder.editTensors { $0["segformer.stages.1.blocks.0.mlp.fc1.bias"] = nil }
            folder.expectRefusal(
                "model.safetensors",
                "has no tensor 'segformer.stages.1.blocks.0.mlp.fc1.bias' (the model's 'segformer.encoder.block.1.0.")
        }
    }

    @Test(
        "what training wraps around a network",
        arguments: ["module.", "_orig_mod.", "model.", "model.module._orig_mod."])
    func wrapped(prefix: String) throws {
        try ModelFolder.with { folder in
            try folder.rename { prefix + $0 }
            try expectGolden(folder)
            try folder.rename { prefix + five(String($0.dropFirst(prefix.count))) }
            try expectGolden(folder)
        }
    }

    @Test("a loss beside a wrapped network is left over, and named")
    func besides() throws {
        try ModelFolder.with { folder in
            try folder.rename { "model." + $0 }
            try folder.editTensors { $0["criterion.weight"] = .init("F32", [1], Data(count: 4)) }
            folder.expectRefusal("model.safetensors", "has 1 tensors that the model does not use: criterion.weight")
        }
    }

    @Test("one logit is a class of two, where it is above 0")
    func binary() throws {
        try ModelFolder.with { folder in
            try folder.editTensors { entries in
                for name in ["weight", "bias"] {
                    guard var entry = entries["decode_head.classifier." + name] else { continue }
                    let row = entry.bytes.count / entry.shape[0]
                    (entry.shape[0], entry.bytes) = (1, entry.bytes.prefix(4 * row).suffix(row))
                    entries["decode_head.classifier." + name] = entry
                }
            }
            let model = try SegFormer(path: folder.path)
            let golden = try SegFormerParityTests.golden("small-b0/golden.safetensors")
            let found = SegFormerParityTests.logits(model, try golden.tensor("input")).values
            // transformers' logit of class 3 is the whole of the binary model's.
            let all = try golden.tensor("logits").values
            let expected = stride(from: 3, to: all.count, by: 5).flatMap { [0 as Float, all[$0]] }
            expectClose(Tensor(found, [found.count]), Tensor(expected, [expected.count]), absolute: 1e-3)
            #expect(expected.contains { $0 > 0 } && expected.contains { $0 < 0 })

            try folder.setConfiguration("id2label", ["0": "crack"])
            #expect(try SegFormer(path: folder.path).classNames == ["background", "crack"])
            #expect(try SegFormer(path: folder.path).copy().classNames == ["background", "crack"])
            try folder.setConfiguration("id2label", ["0": "dry", "1": "water"])
            #expect(try SegFormer(path: folder.path).classNames == ["dry", "water"])
            try folder.setConfiguration("id2label", nil)
            #expect(try SegFormer(path: folder.path).classNames == ["background", "class 1"])
        }
    }
}
