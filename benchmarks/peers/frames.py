"""Decodes the first frames of a video into the network's input, once for all peers.

    python frames.py VIDEO FRAMES.npy [--count 8]

The file holds float32 of shape [N, 3, 480, 864]: RGB, resized bilinearly, minus the mean, over the standard deviation.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy

HEIGHT, WIDTH = 480, 864
MEAN = numpy.array([0.485, 0.456, 0.406], numpy.float32)
DEVIATION = numpy.array([0.229, 0.224, 0.225], numpy.float32)


def decode(video: Path, count: int) -> numpy.ndarray:
    """The first `count` frames of the video as float32 [count, 3, 480, 864]."""
    import av

    frames = []
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            rgb = frame.to_ndarray(format="rgb24", width=WIDTH, height=HEIGHT, interpolation="BILINEAR")
            frames.append(((rgb.astype(numpy.float32) / 255 - MEAN) / DEVIATION).transpose(2, 0, 1))
            if len(frames) == count:
                break
    if len(frames) < count:
        sys.exit(f"{video}: expected at least {count} frames, found {len(frames)}.")
    return numpy.ascontiguousarray(numpy.stack(frames))


def load(path: Path) -> numpy.ndarray:
    """The frames of a file this script wrote."""
    if not path.is_file():
        sys.exit(f"{path}: no such file; write it first with frames.py.")
    frames = numpy.load(path)
    if frames.dtype != numpy.float32 or frames.ndim != 4 or frames.shape[1:] != (3, HEIGHT, WIDTH):
        sys.exit(f"{path}: expected float32 [N, 3, {HEIGHT}, {WIDTH}], found {frames.dtype} {list(frames.shape)}.")
    return frames


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("--count", type=int, default=8)
    options = parser.parse_args()
    if not options.video.is_file():
        sys.exit(f"{options.video}: no such video.")
    options.frames.parent.mkdir(parents=True, exist_ok=True)
    numpy.save(options.frames, decode(options.video, options.count))


if __name__ == "__main__":
    main()
