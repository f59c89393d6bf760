"""Trains SegFormer-B0 on street scenes: labelled folders of several kinds, mixed; on the CPU or a GPU.

    python train.py --data classes 3 DIR --data groups 2 DIR --data world 5 DIR \\
        --start weights/segformer-b0-street11 --out OUT --hours 2 --validate CLIP

OUT/model is the result (the mean of the weights, in Hugging Face's layout), OUT/log.jsonl a line for each step, OUT/state.pt
what goes on: Ctrl-C saves, and the same command continues. Everything is checked before the first step.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader

import arguments
import checkpoint
import forward
import losses
import model as models
import optimisation
from augment import Crop
from classes import Problem
from data import Folder, scan, scan_any
from evaluate import Scores, confusion, device
from mixing import Mixture, Source, label_weights
from preprocess import normalised

ENDLESS = 1 << 40
SAID_EVERY = 20
NOT_SETTINGS = {"data", "out", "hours", "steps", "validate", "validate_every", "every", "threads", "workers", "precision"}
"""Options that may change when a run goes on: the budget, the machine and what is watched."""


def say(text: str) -> None:
    """Tells the person who waits."""
    print(text, file=sys.stderr, flush=True)


def bf16_is_fast(where: torch.device) -> bool:
    """Whether the machine multiplies bf16 itself."""
    if where.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def prepare_worker(_: int) -> None:
    """Ctrl-C is for the process that saves; and each worker has one core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    torch.set_num_threads(1)


