"""Makes the golden values of SAM 2's video predictor with transformers (PyTorch).

    pip install torch==2.15.0 transformers==5.23.0 safetensors numpy
    python Tests/NetworksTests/Golden/sam2/make.py [tiny]

Each folder holds a configuration as `save_pretrained` writes it (`config.json`), what its weights are drawn from
(`tensors.json`: `shapes`, name -> shape, and `offsets`, what is added to every value of a tensor), and the golden values
(`golden.safetensors`). Weights and inputs are not stored: `synthetic` and `drawn` draw them from their names, and
Tests/TestSupport/SyntheticWeights.swift draws the same bits. `small-2.1` and `small-2.0` keep every setting of the published
configurations but widths, depths and picture size; `tiny` makes `tiny-2.1`, the full Hiera-tiny 2.1, in a minute.

Everything is float32 in PyTorch's order: maps are [C, H, W] or [1, C, H, W], tokens [tokens, channels], points (x, y).
"/k" means every k-th value of the flattened array, from the first on. S is the side of the input, G = S / 16 the grid's.

    weight.NAME          first 5 values of weights; input.frame3: frame 3 /997
    encoder.*            the image encoder on frame 0, /37: `position` the backbone's position map (bicubic, tiled window),
                         `patches` the patch embedding without it, `stage0-3` after Hiera's stages, `neck0-3` after the
                         neck from S/4 to S/32, `features0-2` as `get_image_features` has them (conv_s0 and conv_s1
                         applied; no no-memory embedding; `features2` /3), `position2` the coarsest sine positions /3
    prompt.click, pair, box
                         sparse embeddings [points + 1, C] of (0.3, 0.4) S with label 1; that and (0.7, 0.65) S with
                         labels 1, 0; the corners (0.2, 0.25) S and (0.8, 0.7) S with labels 2, 3. The padding point is
                         the last row. `none`: the dense embedding without a mask [1, C, 1, 1]
    prompt.mask          dense embedding of the logits drawn("prompt.logits", [1, 1, S/4, S/4], 10), /7
    prompt.position      the image-wide positional embedding, /7
    decoder.CASE.*       `_single_frame_forward` on frame 0 with the no-memory embedding: click (multimask), pair and box
                         (single), masked (click and prompt.logits, single), mask (only prompt.logits, multimask),
                         none (neither, multimask). `tokens` [6 + points + 1, C] and `image` [G*G, C] /37 leave the
                         transformer, `ious` [4] all predicted IoUs, `masks` [n, S/4, S/4] /13 the masks it chose before
                         the object score is looked at, `iou` theirs, `score` [1], `low` [S/4, S/4] /13
                         the best mask, -1024 where the score is not above 0, `projected` [C] the pointer of its token,
                         `pointer` [C] that or the no-object pointer
    memory.*             the memory encoder on drawn("memory.features", [1, C, G, G], 2) and the mask logits
                         drawn("memory.logits", [1, 1, S, S], 6) + 8 disc(S, S, S/3, S/2, S/4, S/5) - 4 (whole divisions):
                         `soft` [1, 64, G, G] /5 of the sigmoid, `hard` of the logits cut at 0, `occluded` as soft with an
                         object score of -1; before they are rounded to bfloat16. `downsampled` [1, C, G, G] /17 the mask
                         branch of `soft`, `position` [1, 64, G, G] /7
    attention.*, bare.*  memory attention of drawn("attention.current", [G*G, 1, C], 2) and its positions
                         drawn("attention.position", ., 1) over drawn("attention.memory", [tokens, 1, 64], 1) with
                         drawn("attention.memoryPosition", ., 1): 2 maps and 8 pointer tokens (the last 8), or 1 map and
                         none. `layer0` and `output` [G*G, C] /7
    given.*, nothing.*   `_use_mask_as_output` of frame 0 with disc(S, S, S/2, S/3, S/5, S/6), or an empty mask: `low` /7,
                         `projected`, `pointer`, `score`
    SESSION.CALLfFRAME.objectID.*
                         one call of the model, f = frame: `low` [S/4, S/4] /7 the low-res logits it gave, `count` how many
                         of all are above 0, `score` [1], `pointer` [C] /3 and `memory` [G*G, 64] /97 (token-major, after
                         rounding to bfloat16) as they are stored for that frame after the call

Sessions, in the order of their calls. A prompt is added as the processor adds it (points multiplied by S / extent, no
shift; the object alone is marked as having new inputs), always before the call that it belongs to:

    session   11 frames known in advance. For f = 0 ... 10: on f = 0 object 1 gets the click (0.3, 0.4) S; on f = 2
              object 2 the box (0.2, 0.25, 0.8, 0.7) S; on f = 3 object 3 the mask disc(180, 320, 100, 200, 40, 70) and on
              f = 8 disc(180, 320, 90, 150, 50, 60), resized to S x S with antialiasing and cut at 0.5 (`mask3.f.count`:
              how many cells are set). Then `forwardf`: one call on all objects that exist. After it on f = 5, object 1
              gets the points of CORRECTIONS on the frame that is already tracked, and `correctedf` calls again: object 1
              sees its memory, the answer replaces the frame's (it does not become a conditioning frame), the others are
              tracked anew. Then `reversef`, f = 8 ... 0, `propagate_in_video_iterator(start_frame_idx=8, reverse=True)`.
    long      20 frames known in advance: object 7 clicked on f = 0, and given 2 points (labels 1, 0) on f = 2 before it
              is tracked there, hence a second conditioning frame: 8 maps and 17 pointers.
    stream    5 frames that arrive one by one (`frame=`): object 1 clicked on f = 0. Pointers are timed over 15 frames
              instead of over min(frames, 16) - 1.

`tiny-2.1` holds the encoder's values /4999 (`features2` and `position2` /997) and a session of 3 frames known in advance:
object 1 clicked on f = 0 at (0.3, 0.4) S, then `forward0` to `forward2`.

Two things of the reference that the values contain. Where a call meets a prompt of any object, the masks of all objects are
cut at 0 before they enter the memory, not only the prompted object's. And a mask given as a prompt is also decoded with
three masks for its pointer, where the original code decodes one.
"""

