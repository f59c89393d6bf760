import Checkpoints
import Foundation
import Networks
import Raster
import Tensors
import TestSupport
import Testing

/// How pictures are prepared, and files that say nonsense of it.
struct PreprocessorTests {
    private func preprocessor(_ text: String, in name: String = "preprocessor_config.json") throws -> Preprocessor {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
            return try Preprocessor(folder: folder)
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

    /// A form of the file, and what transformers makes of a picture of 80×48 pixels by it; Golden/make_preprocessor.py.
    private struct Form {
        let text: String
        let width, height: Int
        let color: [Float]

        init(_ entry: [String: Any]) throws {
            text = String(
                decoding: try JSONSerialization.data(withJSONObject: try #require(entry["file"])), as: UTF8.self)
            let size = try #require(entry["size"] as? [Int])
            (width, height) = (size[0], size[1])
            color = try #require(entry["color"] as? [Double]).map { Float($0) }
        }
    }

    @Test("every form of the file gives the size and the numbers that transformers gives")
    func forms() throws {
        let path = try #require(Bundle.module.resourcePath) + "/Golden/preprocessor.json"
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
        let image = Image(width: 80, height: 48, pixels: (0..<80 * 48).flatMap { _ in [95, 130, 194] as [UInt8] })
        for entry in try #require(object as? [[String: Any]]) {
            let form = try Form(entry)
            var preprocessor = try preprocessor(form.text)
            preprocessor.resize = preprocessor.publishedResize ?? .stretch(width: 80, height: 48)
            preprocessor.multiple = 1
            let input = preprocessor(image)
            #expect(input.shape == [form.height, form.width, 3], "\(form.text)")
            let color = input.reshaped(form.height * form.width, 3).part(7, 3)
            expectClose(color, Tensor(form.color, [3]), relative: 1e-5)
        }
    }

    @Test("a size that is taken from the file, or not")
    func sizes() throws {
        let wide = try preprocessor(#"{"size": {"height": 512, "width": 1024}}"#).publishedSize
        #expect(wide?.width == 1024 && wide?.height == 512)
        #expect(try preprocessor(#"{"size": {"shortest_edge": 512}}"#).publishedSize == nil)
        #expect(try preprocessor(#"{"size": 512, "do_resize": false}"#).publishedResize == nil)
        let asIs = try preprocessor(#"{"do_normalize": false, "do_rescale": false}"#)
        #expect(asIs.mean == [0, 0, 0] && asIs.standardDeviation == [1, 1, 1])
        try withTemporaryFolder { folder in
            let unsaid = try Preprocessor(folder: folder)
            #expect(unsaid.publishedResize == nil)
        }
    }

    @Test("resampling that is not bilinear is told")
    func resampling() throws {
        for text in ["{}", #"{"resample": 2}"#, #"{"resample": 3, "do_resize": false}"#] {
            #expect(try preprocessor(text).isBilinear)
        }
        for filter in [0, 1, 3, 4, 5] { #expect(try !preprocessor(#"{"resample": \#(filter)}"#).isBilinear) }
        try ModelFolder.with { folder in
            try folder.write(Data(#"{"resample": 3}"#.utf8), to: "preprocessor_config.json")
            #expect(try SegFormer(path: folder.path).notes.first?.contains("resampling is not used") == true)
        }
    }

    @Test("a processor's file has it under a name of its own, and is asked first")
    func nested() throws {
        let text = #"{"image_processor": {"do_normalize": false, "size": 96}, "processor_class": "X"}"#
        #expect(try preprocessor(text, in: "processor_config.json").mean == [0, 0, 0])
        try withTemporaryFolder { folder in
            func write(_ text: String, _ name: String) throws {
                try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
            }
            try write(#"{"size": 64}"#, "preprocessor_config.json")
            try write(text, "processor_config.json")
            #expect(try Preprocessor(folder: folder).publishedSize?.width == 96)
            try write(#"{"processor_class": "X"}"#, "processor_config.json")
            #expect(try Preprocessor(folder: folder).publishedSize?.width == 64)
            try write(#"{"image_processor": {"do_pad": true}}"#, "processor_config.json")
            let error = #expect(throws: CheckpointError.self) { try Preprocessor(folder: folder) }
            let sentence = error?.description ?? ""
            #expect(sentence.contains("/processor_config.json: ") && sentence.contains("do_pad"), "\(sentence)")
        }
    }

    @Test(
        "what is not done here is refused by name",
        arguments: [
            (#"{"do_center_crop": true}"#, "'do_center_crop': is on"), (#"{"do_pad": true}"#, "'do_pad': is on"),
            (#"{"do_pad": 1}"#, "'do_pad': is on"),
            (#"{"do_flip_channel_order": true}"#, "'do_flip_channel_order'"),
            (#"{"do_sharpen": true}"#, "'do_sharpen'"),
            (#"{"image_processor_type": "ViTImageProcessor"}"#, "found 'ViTImageProcessor'"),
            (#"{"feature_extractor_type": "BeitFeatureExtractor"}"#, "'feature_extractor_type'"),
            (#"{"size": {"longest_edge": 64}}"#, "'size': expected"),
            (#"{"size": {"shortest_edge": 64, "longest_edge": 90}}"#, "'size': expected"),
            (#"{"size": {"max_height": 64, "max_width": 64}}"#, "'size': expected"),
            (#"{"size": [64]}"#, "'size': expected"), (#"{"size": null}"#, "'size'"), (#"{"size": 0}"#, "'size'"),
            (#"{"resample": null}"#, "'resample'"), (#"{"resample": "bicubic"}"#, "'resample'"),
            (#"{"image_mean": null}"#, "'image_mean'"), (#"{"rescale_factor": null}"#, "'rescale_factor'"),
            (#"{"image_std": [1, 2]}"#, "'image_std': expected a number or 3, found 2"),
            (#"{"do_normalize": "yes"}"#, "'do_normalize' is of another type"),
        ])
    func refused(text: String, says: String) throws {
        let error = #expect(throws: CheckpointError.self) { try preprocessor(text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
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
