"""Compares two rules for which points of a scan are hidden from a camera, class by class. Needs numpy only.

    python visibility.py SEMANTICKITTI [--beyond 15]

`plain` is a depth buffer in cells of 4 pixels, each point filling 3×3 of them; `surrounded` is ditta's rule. Both call a point hidden
that is 0.3 m + 2 % behind. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

CLASSES = {
    "road": [40, 60], "sidewalk": [48], "terrain": [72], "building": [50], "vegetation": [70], "car": [10, 252],
    "all points": range(1 << 16),
}
CELL, REACH = 4, 8


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height, from a PNG file's header."""
    header = path.read_bytes()[16:24]
    return int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")


def points_in_view(scan: Path) -> tuple[np.ndarray, ...]:
    """u, v, depth and label of the points that image_2 has in view, and its size."""
    drive, frame = scan.parents[1], scan.stem
    points = np.fromfile(scan, "<f4").reshape(-1, 4)[:, :3].astype(float)
    labels = np.fromfile(drive / "labels" / f"{frame}.label", "<u4") & 0xFFFF
    lines = [line.split(":") for line in (drive / "calib.txt").read_text().splitlines() if ":" in line]
    rows = {name: np.array(numbers.split(), float).reshape(3, 4) for name, numbers in lines}
    for name in ("Tr", "P2"):
        points = points @ rows[name][:, :3].T + rows[name][:, 3]
    depth = points[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v = points[:, 0] / depth, points[:, 1] / depth
    width, height = picture_size(drive / "image_2" / f"{frame}.png")
    inside = (depth > 0.5) & (u >= 0) & (u < width - 1) & (v >= 0) & (v < height - 1)
    return u[inside], v[inside], depth[inside], labels[inside], np.array([width, height])


def plain(u: np.ndarray, v: np.ndarray, size: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The nearest depth in each point's cell."""
    columns, rows = -(-size // CELL)
    nearest = np.full((rows + 2, columns + 2), np.inf)
    column, row = (u + 0.5).astype(int) // CELL, (v + 0.5).astype(int) // CELL
    for dy in range(3):
        for dx in range(3):
            np.minimum.at(nearest, (row + dy, column + dx), depth)
    return nearest[row + 1, column + 1]


def surrounded(u: np.ndarray, v: np.ndarray, size: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The farthest of the nearest depths above, below, left and right of each point."""
    nearest = np.full((size[1] + 2 * REACH, size[0] + 2 * REACH), np.inf)
    column, row = (u + 0.5).astype(int), (v + 0.5).astype(int)
    np.minimum.at(nearest, (row + REACH, column + REACH), depth)
    windows = np.lib.stride_tricks.sliding_window_view(nearest, (2 * REACH + 1, 2 * REACH + 1))[row, column]
    before, behind = slice(None, REACH), slice(REACH + 1, None)
    sides = [windows[:, before], windows[:, behind], windows[:, :, before], windows[:, :, behind]]
    return np.max([side.min((1, 2)) for side in sides], axis=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--beyond", type=float, default=15, help="metres")
    options = parser.parse_args()
    found = []
    for scan in sorted(options.data.glob("sequences/*/velodyne/*.bin")):
        u, v, depth, labels, size = points_in_view(scan)
        hidden = [depth > front(u, v, size, depth) * 1.02 + 0.3 for front in (plain, surrounded)]
        found.append((depth, labels, *hidden))
    depth, labels, *hidden = (np.concatenate(parts) for parts in zip(*found))
    print(f"| hidden | points | plain | surrounded | beyond {options.beyond:g} m: plain | surrounded |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, numbers in CLASSES.items():
        own = np.isin(labels, list(numbers))
        far = own & (depth > options.beyond)
        cells = [f"{100 * rule[chosen].mean():.1f} %" for chosen in (own, far) for rule in hidden]
        print(f"| {name} | {own.sum()} | " + " | ".join(cells) + " |")


main()
