"""The PNG files hold the pixels that were given, without loss."""

import struct
import tempfile
import unittest
import zlib
from pathlib import Path

import numpy as np

import png


def read(path: Path) -> tuple[tuple[int, int, int, int], bytes]:
    """Width, height, depth, colour type, and the pixel bytes of a file whose rows are stored unfiltered."""
    data, position, body = path.read_bytes(), 8, b""
    while position < len(data):
        (length,), kind = struct.unpack(">I", data[position : position + 4]), data[position + 4 : position + 8]
        if kind == b"IHDR":
            header = struct.unpack(">IIBB", data[position + 8 : position + 18])
        elif kind == b"IDAT":
            body += data[position + 8 : position + 8 + length]
        position += length + 12
    rows = np.frombuffer(zlib.decompress(body), dtype=np.uint8).reshape(header[1], -1)
    assert not rows[:, 0].any(), "a row is filtered"
    return header, rows[:, 1:].tobytes()


class PngTests(unittest.TestCase):
    def test_pixels_come_back(self) -> None:
        rng = np.random.default_rng(0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.png"
            for shape, kind, header in (
                ((3, 5), np.uint8, (5, 3, 8, 0)),
                ((3, 5), np.uint16, (5, 3, 16, 0)),
                ((3, 5, 3), np.uint8, (5, 3, 8, 2)),
            ):
                pixels = rng.integers(0, np.iinfo(kind).max, shape, dtype=kind, endpoint=True)
                png.write(path, pixels)
                wanted = pixels.astype(np.dtype(kind).newbyteorder(">")).tobytes()
                self.assertEqual(read(path), (header, wanted))

    def test_other_pixels_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "no PNG is written"):
            png.write(Path("never.png"), np.zeros((2, 2)))


if __name__ == "__main__":
    unittest.main()
