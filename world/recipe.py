"""Everything that chance decides about one seed, drawn once and written into its meta.json."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

import conditions
import sensor
from conditions import Conditions
from drive import RATE, Drive
from sensor import Sensor

VERSION = 2
"""Raised whenever the same seed begins to mean other labels."""
SIZE, CLIP_FRAMES = (480, 360), 45


@dataclass(frozen=True)
class Recipe:
    """One still or clip."""

    seed: int
    kind: str = "stills"
    size: tuple[int, int] = SIZE
    frames: int = 1
    conditions: Conditions = field(default_factory=Conditions)
    sensor: Sensor = field(default_factory=Sensor)
    drive: Drive = field(default_factory=Drive)
    cut: tuple[int, int] | None = None
    """A hard cut: the first frame that shows another town, and that town's seed."""
    town: str = "drawn"
    """`drawn` from the seed, or `composed`: the plan made by hand, in which the seed decides on houses and trees."""

    def meta(self) -> str:
        """The text of meta.json."""
        return json.dumps({"version": VERSION, **asdict(self)}, indent=2) + "\n"

    def after_cut(self) -> Recipe:
        """The same camera and weather in the other town."""
        assert self.cut, "only a recipe with a cut has a second town"
        seed = self.cut[1]
        drive = draw_drive(stream(seed, "drive"), self.kind, self.frames)
        return replace(self, seed=seed, town="drawn", drive=drive, cut=None)

    def changed(self, name: str, value: str) -> Recipe:
        """With one number of conditions, sensor or drive as told: `sensor.electrons`, `400`."""
        part, _, number = name.partition(".")
        known = {entry.name: entry.default for entry in fields(PARTS[part])} if part in PARTS else {}
        if number not in known:
            names = [f"{part}.{entry.name}" for part, kind in PARTS.items() for entry in fields(kind)]
            raise ValueError(f"'{name}' is no number of a recipe; there are {', '.join(names)}.")
        try:
            told = type(known[number])(value)
        except ValueError as error:
            raise ValueError(f"{name} is a number, not '{value}'.") from error
        return replace(self, **{part: replace(getattr(self, part), **{number: told})})


PARTS = {"conditions": Conditions, "sensor": Sensor, "drive": Drive}


def stream(seed: int, purpose: str) -> random.Random:
    """Chance of its own for each purpose, so that a change to one leaves the others as they were."""
    return random.Random(f"{seed}/{purpose}")


def draw(seed: int, kind: str = "stills") -> Recipe:
    """The recipe of a seed."""
    frames = CLIP_FRAMES if kind == "clips" else 1
    light = conditions.draw(stream(seed, "conditions"))
    drive = draw_drive(stream(seed, "drive"), kind, frames)
    return Recipe(seed, kind, SIZE, frames, light, sensor.draw(stream(seed, "sensor"), light.night), drive)


def draw_drive(rng: random.Random, kind: str, frames: int) -> Drive:
    """A drive at random; every third clip brakes."""
    brakes = kind == "clips" and rng.random() < 0.33
    return Drive(
        start=rng.uniform(-15, 110),
        lane=rng.uniform(-2.0, -1.2),
        height=rng.uniform(1.2, 2.1),
        field_of_view=rng.uniform(50, 78),
        pitch=rng.uniform(-4.5, 1.0),
        speed=rng.uniform(5.0, 11.0),
        brake_at=rng.uniform(0.1, 0.6) * frames / RATE if brakes else 0.0,
        brake=rng.uniform(1.5, 5.0) if brakes else 0.0,
        shake=rng.uniform(0.6, 3.0),
    )


def load(path: Path) -> Recipe:
    """The recipe in a meta.json."""
    try:
        values = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}.") from error
    if not isinstance(values, dict):
        raise ValueError(f"{path} is no recipe: expected the object that a meta.json holds.")
    if values.pop("version", None) != VERSION:
        raise ValueError(f"{path} was written by another version of the generator than {VERSION}.")
    try:
        for name, kind in PARTS.items():
            values[name] = kind(**values[name])
        values["size"], values["cut"] = tuple(values["size"]), tuple(values["cut"]) if values["cut"] else None
        return Recipe(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no recipe: {error}.") from error
