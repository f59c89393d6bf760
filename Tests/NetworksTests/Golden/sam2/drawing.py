"""What golden values are drawn from: weights, frames and other inputs, each from its name.

Nothing of it is stored: Tests/TestSupport/SyntheticWeights.swift draws the same bits.
"""

import math

import numpy
import torch


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


def disc(height: int, width: int, row: int, column: int, tall: int, wide: int) -> torch.Tensor:
    """A mask [H, W] of an ellipse, in whole numbers: (dy · wide)² + (dx · tall)² <= (tall · wide)²."""
    rows, columns = torch.arange(height)[:, None] - row, torch.arange(width)[None] - column
    return ((rows * wide) ** 2 + (columns * tall) ** 2 <= (tall * wide) ** 2).float()
