"""Made-up data and a tiny network for the tests."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy
import torch
from PIL import Image
from transformers import SegformerForSemanticSegmentation

import model as models
from classes import NONE, Problem
from data import scan

WIDTH, HEIGHT = 80, 48


def tiny() -> SegformerForSemanticSegmentation:
    """A SegFormer small enough for tests, with dropout, so that random numbers matter."""
    torch.manual_seed(3)
    config = models.configuration()
    config.depths, config.hidden_sizes, config.num_attention_heads = [1, 1, 1, 1], [8, 8, 8, 8], [1, 1, 1, 1]
    config.decoder_hidden_size, config.drop_path_rate, config.mlp_ratios = 8, 0.3, [2, 2, 2, 2]
    return SegformerForSemanticSegmentation(config)


def write_folder(folder: Path, count: int, ids: int, none: int = NONE) -> Path:
    """Frames whose grey tells their label: blocks of 16 pixels, grey 10 + 12 * id; a strip of none on top."""
    random = numpy.random.default_rng(count + ids)
    for part in ("frames", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        label = random.integers(0, ids, (HEIGHT // 16, WIDTH // 16)).repeat(16, 0).repeat(16, 1).astype(numpy.uint8)
        frame = numpy.stack([10 + 12 * label] * 3, 2).astype(numpy.uint8)
        label[:4] = none
        Image.fromarray(frame).save(folder / "frames" / f"{number:06d}.png")
        Image.fromarray(label).save(folder / "labels" / f"{number:06d}.png")
    return folder


class InFolder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.addCleanup(torch.set_num_threads, torch.get_num_threads())
        torch.set_num_threads(1)

    def fails(self, sentence: str, kind: str, path: Path) -> None:
        """Scanning must end in one sentence with these words."""
        with self.assertRaisesRegex(Problem, sentence) as caught:
            scan(path, kind)
        self.assertNotIn("\n", str(caught.exception))
