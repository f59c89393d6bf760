"""Crops to train on: a labelled frame, cut, bent, darkened, fogged, blurred."""

from __future__ import annotations

import pathlib

import cv2
import numpy

HEIGHT, WIDTH = 256, 320
CLASSES, NONE, FIRST_GROUP = 11, 11, 12
"""Labels of cells: the classes 0..10, none, and IDD-Lite's coarse groups from 12 on."""


def listing(folder: pathlib.Path, left_out: str | None = None) -> list[tuple[pathlib.Path, pathlib.Path]]:
    """Frames and labels of a folder with `frames/` and `labels/`, but those whose names begin so."""
    frames = sorted((folder / "frames").iterdir())
    return [
        (frame, folder / "labels" / (frame.stem + ".png"))
        for frame in frames
        if left_out is None or not frame.name.startswith(left_out)
    ]


def worlds(folder: pathlib.Path) -> list[tuple[pathlib.Path, pathlib.Path]]:
    """Frames and labels of all rendered seeds in a folder."""
    return [pair for seed in sorted(folder.iterdir()) if (seed / "meta.json").exists() for pair in listing(seed)]


class Samples:
    """Draws crops from frames with classes (40 of 100), with groups (35) and rendered ones (25)."""

    def __init__(self, classes: list, groups: list, rendered: list, seed: int):
        self.folders = [folder for folder in (classes, groups, rendered) if folder]
        self.shares = [share for folder, share in ((classes, 0.4), (groups, 0.35), (rendered, 0.25)) if folder]
        self.groups = groups
        self.random = numpy.random.default_rng(seed)
        self.noise = self.random.normal(0, 1, (8, HEIGHT + 64, WIDTH + 64, 3)).astype(numpy.float32)
        self.files: dict[pathlib.Path, bytes] = {}

    def draw(self) -> tuple[numpy.ndarray, numpy.ndarray]:
        """A picture [256, 320, 3], 0..1, and the labels [64, 80] of its cells: the most frequent of 16 pixels."""
        random = self.random
        folder = self.folders[random.choice(len(self.folders), p=numpy.divide(self.shares, sum(self.shares)))]
        grouped = folder is self.groups
        frame, label = folder[random.integers(len(folder))]
        image, labels = self._read(frame, cv2.IMREAD_COLOR)[:, :, ::-1], self._read(label, cv2.IMREAD_UNCHANGED)
        height, width = image.shape[:2]
        scale = 640 / width * numpy.exp(random.uniform(numpy.log(0.6), numpy.log(1.6)))
        aspect = numpy.exp(random.uniform(-0.1, 0.1))
        sx, sy = scale * aspect, scale / aspect
        x, y = (
            random.uniform(min(0, side - crop / s), max(0, side - crop / s))
            for side, crop, s in ((width, WIDTH, sx), (height, HEIGHT, sy))
        )
        place = numpy.array([[sx, 0, 0.5 * sx - 0.5 - x * sx], [0, sy, 0.5 * sy - 0.5 - y * sy]], numpy.float32)
        if random.random() < 0.5:
            place[0] = -place[0]
            place[0, 2] += WIDTH - 1
        image = cv2.warpAffine(image, place, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        labels = cv2.warpAffine(labels, place, (WIDTH, HEIGHT), flags=cv2.INTER_NEAREST, borderValue=255)
        labels[labels >= CLASSES] = NONE
        if grouped:
            labels[labels < CLASSES] += FIRST_GROUP
        image = image.astype(numpy.float32) / 255
        if random.random() < 0.85:
            rows = (y + (numpy.arange(HEIGHT) + 0.5) / sy) / height
            image = numpy.clip(self._weather(image, rows), 0, 1)
        return image.astype(numpy.float32), most_frequent(labels)

    def _read(self, path: pathlib.Path, flag: int) -> numpy.ndarray:
        """A picture; files are kept as they are, some 150 MB."""
        if path not in self.files:
            self.files[path] = path.read_bytes()
        return cv2.imdecode(numpy.frombuffer(self.files[path], numpy.uint8), flag)

    def _noise(self) -> numpy.ndarray:
        row, column = self.random.integers(64, size=2)
        return self.noise[self.random.integers(8)][row : row + HEIGHT, column : column + WIDTH]

    def _weather(self, x: numpy.ndarray, rows: numpy.ndarray) -> numpy.ndarray:
        """`rows`: for each row its place in the whole picture, 0..1."""
        random = self.random
        if random.random() < 0.5:
            x = x ** numpy.exp(random.normal(0, 0.35))
        if random.random() < 0.6:
            x = x * numpy.exp(random.normal(0, 0.12, 3)).astype(numpy.float32)
        if random.random() < 0.3:
            grey = x.mean(2, keepdims=True)
            x = grey + (x - grey) * numpy.float32(random.uniform(0, 1.5))
        weather = random.random()
        if weather < 0.25:
            x = self._fog(x, rows)
        elif weather < 0.45:
            x = self._darkness(x)
        return self._camera(x)

    def _fog(self, x: numpy.ndarray, rows: numpy.ndarray) -> numpy.ndarray:
        random = self.random
        horizon, farthest = random.uniform(0.3, 0.6), random.uniform(0.6, 2.5)
        below = numpy.maximum((rows - horizon) / (1 - horizon), 1e-3)
        depth = numpy.where(rows <= horizon, farthest, numpy.minimum(random.uniform(0.05, 0.3) / below, farthest))
        depth = cv2.GaussianBlur(depth.reshape(-1, 1).astype(numpy.float32), (1, 31), random.uniform(2, 10))
        if random.random() < 0.3:
            depth = depth * 0 + numpy.float32(random.uniform(0.3, 1.5))
        left = numpy.maximum(numpy.exp(-numpy.float32(random.uniform(0.3, 2)) * depth)[:, :, None], 0.06)
        return x * left + (random.uniform(0.5, 0.9) + random.normal(0, 0.03, 3)).astype(numpy.float32) * (1 - left)

    def _darkness(self, x: numpy.ndarray) -> numpy.ndarray:
        """Less light, and the noise of few photons."""
        random = self.random
        x = numpy.clip(x, 0, 1) ** numpy.float32(random.uniform(1, 2.2)) * numpy.float32(random.uniform(0.15, 0.7))
        reading = numpy.float32(random.uniform(0.003, 0.015))
        photons = x * numpy.float32(random.uniform(0.001, 0.006))
        return x + self._noise() * numpy.sqrt(photons + reading * reading)

    def _camera(self, x: numpy.ndarray) -> numpy.ndarray:
        """Blur by focus or motion, noise, JPEG."""
        random = self.random
        blur = random.random()
        if blur < 0.2:
            x = cv2.GaussianBlur(x, (0, 0), random.uniform(0.5, 2.5))
        elif blur < 0.35:
            x = cv2.filter2D(x, -1, self._motion())
        if random.random() < 0.35:
            noise = self._noise()
            if random.random() < 0.3:
                noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 2
            x = x + noise * numpy.float32(random.uniform(0, 40) / 255)
        if random.random() < 0.25:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(10, 60))]
            coded = cv2.imencode(".jpg", (numpy.clip(x, 0, 1) * 255).astype(numpy.uint8), quality)[1]
            x = cv2.imdecode(coded, cv2.IMREAD_COLOR).astype(numpy.float32) / 255
        return x

    def _motion(self) -> numpy.ndarray:
        """A line of 3 to 15 pixels, mostly near the horizontal."""
        random = self.random
        size = int(random.integers(3, 16))
        angle = random.uniform(-0.5, 0.5) if random.random() < 0.7 else random.uniform(0, numpy.pi)
        middle = (size - 1) / 2
        across, along = middle * numpy.cos(angle), middle * numpy.sin(angle)
        kernel = numpy.zeros((size, size), numpy.float32)
        ends = [(int(round(middle + sign * across)), int(round(middle + sign * along))) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0)
        return kernel / kernel.sum()


def most_frequent(labels: numpy.ndarray) -> numpy.ndarray:
    """The most frequent label of each 4×4 pixels; of equally frequent ones the lowest."""
    cells = labels.reshape(HEIGHT // 4, 4, WIDTH // 4, 4).transpose(0, 2, 1, 3).reshape(-1, 16).astype(numpy.int64)
    kinds = FIRST_GROUP + 12
    places = (numpy.arange(len(cells))[:, None] * kinds + cells).ravel()
    counts = numpy.bincount(places, minlength=len(cells) * kinds).reshape(-1, kinds)
    return counts.argmax(1).reshape(HEIGHT // 4, WIDTH // 4)
