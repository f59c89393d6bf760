"""What each module alone gives. Names, and what they stand for (make.py says the rest):

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
"""

import torch
from drawing import disc, drawn
from transformers import Sam2VideoModel


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


def memory(model: Sam2VideoModel, kept: Kept) -> None:
    config, side = model.config, model.config.image_size
    grid, width = side // 16, config.memory_encoder_hidden_size
    features = drawn("memory.features", [1, width, grid, grid], 2)
    inside = disc(side, side, side // 3, side // 2, side // 4, side // 5)
    logits = drawn("memory.logits", [1, 1, side, side], 6) + 8 * inside - 4
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
    inside = disc(side, side, side // 2, side // 3, side // 5, side // 6)
    for name, mask in (("given", inside), ("nothing", torch.zeros(side, side))):
        out, projected = tapped(
            model.object_pointer_proj, lambda: model._use_mask_as_output(features[2], features[:2], mask[None, None]))
        kept.keep(f"{name}.projected", projected[0, 0])
        kept.keep(f"{name}.low", out.pred_masks[0, 0], 7)
        kept.keep(f"{name}.pointer", out.object_pointer[0, 0])
        kept.keep(f"{name}.score", out.object_score_logits.flatten())
