import Checkpoints
import Foundation
import Networks
import Raster
import Tensors
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
            Change("model_type", "\"bert\"", says: "expected model_type 'segformer', found 'bert'"),
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

    @Test("classes without a name are numbered, names of no class are dropped")
    func names() throws {
        try ModelFolder.with { folder in
            try folder.setConfiguration("id2label", ["0": "road", "3": "sky", "99": "sea", "x": "?", "-1": "!"])
            #expect(
                try SegFormer(path: folder.path).classNames == ["road", "class 1", "class 2", "sky", "class 4"])
            try folder.setConfiguration("id2label", nil)
            #expect(try SegFormer(path: folder.path).classNames.first == "class 0")
        }
    }
}

/// How pictures are prepared, and files that say nonsense of it.
struct PreprocessorTests {
    private func preprocessor(_ text: String) throws -> Preprocessor {
        try withTemporaryFolder { folder in
            let path = folder + "/preprocessor_config.json"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return try Preprocessor(path: path)
        }
    }

    @Test(
        "broken files",
        arguments: [
            "", "[]", "{", #"{"image_mean": "grey"}"#, #"{"image_mean": [0.5, 0.5]}"#, #"{"image_std": [0.2, 0, 0.2]}"#,
            #"{"image_std": [0.2, -1, 0.2]}"#, #"{"rescale_factor": 0}"#, #"{"rescale_factor": -0.1}"#,
            #"{"image_mean": [1e300, 0, 0]}"#, #"{"image_std": [1e-300, 1, 1]}"#, #"{"rescale_factor": 1e-300}"#,
            #"{"size": "large"}"#, #"{"size": 1e300}"#, #"{"size": 9223372036854775807}"#,
            #"{"size": {"height": 9223372036854775807, "width": 32}}"#,
        ])
    func broken(text: String) throws {
        let error = #expect(throws: CheckpointError.self) { try preprocessor(text) }
        #expect(error?.description.contains("/preprocessor_config.json: ") == true)
    }

    @Test("a broken file stops the model from loading")
    func inFolder() throws {
        try ModelFolder.with { folder in
            try folder.write(Data("{".utf8), to: "preprocessor_config.json")
            folder.expectRefusal("preprocessor_config.json", "is no preprocessor configuration")
        }
    }

    @Test("the published size in each way it is written")
    func sizes() throws {
        let square = try preprocessor(#"{"size": 512}"#).publishedSize
        #expect(square?.width == 512 && square?.height == 512)
        let wide = try preprocessor(#"{"size": {"height": 512, "width": 1024}}"#).publishedSize
        #expect(wide?.width == 1024 && wide?.height == 512)
        #expect(try preprocessor(#"{"size": {"shortest_edge": 512}}"#).publishedSize == nil)
        #expect(try preprocessor(#"{"size": 512, "do_resize": false}"#).publishedSize == nil)
        #expect(try preprocessor("{}").publishedSize == nil)
    }

    @Test("the input size: fitted into the box, then rounded up to multiples of 32")
    func inputSize() throws {
        var preprocessor = try preprocessor("{}")
        func size(_ width: Int, _ height: Int) -> [Int] {
            let size = preprocessor.inputSize(width: width, height: height)
            return [size.width, size.height]
        }
        #expect(size(1920, 1080) == [864, 480])
        #expect(size(480, 853) == [288, 480])
        #expect(size(1, 1) == [480, 480])
        #expect(size(100_000, 1) == [864, 32])
        preprocessor.resize = .stretch(width: 500, height: 32)
        #expect(size(7, 7) == [512, 32])
    }

    @Test("a picture is scaled and normalised")
    func normalised() throws {
        var preprocessor = try preprocessor(
            #"{"image_mean": [0, 0.5, 1], "image_std": [1, 0.5, 0.25], "rescale_factor": 0.01}"#)
        preprocessor.resize = .stretch(width: 32, height: 32)
        let found = preprocessor(Image(width: 2, height: 1, pixels: [100, 100, 100, 100, 50, 75]))
        #expect(found.shape == [32, 32, 3])
        // The left border has the left pixel's colour, the right border the right one's.
        expectClose(found.reshaped(1024, 3).part(0, 3), Tensor([1, 1, 0], [3]), absolute: 1e-6)
        expectClose(found.reshaped(1024, 3).part(31, 3), Tensor([1, 0, -1], [3]), absolute: 1e-6)
    }
}
