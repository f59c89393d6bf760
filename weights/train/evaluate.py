"""Compares models on labelled folders: the IoU of every class and their mean, as a Markdown table.

    python evaluate.py MODEL [MODEL ...] --data DIR [DIR ...] [--every 1]

A MODEL is a Hugging Face folder with the eleven classes. A DIR holds frames/ and labels/, or a folder like that for each
drive. Frames are fed as ditta feeds them, in float32, one by one; the labels are compared at the frames' own size. The
mean is over the classes that are present in the truth, as in `ditta eval`.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
import torch
from torch.nn import functional

import model as models
from classes import NAMES, Problem
from data import Folder, scan_any
from preprocess import network_input


@dataclass
class Scores:
    """What a confusion matrix `[truth, prediction]` says, in per cent."""

    iou: list[float | None]
    """Of each class; nothing for a class in neither the truth nor the prediction."""
    mean_iou: float
    accuracy: float

    @staticmethod
    def of(matrix: numpy.ndarray) -> Scores:
        """The scores of the counts."""
        truth, predicted, right = matrix.sum(1), matrix.sum(0), numpy.diag(matrix)
        union = truth + predicted - right
        iou = [100 * float(r) / float(u) if u else None for r, u in zip(right, union, strict=True)]
        present = [value for value, pixels in zip(iou, truth, strict=True) if pixels and value is not None]
        return Scores(iou, sum(present) / max(len(present), 1), 100 * float(right.sum()) / max(float(truth.sum()), 1))


@torch.inference_mode()
def confusion(model: torch.nn.Module, folder: Folder, device: torch.device, every: int = 1) -> numpy.ndarray:
    """The pixels `[11, 11]` of each true class that were given each class, over every `every`th frame."""
    classes = len(NAMES)
    matrix = numpy.zeros((classes, classes), numpy.int64)
    for pair in folder.pairs[::every]:
        frame, label = pair.load(folder.kind)
        truth = torch.from_numpy(numpy.array(label)).long()
        logits = model(pixel_values=network_input(frame, device)).logits
        logits = functional.interpolate(logits, truth.shape, mode="bilinear", align_corners=False)
        predicted = logits.argmax(1)[0].cpu()
        known = truth < classes
        cells = torch.bincount(truth[known] * classes + predicted[known], minlength=classes * classes)
        matrix += cells.reshape(classes, classes).numpy()
    return matrix


def markdown(title: str, names: list[str], scores: list[Scores]) -> str:
    """One folder's table: a column for each model."""
    rows = [("**mIoU**", [score.mean_iou for score in scores]), ("accuracy", [score.accuracy for score in scores])]
    rows += [(f"IoU {name}", [score.iou[number] for score in scores]) for number, name in enumerate(NAMES)]
    lines = [f"| {title} | " + " | ".join(names) + " |", "| --- |" + " --: |" * len(names)]
    for name, values in rows:
        lines.append(f"| {name} | " + " | ".join("" if value is None else f"{value:.1f}" for value in values) + " |")
    return "\n".join(lines) + "\n"


def device() -> torch.device:
    """The GPU, if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL")
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="score each Nth frame only")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's choice)")
    options = parser.parse_args()
    if options.every < 1 or (options.threads is not None and options.threads < 1):
        parser.error("--every and --threads must be 1 or more")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        folders = [scan_any(path) for path in options.data]
        networks = [models.read(path).eval().to(device()) for path in options.models]
        for folder in folders:
            scores = [Scores.of(confusion(network, folder, device(), options.every)) for network in networks]
            title = f"{folder.path.name}, {len(folder.pairs[:: options.every])} frames"
            print(markdown(title, [path.name for path in options.models], scores))
    except Problem as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
