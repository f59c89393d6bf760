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

    @Test("the published size in each way it is written")
    func sizes() throws {
        func resize(_ text: String) throws -> Preprocessor.Resize? { try preprocessor(text).publishedResize }
        #expect(try resize(#"{"size": 384}"#) == .stretch(width: 384, height: 384))
        #expect(try resize(#"{"size": {"height": 512, "width": 1024}}"#) == .stretch(width: 1024, height: 512))
        #expect(try resize(#"{"size": [512, 1024]}"#) == .stretch(width: 1024, height: 512))
        #expect(try resize(#"{"size": {"shortest_edge": 384}}"#) == .shortestEdge(384))
        #expect(try resize(#"{"size": 384, "default_to_square": false}"#) == .shortestEdge(384))
        #expect(try resize(#"{"size": 384, "do_resize": false}"#) == nil)
        #expect(try resize(#"{"size": 384, "do_resize": null}"#) == nil)
        // The default of transformers' processor, where there is one.
        #expect(try resize("{}") == .stretch(width: 512, height: 512))
        try withTemporaryFolder { folder in
            let unsaid = try Preprocessor(folder: folder)
            #expect(unsaid.publishedResize == nil)
        }
    }

    @Test("a shorter side of a length, as transformers rounds")
    func shortestEdge() throws {
        var preprocessor = try preprocessor(
            #"{"size": {"shortest_edge": 64}, "do_rescale": false, "do_normalize": false}"#)
        preprocessor.resize = try #require(preprocessor.publishedResize)
        preprocessor.multiple = 1
        #expect(preprocessor.inputSize(width: 80, height: 48) == (106, 64))
        #expect(preprocessor.inputSize(width: 48, height: 80) == (64, 106))
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

    /// What transformers 5.23 makes of the colour (95, 130, 194).
    static let forms: [(text: String, expected: [Float])] = [
        ("{}", [-0.4910524, 0.2401961, 1.5768192]),
        (#"{"image_processor_type": "SegformerImageProcessorFast"}"#, [-0.4910524, 0.2401961, 1.5768192]),
        (#"{"feature_extractor_type": "SegformerFeatureExtractor"}"#, [-0.4910524, 0.2401961, 1.5768192]),
        (
            #"{"do_reduce_labels": true, "do_convert_rgb": true, "do_pad": false, "do_center_crop": null}"#,
            [-0.4910524, 0.2401961, 1.5768192]
        ),
        (#"{"do_normalize": false}"#, [0.3725490, 0.5098040, 0.7607844]),
        (#"{"do_normalize": null, "image_mean": null}"#, [0.3725490, 0.5098040, 0.7607844]),
        (#"{"do_rescale": false}"#, [412.72925, 578.32141, 860.41779]),
        (#"{"do_rescale": null, "rescale_factor": 0.5}"#, [412.72925, 578.32141, 860.41779]),
        (#"{"do_normalize": false, "do_rescale": false}"#, [95, 130, 194]),
        (#"{"rescale_factor": 0.01}"#, [2.0305676, 3.7678568, 6.8177776]),
        (#"{"image_mean": 0.5, "image_std": 0.5}"#, [-0.2549020, 0.0196078, 0.5215687]),
        (#"{"image_mean": [0.5], "image_std": [0.5]}"#, [-0.2549020, 0.0196078, 0.5215687]),
        (#"{"image_mean": [0.5, 0.5, 0.5], "image_std": 0.5}"#, [-0.2549020, 0.0196078, 0.5215687]),
    ]

    @Test("every form of scaling and normalising", arguments: forms)
    func form(text: String, expected: [Float]) throws {
        var found = try preprocessor(text)
        found.resize = .stretch(width: 32, height: 32)
        let input = found(Image(width: 1, height: 1, pixels: [95, 130, 194]))
        expectClose(input.reshaped(1024, 3).part(5, 3), Tensor(expected, [3]), relative: 1e-5)
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
