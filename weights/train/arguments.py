"""The command line of train.py."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

from classes import KINDS


def number(kind: type, allowed: Callable[[float], bool], what: str) -> Callable[[str], float]:
    """A reader of numbers that says in words what it expects."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and allowed(value)):
            raise argparse.ArgumentTypeError(f"expected {what}, found {text}")
        return value

    return read


positive = number(float, lambda value: value > 0, "a number above 0")
not_negative = number(float, lambda value: value >= 0, "a number, 0 or more")
share = number(float, lambda value: 0 <= value < 1, "a number from 0 to below 1")
count = number(int, lambda value: value > 0, "a whole number above 0")
natural = number(int, lambda value: value >= 0, "a whole number, 0 or more")


def parser(description: str | None) -> argparse.ArgumentParser:
    """All options with their defaults."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data",
        nargs=3,
        action="append",
        required=True,
        metavar=("KIND", "WEIGHT", "DIR"),
        help=f"a labelled folder, its kind ({', '.join(KINDS)}) and how often it is drawn from, against the others; repeat",
    )
    parser.add_argument("--start", required=True, help='a Hugging Face folder with the eleven classes, or "random"')
    parser.add_argument("--out", type=Path, required=True, help="where state, log and model go; found again, it goes on")
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--hours", type=positive, help="train for this long, in all runs of the command together")
    budget.add_argument("--steps", type=count, help="train this many steps")
    parser.add_argument("--validate", type=Path, nargs="+", default=[], metavar="DIR", help="labelled clips to score on")
    parser.add_argument("--validate-every", type=count, default=1, metavar="N", help="score each Nth frame only")
    parser.add_argument("--every", type=count, default=250, metavar="STEPS", help="how often to save and to score")
    parser.add_argument("--seed", type=natural, default=0)

    learning = parser.add_argument_group("learning")
    learning.add_argument("--batch", type=count, default=16)
    learning.add_argument("--lr", type=positive, default=4e-4)
    learning.add_argument("--head-lr", type=positive, default=1, metavar="FACTOR", help="the head's rate, times --lr")
    learning.add_argument("--schedule", choices=["cosine", "poly"], default="cosine")
    learning.add_argument("--warm-up", type=natural, default=100, metavar="STEPS")
    learning.add_argument("--decay", type=not_negative, default=0.01, help="weight decay of matrices")
    learning.add_argument("--clip", type=positive, default=1, help="the longest gradient")
    learning.add_argument("--average", type=share, default=0.998, help="how much of the mean of weights a step keeps")
    learning.add_argument(
        "--balance", type=share, default=0.25, metavar="POWER", help="pixels weigh 1/frequency of their class to this power"
    )

    samples = parser.add_argument_group("samples")
    samples.add_argument("--crop", type=count, nargs=2, default=[256, 320], metavar=("HEIGHT", "WIDTH"))
    samples.add_argument(
        "--scale", type=positive, nargs=2, default=[0.5, 1.5], metavar=("LOW", "HIGH"), help="1 is as ditta feeds the frame"
    )

    machine = parser.add_argument_group("machine")
    machine.add_argument("--precision", choices=["auto", "bf16", "fp32"], default="auto", help="auto: bf16 where it is fast")
    machine.add_argument("--threads", type=count, help="CPU threads (default: PyTorch's choice)")
    machine.add_argument("--workers", type=natural, help="processes that make samples (default: 1; with a GPU, up to 8)")
    return parser


def parse(description: str | None, arguments: list[str] | None) -> argparse.Namespace:
    """The options, or the end of the program with a sentence."""
    reader = parser(description)
    options = reader.parse_args(arguments)
    for entry in options.data:
        if entry[0] not in KINDS:
            reader.error(f"--data: expected a kind of {', '.join(KINDS)}, found {entry[0]}")
        try:
            entry[1] = positive(entry[1])
        except argparse.ArgumentTypeError as error:
            reader.error(f"--data: {error}")
    if options.scale[0] > options.scale[1]:
        reader.error("--scale: expected the smaller number first")
    if min(options.crop) < 32:
        reader.error("--crop must be 32 or more each way")
    return options
