import Checkpoints
import Compiled

/// `config.json` of a SAM 2 in the Hugging Face layout; the names are the file's own.
struct SAM2ConfigurationFile: Decodable {
    let image_size: Side?
    let vision_config: Vision?
    let prompt_encoder_config: PromptEncoder?
    let mask_decoder_config: MaskDecoder?
    let num_maskmem: Int?
    let sigmoid_scale_for_mem_enc, sigmoid_bias_for_mem_enc: Float?
    let enable_occlusion_spatial_embedding, enable_temporal_pos_encoding_for_object_pointers: Bool?
    let multimask_output_in_sam, multimask_output_for_tracking: Bool?
    let multimask_min_pt_num, multimask_max_pt_num: Int?
    let max_object_pointers_in_encoder, max_cond_frame_num: Int?
    let memory_attention_hidden_size, memory_attention_num_layers, memory_attention_num_attention_heads: Int?
    let memory_attention_downsample_rate, memory_attention_feed_forward_hidden_size: Int?
    let memory_attention_feed_forward_hidden_act: String?
    let rope_parameters: Rope?
    let memory_encoder_hidden_size, memory_encoder_output_channels, mask_downsampler_embed_dim: Int?
    let mask_downsampler_kernel_size, mask_downsampler_stride, mask_downsampler_padding: Int?
    let mask_downsampler_total_stride: Int?
    let memory_fuser_num_layers, memory_fuser_embed_dim, memory_fuser_intermediate_dim: Int?
    let memory_fuser_kernel_size, memory_fuser_padding: Int?

    struct Rope: Decodable {
        let rope_theta: Float?
    }

    struct Vision: Decodable {
        let backbone_config: Backbone?
        let fpn_hidden_size, fpn_kernel_size, fpn_stride, fpn_padding, num_feature_levels: Int?
        let fpn_top_down_levels: [Int]?
    }

    struct Backbone: Decodable {
        let embed_dim_per_stage, blocks_per_stage, num_attention_heads_per_stage, window_size_per_stage: [Int]?
        let global_attention_blocks, window_positional_embedding_background_size: [Int]?
        let patch_kernel_size, patch_stride, patch_padding, query_stride: Side?
        let num_query_pool_stages: Int?
        let mlp_ratio: Double?
        let hidden_act: String?
    }

    struct PromptEncoder: Decodable {
        let hidden_size, patch_size, mask_input_channels: Int?
    }

    struct MaskDecoder: Decodable {
        let hidden_size, mlp_dim, num_hidden_layers, num_attention_heads, attention_downsample_rate: Int?
        let num_multimask_outputs, iou_head_depth, iou_head_hidden_dim: Int?
        let dynamic_multimask_via_stability: Bool?
        let dynamic_multimask_stability_delta, dynamic_multimask_stability_thresh: Float?
    }

