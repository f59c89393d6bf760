"""How pictures become the network's input, here as in ditta: fitted into 853x480, then to multiples of 32, normalised."""

from __future__ import annotations

import numpy
import torch
from PIL import Image
from torch.nn import functional

BOX = (853, 480)
MULTIPLE = 32
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)

FILE = {
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": False,
    "image_mean": list(MEAN),
    "image_std": list(DEVIATION),
    "rescale_factor": 1 / 255,
    "image_processor_type": "SegformerImageProcessor",
}
"""What preprocessor_config.json says beside the weights."""


def fitted(width: int, height: int) -> tuple[int, int]:
    """Width and height of a picture fitted into the box, keeping its ratio."""
    scale = min(BOX[0] / width, BOX[1] / height)
    return max(int(width * scale + 0.5), 1), max(int(height * scale + 0.5), 1)


def rounded_up(extent: int) -> int:
    """The next multiple of 32."""
    return -(-extent // MULTIPLE) * MULTIPLE


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """From uint8 `[N, 3, H, W]` to float32 as the network takes it."""
    mean = torch.tensor(MEAN, device=pixels.device).view(1, 3, 1, 1)
    deviation = torch.tensor(DEVIATION, device=pixels.device).view(1, 3, 1, 1)
    return (pixels.float() / 255 - mean) / deviation


def network_input(frame: Image.Image, device: torch.device) -> torch.Tensor:
    """A whole frame as float32 `[1, 3, H, W]`: bilinear without antialiasing, in the two steps of ditta."""
    pixels = torch.from_numpy(numpy.array(frame).transpose(2, 0, 1)[None].copy()).to(device)
    width, height = fitted(*frame.size)
    picture = functional.interpolate(normalised(pixels), (height, width), mode="bilinear", align_corners=False)
    size = (rounded_up(height), rounded_up(width))
    return functional.interpolate(picture, size, mode="bilinear", align_corners=False)
