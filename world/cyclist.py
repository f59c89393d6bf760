"""A bicycle and its rider: the pedals turn, the legs follow them."""

from __future__ import annotations

import math
import random

import bpy
import numpy as np

import materials
from classes import CYCLIST
from figure import FOREARM, SHIN, THIGH, UPPER_ARM, Figure
from shape import Shape, place
from street import at, crown, heading
from vehicles import plain

RADIUS, CRANK = 0.34, 0.17
BOTTOM, REAR, FRONT, SEAT, BAR = (0.0, 0.28), (-0.44, RADIUS), (0.62, RADIUS), (-0.24, 0.93), (0.46, 1.02)
HIP_JOINT, SHOULDER_LEAN = (-0.20, 1.02), 0.55


def rim() -> bpy.types.Mesh:
    """A wheel with tyre, rim and spokes about the x axis."""
    shape, turns = Shape(), np.linspace(0, 2 * math.pi, 33)
    shape.tube(
        [(0, RADIUS * math.cos(a), RADIUS * math.sin(a)) for a in turns], 0.02, plain((0.015, 0.015, 0.016), 0.8), 8
    )
    shape.tube(
        [(0, (RADIUS - 0.03) * math.cos(a), (RADIUS - 0.03) * math.sin(a)) for a in turns],
        0.011,
        plain((0.5, 0.5, 0.5), 0.25, 1.0),
        6,
    )
    for spoke in range(18):
        a = spoke * 2 * math.pi / 18
        tip = np.array([0, (RADIUS - 0.03) * math.cos(a), (RADIUS - 0.03) * math.sin(a)])
        shape.tube([(0.02 * (-1) ** spoke, 0, 0), tip / 2, tip], 0.0022, plain((0.5, 0.5, 0.5), 0.3, 1.0), 4)
    return shape.mesh("bicycle wheel", smooth=60)


def bicycle(colour: materials.Colour) -> tuple[bpy.types.Object, list[bpy.types.Object], bpy.types.Object]:
    """The frame, its two wheels and the cranks."""
    shape, lacquer, black, steel = (
        Shape(),
        plain(colour, 0.25),
        plain((0.015, 0.015, 0.016), 0.6),
        plain((0.5, 0.5, 0.5), 0.3, 1.0),
    )
    head_top, head_low = (0.43, 0.86), (0.47, 0.70)

    def pipe(a: tuple[float, float], b: tuple[float, float], radius: float, material, x: float = 0.0) -> None:
        shape.tube([(x, *a), (x, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2), (x, *b)], radius, material, 8)

    for a, b, radius in (
        (BOTTOM, head_low, 0.02),
        ((-0.19, 0.78), head_top, 0.017),
        (BOTTOM, (-0.21, 0.82), 0.017),
        (head_low, head_top, 0.022),
    ):
        pipe(a, b, radius, lacquer)
    pipe((-0.21, 0.82), SEAT, 0.013, steel)
    for x in (-0.05, 0.05):
        pipe(BOTTOM, REAR, 0.011, lacquer, x)
        pipe((-0.2, 0.77), REAR, 0.009, lacquer, x)
        pipe(head_low, FRONT, 0.012, lacquer, x)
    pipe(head_top, BAR, 0.013, steel)
    shape.tube(
        [(-0.29, 0.40, BAR[1]), (-0.12, 0.47, BAR[1]), (0.12, 0.47, BAR[1]), (0.29, 0.40, BAR[1])], 0.013, black, 8
    )
    shape.ball((0, SEAT[0] - 0.02, SEAT[1]), (0.075, 0.14, 0.035), black, 12)
    shape.box((-0.035, -0.5, 0.66), (0.035, -0.47, 0.72), plain((0.6, 0.02, 0.02), 0.3, 0, 1.0))
    frame = place(shape.mesh("bicycle", smooth=60), CYCLIST)
    mesh, wheels = rim(), []
    for y, z in (REAR, FRONT):
        wheels.append(place(mesh, CYCLIST, frame))
        wheels[-1].location = (0, y, z)
    shape = Shape()
    for sign in (-1, 1):
        shape.tube(
            [(sign * 0.06, 0, 0), (sign * 0.06, 0, sign * CRANK / 2), (sign * 0.06, 0, sign * CRANK)], 0.012, steel, 6
        )
        shape.box(
            (min(sign * 0.07, sign * 0.16), -0.045, sign * CRANK - 0.012),
            (max(sign * 0.07, sign * 0.16), 0.045, sign * CRANK + 0.012),
            black,
        )
    shape.tube([(-0.05, 0, 0), (0, 0, 0), (0.05, 0, 0)], 0.02, steel, 8)
    shape.lathe([(0.09, -0.004), (0.09, 0.004)], steel, 24)
    cranks = place(shape.mesh("cranks"), CYCLIST, frame)
    cranks.location = (0, *BOTTOM)
    return frame, wheels, cranks


