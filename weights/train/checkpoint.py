"""The state of a run on disk, so that the same command goes on where the last one stopped.

No state of a random generator is in it: every step seeds its own from the run's seed and its number.
"""

from __future__ import annotations

import json
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from classes import Problem

FORMAT = "ditta training state 1"


@dataclass
class Progress:
    """How far a run is."""

    step: int = 0
    seconds: float = 0.0
    """Spent in all runs of the command together."""


def save(file: Path, settings: dict[str, Any], progress: Progress, parts: dict[str, Any]) -> None:
    """Writes state and weights of `parts` beside the file, then in its place: a crash leaves the old or the new one."""
    state = {"format": FORMAT, "settings": settings, "step": progress.step, "seconds": progress.seconds}
    state |= {name: part.state_dict() for name, part in parts.items()}
    partial = file.with_suffix(".partial")
    with open(partial, "wb") as stream:
        torch.save(state, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, file)


def load(file: Path, settings: dict[str, Any], parts: dict[str, Any]) -> Progress:
    """Puts what `save` wrote into `parts`; nothing but tensors and plain values is read.

    A run goes on only as it began: a setting that differs is a problem, since the result would be of neither.
    """
    if not file.exists():
        return Progress()
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError) as error:
        raise Problem(f"{file}: cannot be read as a training state; remove it to begin anew.") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise Problem(f"{file}: expected a state this program wrote, found something else.")
    for name, value in settings.items():
        before = state["settings"].get(name)
        if before != value:
            raise Problem(
                f"{file}: was made with {name} {before}, not {value}; go on with that, or choose another --out."
            )
    try:
        for name, part in parts.items():
            part.load_state_dict(state[name])
    except (RuntimeError, ValueError, KeyError) as error:
        raise Problem(f"{file}: does not fit the model of --start; choose another --out.") from error
    return Progress(state["step"], state["seconds"])


def trim_log(file: Path, step: int) -> None:
    """Drops the lines of a log that are later than the state: they are about to be written again."""
    if not file.exists():
        return
    kept = []
    for line in file.read_text().splitlines():
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line + "\n")
        except (ValueError, KeyError, TypeError):
            continue  # half a line, from a crash
    partial = file.with_suffix(".partial")
    partial.write_text("".join(kept))
    os.replace(partial, file)
