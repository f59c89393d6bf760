"""Bare PNG files: 8-bit grey or RGB, 16-bit grey, without a renderer's notes, the same bytes for the same pixels."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np


def write(path: Path, pixels: np.ndarray) -> None:
    """Store [H, W] uint8 or uint16, or [H, W, 3] uint8."""
    height, width = pixels.shape[:2]
    colour = 2 if pixels.ndim == 3 else 0
    if (pixels.dtype, colour) not in ((np.uint8, 0), (np.uint16, 0), (np.uint8, 2)):
        raise ValueError(f"{path}: no PNG is written from {pixels.dtype} of shape {pixels.shape}.")
    lines = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), lines], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.dtype.itemsize, colour, 0, 0, 0)
    level = 9 if colour == 0 else 6
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), level)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
