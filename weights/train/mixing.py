"""Which frame comes next: several labelled folders mixed by weight, so that rare classes are seen.

Sample n is a function of the seed and n alone. A resumed run therefore sees the order of an uninterrupted one, and so do
runs with different numbers of worker processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
from torch.utils.data import Dataset

import augment
from classes import FIRST_GROUP, LABELS
from data import Folder, Pair

SEARCHED = 0.5
"""The share of samples that are drawn for a label, not for the folder's own frequencies."""
ENOUGH = 50
"""Pixels from which on a frame counts as showing a label."""


@dataclass
class Source:
    """A folder and how often it is drawn from."""

    folder: Folder
    weight: float

    def __post_init__(self) -> None:
        shows = self.folder.counts >= ENOUGH
        self.showing = {int(label): numpy.flatnonzero(shows[:, label]) for label in numpy.flatnonzero(shows.any(0))}
        """The frames that show a label."""

    def draw(self, random: numpy.random.Generator) -> tuple[Pair, int | None]:
        """A frame, and for half of the samples a label that the crop has to show.

        The label is drawn first, all of the folder's alike, then a frame that shows it: so a sign is looked for as often as
        the road. The other half of the samples is drawn from all frames and places alike.
        """
        if self.showing and random.random() < SEARCHED:
            label = list(self.showing)[random.integers(len(self.showing))]
            frames = self.showing[label]
            return self.folder.pairs[frames[random.integers(len(frames))]], label
        return self.folder.pairs[random.integers(len(self.folder.pairs))], None


class Mixture(Dataset):
    """Endless samples: a crop of uint8 `[3, H, W]` and its training labels uint8 `[H, W]`."""

    def __init__(self, sources: Sequence[Source], crop: augment.Crop, seed: int) -> None:
        self.sources, self.crop, self.seed = list(sources), crop, seed
        weights = numpy.array([source.weight for source in sources])
        self.bounds = numpy.cumsum(weights / weights.sum())

    def __getitem__(self, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        random = numpy.random.default_rng([self.seed, number])
        chosen = min(int(numpy.searchsorted(self.bounds, random.random(), "right")), len(self.sources) - 1)
        source = self.sources[chosen]
        pair, wanted = source.draw(random)
        frame, label = pair.load(source.folder.kind)
        frame, label = self.crop(frame, label, wanted, random)
        pixels = augment.appearance(frame, random)
        return torch.from_numpy(pixels.transpose(2, 0, 1).copy()), torch.from_numpy(numpy.array(label))


def label_weights(sources: Sequence[Source], power: float) -> torch.Tensor:
    """The loss weight `[LABELS]` of a pixel of each label: 1 over its frequency to a power, 1 on the average pixel.

    Groups weigh 1: they are coarse because nobody knows which class it is, not because it is rare. A class weighs between a
    quarter and four times the average pixel, since more for a few pixels would be noise.
    """
    weights = torch.ones(LABELS)
    share = numpy.zeros(FIRST_GROUP)
    for source in sources:
        own = source.folder.counts[:, :FIRST_GROUP].sum(0)
        share += source.weight * own / source.folder.counts.sum()
    seen = share > 0
    if power == 0 or not seen.any():
        return weights
    share = share[seen] / share.sum()
    raw = share**-power
    raw = numpy.clip(raw / (share * raw).sum(), 0.25, 4)
    weights[:FIRST_GROUP][torch.from_numpy(seen)] = torch.from_numpy(raw / (share * raw).sum()).float()
    return weights
