package import Checkpoints
import Tensors

/// How a SAM 2's tensors are named.
package enum SAM2Layout: String, Sendable {
    /// `Sam2VideoModel` of transformers, whose names ditta uses.
    case huggingFace = "Hugging Face"
    /// Meta's original.
    case meta = "Meta"

    /// Recognises the layout by tensors that every size has.
    package init?(names: Set<String>) {
        if names.contains("image_encoder.trunk.patch_embed.proj.weight") {
            self = .meta
        } else if names.contains("vision_encoder.backbone.patch_embed.projection.weight") {
            self = .huggingFace
        } else {
            return nil
        }
    }

    /// The names in the file for those of transformers.
    package var table: NameTable {
        switch self {
        case .huggingFace:
            // A tied weight, of which a file needs to have one.
            let positions = ["shared_image_embedding", "prompt_encoder.shared_embedding"].map {
                "\($0).positional_embedding"
            }
            return NameTable([
                .init(positions[0], copies: positions), .init(positions[1], copies: positions.reversed()),
            ])
        case .meta:
            return NameTable(
                Self.imageEncoder + Self.promptEncoder + Self.maskDecoder + Self.memoryAttention + Self.memoryEncoder
                    + Self.rest)
        }
    }
}

// Each rule is a name of transformers and the original one; the first that fits counts.
extension SAM2Layout {
    private static let imageEncoder: [NameTable.Rule] = [
        .init("vision_encoder.backbone.patch_embed.projection", "image_encoder.trunk.patch_embed.proj"),
        .init("vision_encoder.backbone.blocks.#.layer_norm1", "image_encoder.trunk.blocks.#.norm1"),
        .init("vision_encoder.backbone.blocks.#.layer_norm2", "image_encoder.trunk.blocks.#.norm2"),
        .init("vision_encoder.backbone.blocks.#.mlp.proj_in", "image_encoder.trunk.blocks.#.mlp.layers.0"),
        .init("vision_encoder.backbone.blocks.#.mlp.proj_out", "image_encoder.trunk.blocks.#.mlp.layers.1"),
        .init("vision_encoder.backbone", "image_encoder.trunk"),
        .init("vision_encoder.neck.convs.#", "image_encoder.neck.convs.#.conv"),
    ]

    private static let promptEncoder: [NameTable.Rule] =
        ["shared_image_embedding", "prompt_encoder.shared_embedding"].map {
            .init(
                "\($0).positional_embedding",
                "sam_prompt_encoder.pe_layer.positional_encoding_gaussian_matrix")
        } + [
            .init(
                "prompt_encoder.point_embed.weight",
                stacked: (0..<4).map { "sam_prompt_encoder.point_embeddings.\($0).weight" }),
            .init("prompt_encoder.mask_embed.conv1", "sam_prompt_encoder.mask_downscaling.0"),
            .init("prompt_encoder.mask_embed.layer_norm1", "sam_prompt_encoder.mask_downscaling.1"),
            .init("prompt_encoder.mask_embed.conv2", "sam_prompt_encoder.mask_downscaling.3"),
            .init("prompt_encoder.mask_embed.layer_norm2", "sam_prompt_encoder.mask_downscaling.4"),
            .init("prompt_encoder.mask_embed.conv3", "sam_prompt_encoder.mask_downscaling.6"),
            .init("prompt_encoder", "sam_prompt_encoder"),
        ]

