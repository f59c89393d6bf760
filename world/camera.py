"""The camera behind the windscreen: a drive with the small movements of a car on a town road."""

from __future__ import annotations

import math
import random

import bpy

import street
from drive import Drive


class Shake:
    """A smooth wandering value: a few sines of random phase."""

    def __init__(self, rng: random.Random, size: float, rates: tuple[float, ...]) -> None:
        self.waves = [
            (rate * rng.uniform(0.85, 1.15), rng.uniform(0, 2 * math.pi), size / math.sqrt(len(rates)))
            for rate in rates
        ]

    def __call__(self, time: float) -> float:
        return sum(size * math.sin(2 * math.pi * rate * time + phase) for rate, phase, size in self.waves)


def drive(rng: random.Random, way: Drive, frames: int, rate: float) -> bpy.types.Object:
    """A camera with a key on every frame (two on either side for the motion blur)."""
    lens = bpy.data.cameras.new("dash")
    lens.angle, lens.clip_start, lens.clip_end = math.radians(way.field_of_view), 0.1, 1500
    camera = bpy.data.objects.new("dash", lens)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    sway, heave = Shake(rng, 0.22, (0.11,)), Shake(rng, 0.012 * way.shake, (1.3, 2.1))
    pitch, roll, yaw = (Shake(rng, math.radians(size) * way.shake, (0.9, 1.7, 3.1)) for size in (0.22, 0.18, 0.12))
    drift = sway(0)
    for number in range(-1, frames + 1):
        time = number / rate
        s = way.start + way.way(time) + (0.25 * math.sin(0.8 * time) if way.brake <= 0 else 0.0)
        camera.location = street.at(s, way.lane + sway(time) - drift, way.height + heave(time))
        lead = street.heading(s + 7)
        tilt = math.pi / 2 + math.radians(way.pitch) - math.radians(way.dive(time))
        camera.rotation_euler = (tilt + pitch(time), roll(time), -lead + yaw(time))
        camera.keyframe_insert("location", frame=number + 1)
        camera.keyframe_insert("rotation_euler", frame=number + 1)
    return camera
