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

Renderer = Callable[[Path, list[str]], str]
"""Renders into a folder what the words say; returns nothing when it went well, else what went wrong."""


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


def blender(path: Path, words: list[str]) -> str:
    """The renderer: a process of its own for every folder."""
    command = [sys.executable, Path(__file__).with_name("seed.py"), "--out", path, *words]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = done.stderr.strip().splitlines()
    if done.returncode == 0:
        return ""
    return said[-1].removeprefix("error: ") if said else f"seed.py ended with {done.returncode}"


def say(line: str) -> None:
    """Print at once, also into a file."""
    print(line, flush=True)


def run(work: dict[Path, list[str]], jobs: int, render: Renderer, say: Callable[[str], None] = say) -> list[Path]:
    """Render the folders that are not there yet; returns those that failed."""
    missing = {path: words for path, words in work.items() if not path.exists()}
    if len(missing) < len(work):
        say(f"{len(work) - len(missing)} of {len(work)} are there already")
    failed, started = [], time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(render, path, words): path for path, words in missing.items()}
        for done, future in enumerate(as_completed(running), 1):
            path, problem = running[future], future.result()
            if problem:
                failed.append(path)
            pace = (time.monotonic() - started) / done
            left = pace * (len(missing) - done)
            state = f"failed: {problem}" if problem else "done"
            say(f"{path.name} {state}; {done} of {len(missing)}, {pace:.1f} s each, {left / 60:.0f} min left")
    return failed


def main() -> None:
    """Render, and end with an error when a seed failed."""
    options, rest = arguments()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = parse_seeds(options.seeds)
    work = {options.out / f"seed-{seed:06d}": ["--seed", str(seed), *rest] for seed in seeds}
    failed = run(work, options.jobs, blender)
    if failed:
        raise ValueError(f"not all was rendered; these failed: {', '.join(path.name for path in failed)}.")


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
