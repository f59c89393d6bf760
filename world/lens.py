"""The lens: barrel or pincushion distortion of picture and labels alike, and darker corners."""

from __future__ import annotations

import numpy as np


def sources(height: int, width: int, distortion: float) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of the distorted picture lies in the straight one: rows and columns [H, W].

    With r the distance from the middle as a share of the half diagonal, a point comes from (1 + k·r²) times its
    place; positive k is a barrel, scaled so that the corners stay and no pixel comes from outside the picture.
    """
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    middle = ((height - 1) / 2, (width - 1) / 2)
    y, x = rows - middle[0], columns - middle[1]
    squared = (x**2 + y**2) / (middle[0] ** 2 + middle[1] ** 2)
    scale = (1 + distortion * squared) / (1 + max(distortion, 0.0))
    return middle[0] + y * scale, middle[1] + x * scale


def picture(image: np.ndarray, distortion: float) -> np.ndarray:
    """A picture [H, W, C] through the lens, between its pixels interpolated."""
    if not distortion:
        return image
    height, width = image.shape[:2]
    rows, columns = sources(height, width, distortion)
    top, left = np.clip(rows.astype(int), 0, height - 2), np.clip(columns.astype(int), 0, width - 2)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    upper = image[top, left] * (1 - right) + image[top, left + 1] * right
    lower = image[top + 1, left] * (1 - right) + image[top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


def ids(image: np.ndarray, distortion: float) -> np.ndarray:
    """Labels or instances [H, W] through the same lens: each pixel takes the nearest id whole."""
    if not distortion:
        return image
    height, width = image.shape
    rows, columns = sources(height, width, distortion)
    nearest_row = np.clip(np.rint(rows).astype(int), 0, height - 1)
    return image[nearest_row, np.clip(np.rint(columns).astype(int), 0, width - 1)]


def vignette(height: int, width: int, amount: float) -> np.ndarray:
    """How much light reaches each pixel [H, W, 1]: 1 in the middle, `amount` less in the corners."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    squared = (x**2 * width**2 + y**2 * height**2) / (width**2 + height**2)
    return (1 - amount * squared)[..., None]
