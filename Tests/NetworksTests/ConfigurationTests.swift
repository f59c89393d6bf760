import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

/// Configurations that are broken, of another model, or impossible.
struct ConfigurationTests {
    struct Change: CustomTestStringConvertible {
        let key, value, says: String
        var testDescription: String { "\(key): \(value)" }
        init(_ key: String, _ value: String, says: String) { (self.key, self.value, self.says) = (key, value, says) }
    }

    @Test(
        "one wrong value",
        arguments: [
            Change("model_type", "\"bert\"", says: "is a 'bert'; ditta reads segformer"),
            Change(
                "architectures", "[\"SegformerForImageClassification\"]", says: "found SegformerForImageClassification"),
            Change("architectures", "[\"SegformerModel\"]", says: "expected SegformerForSemanticSegmentation"),
            Change("hidden_act", "\"relu\"", says: "hidden_act: expected 'gelu', found 'relu'"),
            Change("hidden_act", "\"gelu_new\"", says: "hidden_act: expected 'gelu', found 'gelu_new'"),
            Change("num_channels", "4", says: "num_channels: expected '3', found '4'"),
            Change("num_encoder_blocks", "3", says: "num_encoder_blocks: expected '4', found '3'"),
            Change("problem_type", "\"multi_label_classification\"", says: "problem_type: expected"),
            Change("problem_type", "\"regression\"", says: "found 'regression'"),
            Change("model_type", "7", says: "'model_type' is of another type"),
            Change("hidden_sizes", "[8, 16, 40]", says: "hidden_sizes: expected 4 numbers"),
            Change("hidden_sizes", "[8, 16, 40, 64, 80]", says: "found [8, 16, 40, 64, 80]"),
            Change("hidden_sizes", "[8, 16, -40, 64]", says: "hidden_sizes: expected 4 numbers"),
            Change("hidden_sizes", "[8, 16, 9223372036854775807, 64]", says: "hidden_sizes: expected 4 numbers"),
            Change("hidden_sizes", "[8, 16, 1e300, 64]", says: "config.json"),
            Change("hidden_sizes", "[8, 17, 40, 64]", says: "stage 1: hidden size 17 is no multiple of 2 heads"),
            Change("depths", "[]", says: "depths: expected 4 numbers"),
            Change("depths", "[2, 2, 2, 0]", says: "depths: expected 4 numbers"),
            Change("depths", "\"deep\"", says: "'depths' is of another type"),
            Change("num_attention_heads", "[1, 2, 3, 8]", says: "stage 2: hidden size 40 is no multiple of 3 heads"),
            Change("num_attention_heads", "[0, 2, 5, 8]", says: "num_attention_heads: expected 4 numbers"),
            Change("sr_ratios", "[8, 4, 4, 1]", says: "sr_ratios: expected at most [8, 4, 2, 1], found [8, 4, 4, 1]"),
            Change("sr_ratios", "[8, 4, 2]", says: "sr_ratios: expected 4 numbers"),
            Change("sr_ratios", "null", says: "'sr_ratios' is of another type"),
            Change("patch_sizes", "[7, 3, 3, 99999]", says: "patch_sizes: expected 4 numbers"),
            Change("patch_sizes", "[8, 3, 3, 3]", says: "patch_sizes: expected odd numbers, found [8, 3, 3, 3]"),
            Change("strides", "[4, 2, 2, 1]", says: "strides: expected [4, 2, 2, 2], found [4, 2, 2, 1]"),
            Change("mlp_ratios", "[4, 4, 4, 4.5]", says: "config.json"),
            Change("id2label", "[\"a\"]", says: "'id2label' is of another type"),
        ])
    func wrong(change: Change) throws {
        try ModelFolder.with { folder in
            let value = try JSONSerialization.jsonObject(with: Data(change.value.utf8), options: .fragmentsAllowed)
            try folder.setConfiguration(change.key, value)
            folder.expectRefusal("config.json", change.says)
        }
    }

    @Test("a missing key", arguments: ["model_type", "hidden_sizes", "depths", "strides"])
    func missing(key: String) throws {
        try ModelFolder.with { folder in
            try folder.setConfiguration(key, nil)
            folder.expectRefusal("config.json", "it has no '\(key)'")
        }
    }

    @Test("no JSON", arguments: ["", "{", "segformer", "[1]", "null"])
    func noJSON(text: String) throws {
        try ModelFolder.with { folder in
            try folder.write(Data(text.utf8), to: "config.json")
            folder.expectRefusal("config.json", "is no SegFormer configuration: ")
        }
    }

    @Test(
        "what changes nothing that is computed",
        arguments: [
            ("layer_norm_eps", "0.5"), ("semantic_loss_ignore_index", "0"), ("reshape_last_stage", "false"),
            ("decoder_hidden_size", "7"), ("num_labels", "9"), ("problem_type", "null"), ("hidden_act", "null"),
            ("architectures", "null"), ("problem_type", "\"single_label_classification\""), ("dtype", "\"float16\""),
        ])
    func harmless(key: String, text: String) throws {
        try ModelFolder.with { folder in
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            try folder.setConfiguration(key, value)
            #expect(try SegFormer(path: folder.path).classNames.count == 5)
        }
    }

    @Test("classes without a name are numbered, names of no class are dropped")
    func names() throws {
        try ModelFolder.with { folder in
            try folder.setConfiguration("id2label", ["0": "road", "3": "sky", "99": "sea", "x": "?", "-1": "!"])
            #expect(
                try SegFormer(path: folder.path).classNames == ["road", "class 1", "class 2", "sky", "class 4"])
            try folder.setConfiguration("id2label", nil)
            #expect(try SegFormer(path: folder.path).classNames.first == "class 0")
            try folder.setConfiguration("id2label", ["0": "ro\u{202E}ad\u{1B}[2J\n"])
            #expect(try SegFormer(path: folder.path).classNames.first == "ro?ad?[2J?")
        }
    }
}
