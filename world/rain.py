"""Rain before the camera: streaks in the air, new in every frame, and drops on the glass, which stay."""

from __future__ import annotations

import numpy as np

LAYERS = ((0.0016, 0.05, 0.10), (0.0007, 0.11, 0.16))
"""Streaks a pixel, their length as a share of the picture's height, their brightness: far ones, then near ones."""


def streaks(light: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Linear light [H, W, 3] with streaks that brighten what is behind them by a share of the picture's mean light."""
    height, width = light.shape[:2]
    veil, slant = np.zeros((height, width)), rng.uniform(-0.12, 0.12)
    for density, length, strength in LAYERS:
        points = (rng.random((height, width)) < density * amount) * rng.uniform(0.4, 1.0, (height, width))
        steps = max(2, int(length * height))
        layer = sum(np.roll(points, (step, int(round(slant * step))), (0, 1)) for step in range(steps))
        veil += np.minimum(layer, 1.0) * strength
    glow = 0.6 * light.mean((0, 1)) + 0.4 * np.quantile(light, 0.9, axis=(0, 1))
    return light + veil[..., None] * (1.6 * glow - 0.5 * light)


def drops(light: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Linear light [H, W, 3] through a glass with drops: each is a small lens that turns the scene upside down."""
    height, width = light.shape[:2]
    result = light.copy()
    for _ in range(int(26 * amount)):
        radius = rng.uniform(0.006, 0.02) * height
        y, x = rng.uniform(0, height), rng.uniform(0, width)
        y0, y1 = int(max(y - 2 * radius, 0)), int(min(y + 2 * radius + 1, height))
        x0, x1 = int(max(x - radius, 0)), int(min(x + radius + 1, width))
        rows, columns = np.mgrid[y0:y1, x0:x1]
        down, right = (rows - y) / (1.35 * radius), (columns - x) / radius
        distance = np.hypot(down, right)
        seen = light[
            np.clip(y - down * 0.16 * height, 0, height - 1).astype(int),
            np.clip(x - right * 0.16 * height, 0, width - 1).astype(int),
        ]
        cover = np.clip((1 - distance) * radius * 0.6, 0, 1)[..., None] * 0.85
        rim = 1 - 0.35 * np.clip(distance, 0, 1)[..., None] ** 3
        result[y0:y1, x0:x1] = result[y0:y1, x0:x1] * (1 - cover) + seen * rim * cover
    return result
