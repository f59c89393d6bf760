"""What is done to a sample: a crop at a random scale, mirrored or not, and a look as from another camera.

`Crop` moves frame and label alike, in one resampling; `appearance` touches colours only.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy
from PIL import Image, ImageFilter

from classes import NONE
from preprocess import fitted

FILL = (124, 116, 104)
"""What lies beside a frame that is smaller than the crop: ImageNet's mean, zero to the network."""


@dataclass(frozen=True)
class Crop:
    """A crop of fixed size at random scale and place.

    Scale 1 is the size at which ditta shows frames to the network, whatever size they have on disk.
    """

    height: int = 256
    width: int = 320
    scales: tuple[float, float] = (0.5, 1.5)
    stretch: float = 1.18
    """Widths change against heights by up to this factor, either way."""

    def __call__(
        self, frame: Image.Image, label: Image.Image, wanted: int | None, random: numpy.random.Generator
    ) -> tuple[Image.Image, Image.Image]:
        """The crops of frame and label; with `wanted`, around some pixel of that label."""
        low, high = numpy.log(self.scales)
        scale = fitted(*frame.size)[0] / frame.width * numpy.exp(random.uniform(low, high))
        aspect = self.stretch ** random.uniform(-0.5, 0.5)
        width, height = self.width / (scale * aspect), self.height / (scale / aspect)
        middle: tuple[float, float] | None = None
        if wanted is not None:
            rows, columns = numpy.nonzero(numpy.asarray(label) == wanted)
            if len(rows):
                chosen = random.integers(len(rows))
                middle = columns[chosen] + 0.5, rows[chosen] + 0.5
        left = place(frame.width, width, middle and middle[0], random)
        top = place(frame.height, height, middle and middle[1], random)
        right = left + width
        if random.random() < 0.5:
            left, right = right, left
        box = (left, top, right, top + height)
        # Bilinear without antialiasing, as ditta resizes; the label takes the nearest pixel of the same places.
        return (
            resampled(frame, self.width, self.height, box, Image.Resampling.BILINEAR, FILL),
            resampled(label, self.width, self.height, box, Image.Resampling.NEAREST, NONE),
        )


def resampled(picture: Image.Image, width: int, height: int, box: tuple, filter: Image.Resampling, fill) -> Image.Image:
    """The box of a picture at a size; what lies outside is filled."""
    return picture.transform((width, height), Image.Transform.EXTENT, box, resample=filter, fillcolor=fill)


def place(extent: int, crop: float, middle: float | None, random: numpy.random.Generator) -> float:
    """Where a crop begins along one side: inside the frame, or the frame inside the crop; over `middle` if it is given."""
    low, high = min(0.0, extent - crop), max(0.0, extent - crop)
    if middle is not None:
        low, high = max(low, middle - crop), min(high, middle)
    return random.uniform(low, high) if high > low else low


def appearance(frame: Image.Image, random: numpy.random.Generator) -> numpy.ndarray:
    """The pixels uint8 `[H, W, 3]` in other light, out of another lens, sensor and file."""
    pixels = numpy.asarray(frame, numpy.float32) / 255
    pixels **= random.uniform(0.8, 1.25)
    mean = pixels.mean()
    pixels = mean + (pixels - mean) * random.uniform(0.7, 1.3) + random.uniform(-0.1, 0.1)
    grey = pixels.mean(2, keepdims=True)
    pixels = grey + (pixels - grey) * random.uniform(0.4, 1.5)
    pixels = pixels * random.uniform(0.9, 1.1, 3).astype(numpy.float32)
    if random.random() < 0.3:
        picture = Image.fromarray(to_bytes(pixels))
        picture = picture.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.5)))
        pixels = numpy.asarray(picture, numpy.float32) / 255
    if random.random() < 0.3:
        pixels = pixels + random.standard_normal(pixels.shape, numpy.float32) * numpy.float32(random.uniform(0.004, 0.05))
    if random.random() < 0.3:
        file = io.BytesIO()
        Image.fromarray(to_bytes(pixels)).save(file, "JPEG", quality=int(random.integers(30, 91)))
        return numpy.array(Image.open(file))
    return to_bytes(pixels)


def to_bytes(pixels: numpy.ndarray) -> numpy.ndarray:
    """From 0...1 to 0...255."""
    return (numpy.clip(pixels, 0, 1) * 255 + 0.5).astype(numpy.uint8)
