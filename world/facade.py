"""The parts of a front: a wall with holes, sash windows, doors, shop fronts, string courses."""

from __future__ import annotations

import random
from dataclasses import dataclass

import materials
from shape import Shape

REVEAL = 0.14


@dataclass
class Opening:
    """A hole in the wall: its kind, middle, foot and size."""

    kind: str
    middle: float
    foot: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.middle - self.width / 2

    @property
    def right(self) -> float:
        return self.middle + self.width / 2

    @property
    def top(self) -> float:
        return self.foot + self.height


def wall(shape: Shape, width: float, height: float, openings: list[Opening], material) -> None:
    """The front in cells around the openings, and the reveals of each opening."""
    across = sorted({0.0, width, *(o.left for o in openings), *(o.right for o in openings)})
    upward = sorted({-0.1, height, *(o.foot for o in openings), *(o.top for o in openings)})
    for x0, x1 in zip(across, across[1:]):
        for z0, z1 in zip(upward, upward[1:]):
            x, z = (x0 + x1) / 2, (z0 + z1) / 2
            if not any(o.left < x < o.right and o.foot < z < o.top for o in openings):
                shape.quad((x0, 0, z0), (x1, 0, z0), (x1, 0, z1), (x0, 0, z1), material)
    for o in openings:
        depth = 0.7 if o.kind == "shop" else REVEAL
        shape.quad((o.left, 0, o.foot), (o.left, depth, o.foot), (o.left, depth, o.top), (o.left, 0, o.top), material)
        shape.quad(
            (o.right, depth, o.foot), (o.right, 0, o.foot), (o.right, 0, o.top), (o.right, depth, o.top), material
        )
        shape.quad((o.left, 0, o.top), (o.left, depth, o.top), (o.right, depth, o.top), (o.right, 0, o.top), material)
        shape.quad(
            (o.left, 0, o.foot), (o.right, 0, o.foot), (o.right, depth, o.foot), (o.left, depth, o.foot), material
        )


def window(shape: Shape, rng: random.Random, o: Opening, frame, trim) -> None:
    """A sash window with glazing bars, sill and lintel."""
    y = REVEAL
    shape.quad(
        (o.left, y, o.foot),
        (o.right, y, o.foot),
        (o.right, y, o.top),
        (o.left, y, o.top),
        materials.window(),
        rng.random(),
    )
    bar, middle = 0.055, o.foot + o.height * 0.5

    def strip(x0: float, x1: float, z0: float, z1: float, out: float = 0.05) -> None:
        shape.box((x0, y - out, z0), (x1, y, z1), frame)

    strip(o.left, o.left + bar, o.foot, o.top)
    strip(o.right - bar, o.right, o.foot, o.top)
    strip(o.left, o.right, o.top - bar, o.top)
    strip(o.left, o.right, o.foot, o.foot + bar * 1.4)
    strip(o.left, o.right, middle - bar / 2, middle + bar / 2, 0.06)
    strip(o.middle - 0.015, o.middle + 0.015, o.foot, o.top, 0.035)
    shape.box((o.left - 0.08, -0.09, o.foot - 0.09), (o.right + 0.08, 0.02, o.foot), trim)
    shape.box((o.left - 0.1, -0.02, o.top), (o.right + 0.1, 0.02, o.top + 0.2), trim)


