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
import weather
from buildings import building, style
from conditions import Conditions
from drive import RATE
from plan import Plan


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


def blocks(rng: random.Random, plan: Plan) -> None:
    """The buildings of both sides and beyond the gardens."""
    for side, s0, s1, grounds in plan.houses:
        houses(rng, side, s0, s1, grounds)


def greens(rng: random.Random, plan: Plan) -> None:
    """Gardens behind railings, yards behind boards, trees along the pavements."""
    for fence in plan.railings:
        furniture.railing(*fence)
    for hedge in plan.hedges:
        vegetation.hedge(*hedge)
    for s, t, kind in plan.garden_trees:
        vegetation.tree(rng, s, t, kind)
    for fence in plan.board_fences:
        furniture.board_fence(*fence)
    for s, t, kind in plan.yard_trees:
        vegetation.tree(rng, s, t, kind)
    for s, t, kinds in plan.street_trees:
        vegetation.tree(rng, s, t, rng.choice(kinds), 0.78)


def fittings(plan: Plan) -> None:
    """Lamps, signs, signals, bollards, bins."""
    for spot in plan.lamps:
        furniture.lamp(*spot)
    for s, t, kind in plan.signs:
        furniture.plate(s, t, kind, 2.55 if kind != "STATION" else 2.9)
    for spot in plan.signals:
        furniture.traffic_light(*spot)
    for spot in plan.bollards:
        furniture.bollard(*spot)
    for spot in plan.bins:
        furniture.bin_at(*spot)
    for spot in plan.letter_boxes:
        furniture.letter_box(*spot)


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


def traffic(rng: random.Random, plan: Plan, frames: int) -> None:
    """Cars on the move, parked cars, cyclists and pedestrians."""
    for name, colour, s, t, speed in plan.moving_cars:
        drive(vehicles.car(name, colour), s, t, speed, frames)
    for name, colour, s, t, turn in plan.parked_cars:
        vehicles.car(name, colour).matrix_world = street.frame(s, t, street.crown(t), turn + rng.uniform(-1.2, 1.2))
    for s, t, speed, coat, colour, helmet in plan.cyclists:
        cyclist.ride(rng, s, t, speed, frames, RATE, coat, colour, helmet)
    for index, (s, t, speed) in enumerate(plan.walkers):
        people.walk(rng, s, t, speed, frames, RATE, long_coat=index % 3 == 1, bag=index % 4 == 2)


def build(seed: int, frames: int, plan: Plan, conditions: Conditions) -> None:
    """The whole scene."""
    rng = random.Random(seed)
    street.lay(plan.bends)
    street.ground()
    street.marks()
    blocks(rng, plan)
    greens(rng, plan)
    fittings(plan)
    traffic(rng, plan, frames)
    camera.drive(rng, plan.drive, frames, RATE)
    for action in bpy.data.actions:
        for curve in action.fcurves:
            for point in curve.keyframe_points:
                point.interpolation = "LINEAR"
    sky.build(conditions)
    weather.apply(conditions)
