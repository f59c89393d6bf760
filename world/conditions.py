"""Light and weather of a scene, as numbers from which everything that depends on them follows; and named presets."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

CLEAR_SUN = 40.0
"""The sun's elevation in the sample clip: brightness is told relative to it."""


@dataclass(frozen=True)
class Conditions:
    """Light and weather; the defaults are the day sample's fair day."""

    sun: float = CLEAR_SUN
    """The sun's elevation in degrees: 60 is noon in summer, 2 dusk, below -8 night."""
    azimuth: float = -142.0
    """The sun's direction, in degrees clockwise from the street's."""
    cloud: float = 0.3
    """Cloud cover: 0 is a clear sky, 1 is overcast (no direct sun)."""
    visibility: float = 0.0
    """Meteorological visibility in metres, the distance at which 2 % of contrast is left; 0 is air without haze."""
    wet: float = 0.0
    """How wet the ground is: 0 is dry, 1 shines with puddles."""
    rain: float = 0.0
    """Falling rain, 0 to 1: streaks in the air and drops on the glass."""

    def __post_init__(self) -> None:
        for name in ("cloud", "wet", "rain"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share between 0 and 1, not {getattr(self, name)}.")
        if not -90 <= self.sun <= 90:
            raise ValueError(f"the sun's elevation lies between -90 and 90 degrees, not {self.sun}.")
        if self.visibility < 0:
            raise ValueError(f"visibility is a distance in metres or 0 for clear air, not {self.visibility}.")

    @property
    def night(self) -> float:
        """0 by day, 1 at night, in between at dusk."""
        return min(max((3.0 - self.sun) / 9.0, 0.0), 1.0)

    @property
    def lamps(self) -> bool:
        """Whether street lamps, windows and car lights are on."""
        return self.sun < 5.0

    @property
    def daylight(self) -> float:
        """The sky's brightness, relative to the day sample's."""
        height = max(math.sin(math.radians(max(self.sun, 0.0))), 0.0) / math.sin(math.radians(CLEAR_SUN))
        return max(height**0.9, 0.06 * 2 ** (min(self.sun, 0.0) / 1.4), 0.0006)

    @property
    def direct(self) -> float:
        """The share of direct sunlight that clouds let through, relative to the day sample's."""
        return min((1 - self.cloud) / 0.7, 1.0) if self.sun > 0 else 0.0

    @property
    def extinction(self) -> float:
        """The air's extinction in 1/m, by Koschmieder's law; 0 without haze."""
        return 3.912 / self.visibility if self.visibility else 0.0


PRESETS = {
    "day": Conditions(),
    "overcast": Conditions(cloud=1.0),
    "dusk": Conditions(sun=1.0, azimuth=-20, cloud=0.25),
    "dusk-rain": Conditions(sun=-1.5, azimuth=-20, cloud=1.0, visibility=600, wet=0.9, rain=0.6),
    "night": Conditions(sun=-12, cloud=0.2),
    "fog": Conditions(cloud=1.0, visibility=90),
}


def preset(name: str) -> Conditions:
    """The conditions of a name."""
    if name not in PRESETS:
        raise ValueError(f"'{name}' is no preset; there are {', '.join(PRESETS)}.")
    return PRESETS[name]


def draw(rng: random.Random) -> Conditions:
    """Conditions at random: a preset's kind of weather, with the sun, clouds, haze and rain of its own."""
    kind = rng.choices(list(PRESETS), weights=(5, 3, 2, 2, 3, 2))[0]
    result = replace(PRESETS[kind], azimuth=rng.uniform(-180, 180))
    if kind in ("day", "overcast", "fog"):
        result = replace(result, sun=rng.uniform(10, 62))
    if kind == "day":
        haze = rng.choice([0.0, 0.0, rng.uniform(800, 3000)])
        result = replace(result, cloud=rng.uniform(0.0, 0.6), visibility=haze)
    elif kind == "overcast":
        wet = rng.choice([0.0, 0.0, rng.uniform(0.3, 1.0)])
        result = replace(result, cloud=rng.uniform(0.85, 1.0), wet=wet, rain=wet * rng.choice([0.0, 0.6]))
    elif kind == "dusk":
        result = replace(result, sun=rng.uniform(-3, 5), cloud=rng.uniform(0.0, 0.7))
    elif kind == "dusk-rain":
        amount = rng.uniform(0.3, 1.0)
        result = replace(
            result, sun=rng.uniform(-5, 8), rain=amount, wet=max(amount, 0.6), visibility=rng.uniform(250, 1500)
        )
    elif kind == "night":
        wet = rng.choice([0.0, rng.uniform(0.4, 1.0)])
        haze = rng.choice([0.0, 0.0, rng.uniform(250, 1200)])
        result = replace(result, sun=rng.uniform(-20, -7), wet=wet, rain=wet * rng.choice([0.0, 0.7]), visibility=haze)
    else:
        result = replace(result, visibility=math.exp(rng.uniform(math.log(35), math.log(250))))
    return result
