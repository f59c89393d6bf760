"""Who and what stands where: the rows of houses, the garden, trees, street furniture, and all the traffic."""

from __future__ import annotations

import math
import random

import bpy
from mathutils import Matrix

import camera
import cyclist
import furniture
import people
import sky
import street
import vegetation
import vehicles
from buildings import building, style

RATE = 15.0
SILVER, BLACK, WHITE = (0.42, 0.43, 0.45), (0.012, 0.012, 0.014), (0.62, 0.62, 0.6)
BLUE, RED, GREEN = (0.015, 0.05, 0.16), (0.30, 0.012, 0.015), (0.02, 0.07, 0.05)


def houses(rng: random.Random, side: int, s0: float, s1: float, grounds: list[str]) -> None:
    """A row of terraces between two points of the street; side is -1 for left, 1 for right."""
    wall = street.RIGHT_WALL if side > 0 else street.LEFT_WALL
    s = s0
    while s < s1 - 3:
        look = style(rng, rng.choice(grounds))
        for _ in range(rng.choice([1, 2, 3]) if look.ground == "house" else 1):
            width = {"house": rng.uniform(5.0, 6.2), "shop": rng.uniform(5.5, 8.5), "office": rng.uniform(11, 17)}[
                look.ground
            ]
            end = min(s + width, s1)
            if end - s < 3:
                break
            span = math.dist(street.at(s, wall), street.at(end, wall)) + 0.02
            front = building(rng, span, look)
            turn = -90 if side > 0 else 90
            corner = street.at(end if side > 0 else s, wall)
            middle = street.heading((s + end) / 2)
            front.matrix_world = Matrix.Translation(corner) @ Matrix.Rotation(-middle + math.radians(turn), 4, "Z")
            s = end


def blocks(rng: random.Random) -> None:
    """The buildings of both sides and beyond the gardens."""
    houses(rng, -1, street.FIRST, 33, ["shop", "house", "shop"])
    houses(rng, -1, 46, street.LAST, ["shop", "house", "office"])
    houses(rng, 1, street.FIRST, 14, ["house", "shop"])
    houses(rng, 1, 62, street.LAST, ["house", "shop", "office"])


def greens(rng: random.Random) -> None:
    """The garden on the right behind railings, a yard on the left behind boards, trees along the pavements."""
    furniture.railing(14.2, 61.8, street.RIGHT_WALL + 0.1)
    vegetation.hedge(5, 14.5, 61.5, street.RIGHT_WALL + 0.9, 1.15)
    for s, t, kind in (
        (17, 12.5, 0),
        (23, 11.2, 1),
        (29, 14.5, 0),
        (34, 11.4, 2),
        (40, 12.2, 1),
        (46, 14.0, 0),
        (51, 11.3, 3),
        (57, 12.8, 1),
        (20, 19, 1),
        (28, 22, 0),
        (37, 20, 1),
        (45, 22, 0),
        (54, 20, 1),
        (33, 27, 1),
        (49, 28, 1),
    ):
        vegetation.tree(rng, s, t, kind)
    furniture.board_fence(33.2, 45.8, street.LEFT_WALL - 0.1)
    for s, t, kind in ((35.5, -10.5, 0), (41, -11.5, 1), (44, -10.2, 2), (38, -16, 1), (43, -17, 0)):
        vegetation.tree(rng, s, t, kind)
    for s in (-18, -4, 70, 83, 97, 112, 128, 146, 165, 185):
        vegetation.tree(rng, s, street.RIGHT_KERB + 0.9, rng.choice([0, 1, 2, 3]), 0.78)
    for s in (64, 90, 104, 121, 140, 160, 180):
        vegetation.tree(rng, s, street.LEFT_KERB - 0.8, rng.choice([0, 2, 3]), 0.78)


def fittings() -> None:
    """Lamps, signs, signals, bollards, bins."""
    for index, s in enumerate(range(-14, 230, 24)):
        furniture.lamp(s, street.RIGHT_KERB + 0.5 if index % 2 else street.LEFT_KERB - 0.45)
    left, right = street.LEFT_KERB - 0.45, street.RIGHT_KERB + 0.45
    for s, t, kind in (
        (17, left, "parking"),
        (29, left, "limit"),
        (41, left, "STATION"),
        (52, left, "warning"),
        (68, left, "no entry"),
        (86, left, "parking"),
        (110, left, "limit"),
        (26, right, "parking"),
        (47, right, "warning"),
        (76, right, "no entry"),
    ):
        furniture.plate(s, t, kind, 2.55 if kind != "STATION" else 2.9)
    for t in (left, right):
        furniture.traffic_light(80, t)
    for s in (20.0, 22.0, 24.0, 26.0, 47.5, 49.5, 55, 57, 59):
        furniture.bollard(s, left + 0.05)
    for s, t in ((13, left - 0.1), (38, right + 0.2), (61, left - 0.1)):
        furniture.bin_at(s, t)
    furniture.letter_box(32.2, left - 0.15)


