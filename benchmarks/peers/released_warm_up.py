"""Times the warm-up of DiTTA's released code on the CPU, without its teacher.

    python released_warm_up.py --code CHECKOUT --input FRAMES.npy [--backbone b5] [--width 256] [--steps 3]

CHECKOUT is a clone of github.com/jihun1998/DiTTA; its own network and training step run, with random weights. Object
masks come from SAM 2 there and are rectangles here. Prints one JSON line: seconds of the plain prediction of a frame,
of a step on the first frame (a clip of one) and of steps on the others (clips of two), and what ten frames take in five
passes. Its attention is dense: at 480x864 a step needs more than 12 GiB.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

import frames
import network
import stand_ins

CLASSES, OBJECTS, WARM_UP_FRAMES, PASSES = 124, 6, 10, 5
B0 = {
    "embed_dims": [32, 64, 160, 256],
    "num_heads": [1, 2, 5, 8],
    "depths": [2, 2, 2, 2],
    "sr_ratios": [8, 4, 2, 1],
    "qkv_bias": True,
    "drop_path_rate": 0.1,
    "norm_layer": lambda channels: torch.nn.LayerNorm(channels, eps=1e-6),
}


@dataclass
class Clips:
    """What the released code asks of a video."""

    pixels: torch.Tensor
    ori_shape: tuple[int, int]

    def clip(self, index: int) -> torch.Tensor:
        """The frame before, where there is one, and the frame."""
        return self.pixels[max(index - 1, 0) : index + 1]


def build(segformer: ModuleType, mit: ModuleType, backbone: str, width: int) -> torch.nn.Module:
    """Their segmentor; for B0 with the smaller encoder in the place of B5."""
    model = segformer.DiTTASegmentor(num_classes=CLASSES, embed_dim=width)
    if backbone == "b0":
        model.backbone = mit.MixVisionTransformer(**B0)
        model.decode_head = segformer.DiTTAHead(tuple(B0["embed_dims"]), embed_dim=width, num_classes=CLASSES)
    return model.eval()


def rectangles(height: int, width: int) -> dict[str, torch.Tensor]:
    """Six object masks in two rows, a third of the frame, and the votes for their classes."""
    objects = torch.zeros(height, width, dtype=torch.long)
    for index in range(OBJECTS):
        top, left = index // 3 * height // 2, index % 3 * width // 3
        objects[top + height // 8 : top + 3 * height // 8, left : left + 2 * width // 9] = index + 1
    score = torch.zeros(OBJECTS + 1, CLASSES)
    score[torch.arange(1, OBJECTS + 1), torch.arange(OBJECTS) * 7] = 1
    return {"obj_id": objects, "score": score}


@dataclass
class Timed:
    """What a call returned, and the seconds it took: on the clock, and of all cores together."""

    value: Any
    seconds: float
    cpu_seconds: float


def timed(work: Callable[..., Any], *arguments: Any) -> Timed:
    """Calls and measures."""
    start, cpu_start = time.perf_counter(), time.process_time()
    value = work(*arguments)
    return Timed(value, round(time.perf_counter() - start, 3), round(time.process_time() - cpu_start, 3))


def pair(text: str) -> tuple[int, int]:
    """Height and width from "480x864"."""
    height, width = text.split("x")
    return int(height), int(width)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path, required=True)
    parser.add_argument("--input", type=Path, required=True, help="the file frames.py wrote")
    parser.add_argument("--backbone", choices=["b0", "b5"], default="b5")
    parser.add_argument("--width", type=int, default=256, help="the decoder's width; 256 is the released one")
    parser.add_argument("--size", type=pair, default=(480, 864), help="the network's input")
    parser.add_argument("--original", type=pair, default=(360, 640), help="the frame's own size")
    parser.add_argument("--steps", type=int, default=3)
    return parser.parse_args()


def main() -> None:
    """The command line."""
    options = arguments()
    if not (options.code / "ditta" / "tta.py").is_file():
        sys.exit(f"{options.code}: no checkout of the released code (it has no ditta/tta.py).")
    stand_ins.install()
    sys.path.insert(0, str(options.code))
    segformer, mit, tta, pipeline = (
        importlib.import_module(f"ditta.{name}") for name in ("segformer", "mit_backbone", "tta", "pipeline")
    )
    torch.manual_seed(0)
    torch.set_num_threads(network.cores())
    pixels = torch.from_numpy(frames.load(options.input)[: options.steps + 1])
    if pixels.shape[0] <= options.steps:
        sys.exit(f"{options.input}: {options.steps} steps need {options.steps + 1} frames, found {pixels.shape[0]}.")
    pixels = torch.nn.functional.interpolate(pixels, options.size, mode="bilinear", align_corners=False)
    video = Clips(pixels, options.original)
    model = build(segformer, mit, options.backbone, options.width)
    target = rectangles(*options.original)

    # The second prediction also builds the mask of the attention's window, once a video.
    plain = [timed(pipeline.iss_predict, model, video, index) for index in (0, 1, 1)]
    adaptation = tta.VideoTTA(model)
    label = plain[-1].value[0]
    first, *others = [
        timed(adaptation.step, video.clip(index), video.ori_shape, label, target)
        for index in range(options.steps + 1)
    ]
    step = statistics.median(one.seconds for one in others)
    total = plain[0].seconds + plain[1].seconds + (WARM_UP_FRAMES - 2) * plain[2].seconds
    total += PASSES * (first.seconds + (WARM_UP_FRAMES - 1) * step)
    line = {
        "name": "DiTTA, released code, without SAM 2",
        "backbone": options.backbone,
        "width": options.width,
        "size": options.size,
        "original": options.original,
        "threads": torch.get_num_threads(),
        "prediction_seconds": plain[2].seconds,
        "first_step_seconds": first.seconds,
        "step_seconds": [one.seconds for one in others],
        "step_cpu_seconds": [one.cpu_seconds for one in others],
        "warm_up_seconds_of_10_frames": round(total, 1),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
