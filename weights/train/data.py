"""Labelled folders: which frames and labels they hold, checked before anything is trained, and loaded one by one.

A folder holds `frames/NAME.png` or `.jpg` and `labels/NAME.png`; a rendered world holds many such folders.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy
from PIL import Image

from classes import GROUP_NAMES, KINDS, LABELS, NAMES, NONE, Kind, Problem

SUFFIXES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Pair:
    """A frame's file and its label's."""

    frame: Path
    label: Path

    def load(self, kind: Kind) -> tuple[Image.Image, Image.Image]:
        """The frame in RGB, and its training labels as an 8-bit grey picture."""
        table = [NONE if value is None else value for value in kind.table()]
        try:
            with Image.open(self.frame) as frame, Image.open(self.label) as label:
                # Palette pictures keep their indices, which are the ids.
                ids = numpy.asarray(label)
                return frame.convert("RGB"), Image.fromarray(numpy.array(table, numpy.uint8)[ids])
        except (OSError, SyntaxError) as error:
            raise Problem(f"{self.frame}: cannot be read with its label {self.label}: {error}.") from error


@dataclass
class Folder:
    """The pairs of a labelled folder, or of all drives of a world, with what each label image shows."""

    path: Path
    kind: Kind
    pairs: list[Pair]
    counts: numpy.ndarray
    """Pixels `[pairs, LABELS]` of each training label on each pair."""

    def fingerprint(self) -> list:
        """What tells whether this is the same folder as in an earlier run, wherever it lies."""
        names = "\n".join(str(pair.label.relative_to(self.path)) for pair in self.pairs)
        return [self.kind.name, len(self.pairs), zlib.crc32(names.encode())]


def subfolders(path: Path, kind: Kind) -> Iterator[Path]:
    """The folders that hold `frames/` and `labels/`."""
    if not path.is_dir():
        raise Problem(f"{path}: no such folder.")
    if not kind.drives:
        yield path
        return
    # A render that is not finished is a folder whose name ends in .partial.
    drives = sorted(child for child in path.iterdir() if child.is_dir() and child.suffix != ".partial")
    if not drives:
        raise Problem(f"{path}: expected a rendered world with a folder for each seed, found none.")
    for drive in drives:
        if not (drive / "meta.json").is_file():
            raise Problem(f"{drive}: has no meta.json, so it is no rendered seed; name the folder that holds the seeds.")
        yield drive


def pairs(folder: Path) -> list[Pair]:
    """All frames of one folder with their labels, in the order of their names."""
    for part in ("frames", "labels"):
        if not (folder / part).is_dir():
            raise Problem(f"{folder}: expected the folders frames and labels in it, found no {part}.")
    files = sorted(file for file in (folder / "frames").iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise Problem(f"{folder / 'frames'}: expected PNG or JPEG frames, found none.")
    found = [Pair(file, folder / "labels" / f"{file.stem}.png") for file in files]
    for pair in found:
        if not pair.label.is_file():
            raise Problem(f"{pair.frame}: has no label; expected {pair.label}.")
    return found


def counts(pair: Pair, kind: Kind) -> numpy.ndarray:
    """Pixels `[LABELS]` of each training label, once the pair is found to be in order."""
    try:
        with Image.open(pair.frame) as frame, Image.open(pair.label) as label:
            if label.mode not in ("L", "P"):
                raise Problem(f"{pair.label}: expected one 8-bit id a pixel, found a picture of mode {label.mode}.")
            if frame.size != label.size:
                width, height = label.size
                raise Problem(
                    f"{pair.label}: expected {frame.size[0]}x{frame.size[1]} pixels as its frame has, found {width}x{height}."
                )
            values = numpy.bincount(numpy.asarray(label).ravel(), minlength=256)
    except (OSError, SyntaxError) as error:
        raise Problem(f"{pair.frame}: cannot be read with its label {pair.label}: {error}.") from error
    found = numpy.zeros(LABELS, numpy.int64)
    for value, label_id in enumerate(kind.table()):
        if values[value] == 0 or label_id == NONE:
            continue
        if label_id is None:
            what = GROUP_NAMES if kind.name == "groups" else NAMES
            none = " or ".join(str(number) for number in kind.none)
            raise Problem(
                f"{pair.label}: expected ids 0 to {len(what) - 1}, or {none} for none, found {value} on {values[value]} pixels."
            )
        found[label_id] = values[value]
    return found


def scan(path: Path, kind_name: str) -> Folder:
    """Finds and checks a whole folder: every header, every id.

    Reading every label takes a second for 500 of them, and tells which frames show which classes.
    """
    kind = KINDS[kind_name]
    found = [pair for folder in subfolders(path, kind) for pair in pairs(folder)]
    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(lambda pair: counts(pair, kind), found))
    folder = Folder(path, kind, found, numpy.stack(seen))
    if folder.counts.sum() == 0:
        raise Problem(f"{path}: none of the {len(found)} label images has a labelled pixel.")
    return folder


def scan_any(path: Path) -> Folder:
    """A folder of frames or a world of drives, whichever it is."""
    return scan(path, "classes" if (path / "frames").is_dir() or not path.is_dir() else "world")
