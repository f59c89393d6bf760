"""The reduced configurations, and models of a configuration."""

from drawing import synthetic
from transformers import Sam2VideoConfig, Sam2VideoModel, Sam2VisionConfig
from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig
from transformers.models.sam2_video.configuration_sam2_video import (
    Sam2VideoMaskDecoderConfig,
    Sam2VideoPromptEncoderConfig,
)


def reduced(side: int, hidden: int, backbone: dict, switches: bool) -> Sam2VideoConfig:
    """A configuration cut down in widths and depths; every setting of published checkpoints is kept."""
    grid, widths = side // 16, backbone["embed_dim_per_stage"]
    return Sam2VideoConfig(
        vision_config=Sam2VisionConfig(
            backbone_config=Sam2HieraDetConfig(hidden_size=widths[0], image_size=[side, side], **backbone),
            backbone_channel_list=widths[::-1],
            backbone_feature_sizes=[[scale * grid, scale * grid] for scale in (4, 2, 1)],
            fpn_hidden_size=hidden,
        ),
        prompt_encoder_config=Sam2VideoPromptEncoderConfig(hidden_size=hidden, image_size=side),
        mask_decoder_config=Sam2VideoMaskDecoderConfig(hidden_size=hidden, mlp_dim=64, iou_head_hidden_dim=hidden),
        image_size=side,
        memory_attention_hidden_size=hidden,
        memory_attention_num_layers=2,
        memory_attention_feed_forward_hidden_size=96,
        memory_attention_rope_feat_sizes=[grid, grid],
        memory_encoder_hidden_size=hidden,
        mask_downsampler_embed_dim=hidden,
        memory_fuser_embed_dim=hidden,
        memory_fuser_intermediate_dim=96,
        enable_occlusion_spatial_embedding=switches,
        enable_temporal_pos_encoding_for_object_pointers=switches,
    )


SCORE = "mask_decoder.pred_obj_score_head.proj_out.bias"


def configurations() -> dict[str, tuple[Sam2VideoConfig, dict[str, float]]]:
    tiny = dict(
        embed_dim_per_stage=[16, 32, 64, 128],
        num_attention_heads_per_stage=[1, 2, 4, 8],
        blocks_per_stage=[1, 2, 3, 2],
        window_size_per_stage=[8, 4, 14, 7],
        global_attention_blocks=[4],
        window_positional_embedding_background_size=[7, 7],
    )
    large = dict(
        embed_dim_per_stage=[24, 48, 96, 192],
        num_attention_heads_per_stage=[1, 2, 4, 8],
        blocks_per_stage=[2, 1, 3, 1],
        window_size_per_stage=[8, 4, 16, 8],
        global_attention_blocks=[4, 5],
        window_positional_embedding_background_size=[14, 14],
    )
    return {
        "small-2.1": (reduced(256, 128, tiny, True), {SCORE: 3.2}),
        "small-2.0": (reduced(128, 192, large, False), {SCORE: -0.835}),
    }


def load(config: Sam2VideoConfig, offsets: dict[str, float]) -> Sam2VideoModel:
    """The model of a configuration with its synthetic weights."""
    config._attn_implementation = "eager"
    model = Sam2VideoModel(config).eval()
    for name, tensor in model.state_dict().items():
        tensor.copy_(synthetic(name, list(tensor.shape)) + offsets.get(name, 0))
    return model