    private static let maskDecoder: [NameTable.Rule] =
        ["self_attn", "cross_attn_token_to_image", "cross_attn_image_to_token"].map {
            .init(
                "mask_decoder.transformer.layers.#.\($0).o_proj", "sam_mask_decoder.transformer.layers.#.\($0).out_proj"
            )
        }
        + (1...4).map {
            .init(
                "mask_decoder.transformer.layers.#.layer_norm\($0)", "sam_mask_decoder.transformer.layers.#.norm\($0)")
        } + [
            .init(
                "mask_decoder.transformer.layers.#.mlp.proj_in", "sam_mask_decoder.transformer.layers.#.mlp.layers.0"),
            .init(
                "mask_decoder.transformer.layers.#.mlp.proj_out", "sam_mask_decoder.transformer.layers.#.mlp.layers.1"),
            .init(
                "mask_decoder.transformer.final_attn_token_to_image.o_proj",
                "sam_mask_decoder.transformer.final_attn_token_to_image.out_proj"),
            .init(
                "mask_decoder.transformer.layer_norm_final_attn", "sam_mask_decoder.transformer.norm_final_attn"),
            .init("mask_decoder.upscale_conv1", "sam_mask_decoder.output_upscaling.0"),
            .init("mask_decoder.upscale_layer_norm", "sam_mask_decoder.output_upscaling.1"),
            .init("mask_decoder.upscale_conv2", "sam_mask_decoder.output_upscaling.3"),
        ]
        + perceptron("mask_decoder.output_hypernetworks_mlps.#", "sam_mask_decoder.output_hypernetworks_mlps.#")
        + perceptron("mask_decoder.iou_prediction_head", "sam_mask_decoder.iou_prediction_head")
        + perceptron("mask_decoder.pred_obj_score_head", "sam_mask_decoder.pred_obj_score_head")
        + [.init("mask_decoder", "sam_mask_decoder")]

    private static let memoryAttention: [NameTable.Rule] =
        ["self_attn", "cross_attn_image"].map {
            .init("memory_attention.layers.#.\($0).o_proj", "memory_attention.layers.#.\($0).out_proj")
        }
        + (1...3).map {
            .init("memory_attention.layers.#.layer_norm\($0)", "memory_attention.layers.#.norm\($0)")
        } + [.init("memory_attention.layer_norm", "memory_attention.norm")]

    private static let memoryEncoder: [NameTable.Rule] =
        (0..<4).flatMap { layer -> [NameTable.Rule] in
            // Convolution, norm and activation take turns in the original sequence.
            let (names, original) = (
                "memory_encoder.mask_downsampler.layers", "memory_encoder.mask_downsampler.encoder"
            )
            return [
                .init("\(names).\(layer).conv", "\(original).\(3 * layer)"),
                .init("\(names).\(layer).layer_norm", "\(original).\(3 * layer + 1)"),
            ]
        }
        + [
            ("depthwise_conv", "dwconv"), ("layer_norm", "norm"), ("pointwise_conv1", "pwconv1"),
            ("pointwise_conv2", "pwconv2"), ("scale", "gamma"),
        ].map { .init("memory_encoder.memory_fuser.layers.#.\($0)", "memory_encoder.fuser.layers.#.\($1)") } + [
            .init("memory_encoder.mask_downsampler.final_conv", "memory_encoder.mask_downsampler.encoder.12"),
            .init("memory_encoder.feature_projection", "memory_encoder.pix_feat_proj"),
            .init("memory_encoder.projection", "memory_encoder.out_proj"),
        ]

    private static let rest: [NameTable.Rule] =
        [
            .init("memory_temporal_positional_encoding", "maskmem_tpos_enc"),
            .init("no_memory_embedding", "no_mem_embed"),
            .init("no_memory_positional_encoding", "no_mem_pos_enc"),
            .init("no_object_pointer", "no_obj_ptr"),
            .init("occlusion_spatial_embedding_parameter", "no_obj_embed_spatial"),
            .init("temporal_positional_encoding_projection_layer", "obj_ptr_tpos_proj"),
        ] + perceptron("object_pointer_proj", "obj_ptr_proj")

    /// Three linear layers, which transformers names by their place.
    private static func perceptron(_ name: String, _ original: String) -> [NameTable.Rule] {
        ["proj_in", "layers.0", "proj_out"].enumerated().map { index, layer in
            .init("\(name).\(layer)", "\(original).layers.\(index)")
        }
    }
}
