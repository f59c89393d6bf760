"""What every peer's program shares: its arguments, the clock and the JSON line it prints."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy

import frames
import network


@dataclass
class Peer:
    """A runtime that is ready to infer."""

    version: str
    infer: Callable[[numpy.ndarray], numpy.ndarray]
    """Frame float32 [1, 3, H, W] to logits [1, C, H/4, W/4]."""


def run(name: str, precisions: list[str], prepare: Callable[[Path, str, int], Peer]) -> None:
    """Measures one peer as the command line says and prints one JSON line."""
    parser = argparse.ArgumentParser(description=f"Milliseconds a frame of plain SegFormer in {name}.")
    parser.add_argument("model", type=Path, help="a Hugging Face folder")
    parser.add_argument("--precision", choices=precisions, default=precisions[0])
    parser.add_argument("--input", type=Path, required=True, help="the file frames.py wrote")
    parser.add_argument("--frames", type=int, default=20, help="how many frames to time")
    parser.add_argument("--warm-up", type=int, default=2, help="how many frames to run before")
    options = parser.parse_args()
    if options.frames < 1 or options.warm_up < 0:
        sys.exit("--frames must be 1 or more, --warm-up 0 or more.")

    pictures = frames.load(options.input)
    threads = network.cores()
    labels = network.reference_labels(options.model, pictures[:1])
    peer = prepare(options.model, options.precision, threads)
    agreement = float((peer.infer(pictures[:1])[0].argmax(0) == labels).mean())
    milliseconds = []
    for index in range(options.warm_up + options.frames):
        at = index % len(pictures)
        start = time.perf_counter()
        peer.infer(pictures[at : at + 1])
        milliseconds.append(1e3 * (time.perf_counter() - start))
    line = {
        "name": name,
        "precision": options.precision,
        "version": peer.version,
        "threads": threads,
        "agreement": round(agreement, 4),
        "milliseconds": [round(value, 3) for value in milliseconds[options.warm_up :]],
    }
    print(json.dumps(line))