def bend(y: float, z: float, upper: float, lower: float, forward: int) -> tuple[float, float]:
    """Angles (root joint, middle joint) that bring a two-bone limb's end to (y, z), bending to one side."""
    reach = min(math.hypot(y, z), (upper + lower) * 0.999)
    direct = math.atan2(y, -z)
    root = math.acos((upper**2 + reach**2 - lower**2) / (2 * upper * reach))
    middle = math.pi - math.acos((upper**2 + lower**2 - reach**2) / (2 * upper * lower))
    return direct + forward * root, -forward * middle


def ride(
    rng: random.Random, s: float, t: float, speed: float, frames: int, rate: float, coat, colour, helmet=None
) -> None:
    """A cyclist who rides along the street; a negative speed comes towards the camera."""
    frame_object, wheels, cranks = bicycle(colour)
    rider = Figure(rng, CYCLIST, coat=coat, helmet=helmet, bag=rng.random() < 0.5)
    rider.root.parent = frame_object
    rider.joints["pelvis"].location = (0, HIP_JOINT[0], HIP_JOINT[1])
    lean = SHOULDER_LEAN
    shoulder = (HIP_JOINT[0] + 0.5 * math.sin(lean), HIP_JOINT[1] + 0.10 + 0.4 * math.cos(lean))
    arm = bend(BAR[0] - 0.06 - shoulder[0], BAR[1] + 0.06 - shoulder[1], UPPER_ARM, FOREARM + 0.06, -1)
    weave = rng.uniform(0, 6)
    for number in range(-1, frames + 1):
        time, frame = number / rate, number + 1
        here = s + speed * time
        aside = t + 0.06 * math.sin(1.7 * time + weave)
        frame_object.location = at(here, aside, crown(aside))
        frame_object.rotation_euler = (
            0,
            0.03 * math.sin(2.2 * time + weave),
            -heading(here) + (math.pi if speed < 0 else 0),
        )
        frame_object.keyframe_insert("location", frame=frame)
        frame_object.keyframe_insert("rotation_euler", frame=frame)
        for thing, gear in ((wheels[0], RADIUS), (wheels[1], RADIUS), (cranks, RADIUS * 2.6)):
            thing.rotation_euler = (-abs(speed) * time / gear, 0, 0)
            thing.keyframe_insert("rotation_euler", index=0, frame=frame)
        turn = -abs(speed) * time / (RADIUS * 2.6)
        for side, sign in (("left", -1), ("right", 1)):
            pedal = (BOTTOM[0] - sign * CRANK * math.sin(turn), BOTTOM[1] + sign * CRANK * math.cos(turn))
            ankle = (pedal[0] - 0.07 - HIP_JOINT[0], pedal[1] + 0.10 - HIP_JOINT[1] + 0.02)
            thigh, knee = bend(*ankle, THIGH, SHIN, 1)
            rider.key(f"{side} thigh", thigh, frame)
            rider.key(f"{side} shin", knee, frame)
            rider.key(f"{side} foot", -(thigh + knee) - 0.1, frame)
            rider.key(f"{side} upper arm", arm[0] + lean, frame)
            rider.key(f"{side} forearm", arm[1], frame)
        rider.key("torso", -lean, frame)
        rider.key("head", lean * 0.8, frame)