    /// A number, or the same number for both sides.
    struct Side: Decodable, Equatable {
        let value: Int

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let value = try? container.decode(Int.self) {
                self.value = value
            } else {
                let sides = try container.decode([Int].self)
                guard sides.count == 2, sides[0] == sides[1] else {
                    throw DecodingError.dataCorruptedError(
                        in: container, debugDescription: "expected two equal sides, found \(sides)")
                }
                value = sides[0]
            }
        }
    }

    /// The configuration it states.
    ///
    /// - Throws: if it asks for what no published model has and the network does not know.
    func configuration(_ path: String) throws(CheckpointError) -> SAM2Configuration {
        var result = SAM2Configuration()
        func set<Value>(_ key: WritableKeyPath<SAM2Configuration, Value>, _ value: Value?) {
            if let value { result[keyPath: key] = value }
        }
        set(\.imageSize, image_size?.value)
        set(\.width, vision_config?.fpn_hidden_size)
        set(\.maskInputChannels, prompt_encoder_config?.mask_input_channels)

        let backbone = vision_config?.backbone_config
        set(\.hiera.embedDims, backbone?.embed_dim_per_stage)
        set(\.hiera.depths, backbone?.blocks_per_stage)
        set(\.hiera.heads, backbone?.num_attention_heads_per_stage)
        set(\.hiera.windows, backbone?.window_size_per_stage)
        set(\.hiera.globalBlocks, backbone?.global_attention_blocks)
        set(\.hiera.backgroundSize, backbone?.window_positional_embedding_background_size)
        set(\.hiera.mlpRatio, backbone?.mlp_ratio)

        let head = mask_decoder_config
        set(\.decoder.layers, head?.num_hidden_layers)
        set(\.decoder.heads, head?.num_attention_heads)
        set(\.decoder.downsampleRate, head?.attention_downsample_rate)
        set(\.decoder.mlpWidth, head?.mlp_dim)
        set(\.decoder.multimaskOutputs, head?.num_multimask_outputs)
        set(\.decoder.iouHeadDepth, head?.iou_head_depth)
        set(\.decoder.iouHeadWidth, head?.iou_head_hidden_dim)
        set(\.decoder.dynamicMultimask, head?.dynamic_multimask_via_stability)
        set(\.decoder.stabilityDelta, head?.dynamic_multimask_stability_delta)
        set(\.decoder.stabilityThreshold, head?.dynamic_multimask_stability_thresh)
        set(\.decoder.multimask, multimask_output_in_sam)
        set(\.decoder.multimaskForTracking, multimask_output_for_tracking)
        let (fewest, most) = (multimask_min_pt_num ?? 0, multimask_max_pt_num ?? 1)
        guard fewest <= most else {
            throw CheckpointError(
                "\(path): multimask_min_pt_num \(fewest) is more than multimask_max_pt_num \(most)")
        }
        result.decoder.multimaskPoints = fewest...most

        set(\.memory.frames, num_maskmem)
        set(\.memory.width, memory_encoder_output_channels)
        set(\.memory.pointers, max_object_pointers_in_encoder)
        if let count = max_cond_frame_num, count >= 0 { result.memory.promptedFrames = count }
        set(\.memory.attentionLayers, memory_attention_num_layers)
        set(\.memory.attentionDownsampleRate, memory_attention_downsample_rate)
        set(\.memory.attentionMLPWidth, memory_attention_feed_forward_hidden_size)
        set(\.memory.ropeTheta, rope_parameters?.rope_theta)
        set(\.memory.fuserLayers, memory_fuser_num_layers)
        set(\.memory.fuserWidth, memory_fuser_intermediate_dim)
        set(\.memory.fuserKernel, memory_fuser_kernel_size)
        set(\.memory.sigmoidScale, sigmoid_scale_for_mem_enc)
        set(\.memory.sigmoidBias, sigmoid_bias_for_mem_enc)
        set(\.memory.encodesPointerTime, enable_temporal_pos_encoding_for_object_pointers)
        set(\.memory.marksOcclusion, enable_occlusion_spatial_embedding)
        try refuseVariants(path, width: result.width, fuserKernel: result.memory.fuserKernel)
        return result
    }

    /// What every published model has, and the network is written for.
    private func refuseVariants(_ path: String, width: Int, fuserKernel: Int) throws(CheckpointError) {
        let backbone = vision_config?.backbone_config
        let fixed: [(name: String, found: Int?, expected: Int)] = [
            ("patch_kernel_size", backbone?.patch_kernel_size?.value, 7),
            ("patch_stride", backbone?.patch_stride?.value, 4), ("patch_padding", backbone?.patch_padding?.value, 3),
            ("query_stride", backbone?.query_stride?.value, 2),
            ("num_query_pool_stages", backbone?.num_query_pool_stages, 3),
            ("fpn_kernel_size", vision_config?.fpn_kernel_size, 1), ("fpn_stride", vision_config?.fpn_stride, 1),
            ("fpn_padding", vision_config?.fpn_padding, 0),
            ("num_feature_levels", vision_config?.num_feature_levels, 3),
            ("memory_attention_num_attention_heads", memory_attention_num_attention_heads, 1),
            ("prompt_encoder_config.patch_size", prompt_encoder_config?.patch_size, 16),
            ("prompt_encoder_config.hidden_size", prompt_encoder_config?.hidden_size, width),
            ("mask_decoder_config.hidden_size", mask_decoder_config?.hidden_size, width),
            ("memory_attention_hidden_size", memory_attention_hidden_size, width),
            ("memory_encoder_hidden_size", memory_encoder_hidden_size, width),
            ("mask_downsampler_embed_dim", mask_downsampler_embed_dim, width),
            ("memory_fuser_embed_dim", memory_fuser_embed_dim, width),
            ("mask_downsampler_kernel_size", mask_downsampler_kernel_size, 3),
            ("mask_downsampler_stride", mask_downsampler_stride, 2),
            ("mask_downsampler_padding", mask_downsampler_padding, 1),
            ("mask_downsampler_total_stride", mask_downsampler_total_stride, 16),
            ("memory_fuser_padding", memory_fuser_padding, fuserKernel / 2),
        ]
        for (name, found, expected) in fixed {
            guard found == nil || found == expected else {
                throw CheckpointError("\(path): \(name): expected \(expected), found \(found ?? 0)")
            }
        }
        guard vision_config?.fpn_top_down_levels ?? [2, 3] == [2, 3] else {
            throw CheckpointError("\(path): fpn_top_down_levels: expected [2, 3]")
        }
        guard backbone?.hidden_act ?? "gelu" == "gelu", memory_attention_feed_forward_hidden_act ?? "relu" == "relu"
        else {
            throw CheckpointError("\(path): hidden_act: expected gelu in the encoder and relu in the memory attention")
        }
    }
}
