"""Compares ditta's frozen network with other runtimes: same weights, same frames, same cores, one run.

    python compare.py [--models b0 b5] [--rounds 3] [--frames 20] [--out FILE.md]

Every round runs each peer once, in a process of its own, so that the drift of a shared machine hits all alike. A peer's
number is the median of its rounds' medians. Prints a Markdown table per model.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FRAMES = {"b0": 20, "b5": 4}
LIMIT_SECONDS = 1800


def execute(command: list[str]) -> str:
    """What a program prints; RuntimeError with its last words if it fails."""
    # Some build machines choose slow OpenBLAS kernels by this variable.
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    environment["PYTHONWARNINGS"] = "ignore"
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=LIMIT_SECONDS, cwd=ROOT)
    except OSError as error:
        raise RuntimeError(f"{command[0]} does not start: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"took longer than {LIMIT_SECONDS} s") from error
    if done.returncode != 0:
        words = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        words = [line for line in words if line.startswith("Error: ")] or words[-1:]
        raise RuntimeError(words[0] if words else f"ended with status {done.returncode}")
    return done.stdout


def rows(model: Path, options: argparse.Namespace, frames: int) -> list[table.Row]:
    """All peers of one model, ditta first."""
    amount = ["--frames", str(frames)]
    pictures = ["--input", str(options.work / "frames.npy")]
    made = []
    if options.ditta.is_file():
        for method, name in [("iss", table.PLAIN), ("labels", table.LABELS), ("ditta", table.FROZEN)]:
            for precision in ["fp32", "bf16"]:
                speed = ["speed", "--model", str(model), "--precision", precision, "--method", method, "--json", *amount]
                speed += [*pictures, "--reference", str(model / "labels.npy"), "--video", str(options.video)]
                made.append(table.Row(name, precision, [str(options.ditta), *speed]))
    for name, script, precisions in [
        ("OpenVINO", "peer_openvino.py", ["fp32", "bf16"]),
        ("ONNX Runtime", "peer_onnxruntime.py", ["fp32"]),
        ("PyTorch eager", "peer_pytorch.py", ["fp32", "bf16"]),
    ]:
        for precision in precisions:
            inputs = [*pictures, "--warm-up", str(options.warm_up)]
            program = [sys.executable, str(HERE / script), str(model), "--precision", precision]
            made.append(table.Row(name, precision, program + inputs + amount))
    return made


def measure(row: table.Row) -> None:
    """Runs a peer once and notes its median, or why there is none."""
    try:
        line = json.loads(execute(row.command).splitlines()[-1])
        row.medians.append(statistics.median(line["milliseconds"]))
        row.version, row.agreement = str(line.get("version", "")), line.get("agreement")
    except RuntimeError as error:
        row.failure = str(error)
    except (json.JSONDecodeError, IndexError, KeyError, TypeError, statistics.StatisticsError):
        row.failure = "printed no JSON line with milliseconds"


def prepare(options: argparse.Namespace) -> None:
    """Writes the frames, the models that are missing, their ONNX files and reference labels."""
    frames, models = str(options.work / "frames.npy"), options.work / "models"
    execute([sys.executable, str(HERE / "frames.py"), str(options.video), frames])
    missing = [name for name in options.models if not (models / name / "model.safetensors").is_file()]
    if missing:
        execute([sys.executable, str(HERE / "make_models.py"), str(models), "--models", *missing])
    for name in options.models:
        execute([sys.executable, str(HERE / "network.py"), str(models / name), "--input", frames])


def compare(name: str, options: argparse.Namespace, say: Callable[[str], None]) -> list[table.Row]:
    """Measures all peers of one model, round by round."""
    peers = rows(options.work / "models" / name, options, options.frames or FRAMES[name])
    for number in range(1, options.rounds + 1):
        for row in [row for row in peers if not row.failure]:
            measure(row)
            result = row.failure or f"{row.medians[-1]:.1f} ms"
            say(f"{name}, round {number} of {options.rounds}: {row.name} {row.precision}: {result}")
    return peers


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=sorted(FRAMES), default=sorted(FRAMES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, help="timed frames of a peer in a round (default: 20 of b0, 4 of b5)")
    parser.add_argument("--warm-up", type=int, default=2, help="frames a Python peer runs before the timed ones")
    parser.add_argument("--video", type=Path, default=ROOT / "samples/day/clip.mp4")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/peers", help="where frames and models lie")
    parser.add_argument("--ditta", type=Path, default=ROOT / ".build/release/Benchmarks", help="ditta's Benchmarks program")
    parser.add_argument("--out", type=Path, help="also write the tables here")
    options = parser.parse_args()
    if options.rounds < 1 or (options.frames is not None and options.frames < 1) or options.warm_up < 0:
        parser.error("--rounds and --frames must be 1 or more, --warm-up 0 or more")
    options.video, options.work, options.ditta = (
        path.resolve() for path in (options.video, options.work, options.ditta)
    )
    return options


def main() -> None:
    """The command line."""
    options = arguments()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    text = table.machine()
    if not options.ditta.is_file():
        say(f"{options.ditta}: missing, so ditta is not compared; build it with `make build`.")
    try:
        prepare(options)
    except RuntimeError as error:
        sys.exit(f"Nothing to compare: {error}")
    for name in options.models:
        text += "\n" + table.markdown(name, compare(name, options, say))
    print(text, end="")
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
