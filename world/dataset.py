"""Render many seeds, several at a time; what is finished is skipped, so an interrupted run goes on where it stopped.

python dataset.py --out DIR --seeds 1..600 [--kind clips] [--jobs 2] [options of seed.py]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

Renderer = Callable[[int, Path], str]
"""Renders a seed into a folder; returns nothing when it went well, else what went wrong."""


def arguments() -> tuple[argparse.Namespace, list[str]]:
    """The command line, and what of it is for seed.py."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", required=True, help="a..b, both included, or one seed")
    parser.add_argument("--jobs", type=int, default=1, help="seeds at a time; each takes one thread")
    return parser.parse_known_args()


def parse_seeds(text: str) -> range:
    """The seeds of 'a..b' (both included) or of a single number."""
    first, dots, last = text.partition("..")
    last = last if dots else first
    if not (first.isdigit() and last.isdigit()) or int(last) < int(first):
        raise ValueError(f"seeds are written as 1..600 or as one number, not '{text}'.")
    return range(int(first), int(last) + 1)


def folder(out: Path, seed: int) -> Path:
    """Where a seed's files are, once complete."""
    return out / f"seed-{seed:06d}"


def blender(options: list[str]) -> Renderer:
    """The renderer: a process of its own for every seed."""

    def render(seed: int, path: Path) -> str:
        command = [sys.executable, Path(__file__).with_name("seed.py"), "--seed", str(seed), "--out", path, *options]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = done.stderr.strip().splitlines()
        if done.returncode == 0:
            return ""
        return said[-1].removeprefix("error: ") if said else f"seed.py ended with {done.returncode}"

    return render


def run(out: Path, seeds: range, jobs: int, render: Renderer, say: Callable[[str], None] = print) -> list[int]:
    """Render the seeds that are not there yet; returns those that failed."""
    out.mkdir(parents=True, exist_ok=True)
    missing = [seed for seed in seeds if not folder(out, seed).exists()]
    if len(missing) < len(seeds):
        say(f"{len(seeds) - len(missing)} of {len(seeds)} seeds are there already")
    failed, started = [], time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(render, seed, folder(out, seed)): seed for seed in missing}
        for done, future in enumerate(as_completed(running), 1):
            seed, problem = running[future], future.result()
            if problem:
                failed.append(seed)
            pace = (time.monotonic() - started) / done
            left = pace * (len(missing) - done)
            state = f"failed: {problem}" if problem else "done"
            say(f"seed {seed} {state}; {done} of {len(missing)}, {pace:.1f} s a seed, {left / 60:.0f} min left")
    return failed


def main() -> None:
    """Render, and end with an error when a seed failed."""
    options, rest = arguments()
    failed = run(
        options.out, parse_seeds(options.seeds), options.jobs, blender(rest), lambda line: print(line, flush=True)
    )
    if failed:
        raise ValueError(f"not all was rendered; these seeds failed: {', '.join(map(str, failed))}.")


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
