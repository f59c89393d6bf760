"""A laser scanner: its beams, what returns of them and how strongly. Only numpy, and seeded.

Beams whose elevations differ by equal steps are the rows of a panorama (`Block`), so that each is traced exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from classes import BUILDING, CAR, CYCLIST, FENCE, NONE, PAVEMENT, PEDESTRIAN, POLE, ROAD, SIGN, SKY, TREE

COLUMNS = 2083
"""Directions of a turn: 0.1728 degrees apart, as an HDL-64E's at ten turns a second."""
NOISE = 0.02
"""The deviation of a distance, in metres."""
REACH = 120.0
"""How far a surface that reflects a tenth is seen in clear air, in metres."""
DROPPED_IN_RAIN = 0.02
"""The share of rays that drops take away in the heaviest rain."""

REFLECTANCE = {
    BUILDING: 0.35,
    POLE: 0.4,
    ROAD: 0.18,
    PAVEMENT: 0.3,
    TREE: 0.4,
    SIGN: 0.9,
    FENCE: 0.35,
    CAR: 0.3,
    PEDESTRIAN: 0.35,
    CYCLIST: 0.35,
    NONE: 0.3,
}
"""The share of light that a class of surfaces gives back at right angles."""


@dataclass(frozen=True)
class Block:
    """Beams with equal steps: from the highest's elevation in degrees downwards."""

    highest: float
    step: float
    count: int

    @property
    def elevations(self) -> np.ndarray:
        """Of all beams, in radians."""
        return np.radians(self.highest - self.step * np.arange(self.count))


SENSORS = {
    "hdl64": (Block(2.0, 1 / 3, 32), Block(-8.83, 0.5, 32)),
    "hdl32": (Block(10.67, 4 / 3, 32),),
    "vlp16": (Block(15.0, 2.0, 16),),
}
"""Velodyne's scanners, after their data sheets."""


@dataclass(frozen=True)
class Hits:
    """What rays meet, an entry a ray: where, seen from the scanner (x forward, y left, z up); zeros if nothing."""

    positions: np.ndarray
    """[N, 3] in metres."""
    classes: np.ndarray
    """[N], SKY for nothing."""
    instances: np.ndarray
    """[N]."""
    cosines: np.ndarray
    """[N] of the angle between ray and surface's normal."""


@dataclass(frozen=True)
class Scan:
    """The returns of one turn."""

    points: np.ndarray
    """[P, 4] float32: x, y, z in metres, and how strongly each reflects, 0 to 1."""
    classes: np.ndarray
    """[P]."""
    instances: np.ndarray
    """[P]."""


def scan(hits: Hits, seed: int, extinction: float = 0.0, rain: float = 0.0) -> Scan:
    """The returns of rays: what reaches the receiver grows with reflectance and cosine and falls with distance.

    Received is ρ·cosθ·exp(-2αR)/R², against that of a tenth at `REACH` in clear air. `extinction` is α in 1/m.
    """
    rng = np.random.default_rng([seed, 4])
    distances = np.linalg.norm(hits.positions, axis=1)
    reflected = np.array([REFLECTANCE.get(number, 0.0) for number in range(256)])[hits.classes]
    # A thing is darker or lighter than its kind, the same on every scan.
    reflected = reflected * np.where(hits.instances > 0, 0.8 + 0.4 * fractions(hits.instances, seed), 1.0)
    reflected = np.clip(reflected * np.clip(np.abs(hits.cosines), 0, 1), 0, 1)
    safe = np.maximum(distances, 0.1)
    received = reflected * np.exp(-2 * extinction * safe) / safe**2
    returns = (hits.classes != SKY) & (distances > 0.9) & (received > 0.1 / REACH**2)
    returns &= rng.random(len(distances)) >= DROPPED_IN_RAIN * rain
    noisy = hits.positions * (1 + NOISE * rng.standard_normal(len(distances)) / safe)[:, None]
    remission = np.clip(reflected + 0.02 * rng.standard_normal(len(distances)), 0, 0.99)
    points = np.concatenate([noisy, remission[:, None]], axis=1).astype(np.float32)
    return Scan(points[returns], hits.classes[returns], hits.instances[returns])


def fractions(numbers: np.ndarray, seed: int) -> np.ndarray:
    """A number between 0 and 1 for each number, always the same one."""
    mixed = (numbers.astype(np.uint64) + np.uint64(seed % 65536 * 65536)) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(40)).astype(np.float64) / 2**24


def extinction(visibility: float) -> float:
    """α in 1/m of a visibility in metres, 0 being clear air (Koschmieder's law)."""
    return -math.log(0.02) / visibility if visibility else 0.0
