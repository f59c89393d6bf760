"""The training's forward pass: transformers' encoder, and its head computed with a fraction of the work.

The head projects every stage to 256 channels, resizes them to a quarter of the picture, joins and fuses them. Projecting
and fusing are linear in the channels and resizing is linear in space, so they change places: each stage goes through the
product of its two matrices at its own size, is resized, and the four are summed. The parameters stay those of
transformers, and without dropout so do the logits.
"""

from __future__ import annotations

import torch
from torch.nn import functional
from transformers import SegformerForSemanticSegmentation


def logits(model: SegformerForSemanticSegmentation, pixels: torch.Tensor) -> torch.Tensor:
    """From normalised pixels `[N, 3, H, W]` to logits `[N, classes, H/4, W/4]`."""
    head = model.decode_head
    stages = model.segformer(pixels, output_hidden_states=True).hidden_states
    size = stages[0].shape[-2:]
    # The last stage comes first among the joined channels.
    fusions = head.linear_fuse.weight[:, :, 0, 0].chunk(len(stages), 1)[::-1]
    total = None
    for stage, projection, fusion in zip(stages, head.linear_projections, fusions, strict=True):
        weight, bias = fusion @ projection.proj.weight, fusion @ projection.proj.bias
        fused = functional.conv2d(stage, weight[:, :, None, None], bias)
        if fused.shape[-2:] != size:
            fused = functional.interpolate(fused, size, mode="bilinear", align_corners=False)
        total = fused if total is None else total + fused
    active = head.activation(head.batch_norm(total))
    # Whole channels drop, as in the published training (transformers drops single values).
    active = functional.dropout2d(active, head.dropout.p, model.training)
    return head.classifier(active)
