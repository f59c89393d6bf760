package import Checkpoints

/// The shape of a SAM 2, as `config.json` of a Hugging Face checkpoint states it; what is missing there has the published
/// models' values.
package struct SAM2Configuration: Sendable, Equatable {
    /// The Hiera image encoder.
    package var hiera = Hiera()
    /// Channels of the image features, prompts and tokens: 256.
    package var width = 256
    /// The side of the input, in pixels: 1024; the features' grid is a sixteenth of it.
    package var imageSize = 1024
    /// The mask decoder.
    package var decoder = Decoder()
    /// The memory: encoder, attention, and what is kept.
    package var memory = Memory()
    /// Channels of the masks' embedding before its last convolution: 16.
    package var maskInputChannels = 16

    /// Four stages of blocks with attention in windows.
    package struct Hiera: Sendable, Equatable {
        /// Channels of each stage: 96, 192, 384, 768 for tiny.
        package var embedDims = [96, 192, 384, 768]
        /// Blocks of each stage: 1, 2, 7, 2 for tiny.
        package var depths = [1, 2, 7, 2]
        /// Attention heads of each stage: 1, 2, 4, 8 for tiny.
        package var heads = [1, 2, 4, 8]
        /// The side of each stage's windows: 8, 4, 14, 7 for tiny.
        package var windows = [8, 4, 14, 7]
        /// The blocks, counted through all stages, that attend to the whole picture: 5, 7, 9 for tiny.
        package var globalBlocks = [5, 7, 9]
        /// Height and width of the positional embedding that is stretched over the picture: 7, 7 for tiny.
        package var backgroundSize = [7, 7]
        /// Width of a block's perceptron over its channels: 4.
        package var mlpRatio = 4.0
    }

    /// The mask decoder with its two-way transformer.
    package struct Decoder: Sendable, Equatable {
        /// Blocks of the transformer: 2.
        package var layers = 2
        /// Attention heads: 8.
        package var heads = 8
        /// By how much the inner channels of cross attention are fewer: 2.
        package var downsampleRate = 2
        /// Width of the transformer's perceptron: 2048.
        package var mlpWidth = 2048
        /// Masks that an ambiguous prompt may mean: 3.
        package var multimaskOutputs = 3
        /// Layers of the head that predicts the masks' IoU: 3.
        package var iouHeadDepth = 3
        /// Width of that head: 256.
        package var iouHeadWidth = 256
        /// Whether an unstable single mask gives way to the best of the others.
        package var dynamicMultimask = true
        /// By how much logits are moved to see whether a mask is stable: 0.05.
        package var stabilityDelta: Float = 0.05
        /// The IoU of the moved masks from which it is: 0.98.
        package var stabilityThreshold: Float = 0.98
        /// Whether several masks are asked for when a prompt starts an object.
        package var multimask = true
        /// Whether they are while it is tracked, too.
        package var multimaskForTracking = true
        /// With how many points of a prompt several masks are asked for: 0 to 1.
        package var multimaskPoints = 0...1
    }

    /// What is remembered of earlier frames, and how.
    package struct Memory: Sendable, Equatable {
        /// Frames that are remembered, the prompted one among them: 7.
        package var frames = 7
        /// Channels of a memory: 64.
        package var width = 64
        /// The most object pointers that are remembered: 16.
        package var pointers = 16
        /// The most prompted frames that are remembered; nil for all.
        package var promptedFrames: Int?
        /// Blocks of the memory attention: 4.
        package var attentionLayers = 4
        /// By how much its inner channels are fewer: 1.
        package var attentionDownsampleRate = 1
        /// Width of its perceptron: 2048.
        package var attentionMLPWidth = 2048
        /// Base of the rotary embedding's wavelengths: 10 000.
        package var ropeTheta: Float = 10_000
        /// Blocks that fuse a mask into the features: 2.
        package var fuserLayers = 2
        /// Width of their perceptron: 1024.
        package var fuserWidth = 1024
        /// Side of their depthwise kernel: 7.
        package var fuserKernel = 7
        /// Factor of a mask's probabilities: 20.
        package var sigmoidScale: Float = 20
        /// What is added to them then: -10.
        package var sigmoidBias: Float = -10
        /// Whether pointers know how long ago they were (SAM 2.1).
        package var encodesPointerTime = true
        /// Whether memories of frames without the object are marked (SAM 2.1).
        package var marksOcclusion = true
    }

    /// The families whose `config.json` it reads.
    static let modelTypes = ["sam2_video", "sam2"]

    /// The published models' values, of the tiny one.
    package init() {}

    /// Reads `config.json`.
    ///
    /// - Throws: if it cannot be read, describes another model, or states impossible sizes.
    package init(path: String) throws(CheckpointError) {
        try expectFamily(Self.modelTypes, at: path, as: "SAM 2 configuration")
        let file = try decodedDescription(
            SAM2ConfigurationFile.self, at: path, as: "SAM 2 configuration", expected: "the model's config.json")
        self = try file.configuration(path)
        try validate(path)
    }

    /// Checks that a network of this shape can be built.
    ///
    /// - Parameter path: the file that states it, for the message.
    /// - Throws: if it states impossible sizes.
    package func validate(_ path: String) throws(CheckpointError) {
        func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(CheckpointError) {
            guard condition else { throw CheckpointError("\(path): \(message())") }
        }
        let lists = [
            ("embed_dim_per_stage", hiera.embedDims), ("blocks_per_stage", hiera.depths),
            ("num_attention_heads_per_stage", hiera.heads), ("window_size_per_stage", hiera.windows),
        ]
        for (name, values) in lists {
            try expect(
                values.count == 4 && values.allSatisfy { (1...8192).contains($0) },
                "\(name): expected 4 numbers from 1 to 8192, found \(values)")
        }
        // No weight's shape depends on the later windows, but the scores' memory grows with the fourth power.
        try expect(
            hiera.windows.allSatisfy { $0 <= 64 },
            "window_size_per_stage: expected 4 numbers from 1 to 64, found \(hiera.windows)")
        try expect((0.1...64).contains(hiera.mlpRatio), "mlp_ratio: expected 0.1 to 64, found \(hiera.mlpRatio)")
        for (stage, channels) in hiera.embedDims.enumerated() {
            try expect(
                channels % hiera.heads[stage] == 0,
                "stage \(stage): \(channels) channels are no multiple of \(hiera.heads[stage]) heads")
            try expect(
                Double(channels) * hiera.mlpRatio >= 1,
                "mlp_ratio: \(hiera.mlpRatio) leaves a perceptron none of the \(channels) channels of stage \(stage)")
        }
        // The first block of a stage halves the windows of the one before.
        for stage in 0..<3 {
            try expect(
                hiera.windows[stage] % 2 == 0,
                "window_size_per_stage: expected even numbers but for the last, found \(hiera.windows)")
        }
        try expect(
            zip(hiera.embedDims, hiera.embedDims.dropFirst()).allSatisfy(!=),
            "embed_dim_per_stage: expected another number for each stage, found \(hiera.embedDims)")
        let blocks = hiera.depths.reduce(0, +)
        let starts = (1..<4).map { hiera.depths[..<$0].reduce(0, +) }
        try expect(
            hiera.globalBlocks.allSatisfy { (0..<blocks).contains($0) && !starts.contains($0) },
            "global_attention_blocks: expected blocks below \(blocks) that do not begin a stage, found \(hiera.globalBlocks)"
        )
        try expect(
            hiera.backgroundSize.count == 2 && hiera.backgroundSize.allSatisfy { (1...1024).contains($0) },
            "window_positional_embedding_background_size: expected 2 numbers from 1 to 1024, found \(hiera.backgroundSize)"
        )
        try expect(
            imageSize % 32 == 0 && (32...4096).contains(imageSize),
            "image_size: expected a multiple of 32 from 32 to 4096, found \(imageSize)")
        let sizes = [
            ("fpn_hidden_size", width, 8...8192), ("mask_decoder_config.num_hidden_layers", decoder.layers, 1...64),
            ("mask_decoder_config.num_attention_heads", decoder.heads, 1...1024),
            ("mask_decoder_config.attention_downsample_rate", decoder.downsampleRate, 1...64),
            ("mask_decoder_config.mlp_dim", decoder.mlpWidth, 1...65536),
            ("mask_decoder_config.num_multimask_outputs", decoder.multimaskOutputs, 1...16),
            ("mask_decoder_config.iou_head_depth", decoder.iouHeadDepth, 2...16),
            ("mask_decoder_config.iou_head_hidden_dim", decoder.iouHeadWidth, 1...65536),
            ("mask_input_channels", maskInputChannels, 4...1024), ("num_maskmem", memory.frames, 1...64),
            ("memory_encoder_output_channels", memory.width, 4...8192),
            ("max_object_pointers_in_encoder", memory.pointers, 1...1024),
            ("memory_attention_num_layers", memory.attentionLayers, 1...64),
            ("memory_attention_downsample_rate", memory.attentionDownsampleRate, 1...64),
            ("memory_attention_feed_forward_hidden_size", memory.attentionMLPWidth, 1...65536),
            ("memory_fuser_num_layers", memory.fuserLayers, 1...64),
            ("memory_fuser_intermediate_dim", memory.fuserWidth, 1...65536),
            ("memory_fuser_kernel_size", memory.fuserKernel, 1...15),
        ]
        for (name, value, range) in sizes {
            try expect(
                range.contains(value), "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        // Rotary positions turn pairs of channels, half of them by the row and half by the column.
        try expect(
            width % 8 == 0 && width % (decoder.heads * decoder.downsampleRate) == 0
                && width % (4 * memory.attentionDownsampleRate) == 0,
            "fpn_hidden_size: \(width) channels cannot be shared out among the attention heads")
        try expect(
            memory.width % 4 == 0 && width % memory.width == 0,
            "memory_encoder_output_channels: expected a multiple of 4 that divides \(width), found \(memory.width)")
        try expect(
            maskInputChannels % 4 == 0, "mask_input_channels: expected a multiple of 4, found \(maskInputChannels)")
        try expect(
            memory.fuserKernel % 2 == 1, "memory_fuser_kernel_size: expected an odd number, found \(memory.fuserKernel)"
        )
        let factors = [
            ("rope_theta", memory.ropeTheta, 1...1e9 as ClosedRange<Float>),
            ("sigmoid_scale_for_mem_enc", memory.sigmoidScale, -1e4...1e4),
            ("sigmoid_bias_for_mem_enc", memory.sigmoidBias, -1e4...1e4),
        ]
        for (name, value, range) in factors {
            try expect(
                range.contains(value), "\(name): expected \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
    }
}
