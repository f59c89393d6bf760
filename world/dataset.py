"""Render many seeds, several at a time; what is finished is skipped, so an interrupted run goes on where it stopped.

python dataset.py --out DIR --seeds 1..600 [--kind stills|clips|scans] [--jobs 2] [options of seed.py, or of scan.py]
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
    parser.add_argument("--kind", choices=["stills", "clips", "scans"], default="stills", help="scans: see scan.py")
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
    """The renderer: a process of its own for every folder; the first word is the program."""
    command = [sys.executable, Path(__file__).with_name(words[0]), "--out", path, *words[1:]]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = done.stderr.strip().splitlines()
    if done.returncode == 0:
        return ""
    return said[-1].removeprefix("error: ") if said else f"{words[0]} ended with {done.returncode}"


def planned(out: Path, seeds: range, kind: str, rest: list[str]) -> dict[Path, list[str]]:
    """The folder of each seed, and what the renderer is told."""
    if kind == "scans":
        return {out / "sequences" / f"{seed:02d}": ["scan.py", "--seed", str(seed), *rest] for seed in seeds}
    return {out / f"seed-{seed:06d}": ["seed.py", "--seed", str(seed), "--kind", kind, *rest] for seed in seeds}


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
    work = planned(options.out, parse_seeds(options.seeds), options.kind, rest)
    for path in work:
        path.parent.mkdir(parents=True, exist_ok=True)
    failed = run(work, options.jobs, blender)
    if failed:
        raise ValueError(f"not all was rendered; these failed: {', '.join(path.name for path in failed)}.")


if __name__ == "__main__":
    try:
        main()
    except ValueError as error:
        sys.exit(f"error: {error}")
