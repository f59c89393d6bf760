"""Pedestrians: how a figure walks along the street, or stands."""

from __future__ import annotations

import math
import random

from classes import PEDESTRIAN
from figure import SHIN, THIGH, Figure
from street import at, heading


def walk(rng: random.Random, s: float, t: float, speed: float, frames: int, rate: float, **looks) -> Figure:
    """A pedestrian who walks along the street; a negative speed walks towards the camera, zero stands."""
    figure = Figure(rng, PEDESTRIAN, **looks)
    size, phase = rng.uniform(0.93, 1.06), rng.uniform(0, 2 * math.pi)
    figure.root.scale = (size, size, size)
    pace, stride = abs(speed), 0.55 + 0.55 * abs(speed)
    swing = math.asin(min(0.9, stride / 4 / (THIGH + SHIN))) if pace else 0.03
    for side, sign in (("left", -1), ("right", 1)):
        figure.joints[f"{side} upper arm"].rotation_euler[1] = -sign * 0.09
    for number in range(-1, frames + 1):
        time, frame = number / rate, number + 1
        here = s + speed * time
        angle = phase + 2 * math.pi * pace * time / stride
        figure.root.location = at(here, t, 0.125 + (0.018 * math.cos(2 * angle) - 0.022) * bool(pace))
        figure.root.rotation_euler = (
            0,
            0,
            -heading(here) + (math.pi if speed < 0 else 0.0) + (2.0 if not pace else 0.0),
        )
        figure.root.keyframe_insert("location", frame=frame)
        figure.root.keyframe_insert("rotation_euler", frame=frame)
        figure.key("torso", -0.04, frame)
        for side, turn in (("left", angle), ("right", angle + math.pi)):
            lift = max(0.0, math.sin(turn + 1.75)) ** 1.5 if pace else 0.0
            thigh = swing * math.sin(turn) + 0.06
            figure.key(f"{side} thigh", thigh + 0.25 * lift, frame)
            figure.key(f"{side} shin", -(0.08 + 1.0 * lift), frame)
            figure.key(f"{side} foot", -thigh * 0.5 + 0.06 + 0.3 * lift, frame)
            figure.key(f"{side} upper arm", -0.9 * swing * math.sin(turn), frame)
            figure.key(f"{side} forearm", 0.3 - 0.25 * math.sin(turn) * bool(pace), frame)
    return figure
