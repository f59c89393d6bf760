"""Trains the border network on labelled street scenes.

    python weights/borders/train/train.py --classes ../shared/data/camvid/train --groups ../shared/data/idd_lite/train \
        --rendered .build/world --leave-out 0001TP --out .build/borders --seconds 2520
"""

from __future__ import annotations

import argparse
import copy
import math
import pathlib
import time

import cv2
import numpy
import torch
import torch.nn.functional as F
from model import OFFSETS, Borders, folded, save
from samples import FIRST_GROUP, NONE, Samples, listing, worlds

BATCH, RATE, DECAY = 8, 3e-3, 1e-3
COARSE = (FIRST_GROUP + 4, FIRST_GROUP + 5)
"""IDD-Lite's roadside and far objects: that two cells are both of such a group says little of a border between them."""


class Loss:
    """Cross entropy of 'the same class' for every offset, its two answers balanced by the root of their frequencies."""

    def __init__(self) -> None:
        self.different = torch.full((len(OFFSETS),), 0.1)
        """The running share of pairs of different classes, for each offset."""

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        height, width = labels.shape[1:]
        total = logits.new_zeros(())
        for k, (dy, dx) in enumerate(OFFSETS):
            first, last = max(0, -dx), min(width, width - dx)
            a, b = labels[:, : height - dy, first:last], labels[:, dy:, first + dx : last + dx]
            same, known = a == b, (a != NONE) & (b != NONE)
            weight = known.float()
            weight = torch.where(same & ((a == COARSE[0]) | (a == COARSE[1])), weight * 0.15, weight)
            share = (known & ~same).float().sum() / known.float().sum().clamp(min=1)
            self.different[k] = 0.99 * self.different[k] + 0.01 * share
            weight = torch.where(same, weight, weight * self.balance[k])
            loss = F.binary_cross_entropy_with_logits(
                logits[:, k, : height - dy, first:last], same.float(), reduction="none")
            total = total + (loss * weight).sum() / weight.sum().clamp(min=1)
        return total / len(OFFSETS)

    @property
    def balance(self) -> torch.Tensor:
        """How much a pair of different classes weighs."""
        return ((1 - self.different) / self.different.clamp(min=0.01)).sqrt()


def calibrated(model: Borders, loss: Loss) -> Borders:
    """With the balance of the loss taken back, so that the output's sigmoid is a probability."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        model.affinity.bias += loss.balance.log()
    return model


def average(mean: Borders, model: Borders, step: int) -> None:
    """The running mean of the weights, over some 500 steps."""
    keep = min(0.998, (step + 1) / (step + 10))
    with torch.no_grad():
        for a, b in zip(mean.state_dict().values(), model.state_dict().values()):
            a.lerp_(b, 1 - keep) if a.dtype.is_floating_point else a.copy_(b)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", type=pathlib.Path, required=True, help="frames labelled with 11 classes")
    parser.add_argument("--groups", type=pathlib.Path, required=True, help="frames labelled with coarse groups")
    parser.add_argument("--rendered", type=pathlib.Path, required=True, help="a folder of seeds of world/")
    parser.add_argument("--leave-out", help="names of frames of --classes that are not trained on begin so")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seconds", type=float, default=2520)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    samples = Samples(
        listing(options.classes, options.leave_out), listing(options.groups), worlds(options.rendered), options.seed)
    model = Borders().train().to(memory_format=torch.channels_last)
    mean = copy.deepcopy(model).eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    loss_of, losses = Loss(), []
    start, step = time.time(), 0
    while (done := (time.time() - start) / options.seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 150) * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)
        pictures, labels = (numpy.stack(part) for part in zip(*[samples.draw() for _ in range(BATCH)]))
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(x)
        loss = loss_of(logits.float(), torch.from_numpy(labels))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimiser.step()
        step += 1
        average(mean, model, step)
        losses.append(loss.item())
        if step % 50 == 0:
            print(f"{step} steps, {time.time() - start:.0f} s, loss {numpy.mean(losses[-50:]):.4f}", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    save(folded(calibrated(mean, loss_of)), str(options.out / "model.safetensors"))


if __name__ == "__main__":
    main()
