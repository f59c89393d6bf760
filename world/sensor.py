"""What a real camera does to a rendered frame: drops and lens, exposure and white balance that drift, noise.

Only numpy, and seeded: the same recipe gives the same bytes. Labels only go through the lens; no id is ever mixed.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

import lens
import rain

GAMMA = 2.2
FILTERS = (1.0, 0.0, -1.0)
"""What a warmer white balance does to red, green and blue."""


@dataclass(frozen=True)
class Sensor:
    """One camera; the defaults change nothing."""

    electrons: float = 0.0
    """Electrons at full white, which decide the shot noise: 20 000 is clean, 400 a lamp-lit street; 0 is no noise."""
    read_noise: float = 3.0
    """The noise of reading a pixel out, in electrons."""
    exposure: float = 0.0
    """Stops above the scene's own exposure."""
    exposure_drift: float = 0.0
    """Stops by which the exposure wanders to either side over time."""
    balance_drift: float = 0.0
    """By how much red and blue wander against each other over time, as a share."""
    distortion: float = 0.0
    """The lens's first radial coefficient; 0.2 is a wide dash camera's barrel."""
    vignette: float = 0.0
    """The share of light that the corners lack."""
    shutter: float = 0.12
    """For which share of a frame's time the shutter is open (motion blur, made by the renderer)."""
    quality: int = 20
    """x264's constant rate factor for clips; larger is coarser."""


def draw(rng: random.Random, night: float) -> Sensor:
    """A camera at random; in the dark it has less light and a longer shutter."""
    light = math.exp(rng.uniform(math.log(3000), math.log(30000))) * (1 - night)
    light += math.exp(rng.uniform(math.log(250), math.log(1800))) * night
    return Sensor(
        electrons=rng.choice([0.0, light, light, light]),
        read_noise=rng.uniform(1.5, 5.0),
        exposure=rng.uniform(-0.7, 0.5),
        exposure_drift=rng.choice([0.0, rng.uniform(0.05, 0.4)]),
        balance_drift=rng.choice([0.0, rng.uniform(0.01, 0.08)]),
        distortion=rng.choice([0.0, rng.uniform(-0.05, 0.22)]),
        vignette=rng.uniform(0.0, 0.35),
        shutter=rng.uniform(0.05, 0.25) + 0.35 * night * rng.random(),
        quality=rng.choice([18, 23, 28, 33]),
    )


class Camera:
    """A sensor at work on one clip."""

    def __init__(self, sensor: Sensor, rainfall: float, seed: int) -> None:
        self.sensor, self.rainfall, self.seed = sensor, rainfall, seed
        self.phases = np.random.default_rng([seed, 1]).uniform(0, 2 * math.pi, 4)

    def drift(self, time: float) -> np.ndarray:
        """The factors of red, green and blue after so many seconds: exposure and white balance wander slowly."""
        a, b, c, d = self.phases
        stops = (0.6 * math.sin(0.9 * time + a) + 0.4 * math.sin(2.3 * time + b)) * self.sensor.exposure_drift
        warmth = (0.7 * math.sin(0.5 * time + c) + 0.3 * math.sin(1.7 * time + d)) * self.sensor.balance_drift
        return 2 ** (self.sensor.exposure + stops) * (1 + warmth * np.array(FILTERS))

    def picture(self, rendered: np.ndarray, number: int, time: float) -> np.ndarray:
        """The camera's frame [H, W, 3] uint8 of a rendered one [H, W, 3] with values between 0 and 1."""
        sensor, rng = self.sensor, np.random.default_rng([self.seed, 2, number])
        height, width = rendered.shape[:2]
        light = np.clip(rendered, 0, 1).astype(np.float64) ** GAMMA
        if self.rainfall:
            light = rain.streaks(light, self.rainfall, rng)
            light = rain.drops(light, self.rainfall, np.random.default_rng([self.seed, 3]))
        light = np.clip(lens.picture(light, sensor.distortion), 0, None)
        light = light * lens.vignette(height, width, sensor.vignette) * self.drift(time)
        if sensor.electrons:
            counted = rng.poisson(light * sensor.electrons) + rng.normal(0, sensor.read_noise, light.shape)
            light = counted / sensor.electrons
        return np.rint(np.clip(light, 0, 1) ** (1 / GAMMA) * 255).astype(np.uint8)

    def ids(self, image: np.ndarray) -> np.ndarray:
        """Labels or instances [H, W] as the camera sees them."""
        return lens.ids(image, self.sensor.distortion)