def door(shape: Shape, o: Opening, paint, trim) -> None:
    """A panelled door with a fan light, a stone surround and a step."""
    y, head = REVEAL, o.foot + 2.05
    shape.quad((o.left, y, o.foot), (o.right, y, o.foot), (o.right, y, head), (o.left, y, head), paint)
    for z0, z1 in ((0.2, 0.85), (1.0, 1.85)):
        for x0, x1 in ((o.left + 0.12, o.middle - 0.05), (o.middle + 0.05, o.right - 0.12)):
            shape.box((x0, y - 0.025, o.foot + z0), (x1, y, o.foot + z1), paint)
    shape.quad((o.left, y, head), (o.right, y, head), (o.right, y, o.top), (o.left, y, o.top), materials.window(), 0.2)
    shape.box((o.left, y - 0.05, head - 0.04), (o.right, y, head + 0.04), trim)
    shape.ball(
        (o.right - 0.1, y - 0.04, o.foot + 1.0), (0.03, 0.03, 0.03), materials.painted((0.5, 0.38, 0.12), 0.25, 1.0), 8
    )
    for x0, x1 in ((o.left - 0.18, o.left), (o.right, o.right + 0.18)):
        shape.box((x0, -0.06, o.foot - 0.1), (x1, 0.02, o.top), trim)
    shape.box((o.left - 0.26, -0.14, o.top), (o.right + 0.26, 0.02, o.top + 0.2), trim)
    shape.box((o.left - 0.2, -0.3, o.foot - 0.1), (o.right + 0.2, 0.1, o.foot + 0.12), trim)


def shop_front(shape: Shape, rng: random.Random, o: Opening, paint, name: str, trim) -> None:
    """Large panes over a stall riser, a recessed door, pilasters and a lettered fascia; sometimes an awning."""
    y, glass = 0.12, materials.shop_window()
    entry = o.middle + rng.choice([-1, 1]) * o.width * 0.32
    for x0, x1, deep in ((o.left, entry - 0.55, y), (entry - 0.55, entry + 0.55, 0.68), (entry + 0.55, o.right, y)):
        if x1 - x0 < 0.1:
            continue
        foot = o.foot + (0.1 if deep > 0.5 else 0.5)
        shape.box((x0, deep - 0.04, o.foot), (x1, deep + 0.02, foot), paint)
        shape.quad((x0, deep, foot), (x1, deep, foot), (x1, deep, o.top), (x0, deep, o.top), glass)
        panes = max(1, round((x1 - x0) / 1.4))
        for i in range(panes + 1):
            x = x0 + (x1 - x0) * i / panes
            shape.box((x - 0.035, deep - 0.06, foot), (x + 0.035, deep, o.top), paint)
        shape.box((x0, deep - 0.06, o.foot + 2.1), (x1, deep, o.foot + 2.17), paint)
    for x in (entry - 0.55, entry + 0.55):
        shape.box((x - 0.03, y - 0.04, o.foot), (x + 0.03, 0.7, o.top), paint)
    for x in (o.left - 0.2, o.right - 0.05):
        shape.box((x, -0.1, -0.05), (x + 0.25, 0.1, o.top + 0.7), paint)
    shape.box((o.left - 0.1, -0.14, o.top), (o.right + 0.1, 0.02, o.top + 0.6), paint)
    shape.box((o.left - 0.25, -0.24, o.top + 0.6), (o.right + 0.25, 0.02, o.top + 0.72), trim)
    shape.text(name, (o.middle, -0.155, o.top + 0.3), 0.42, materials.painted((0.62, 0.58, 0.46), 0.5))
    if rng.random() < 0.4:
        cloth = [
            materials.painted(rng.choice([(0.25, 0.03, 0.03), (0.03, 0.12, 0.07), (0.05, 0.07, 0.2)]), 0.9),
            materials.painted((0.6, 0.58, 0.52), 0.9),
        ]
        count = max(4, int(o.width / 0.35))
        for i in range(count):
            x0, x1 = (o.left + o.width * (i + j) / count for j in (0, 1))
            low, high = ((-1.2, o.top - 0.45), (-0.12, o.top + 0.02))
            shape.quad((x0, *low), (x1, *low), (x1, *high), (x0, *high), cloth[i % 2])
            shape.quad((x0, -1.2, o.top - 0.62), (x1, -1.2, o.top - 0.62), (x1, *low), (x0, *low), cloth[i % 2])


def cornice(shape: Shape, width: float, height: float, out: float, material) -> None:
    """A string course in two steps."""
    shape.box((0, -out * 0.6, height), (width, 0.02, height + 0.14), material)
    shape.box((0, -out, height + 0.14), (width, 0.02, height + 0.24), material)
