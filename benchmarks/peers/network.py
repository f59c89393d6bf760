"""The plain SegFormer every Python peer runs: a checkpoint in PyTorch, the same as ONNX, and its labels.

    python network.py MODEL --input FRAMES.npy

exports the ONNX file and computes the reference labels, so that no peer has to while it is measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import zlib
from pathlib import Path

import numpy
import torch
from transformers import SegformerForSemanticSegmentation
from transformers.utils import logging

import frames
from frames import HEIGHT, WIDTH


class Logits(torch.nn.Module):
    """Frame [1, 3, H, W] to logits [1, C, H/4, W/4]."""

    def __init__(self, model: SegformerForSemanticSegmentation) -> None:
        super().__init__()
        self.model = model

    def forward(self, frame: torch.Tensor) -> torch.Tensor:
        return self.model(pixel_values=frame).logits


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load(model: Path) -> Logits:
    """The network of a Hugging Face folder, ready to infer."""
    if not (model / "config.json").is_file():
        sys.exit(f"{model}: no SegFormer checkpoint here; write one with make_models.py.")
    logging.disable_progress_bar()
    return Logits(SegformerForSemanticSegmentation.from_pretrained(model)).eval()


def onnx_file(model: Path) -> Path:
    """The network as ONNX of a fixed input size, exported beside the checkpoint once."""
    file, weights = model / "model.onnx", model / "model.safetensors"
    if not file.exists() or file.stat().st_mtime < weights.stat().st_mtime:
        frame = torch.zeros(1, 3, HEIGHT, WIDTH)
        partial = file.with_suffix(".partial")
        torch.onnx.export(
            load(model), (frame,), partial, input_names=["frame"], output_names=["logits"], opset_version=17, dynamo=False
        )
        partial.replace(file)
    return file


def reference_labels(model: Path, frame: numpy.ndarray) -> numpy.ndarray:
    """Labels [H/4, W/4] of a frame [1, 3, H, W] by PyTorch fp32, computed once per checkpoint and frame."""
    weights = (model / "model.safetensors").stat()
    key = zlib.crc32(frame.tobytes() + f"{weights.st_size} {weights.st_mtime_ns}".encode())
    file = model / f"labels-{key:08x}.npy"
    if not file.exists():
        with torch.inference_mode():
            numpy.save(file, load(model)(torch.from_numpy(frame))[0].argmax(0).numpy())
    return numpy.load(file)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--input", type=Path, required=True, help="the file frames.py wrote")
    options = parser.parse_args()
    onnx_file(options.model)
    # Under a name that ditta's program is told.
    numpy.save(options.model / "labels.npy", reference_labels(options.model, frames.load(options.input)[:1]))


if __name__ == "__main__":
    main()
