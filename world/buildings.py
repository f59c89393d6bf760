"""Town houses, shops and offices: walls with real openings, sash windows, doors, shop fronts, roofs and chimneys.

A building stands in its own coordinates: its front lies in the plane y = 0 and looks towards -y, x runs along the
front, the depth towards +y.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import bpy

import materials
from classes import BUILDING
from facade import Opening, cornice, door, shop_front, wall, window
from shape import Shape

DEPTH = 9.0


@dataclass
class Style:
    """What the houses of one terrace have in common."""

    wall: bpy.types.Material
    trim: bpy.types.Material
    frame: bpy.types.Material
    storeys: int
    storey: float
    bay: float
    window: tuple[float, float]
    ground: str
    roof: str
    covering: bpy.types.Material


CREAMS = [
    (0.62, 0.58, 0.49),
    (0.55, 0.50, 0.42),
    (0.64, 0.63, 0.60),
    (0.50, 0.44, 0.36),
    (0.42, 0.46, 0.48),
    (0.58, 0.46, 0.36),
]
DOORS = [
    (0.02, 0.05, 0.13),
    (0.22, 0.02, 0.02),
    (0.02, 0.09, 0.05),
    (0.03, 0.03, 0.03),
    (0.35, 0.33, 0.28),
    (0.25, 0.17, 0.02),
]
SHOPS = [
    "BAKERY",
    "BOOKS",
    "CAFE ROMA",
    "FLOWERS",
    "HARDWARE",
    "BARBER",
    "GALLERY",
    "MARKET",
    "TAILOR",
    "PHARMACY",
    "CYCLES",
    "PRINT",
]
FASCIAS = [
    (0.02, 0.05, 0.16),
    (0.16, 0.015, 0.02),
    (0.015, 0.08, 0.05),
    (0.02, 0.02, 0.022),
    (0.45, 0.42, 0.36),
    (0.10, 0.04, 0.10),
]


def style(rng: random.Random, ground: str | None = None) -> Style:
    """A style at random."""
    ground = ground or rng.choice(["house", "house", "shop", "shop", "office"])
    plain = rng.random() < 0.38
    cladding = (
        materials.plaster(rng.choice(CREAMS))
        if plain
        else materials.brick(rng.choice(["red", "yellow", "yellow", "brown", "grey"]))
    )
    office = ground == "office"
    return Style(
        wall=cladding,
        trim=materials.plaster(rng.choice([(0.55, 0.53, 0.48), (0.46, 0.42, 0.35), (0.6, 0.6, 0.58)])),
        frame=materials.painted(
            rng.choice([(0.6, 0.6, 0.58), (0.6, 0.6, 0.58), (0.05, 0.05, 0.055), (0.3, 0.29, 0.26)])
        ),
        storeys=rng.choice([3, 4]) if office else rng.choice([2, 3, 3]),
        storey=rng.uniform(2.9, 3.4),
        bay=rng.uniform(2.3, 3.0),
        window=(rng.uniform(1.4, 1.7), 1.65) if office else (rng.uniform(0.95, 1.2), rng.uniform(1.5, 1.8)),
        ground=ground,
        roof="parapet" if office else rng.choice(["pitched", "pitched", "parapet"]),
        covering=rng.choice([materials.slate(), materials.slate(), materials.tiles()]),
    )


def building(rng: random.Random, width: float, look: Style) -> bpy.types.Object:
    """One house of a style."""
    shape = Shape()
    height = look.storeys * look.storey + (0.5 if look.roof == "parapet" else 0.25)
    bays = max(1, round(width / look.bay))
    pitch = width / bays
    openings: list[Opening] = []
    for storey in range(1, look.storeys):
        size = look.window if storey == 1 else (look.window[0], look.window[1] * 0.88)
        base = storey * look.storey + 0.75
        openings += [Opening("window", (bay + 0.5) * pitch, base, *size) for bay in range(bays)]
    if look.ground == "shop":
        front = Opening("shop", width / 2, 0.0, width - 0.7, 2.75)
        openings.append(front)
    else:
        entrance = rng.choice([0, bays - 1])
        for bay in range(bays):
            middle = (bay + 0.5) * pitch
            if bay == entrance:
                openings.append(Opening("door", middle, 0.0, 1.05, 2.55))
            else:
                openings.append(Opening("window", middle, 0.8, look.window[0] * 1.08, look.window[1] * 1.02))
    wall(shape, width, height, openings, look.wall)
    paint = materials.painted(rng.choice(DOORS), 0.3)
    for opening in openings:
        if opening.kind == "window":
            window(shape, rng, opening, look.frame, look.trim)
        elif opening.kind == "door":
            door(shape, opening, paint, look.trim)
        else:
            shop_front(shape, rng, opening, materials.painted(rng.choice(FASCIAS), 0.35), rng.choice(SHOPS), look.trim)
    if look.ground != "shop":
        shape.box((0, -0.05, -0.1), (width, 0, 0.45), look.trim)
    if look.storeys > 2:
        cornice(shape, width, look.storey + 0.12, 0.07, look.trim)
    sides(shape, width, height, look)
    (pitched if look.roof == "pitched" else flat)(shape, rng, width, height, look)
    pipe = materials.painted((0.03, 0.03, 0.033), 0.5)
    shape.tube([(0.12, -0.08, 0.1), (0.12, -0.08, height)], 0.045, pipe, 8)
    return shape.build("building", BUILDING)


def brick_of(look: Style) -> bpy.types.Material:
    """The brick behind the front."""
    return look.wall if "brick" in look.wall.name else materials.brick("yellow")


def sides(shape: Shape, width: float, height: float, look: Style) -> None:
    """Party walls and back: brick, also where the front is plastered."""
    brick = brick_of(look)
    shape.quad((0, DEPTH, -0.1), (0, 0, -0.1), (0, 0, height), (0, DEPTH, height), brick)
    shape.quad((width, 0, -0.1), (width, DEPTH, -0.1), (width, DEPTH, height), (width, 0, height), brick)
    shape.quad((width, DEPTH, -0.1), (0, DEPTH, -0.1), (0, DEPTH, height), (width, DEPTH, height), brick)


def pitched(shape: Shape, rng: random.Random, width: float, height: float, look: Style) -> None:
    """A ridge along the street, gables in the party walls, gutter and chimney stacks."""
    rise, over = DEPTH * 0.32, 0.32
    ridge, slope = height + rise, rise / (DEPTH / 2)
    for near, far in ((-over, DEPTH / 2), (DEPTH + over, DEPTH / 2)):
        eave = height - slope * over
        a, b = ((0, near, eave), (width, near, eave))
        c, d = ((width, far, ridge), (0, far, ridge))
        shape.quad(*((a, b, c, d) if near < far else (b, a, d, c)), look.covering)
    for x in (0.0, width):
        shape.add([(x, 0, height), (x, DEPTH, height), (x, DEPTH / 2, ridge)], [(0, 1, 2)], brick_of(look))
    shape.box(
        (0, -over - 0.1, height - slope * over - 0.1),
        (width, -over + 0.02, height - slope * over),
        materials.painted((0.04, 0.04, 0.045)),
    )
    shape.box((0, -over, height - 0.22), (width, 0, height - 0.16), look.frame)
    for x in rng.sample([0.3, width - 1.2], rng.choice([1, 1, 2])):
        top = ridge + rng.uniform(0.7, 1.3)
        shape.box((x, DEPTH / 2 - 0.35, height), (x + 0.9, DEPTH / 2 + 0.35, top), look.wall)
        shape.box((x - 0.06, DEPTH / 2 - 0.41, top), (x + 0.96, DEPTH / 2 + 0.41, top + 0.12), look.trim)
        for pot in (0.22, 0.66):
            shape.lathe(
                [(0.13, top + 0.1), (0.1, top + 0.55), (0.12, top + 0.6)],
                materials.tiles(),
                10,
                (x + pot, DEPTH / 2, 0),
            )


def flat(shape: Shape, rng: random.Random, width: float, height: float, look: Style) -> None:
    """A parapet with a cornice; sometimes a set-back attic behind it."""
    shape.quad(
        (0, 0.25, height - 0.3),
        (width, 0.25, height - 0.3),
        (width, DEPTH, height - 0.3),
        (0, DEPTH, height - 0.3),
        look.covering,
    )
    shape.box((0, 0, height - 0.4), (width, 0.25, height), look.wall)
    cornice(shape, width, height - 0.45, 0.22, look.trim)
    shape.box((-0.02, -0.06, height), (width + 0.02, 0.31, height + 0.09), look.trim)
    if rng.random() < 0.5:
        shape.box((0.4, 1.6, height - 0.3), (width - 0.4, DEPTH - 0.5, height + 1.9), look.covering)
        for x in (width * 0.3, width * 0.7):
            shape.box((x - 0.55, 1.5, height + 0.3), (x + 0.55, 1.65, height + 1.5), look.frame)
            shape.box(
                (x - 0.47, 1.47, height + 0.38), (x + 0.47, 1.55, height + 1.42), materials.window(), rng.random()
            )
