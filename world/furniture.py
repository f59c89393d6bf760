"""Things that stand on the pavement: lamps, signs, traffic lights, bollards, railings, board fences, bins.

The post of a sign is a pole; only its plate is a sign.
"""

from __future__ import annotations

import math

import numpy as np

import materials
from classes import FENCE, NONE, POLE, SIGN
from shape import Shape
from street import at, frame

GREY = (0.22, 0.225, 0.23)
WHITE, RED, BLUE, BLACK = (0.7, 0.7, 0.7), (0.5, 0.02, 0.02), (0.01, 0.06, 0.32), (0.02, 0.02, 0.02)


def paint(colour: materials.Colour, roughness: float = 0.4):
    """Clean paint."""
    return materials.painted(colour, roughness, 0.0, 0.15)


def lamp(s: float, t: float, height: float = 7.2) -> None:
    """A street lamp whose arm reaches over the road."""
    shape, metal, side = Shape(), materials.painted((0.16, 0.17, 0.165), 0.5, 0.4), -math.copysign(1, t)
    shape.tube([(0, 0, 0), (0, 0, 1.2), (0, 0, 1.25), (0, 0, height)], [0.11, 0.11, 0.075, 0.05], metal, 12)
    arm = [
        (side * 1.5 * math.sin(a), 0, height - 0.05 + 0.55 * (1 - math.cos(a))) for a in np.linspace(0, math.pi / 2, 8)
    ]
    shape.tube(arm, 0.04, metal, 8)
    shape.ball((side * 1.75, 0, height + 0.5), (0.36, 0.14, 0.09), metal, 12)
    thing = shape.build("lamp", POLE, smooth=40)
    thing.matrix_world = frame(s, t)
    thing["side"], thing["height"] = side, height


def post(s: float, t: float, height: float, radius: float = 0.038) -> None:
    """A steel post."""
    shape = Shape()
    shape.tube([(0, 0, 0), (0, 0, height / 2), (0, 0, height)], radius, materials.painted(GREY, 0.45, 0.7), 10)
    shape.build("post", POLE, smooth=40).matrix_world = frame(s, t)


def plate(s: float, t: float, kind: str, height: float = 2.5) -> None:
    """A traffic sign on its post, read by who comes along the street."""
    post(s, t, height + 0.35)
    shape, back = Shape(), materials.painted(GREY, 0.5, 0.5)
    y = -0.05
    if kind == "limit":
        for radius, colour, out in ((0.36, RED, 0.0), (0.275, WHITE, 0.004)):
            shape.disc((0, y - out, height), radius, paint(colour))
        shape.text("30", (0, y - 0.008, height), 0.36, paint(BLACK))
    elif kind == "no entry":
        shape.disc((0, y, height), 0.36, paint(RED))
        shape.box((-0.25, y - 0.008, height - 0.06), (0.25, y - 0.004, height + 0.06), paint(WHITE))
    elif kind == "warning":
        for scale, colour, out in ((1.0, RED, 0.0), (0.72, WHITE, 0.004)):
            corners = [
                (0.46 * scale * math.cos(a), y - out, height + 0.46 * scale * math.sin(a))
                for a in np.radians((210, 330, 90))
            ]
            shape.add(corners, [(0, 1, 2)], paint(colour))
        shape.text("!", (0, y - 0.008, height), 0.36, paint(BLACK))
    elif kind == "parking":
        shape.box((-0.3, y, height - 0.38), (0.3, y + 0.02, height + 0.38), paint(BLUE))
        shape.text("P", (0, y - 0.008, height), 0.56, paint(WHITE))
    else:
        shape.box((-0.85, y, height - 0.34), (0.85, y + 0.03, height + 0.34), paint((0.012, 0.12, 0.07)))
        shape.text(kind, (0, y - 0.008, height), 0.27, paint(WHITE))
    shape.disc((0, y + 0.021, height), 0.2, back)
    shape.build("sign", SIGN).matrix_world = frame(s, t, 0.0, 4)


