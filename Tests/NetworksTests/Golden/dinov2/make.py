"""Makes the golden values of DINOv2 with transformers (PyTorch, double precision).

    pip install torch==2.15.0 transformers==5.24.0 safetensors numpy
    python Tests/NetworksTests/Golden/dinov2/make.py

Each folder holds `config.json`, `tensors.json` (name -> shape of the published file, and `offsets`) and `golden.safetensors`:
patch features after the last norm `[h, w, D]` of inputs of some sizes, `features.HxW`. Weights and inputs are not stored:
../sam2/drawing.py draws them from their names.

`plain` is a `Dinov2Model` with two heads of 32 channels, `registers` a `Dinov2WithRegistersModel` of a classifier, whose names begin
with `dinov2_with_registers.`, with SwiGLU. `meta` and `meta-registers` have Meta's names and heads of 64; how Meta resamples
positions is written out here.
"""

import json
import math
import pathlib
import sys

import torch
from safetensors.torch import save_file
from torch.nn.functional import interpolate
from transformers import (
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersForImageClassification,
    Dinov2WithRegistersModel,
)

sys.path.append(str(pathlib.Path(__file__).parent.parent / "sam2"))
from drawing import drawn, synthetic  # noqa: E402

HERE = pathlib.Path(__file__).parent
SHAPE = dict(hidden_size=128, num_hidden_layers=2, image_size=70, patch_size=14, attn_implementation="eager")
# Wider than the grid of positions and lower, smaller, and the grid itself, on which positions are not resampled.
SIZES = [(42, 112), (28, 28), (70, 70)]


def published(name: str) -> str:
    """The name in the file of a tensor of the library."""
    for new, old in [("attention.q_proj", "attention.attention.query"), ("attention.k_proj", "attention.attention.key"),
                     ("attention.v_proj", "attention.attention.value"), ("attention.o_proj", "attention.output.dense"),
                     ("mlp.down_proj", "mlp.weights_out")]:
        name = name.replace(new, old)
    return name


def meta(name: str) -> str:
    """Meta's name of a tensor of the file."""
    for old, new in [("embeddings.position_embeddings", "pos_embed"), ("embeddings.patch_embeddings.projection", "patch_embed.proj"),
                     ("embeddings.", ""), ("encoder.layer.", "blocks."), ("attention.output.dense", "attn.proj"),
                     ("layer_scale1.lambda1", "ls1.gamma"), ("layer_scale2.lambda1", "ls2.gamma"),
                     ("mlp.weights_in", "mlp.w12"), ("mlp.weights_out", "mlp.w3"), ("layernorm.", "norm.")]:
        name = name.replace(old, new)
    return name


def fill(model, of_meta: bool) -> dict[str, list[int]]:
    """Gives a model its synthetic weights, drawn from the names in the file; returns these with their shapes."""
    shapes = {}
    state = model.state_dict()
    fused = [("attention.q_proj", "attention.k_proj", "attention.v_proj")] if of_meta else []
    fused.append(("mlp.gate_proj", "mlp.up_proj"))
    for name, tensor in state.items():
        parts = next((parts for parts in fused if any(part in name for part in parts)), None)
        if parts is None:
            source = meta(published(name)) if of_meta else published(name)
            shapes[source] = list(tensor.shape)
            tensor.copy_(synthetic(source, shapes[source]))
            continue
        index = next(index for index, part in enumerate(parts) if part in name)
        source = name.replace(parts[index], "attn.qkv" if len(parts) == 3 else "mlp.weights_in")
        source = meta(source) if of_meta else source
        shapes[source] = [len(parts) * tensor.shape[0], *tensor.shape[1:]]
        tensor.copy_(synthetic(source, shapes[source]).chunk(len(parts))[index])
    return shapes


def positions(embeddings: torch.nn.Module, rule: str):
    """`interpolate_pos_encoding` of facebookresearch/dinov2, dinov2/models/vision_transformer.py, or transformers' own."""

    def resampled(tokens: torch.Tensor, height: int, width: int) -> torch.Tensor:
        table = embeddings.position_embeddings
        side, h, w = math.isqrt(table.shape[1] - 1), height // 14, width // 14
        if h == side and w == side:
            return table
        grid = table[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        if rule == "offset":
            grid = interpolate(grid, scale_factor=((h + 0.1) / side, (w + 0.1) / side), mode="bicubic")
        else:
            grid = interpolate(grid, size=(h, w), mode="bicubic", antialias=rule == "antialiased")
        assert grid.shape[-2:] == (h, w)
        return torch.cat([table[:, :1], grid.flatten(2).transpose(1, 2)], 1)

    return resampled


@torch.no_grad()
def make(name: str, model, rule: str, of_meta: bool = False, registers: int = 0) -> None:
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    shapes = fill(model.eval(), of_meta)
    body = getattr(model, "dinov2_with_registers", model).double()
    own = body.embeddings.interpolate_pos_encoding

    def features(height: int, width: int) -> torch.Tensor:
        pixels = drawn(f"input.{height}x{width}", [3, height, width], 2).double()
        tokens = body(pixels[None]).last_hidden_state[0, 1 + registers:]
        return tokens.reshape(height // 14, width // 14, -1).float()

    # By any other rule features are others, by more than twenty times the test's tolerance.
    by_rule = {}
    for other in ["exact", "offset", "antialiased"]:
        body.embeddings.interpolate_pos_encoding = positions(body.embeddings, other)
        by_rule[other] = features(*SIZES[0])
        print(name, other, (by_rule[other] - by_rule["exact"]).abs().max())
    assert all((found - by_rule[rule]).abs().max() > 1e-3 for other, found in by_rule.items() if other != rule)
    if of_meta:
        body.embeddings.interpolate_pos_encoding = positions(body.embeddings, rule)
    else:
        body.embeddings.interpolate_pos_encoding = own
    golden = {f"features.{height}x{width}": features(height, width) for height, width in SIZES}
    save_file(golden, folder / "golden.safetensors")
    (folder / "tensors.json").write_text(json.dumps({"shapes": shapes, "offsets": {}}, sort_keys=True) + "\n")
    model.config.save_pretrained(folder)


def main() -> None:
    plain, gated = dict(SHAPE, num_attention_heads=4), dict(SHAPE, num_attention_heads=2, use_swiglu_ffn=True)
    classifier = Dinov2WithRegistersConfig(**gated, num_labels=3)
    make("plain", Dinov2Model(Dinov2Config(**plain)), "exact")
    make("registers", Dinov2WithRegistersForImageClassification(classifier), "antialiased", registers=4)
    make("meta", Dinov2Model(Dinov2Config(**SHAPE, num_attention_heads=2)), "offset", of_meta=True)
    make("meta-registers", Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**gated)), "antialiased", of_meta=True,
         registers=4)


if __name__ == "__main__":
    main()
