"""Render the sample clips anew from their meta.json and check that their labels are what they were.

    python samples.py --samples ../samples --work DIR [--jobs 2]

A sample is a render without its frames and instances, for their size. One that has no labels yet gets its first ones. One
whose labels would change is left as it is, and its new render stays in DIR. Finished frames stay in DIR, so an interrupted
run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import dataset


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=Path, required=True, help="folder with a folder for each sample")
    parser.add_argument("--work", type=Path, required=True, help="folder for the renders")
    parser.add_argument("--jobs", type=int, default=1, help="clips at a time; each takes one thread")
    return parser.parse_args()


def differing(rendered: Path, sample: Path) -> list[str]:
    """The names of the labels that are not the same in both, byte for byte; none where the sample has no labels yet."""
    before, after = ({path.name: path.read_bytes() for path in folder.glob("*.png")} for folder in (sample, rendered))
    return sorted(name for name in before | after if before.get(name) != after.get(name)) if before else []


def take(rendered: Path, sample: Path) -> str:
    """Make a render the sample, unless its labels differ; returns what went wrong, or nothing."""
    changed = differing(rendered / "labels", sample / "labels")
    if changed:
        return f"{sample.name}: {len(changed)} labels differ, the first is {changed[0]}; see {rendered}"
    (sample / "labels").mkdir(exist_ok=True)
    for path in (rendered / "clip.mp4", rendered / "classes.json", *(rendered / "labels").glob("*.png")):
        shutil.copyfile(path, sample / path.relative_to(rendered))
    shutil.rmtree(rendered)
    return ""


def main() -> None:
    """Render what is missing, then compare and take over."""
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    samples = {options.work / meta.parent.name: meta for meta in sorted(options.samples.glob("*/meta.json"))}
    if not samples:
        raise ValueError(f"{options.samples} has no folder with a meta.json.")
    work = {path: ["seed.py", "--recipe", str(meta)] for path, meta in samples.items()}
    failed = dataset.run(work, options.jobs, dataset.blender)
    problems = [f"{path.name} was not rendered" for path in failed]
    problems += [take(path, meta.parent) for path, meta in samples.items() if path not in failed]
    if any(problems):
        raise ValueError("; ".join(filter(None, problems)) + ".")
    print(f"{len(samples)} clips rendered; their labels are what they were")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")
