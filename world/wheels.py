"""Wheels: a tyre with a rounded shoulder, and an alloy rim with spokes; the axle is x, the outside is +x."""

from __future__ import annotations

import math

import bpy
import numpy as np

from materials import surface
from shape import Shape


def ring(shape: Shape, profile: list[tuple[float, float]], material, sides: int = 36) -> None:
    """A closed band around the x axis from (x, radius) pairs."""
    angles = np.arange(sides + 1) * 2 * math.pi / sides
    points = [(x, r * math.cos(a), r * math.sin(a)) for a in angles for x, r in profile]
    width = len(profile)
    faces = [
        (i * width + j, (i + 1) * width + j, (i + 1) * width + j + 1, i * width + j + 1)
        for i in range(sides)
        for j in range(width - 1)
    ]
    shape.add(points, faces, material)


def wheel(radius: float, rim: float, width: float = 0.2) -> bpy.types.Mesh:
    """A car's wheel."""
    rubber = surface("rubber", lambda graph: dict(Base_Color=(0.02, 0.02, 0.021), Roughness=0.85))
    alloy = surface("alloy", lambda graph: dict(Base_Color=(0.42, 0.43, 0.44), Roughness=0.35, Metallic=0.8))
    dark = surface("hub", lambda graph: dict(Base_Color=(0.015, 0.015, 0.015), Roughness=0.7))
    shape, half = Shape(), width / 2
    ring(
        shape,
        [
            (-half, rim),
            (-half, radius * 0.93),
            (-half * 0.8, radius),
            (half * 0.8, radius),
            (half, radius * 0.93),
            (half, rim),
        ],
        rubber,
    )
    ring(shape, [(half, rim), (half * 0.9, rim * 0.93), (half * 0.1, rim * 0.9)], alloy)
    ring(shape, [(half * 0.1, rim * 0.92), (half * 0.1, 0.001)], dark)
    for spoke in range(7):
        angle = spoke * 2 * math.pi / 7
        c, s = math.cos(angle), math.sin(angle)
        near, far = rim * 0.12, rim * 0.94
        flat = [(0.95, near, -0.022), (0.95, near, 0.022), (0.82, far, 0.034), (0.82, far, -0.034)]
        corners = [(half * out, y * c - z * s, y * s + z * c) for out, y, z in flat]
        shape.add(corners, [(0, 3, 2, 1), (0, 1, 2, 3)], alloy)
    ring(shape, [(half, 0.001), (half, rim * 0.16), (half * 0.6, rim * 0.2)], alloy, 16)
    return shape.mesh("wheel", smooth=35)