def drive(car: bpy.types.Object, s: float, t: float, speed: float, frames: int) -> None:
    """Key a car's way along the street and the turning of its wheels; a negative speed comes towards the camera."""
    for number in range(-1, frames + 1):
        here = s + speed * number / RATE
        car.location = street.at(here, t, street.crown(t))
        car.rotation_euler = (0, 0, -street.heading(here) + (math.pi if speed < 0 else 0))
        car.keyframe_insert("location", frame=number + 1)
        car.keyframe_insert("rotation_euler", frame=number + 1)
        for wheel in (child for child in car.children if "radius" in child):
            wheel.rotation_euler[0] = -abs(speed) * number / RATE / wheel["radius"]
            wheel.keyframe_insert("rotation_euler", index=0, frame=number + 1)


def traffic(rng: random.Random, frames: int) -> None:
    """The car ahead, oncoming cars, parked cars, cyclists and pedestrians."""
    drive(vehicles.car("saloon", BLUE), 19.5, -1.5, 7.7, frames)
    for name, colour, s, speed in (
        ("hatch", RED, 30, -8.2),
        ("estate", SILVER, 58, -7.6),
        ("van", WHITE, 84, -7.8),
        ("hatch", SILVER, 125, -8.0),
    ):
        drive(vehicles.car(name, colour), s, 1.65, speed, frames)
    parked = [
        ("saloon", SILVER, 7.5, 0),
        ("hatch", GREEN, 20, 180),
        ("estate", BLACK, 32.5, 180),
        ("hatch", WHITE, 38.5, 0),
        ("saloon", RED, 50.5, 180),
        ("hatch", BLUE, 62.5, 0),
        ("estate", SILVER, 75, 180),
        ("saloon", BLACK, 87.5, 180),
        ("hatch", RED, 100, 0),
    ]
    spots = [(name, colour, s, street.RIGHT_KERB - 1.02, turn) for name, colour, s, turn in parked]
    spots += [
        (name, colour, s, street.LEFT_KERB + 1.0, 0)
        for name, colour, s in (
            ("hatch", SILVER, 72),
            ("estate", BLUE, 78.5),
            ("saloon", WHITE, 96),
            ("van", GREEN, 104),
            ("hatch", BLACK, 111),
        )
    ]
    for name, colour, s, t, turn in spots:
        vehicles.car(name, colour).matrix_world = street.frame(s, t, street.crown(t), turn + rng.uniform(-1.2, 1.2))
    cyclist.ride(rng, 19.0, -3.45, 5.3, frames, RATE, (0.30, 0.05, 0.03), (0.02, 0.05, 0.18), (0.35, 0.36, 0.38))
    cyclist.ride(rng, 52.0, 3.0, -5.0, frames, RATE, (0.05, 0.12, 0.2), (0.2, 0.02, 0.02))
    walkers = [
        (11, -6.6, 1.35),
        (16.5, -7.1, 1.2),
        (17.2, -6.4, 1.25),
        (27, -6.2, -1.3),
        (36, -6.9, 1.45),
        (44, -6.3, -1.25),
        (45, -6.95, -1.22),
        (54, -6.6, 1.3),
        (64, -7.0, -1.4),
        (15, 6.9, -1.3),
        (24, 7.3, 1.35),
        (31, 6.6, -1.2),
        (31.6, 7.25, -1.2),
        (42, 7.0, 1.3),
        (58, 7.4, -1.35),
        (71, 7.2, 1.2),
        (50.5, -5.9, 0.0),
    ]
    for index, (s, t, speed) in enumerate(walkers):
        people.walk(rng, s, t, speed, frames, RATE, long_coat=index % 3 == 1, bag=index % 4 == 2)


def build(seed: int, frames: int) -> None:
    """The whole scene."""
    rng = random.Random(seed)
    street.ground()
    street.marks()
    blocks(rng)
    greens(rng)
    fittings()
    traffic(rng, frames)
    camera.drive(rng, frames, RATE)
    sky.daylight()
    for action in bpy.data.actions:
        for curve in action.fcurves:
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"