import collections
import json
import math
import pathlib
import sys

import numpy
import torch
from safetensors.torch import save_file
from transformers import Sam2VideoConfig, Sam2VideoModel, Sam2VisionConfig
from transformers.models.sam2.configuration_sam2 import Sam2HieraDetConfig
from transformers.models.sam2_video.configuration_sam2_video import (
    Sam2VideoMaskDecoderConfig,
    Sam2VideoPromptEncoderConfig,
)
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

HERE = pathlib.Path(__file__).parent


# --- What is drawn -----------------------------------------------------------------------------------------------


def units(name: str, count: int) -> numpy.ndarray:
    """The numbers 2u - 1 of SplitMix64 seeded with the FNV-1a hash of a name, u of 24 bits: exact in float32."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        bits = numpy.uint64(seed) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        bits = bits ^ (bits >> numpy.uint64(31))
    return (bits >> numpy.uint64(40)).astype(numpy.float32) * numpy.float32(2**-23) - numpy.float32(1)


def drawn(name: str, shape: list[int], bound: float) -> torch.Tensor:
    """A tensor uniform in (-bound, bound), drawn from a name: the modules' inputs."""
    values = units(name, math.prod(shape)) * numpy.float32(bound)
    return torch.from_numpy(values).reshape(shape)


EMBEDDINGS = ("_token.weight", "_tokens.weight", "_embed.weight", "_embedding", "_encoding", "_pointer", "_parameter",
              "pos_embed", "pos_embed_window", ".scale")
# Gains that make the heads depend on the image enough, so that their decisions go both ways.
GAINS = {
    "final_attn_token_to_image.o_proj.weight": 3,
    "pred_obj_score_head.proj_out.weight": 8,
    "iou_prediction_head.proj_out.weight": 4,
    "cross_attn_image.q_proj.weight": 3,
    "cross_attn_image.o_proj.weight": 4,
}


