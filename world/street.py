"""The street's course and its ground: road, markings, kerbs and pavements.

Positions along the street are given as s (metres along the centre line) and t (metres to the right of it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from mathutils import Matrix

import grounds
from classes import NONE, PAVEMENT, ROAD
from plan import FIRST, LAST, LEFT_KERB, LEFT_WALL, RIGHT_KERB, RIGHT_WALL
from shape import Shape

KERB_HEIGHT = 0.12

_STEP = 0.25
_S = np.arange(FIRST - 20, LAST + 60, _STEP)
_HEADING, _X, _Y = np.zeros_like(_S), np.zeros_like(_S), _S


def lay(bends: Sequence[tuple[float, float, float]]) -> None:
    """Give the street its course before anything is built along it.

    A bend is (s, length, radius): from s on the street bends ever tighter, over the length, to that radius in metres
    (positive to the right), and stays so; a second bend of the opposite sign ends it.
    """
    global _HEADING, _X, _Y
    curvature = sum(np.clip((_S - s) / length, 0, 1) / radius for s, length, radius in bends)
    _HEADING = np.cumsum(curvature * np.ones_like(_S)) * _STEP
    _X, _Y = np.cumsum(np.sin(_HEADING)) * _STEP, np.cumsum(np.cos(_HEADING)) * _STEP
    zero = int(np.argmin(np.abs(_S)))
    _X, _Y = _X - _X[zero], _Y - _Y[zero]


def heading(s: float) -> float:
    """The street's direction at s: the angle clockwise from +y, in radians."""
    return float(np.interp(s, _S, _HEADING))


def at(s: float, t: float, z: float = 0.0) -> tuple[float, float, float]:
    """The world position of a point of the street."""
    angle = heading(s)
    return (float(np.interp(s, _S, _X)) + t * math.cos(angle), float(np.interp(s, _S, _Y)) - t * math.sin(angle), z)


def frame(s: float, t: float, z: float = 0.0, turn: float = 0.0) -> Matrix:
    """Where a thing stands whose +y looks along the street, turned counter-clockwise by `turn` degrees."""
    return Matrix.Translation(at(s, t, z)) @ Matrix.Rotation(math.radians(turn) - heading(s), 4, "Z")


def strip(shape: Shape, profile: list[tuple[float, float]], s0: float, s1: float, material, step: float = 2.0) -> None:
    """Pull a profile of (t, z) points along the street; its texture runs with the street."""
    stations = np.linspace(s0, s1, max(2, int(abs(s1 - s0) / step) + 1))
    lengths = np.concatenate([[0], np.cumsum([math.dist(a, b) for a, b in zip(profile, profile[1:])])]) + profile[0][0]
    width = len(profile)
    points = [at(s, t, z) for s in stations for t, z in profile]
    faces, coordinates = [], []
    for i in range(len(stations) - 1):
        for j in range(width - 1):
            faces.append((i * width + j, i * width + j + 1, (i + 1) * width + j + 1, (i + 1) * width + j))
            u0, u1, v0, v1 = lengths[j], lengths[j + 1], stations[i], stations[i + 1]
            coordinates.append([(u0, v0), (u1, v0), (u1, v1), (u0, v1)])
    shape.add(points, faces, material, coordinates=coordinates)


def crown(t: float) -> float:
    """The height of the road's surface: a little higher in the middle."""
    return 0.05 * (1 - (t / 5.0) ** 2)


def ground() -> None:
    """Road, kerbs, pavements, and earth behind the houses."""
    road = Shape()
    strip(road, [(t, crown(t)) for t in np.linspace(LEFT_KERB, RIGHT_KERB, 11)], FIRST, LAST, grounds.asphalt())
    road.build("road", ROAD, smooth=60)
    pavement = Shape()
    slabs, stone = grounds.slabs(), grounds.kerbstone()
    for kerb, wall, side in ((LEFT_KERB, LEFT_WALL, -1), (RIGHT_KERB, RIGHT_WALL, 1)):
        base = crown(kerb) - 0.02
        edge = [(kerb, base), (kerb + side * 0.02, KERB_HEIGHT), (kerb + side * 0.15, KERB_HEIGHT + 0.004)]
        walk = [(kerb + side * 0.15, KERB_HEIGHT), (wall + side * 0.6, KERB_HEIGHT + 0.03)]
        strip(pavement, edge if side > 0 else edge[::-1], FIRST, LAST, stone)
        strip(pavement, walk if side > 0 else walk[::-1], FIRST, LAST, slabs)
    pavement.build("pavement", PAVEMENT)
    earth = Shape()
    earth.quad((-400, -300, -0.05), (500, -300, -0.05), (500, 600, -0.05), (-400, 600, -0.05), grounds.grass())
    earth.build("earth", NONE)


def marks() -> None:
    """Centre dashes, yellow lines at the kerbs, parking bays, manhole covers and repairs of the surface."""
    shape = Shape()
    white, yellow = grounds.road_paint("white", (0.62, 0.62, 0.6)), grounds.road_paint("yellow", (0.6, 0.42, 0.05))

    def line(t: float, width: float, s0: float, s1: float, material, lift: float = 0.004) -> None:
        ends = (t - width / 2, t + width / 2)
        strip(shape, [(end, crown(end) + lift) for end in ends], s0, s1, material, 1.0)

    for s in np.arange(FIRST, LAST, 6.0):
        line(0.05, 0.12, s, s + 3.2, white)
    for t in (LEFT_KERB + 0.28, LEFT_KERB + 0.46):
        line(t, 0.08, FIRST, 58, yellow)
        line(t, 0.08, 92, LAST, yellow)
    for s in np.arange(2, 120, 6.2):
        line(RIGHT_KERB - 2.05, 0.1, s, s + 4.6, white)
    for s, t, length, width in (
        (9, -2.4, 5.0, 1.1),
        (22, 1.0, 3.5, 2.2),
        (37, -3.6, 9.0, 0.7),
        (51, -0.9, 4.0, 1.6),
        (66, 2.0, 8, 1.0),
    ):
        line(t, width, s, s + length, grounds.patch(), 0.002)
    for s, t in ((14.5, -1.2), (30, -3.2), (44, 0.9), (57, -1.8)):
        line(t, 0.62, s, s + 0.62, grounds.iron_cover(), 0.003)
    shape.build("marks", ROAD)