class Training:
    """One run: its model, data, state and budget."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.sources = [Source(scan(Path(path), kind), weight) for kind, weight, path in options.data]
        self.validation: list[Folder] = [scan_any(path) for path in options.validate]
        self.device = device()
        auto = options.precision == "auto"
        self.bf16 = bf16_is_fast(self.device) if auto else options.precision == "bf16"
        torch.manual_seed(options.seed)
        self.model = models.read(options.start).to(self.device).train()
        self.average = models.Average(self.model, options.average)
        self.optimiser = optimisation.optimiser(self.model, options.lr, options.head_lr, options.decay)
        self.weights = label_weights(self.sources, options.balance).to(self.device)
        self.parts = {"model": self.model, "average": self.average.model, "optimiser": self.optimiser}
        self.settings: dict[str, Any] = {name: value for name, value in vars(options).items() if name not in NOT_SETTINGS}
        self.settings["data"] = [[source.weight, *source.folder.fingerprint()] for source in self.sources]
        self.state, self.log = options.out / "state.pt", options.out / "log.jsonl"
        self.progress = checkpoint.load(self.state, self.settings, self.parts)
        options.out.mkdir(parents=True, exist_ok=True)
        checkpoint.trim_log(self.log, self.progress.step)
        self.validated = self.progress.step

    @property
    def spent(self) -> float:
        """The share of the budget that is used up."""
        if self.options.steps:
            return self.progress.step / self.options.steps
        return self.progress.seconds / (3600 * self.options.hours)

    def samples(self) -> DataLoader:
        """Batches from the next step on. Sample n is the same in every run, so the order needs no state."""
        workers = self.options.workers
        if workers is None:
            workers = min(8, os.cpu_count() or 1) if self.device.type == "cuda" else 1
        mixture = Mixture(self.sources, Crop(*self.options.crop, tuple(self.options.scale)), self.options.seed)
        return DataLoader(
            mixture,
            batch_size=self.options.batch,
            sampler=range(self.progress.step * self.options.batch, ENDLESS),
            num_workers=workers,
            worker_init_fn=prepare_worker,
            # One of its own: the default one would draw from the generator of the training.
            generator=torch.Generator(),
        )

    def step(self, pixels: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
        """Forward, backward, and one step of the optimiser; the log's line for it."""
        options, number = self.options, self.progress.step
        torch.manual_seed(options.seed * 1_000_003 + number)
        rate = optimisation.rate(options.lr, options.schedule, self.spent, number, options.warm_up)
        optimisation.set_rate(self.optimiser, rate)
        pixels, labels = pixels.to(self.device), labels.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            logits = forward.logits(self.model, normalised(pixels))
        loss = losses.cross_entropy(logits, labels, self.weights)
        if not torch.isfinite(loss):
            raise Problem(f"Step {number + 1}: the loss is not finite; begin anew with a smaller --lr and another --out.")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), options.clip)
        self.optimiser.step()
        self.progress.step += 1
        self.average.update(self.model, self.progress.step)
        return {"step": self.progress.step, "loss": round(loss.item(), 5), "lr": float(f"{rate:.4g}")}

    def validate(self) -> dict[str, Any]:
        """The scores of the mean weights on every clip."""
        found = {}
        for folder in self.validation:
            matrix = confusion(self.average.model, folder, self.device, self.options.validate_every)
            scores = Scores.of(matrix)
            iou = [value if value is None else round(value, 2) for value in scores.iou]
            found[str(folder.path)] = {"mIoU": round(scores.mean_iou, 2), "accuracy": round(scores.accuracy, 2), "IoU": iou}
            say(f"step {self.progress.step}: {folder.path}: mIoU {scores.mean_iou:.1f}, accuracy {scores.accuracy:.1f}")
        self.validated = self.progress.step
        return found

    def save(self) -> None:
        """Writes what goes on, and the model as it is now."""
        checkpoint.save(self.state, self.settings, self.progress, self.parts)
        models.write(self.average.model, self.options.out / "model")

    def write(self, line: dict[str, Any]) -> None:
        """One line of the log."""
        with open(self.log, "a") as file:
            file.write(json.dumps(line) + "\n")

    def run(self, stop: Callable[[int], bool]) -> bool:
        """Trains until the budget is spent, or `stop` says so after a step; whether it was the budget."""
        if self.spent >= 1:
            return True
        before, began = self.progress.seconds, time.monotonic()
        recent: list[float] = []
        for pixels, labels in self.samples():
            line: dict[str, Any] = self.step(pixels, labels)
            recent.append(line["loss"])
            if self.progress.step % SAID_EVERY == 0:
                say(f"step {self.progress.step}: loss {sum(recent) / len(recent):.3f}, {100 * min(self.spent, 1):.1f} % done")
                recent.clear()
            due = self.progress.step % self.options.every == 0
            if due and self.validation:
                line["validation"] = self.validate()
            self.progress.seconds = before + time.monotonic() - began
            self.write(line | {"seconds": round(self.progress.seconds, 1)})
            if self.spent >= 1:
                break
            stopped = stop(self.progress.step)
            if due or stopped:
                self.save()
            if stopped:
                return False
        if self.validation and self.validated != self.progress.step:
            seconds = round(self.progress.seconds, 1)
            self.write({"step": self.progress.step, "validation": self.validate(), "seconds": seconds})
        self.save()
        return True


def main(words: list[str] | None = None, stop: Callable[[int], bool] | None = None) -> None:
    """The command line. `stop` takes the place of Ctrl-C in tests."""
    options = arguments.parse(__doc__, words)
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        say("Saving after this step; once more ends at once, without saving.")

    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        training = Training(options)
        size = sum(len(source.folder.pairs) for source in training.sources)
        where = f"{training.device.type}, {'bf16' if training.bf16 else 'fp32'}"
        say(f"{size} labelled frames; {where}; from step {training.progress.step}.")
        if stop is None:
            signal.signal(signal.SIGINT, ask)
            signal.signal(signal.SIGTERM, ask)
        if not training.run(stop or (lambda _: asked)):
            say(f"Saved at step {training.progress.step}; the same command goes on.")
            if stop is None:
                sys.exit(130)
            return
        say(f"{options.out / 'model'}: written after step {training.progress.step}.")
    except Problem as problem:
        # A worker's problem arrives below the trace of the worker.
        sys.exit(str(problem).strip().splitlines()[-1].removeprefix("classes.Problem: "))


if __name__ == "__main__":
    main()