def synthetic(name: str, shape: list[int]) -> torch.Tensor:
    """The weight tensor of a name and a shape: the rule that `syntheticTensor` in Tests/TestSupport repeats."""
    source = name.replace("shared_image_embedding", "prompt_encoder.shared_embedding")
    values = units(source, math.prod(shape))
    if name.endswith(EMBEDDINGS):
        values = values * numpy.float32(1)
    elif len(shape) > 1:
        fan = math.prod(shape[1:])
        gain = next((gain for end, gain in GAINS.items() if name.endswith(end)), 1)
        values = values * numpy.float32(gain * math.sqrt(3 / fan))
    elif name.endswith("weight"):
        values = numpy.float32(1) + numpy.float32(0.25) * values
    else:
        values = numpy.float32(0.25) * values
    return torch.from_numpy(values).reshape(shape)


def frame(index: int, side: int) -> torch.Tensor:
    """A frame [3, S, S], normalised: 8 x 8 patches of one colour each under fine noise."""
    coarse = drawn(f"frame{index}.coarse", [3, 8, 8], 1.5)
    fine = drawn(f"frame{index}.fine", [3, side, side], 0.5)
    return coarse.repeat_interleave(side // 8, 1).repeat_interleave(side // 8, 2) + fine


def load(config: Sam2VideoConfig, offsets: dict[str, float]) -> Sam2VideoModel:
    """The model of a configuration with its synthetic weights."""
    config._attn_implementation = "eager"
    model = Sam2VideoModel(config).eval()
    for name, tensor in model.state_dict().items():
        tensor.copy_(synthetic(name, list(tensor.shape)) + offsets.get(name, 0))
    return model


# --- The configurations ------------------------------------------------------------------------------------------


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


# --- The modules -------------------------------------------------------------------------------------------------


class Kept(dict):
    """Named tensors, thinned: every `stride`-th value of the flattened array where a stride is given."""

    def keep(self, name: str, tensor: torch.Tensor, stride: int = 1) -> None:
        tensor = tensor.detach().float()
        self[name] = (tensor.flatten()[::stride] if stride > 1 else tensor).contiguous().clone()


def tapped(module: torch.nn.Module, call) -> tuple:
    """What `call` returns, and what `module` returned meanwhile."""
    seen = []
    hook = module.register_forward_hook(lambda _, __, out: seen.append(out))
    result = call()
    hook.remove()
    return result, seen[0]


def maps(model: Sam2VideoModel, features: list[torch.Tensor]) -> list[torch.Tensor]:
    """Features [HW, N, C] as maps [N, C, H, W]."""
    return [part.permute(1, 2, 0).unflatten(2, tuple(size)) for part, size in zip(features, model.backbone_feature_sizes)]


def encoder(model: Sam2VideoModel, kept: Kept, image: torch.Tensor, stride: int, coarse: int = 3) -> list[torch.Tensor]:
    backbone = model.vision_encoder.backbone
    kept.keep("encoder.position", backbone._get_pos_embed((image.shape[1] // 4,) * 2).permute(0, 3, 1, 2), stride)
    embedded = backbone.patch_embed(image[None])
    kept.keep("encoder.patches", embedded.permute(0, 3, 1, 2), stride)
    out = model.vision_encoder.backbone(image[None])
    for index, part in enumerate(out.intermediate_hidden_states):
        kept.keep(f"encoder.stage{index}", part.permute(0, 3, 1, 2), stride)
    neck, _ = model.vision_encoder.neck(out.intermediate_hidden_states)
    for index, part in enumerate(neck[::-1]):
        kept.keep(f"encoder.neck{index}", part, stride)
    out = model.get_image_features(image[None])
    features = maps(model, out.fpn_hidden_states)
    for index, part in enumerate(features):
        kept.keep(f"encoder.features{index}", part, stride if index < 2 else coarse)
    kept.keep("encoder.position2", maps(model, out.fpn_position_encoding)[2], coarse)
    return features


def prompts(model: Sam2VideoModel, kept: Kept) -> None:
    side = model.config.image_size
    cases = {
        "click": ([[0.3 * side, 0.4 * side]], [1]),
        "pair": ([[0.3 * side, 0.4 * side], [0.7 * side, 0.65 * side]], [1, 0]),
        "box": ([[0.2 * side, 0.25 * side], [0.8 * side, 0.7 * side]], [2, 3]),
    }
    for name, (points, labels) in cases.items():
        sparse, dense = model.prompt_encoder(
            torch.tensor(points)[None, None], torch.tensor(labels)[None, None], None, None)
        kept.keep(f"prompt.{name}", sparse[0, 0])
    kept.keep("prompt.none", dense[:, :, :1, :1])
    low = drawn("prompt.logits", [1, 1, side // 4, side // 4], 10)
    kept.keep("prompt.mask", model.prompt_encoder(None, None, None, low)[1], 7)
    kept.keep("prompt.position", model.get_image_wide_positional_embeddings(), 7)


def decoder(model: Sam2VideoModel, kept: Kept, features: list[torch.Tensor]) -> None:
    side = model.config.image_size
    embeddings = features[:2] + [features[2] + model.no_memory_embedding.reshape(1, -1, 1, 1)]
    low = drawn("prompt.logits", [1, 1, side // 4, side // 4], 10)
    click, pair = [[0.3, 0.4]], [[0.3, 0.4], [0.7, 0.65]]
    cases = {
        "click": (click, [1], None, True),
        "pair": (pair, [1, 0], None, False),
        "box": ([[0.2, 0.25], [0.8, 0.7]], [2, 3], None, False),
        "masked": (click, [1], low, False),
        "mask": (None, None, low, True),
        "none": (None, None, None, True),
    }
    for name, (points, labels, mask, multimask) in cases.items():
        def call():
            return model._single_frame_forward(
                input_points=torch.tensor(points)[None, None] * side if points else None,
                input_labels=torch.tensor(labels)[None, None] if labels else None,
                input_masks=mask, image_embeddings=embeddings, multimask_output=multimask)

        (out, raw), ious = tapped(model.mask_decoder.iou_prediction_head, lambda: tapped(model.mask_decoder, call))
        _, (tokens, image) = tapped(model.mask_decoder.transformer, call)
        _, projected = tapped(model.object_pointer_proj, call)
        kept.keep(f"decoder.{name}.projected", projected[0, 0])
        kept.keep(f"decoder.{name}.tokens", tokens[0, 0])
        kept.keep(f"decoder.{name}.image", image[0, 0], 37)
        kept.keep(f"decoder.{name}.ious", ious[0, 0])
        kept.keep(f"decoder.{name}.masks", raw[0][0, 0], 13)
        kept.keep(f"decoder.{name}.iou", out.iou_scores[0, 0])
        kept.keep(f"decoder.{name}.score", out.object_score_logits[0, 0])
        kept.keep(f"decoder.{name}.pointer", out.object_pointer[0, 0])
        kept.keep(f"decoder.{name}.low", out.pred_masks[0, 0], 13)


def disc(height: int, width: int, row: int, column: int, tall: int, wide: int) -> torch.Tensor:
    """A mask [H, W] of an ellipse, in whole numbers: (dy · wide)² + (dx · tall)² <= (tall · wide)²."""
    rows, columns = torch.arange(height)[:, None] - row, torch.arange(width)[None] - column
    return ((rows * wide) ** 2 + (columns * tall) ** 2 <= (tall * wide) ** 2).float()


def memory(model: Sam2VideoModel, kept: Kept) -> None:
    config, side = model.config, model.config.image_size
    grid, width = side // 16, config.memory_encoder_hidden_size
    features = drawn("memory.features", [1, width, grid, grid], 2)
    logits = drawn("memory.logits", [1, 1, side, side], 6) + 8 * disc(side, side, side // 3, side // 2, side // 4, side // 5) - 4
    flat = features.flatten(2).permute(2, 0, 1)
    for name, score, binarise in (("soft", 1.0, False), ("hard", 1.0, True), ("occluded", -1.0, False)):
        seen = {}
        encode = model.memory_encoder.forward

        def exact(*inputs):
            seen["down"] = model.memory_encoder.mask_downsampler(inputs[1])
            value, position = encode(*inputs)
            seen["value"] = value  # the caller adds the occlusion embedding in place
            return value, position

        model.memory_encoder.forward = exact
        rounded, position = model._encode_new_memory(flat, logits, torch.tensor([[[score]]])[0], binarise)
        model.memory_encoder.forward = encode
        assert torch.equal(seen["value"].bfloat16().flatten(2).permute(2, 0, 1), rounded)
        kept.keep(f"memory.{name}", seen["value"], 5)
        if name == "soft":
            kept.keep("memory.downsampled", seen["down"], 17)
            kept.keep("memory.position", position.permute(1, 2, 0).unflatten(2, (grid, grid)), 7)


def attention(model: Sam2VideoModel, kept: Kept) -> None:
    config = model.config
    cells, width = (config.image_size // 16) ** 2, config.memory_attention_hidden_size
    for name, spatial, pointers in (("attention", 2, 8), ("bare", 1, 0)):
        tokens = spatial * cells + pointers
        def call():
            return model.memory_attention(
                current_vision_features=drawn("attention.current", [cells, 1, width], 2),
                current_vision_position_embeddings=drawn("attention.position", [cells, 1, width], 1),
                memory=drawn("attention.memory", [tokens, 1, 64], 1),
                memory_posision_embeddings=drawn("attention.memoryPosition", [tokens, 1, 64], 1),
                num_object_pointer_tokens=pointers)
        out, first = tapped(model.memory_attention.layers[0], call)
        kept.keep(f"{name}.layer0", first.reshape(cells, width), 7)
        kept.keep(f"{name}.output", out.reshape(cells, width), 7)


def given(model: Sam2VideoModel, kept: Kept, features: list[torch.Tensor]) -> None:
    side = model.config.image_size
    for name, mask in (("given", disc(side, side, side // 2, side // 3, side // 5, side // 6)), ("nothing", torch.zeros(side, side))):
        out, projected = tapped(
            model.object_pointer_proj, lambda: model._use_mask_as_output(features[2], features[:2], mask[None, None]))
        kept.keep(f"{name}.projected", projected[0, 0])
        kept.keep(f"{name}.low", out.pred_masks[0, 0], 7)
        kept.keep(f"{name}.pointer", out.object_pointer[0, 0])
        kept.keep(f"{name}.score", out.object_score_logits.flatten())


# --- Sessions ----------------------------------------------------------------------------------------------------


class Session:
    """A reference session with the processor's way of adding prompts, and a record of what it gave."""

    def __init__(self, model: Sam2VideoModel, kept: Kept, prefix: str, frames: int, streaming: bool = False):
        self.model, self.kept, self.prefix, self.side = model, kept, prefix, model.config.image_size
        self.facts = {"present": 0, "occluded": 0, "picked": set(), "stable": 0, "unstable": 0, "memories": 0,
                      "pointers": 0, "margin": [], "choice": []}
        self.frames, self.streaming = frames, streaming
        dtype = model.dtype
        video = None if streaming else torch.stack([frame(index, self.side) for index in range(frames)])
        self.session = Sam2VideoInferenceSession(video=video, dtype=dtype)
        self.watch()

    def watch(self) -> None:
        facts, decoder, attention = self.facts, self.model.mask_decoder, self.model.memory_attention

        def decoded(_, inputs, options, out):
            if options["multimask_output"]:
                best = out[1][0, 0].sort(descending=True)
                facts["picked"].add(int(best.indices[0]))
                facts["choice"].append(float(best.values[0] - best.values[1]))

        def attended(_, inputs, options):
            pointers = options["num_object_pointer_tokens"]
            cells = options["current_vision_features"].shape[0]
            facts["memories"] = max(facts["memories"], (options["memory"].shape[0] - pointers) // cells)
            facts["pointers"] = max(facts["pointers"], pointers * 64 // self.model.hidden_dim)

        inner = type(decoder)._get_stability_scores

        def stability(logits):
            value = inner(decoder, logits)
            facts["stable" if bool(value >= decoder.dynamic_multimask_stability_thresh) else "unstable"] += 1
            return value

        self.hooks = [decoder.register_forward_hook(decoded, with_kwargs=True),
                      attention.register_forward_pre_hook(attended, with_kwargs=True)]
        decoder._get_stability_scores = stability

    def close(self) -> dict:
        for hook in self.hooks:
            hook.remove()
        del self.model.mask_decoder._get_stability_scores
        return self.facts

    def points(self, obj: int, index: int, points: list, labels: list) -> None:
        """As `process_new_points_or_boxes_for_video_frame`: points in pixels of the S x S input, no shift."""
        session, slot = self.session, self.session.obj_id_to_idx(obj)
        session.add_point_inputs(slot, index, {
            "point_coords": torch.tensor(points, dtype=self.model.dtype)[None, None] * self.side, "point_labels": torch.tensor(labels)[None, None]})
        session.remove_mask_inputs(slot, index)
        session.obj_with_new_inputs = [obj]

    def mask(self, obj: int, index: int, mask: torch.Tensor) -> None:
        """As `process_new_mask_for_video_frame`: a mask of the video's size, brought to S x S and cut at 0.5."""
        session, slot = self.session, self.session.obj_id_to_idx(obj)
        mask = torch.nn.functional.interpolate(
            mask[None, None], size=(self.side, self.side), align_corners=False, mode="bilinear", antialias=True)
        mask = (mask >= 0.5).float()
        self.kept.keep(f"{self.prefix}.mask{obj}.{index}.count", mask.sum()[None])
        session.add_mask_inputs(slot, index, mask)
        session.remove_point_inputs(slot, index)
        session.obj_with_new_inputs = [obj]

    def run(self, run: str, index: int) -> None:
        """One call of the model on a frame, in forward order."""
        if self.streaming:
            self.record(run, self.model(self.session, frame_idx=index, frame=frame(index, self.side)))
        else:
            self.record(run, self.model(self.session, frame_idx=index))

    def record(self, run: str, out) -> None:
        for slot, obj in enumerate(out.object_ids):
            low, score = out.pred_masks[slot, 0], float(out.object_score_logits[slot].flatten()[0])
            name = f"{self.prefix}.{run}{out.frame_idx}.object{obj}"
            self.kept.keep(f"{name}.low", low, 7)
            self.kept.keep(f"{name}.count", (low > 0).sum().float()[None])
            self.kept.keep(f"{name}.score", torch.tensor([score]))
            self.facts["present" if score > 0 else "occluded"] += 1
            self.facts["margin"].append(abs(score))
            state = self.session.output_dict_per_obj[slot]
            entry = state["cond_frame_outputs"].get(out.frame_idx) or state["non_cond_frame_outputs"][out.frame_idx]
            self.kept.keep(f"{name}.pointer", entry["object_pointer"].flatten(), 3)
            self.kept.keep(f"{name}.memory", entry["maskmem_features"].flatten(), 97)


def story(model: Sam2VideoModel, kept: Kept, correction: tuple) -> dict:
    """Eleven frames and three objects, forward and then in reverse: see the top of this file."""
    told = Session(model, kept, "session", 11)
    for index in range(11):
        if index == 0:
            told.points(1, 0, [[0.3, 0.4]], [1])
        if index == 2:
            told.points(2, 2, [[0.2, 0.25], [0.8, 0.7]], [2, 3])
        if index == 3:
            told.mask(3, 3, disc(180, 320, 100, 200, 40, 70))
        if index == 8:
            told.mask(3, 8, disc(180, 320, 90, 150, 50, 60))
        told.run("forward", index)
        if index == 5:
            told.points(1, 5, *correction)
            told.run("corrected", index)
    for out in model.propagate_in_video_iterator(told.session, start_frame_idx=8, reverse=True):
        told.record("reverse", out)
    return told.close()


def long(model: Sam2VideoModel, kept: Kept) -> dict:
    told = Session(model, kept, "long", 20)
    for index in range(20):
        if index == 0:
            told.points(7, 0, [[0.6, 0.5]], [1])
        if index == 2:
            told.points(7, 2, [[0.55, 0.5], [0.1, 0.9]], [1, 0])
        told.run("forward", index)
    return told.close()


def stream(model: Sam2VideoModel, kept: Kept) -> dict:
    told = Session(model, kept, "stream", 5, streaming=True)
    for index in range(5):
        if index == 0:
            told.points(1, 0, [[0.6, 0.5]], [1])
        told.run("forward", index)
    return told.close()


CORRECTIONS = {
    "small-2.1": ([[0.7, 0.65]], [0]),
    "small-2.0": ([[0.35, 0.4], [0.7, 0.65]], [1, 0]),
}


@torch.no_grad()
def small(name: str, config: Sam2VideoConfig, offsets: dict[str, float]) -> dict:
    """The golden values of a reduced configuration, and what its sessions met."""
    model, kept, side = load(config, offsets), Kept(), config.image_size
    kept.keep("input.frame3", frame(3, side), 997)
    features = encoder(model, kept, frame(0, side), 37)
    prompts(model, kept)
    decoder(model, kept, features)
    memory(model, kept)
    attention(model, kept)
    given(model, kept, features)
    facts = {"session": story(model, kept, CORRECTIONS[name]), "long": long(model, kept), "stream": stream(model, kept)}
    save(name, model, offsets, kept)
    return facts


@torch.no_grad()
def full(name: str) -> dict:
    """The full Hiera-tiny 2.1: its encoder, and one object clicked on frame 0 and tracked on two more frames."""
    offsets = {SCORE: 3.0}
    model, kept = load(Sam2VideoConfig(), offsets), Kept()
    encoder(model, kept, frame(0, 1024), 4999, 997)
    told = Session(model, kept, "session", 3)
    told.points(1, 0, [[0.3, 0.4]], [1])
    for index in range(3):
        told.run("forward", index)
    save(name, model, offsets, kept)
    return told.close()


def save(name: str, model: Sam2VideoModel, offsets: dict[str, float], kept: Kept) -> None:
    """Writes a folder, with the first values of some weights."""
    weights = dict(sorted(model.state_dict().items()))
    for key in [*list(weights)[::12], *offsets, "shared_image_embedding.positional_embedding"]:
        kept.keep(f"weight.{key}", weights[key].flatten()[:5])
    shapes = {key: list(value.shape) for key, value in weights.items()}
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    model.config.save_pretrained(folder)
    (folder / "tensors.json").write_text(json.dumps({"offsets": offsets, "shapes": shapes}, separators=(",", ":")) + "\n")
    save_file(dict(sorted(kept.items())), folder / "golden.safetensors")


def main() -> None:
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    if sys.argv[1:] == ["tiny"]:
        print(full("tiny-2.1"))
        return
    every = collections.defaultdict(list)
    for name, (config, offsets) in configurations().items():
        for part, facts in small(name, config, offsets).items():
            for key, value in facts.items():
                every[key].append(value)
            margin, choice = min(facts.pop("margin")), min(facts.pop("choice"))
            print(name, part, facts, f"smallest |score| {margin:.3f}, smallest lead of the best IoU {choice:.4f}")
            assert margin > 0.02 and choice > 0.01, "a decision is too close for another order of sums"
    for key in ("present", "occluded", "stable", "unstable"):
        assert sum(every[key]) > 0, f"nothing is {key}"
    assert set.union(*every["picked"]) == {0, 1, 2}, "a mask is never the best"
    assert max(every["memories"]) > 7 and max(every["pointers"]) > 16, "the memory is never full"


if __name__ == "__main__":
    main()