def traffic_light(s: float, t: float) -> None:
    """A signal head (a sign, as in the street data sets) on a post."""
    post(s, t, 3.1, 0.055)
    shape = Shape()
    shape.box((-0.17, -0.18, 2.15), (0.17, 0.02, 3.15), paint(BLACK, 0.6))
    shape.box((-0.27, 0.02, 2.05), (0.27, 0.04, 3.25), paint((0.03, 0.03, 0.03), 0.6))
    for z, colour in ((2.98, (0.10, 0.01, 0.01)), (2.65, (0.12, 0.07, 0.01)), (2.32, (0.05, 0.9, 0.45))):
        shape.disc((0, -0.19, z), 0.105, paint(colour, 0.2))
    shape.build("signal", SIGN).matrix_world = frame(s, t, 0, 3)


def bollard(s: float, t: float) -> None:
    """A cast-iron bollard."""
    shape = Shape()
    profile = [
        (0.1, 0.1),
        (0.1, 0.3),
        (0.075, 0.36),
        (0.065, 0.9),
        (0.09, 0.93),
        (0.09, 0.98),
        (0.05, 1.04),
        (0.02, 1.1),
    ]
    shape.lathe(profile, paint((0.025, 0.025, 0.028)), 14)
    shape.build("bollard", POLE, smooth=40).matrix_world = frame(s, t)


def railing(s0: float, s1: float, t: float, height: float = 1.35) -> None:
    """Iron railings on the line t."""
    shape, iron = Shape(), paint((0.018, 0.02, 0.02), 0.5)
    for s in np.arange(s0, s1, 2.0):
        a, b = np.asarray(at(s, t, 0)), np.asarray(at(min(s + 2.0, s1), t, 0))
        for z in (0.3, height - 0.14):
            shape.tube([a + (0, 0, z), (a + b) / 2 + (0, 0, z), b + (0, 0, z)], 0.022, iron, 5)
        shape.tube([a, a + (0, 0, height / 2), a + (0, 0, height + 0.12)], 0.045, iron, 6)
        for part in np.arange(0.07, 1.0, 0.07):
            foot = a + (b - a) * part
            shape.tube(
                [foot + (0, 0, 0.1), foot + (0, 0, height - 0.1), foot + (0, 0, height)], [0.013, 0.013, 0.003], iron, 4
            )
    shape.build("railing", FENCE)


def board_fence(s0: float, s1: float, t: float, height: float = 1.8) -> None:
    """A close-boarded fence with posts and a capping rail."""
    shape, wood = Shape(), materials.planks()
    for s in np.arange(s0, s1, 2.4):
        a, b = np.asarray(at(s, t, 0)), np.asarray(at(min(s + 2.4, s1), t, 0))
        count = 17
        for i in range(count):
            p, q = a + (b - a) * i / count, a + (b - a) * (i + 0.94) / count
            aside = (0.018 * (i % 2), 0.0, 0.0)
            top = height + 0.03 * math.sin(13.7 * (s + i))
            p, q = p + aside, q + aside
            left, right = i * 1.37, i * 1.37 + 0.13
            grain = [[(left, 0), (right, 0), (right, top), (left, top)]]
            shape.add([p, q, q + (0, 0, top), p + (0, 0, top)], [(0, 1, 2, 3)], wood, coordinates=grain)
        shape.box(a - (0.06, 0.06, 0), a + (0.06, 0.06, height + 0.1), wood)
    shape.build("fence", FENCE)


def bin_at(s: float, t: float) -> None:
    """A litter bin: none of the classes."""
    shape = Shape()
    shape.lathe([(0.24, 0.1), (0.26, 0.9), (0.28, 0.92), (0.27, 1.0), (0.12, 1.12)], paint((0.02, 0.05, 0.035)), 20)
    shape.lathe([(0.265, 0.72), (0.272, 0.8)], paint((0.4, 0.3, 0.05)), 20)
    shape.build("bin", NONE, smooth=40).matrix_world = frame(s, t)


def letter_box(s: float, t: float) -> None:
    """A red pillar box: none of the classes."""
    shape = Shape()
    red = paint((0.42, 0.015, 0.015), 0.3)
    shape.lathe(
        [(0.25, 0.08), (0.25, 0.22), (0.23, 0.24), (0.23, 1.35), (0.29, 1.38), (0.29, 1.45), (0.16, 1.56), (0.02, 1.6)],
        red,
        24,
    )
    shape.box((-0.1, -0.245, 1.18), (0.1, -0.2, 1.22), paint(BLACK))
    shape.build("letter box", NONE, smooth=40).matrix_world = frame(s, t)
