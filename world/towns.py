"""Towns at random: another course of the street, other houses, gardens, trees, signs and traffic for every seed."""

from __future__ import annotations

import math
import random

from drive import RATE, Drive
from plan import BLACK, BLUE, FIRST, GREEN, LAST, LEFT_KERB, LEFT_WALL, RED, RIGHT_KERB, RIGHT_WALL, SILVER, WHITE, Plan

GROUNDS = ["house", "house", "shop", "shop", "office"]
PAINTS = [SILVER, SILVER, BLACK, BLACK, WHITE, WHITE, BLUE, RED, GREEN, (0.10, 0.10, 0.105), (0.05, 0.11, 0.25)]
CARS = ["hatch", "hatch", "hatch", "saloon", "saloon", "estate", "estate", "van"]
SIGNS = ["parking", "limit", "warning", "no entry", "STATION"]
SHIRTS = [(0.30, 0.05, 0.03), (0.05, 0.12, 0.2), (0.45, 0.42, 0.06), (0.03, 0.03, 0.035), (0.35, 0.35, 0.34)]


def town(rng: random.Random, drive: Drive, frames: int) -> Plan:
    """A whole town around a drive of so many frames."""
    plan = Plan(drive=drive, bends=bends(rng))
    for side in (-1, 1):
        border(rng, plan, side)
        pavement(rng, plan, side)
        kerb(rng, plan, side)
    traffic(rng, plan, drive.way(frames / RATE))
    people(rng, plan)
    return plan


def bends(rng: random.Random) -> list[tuple[float, float, float]]:
    """No bend, one that goes on, or one that ends."""
    kind = rng.choice(["straight", "long", "short", "short"])
    if kind == "straight":
        return []
    sign, radius, start = rng.choice([-1, 1]), rng.uniform(90, 320), rng.uniform(-20, 90)
    if kind == "long":
        return [(start, rng.uniform(40, 80), sign * max(radius, 170))]
    turn = math.radians(rng.uniform(25, 65))
    return [(start, 20.0, sign * radius), (start + turn * radius, 20.0, -sign * radius)]


def border(rng: random.Random, plan: Plan, side: int) -> None:
    """What stands beyond the pavement, piece by piece: terraces, gardens behind railings, yards behind boards."""
    wall, s = (LEFT_WALL, RIGHT_WALL)[side > 0], FIRST
    while s < LAST:
        kind = rng.choices(["houses", "garden", "yard"], weights=(5, 1.3, 0.9))[0]
        end = min(
            s + {"houses": rng.uniform(20, 70), "garden": rng.uniform(20, 50), "yard": rng.uniform(9, 16)}[kind], LAST
        )
        if kind == "houses" or end - s < 8:
            plan.houses.append((side, s, end, rng.sample(GROUNDS, 3)))
        elif kind == "garden":
            plan.railings.append((s + 0.2, end - 0.2, wall + side * 0.1))
            if rng.random() < 0.7:
                plan.hedges.append((rng.randrange(1000), s + 0.5, end - 0.5, wall + side * 0.9, rng.uniform(0.7, 1.6)))
            for _ in range(int((end - s) * 0.32)):
                away = rng.uniform(2.6, 19)
                plan.garden_trees.append((rng.uniform(s + 2, end - 2), wall + side * away, rng.randrange(4)))
        else:
            plan.board_fences.append((s + 0.2, end - 0.2, wall - 0.1 if side < 0 else wall + 0.1))
            for _ in range(rng.randrange(2, 6)):
                away = rng.uniform(2.2, 9)
                plan.yard_trees.append((rng.uniform(s + 1, end - 1), wall + side * away, rng.randrange(4)))
        s = end


def pavement(rng: random.Random, plan: Plan, side: int) -> None:
    """Lamps, trees, signs, bollards and bins between the kerb and the walls."""
    edge = LEFT_KERB - 0.45 if side < 0 else RIGHT_KERB + 0.45
    gap, lamp = rng.uniform(22, 34), rng.uniform(-30, 0)
    while lamp < LAST - 30:
        plan.lamps.append((lamp, edge + side * 0.03))
        lamp += gap
    if rng.random() < 0.75:
        s = rng.uniform(-25, 30)
        while s < LAST - 50:
            plan.street_trees.append((s, edge + side * 0.42, [0, 1, 2, 3]))
            s += rng.uniform(9, 26)
    for _ in range(rng.randrange(5, 14)):
        plan.signs.append((rng.uniform(-10, 180), edge, rng.choice(SIGNS)))
    for _ in range(rng.randrange(3)):
        plan.signals.append((rng.uniform(10, 170), edge))
    for _ in range(rng.randrange(5)):
        start = rng.uniform(0, 170)
        plan.bollards += [(start + 2.0 * i, edge + side * 0.05) for i in range(rng.randrange(2, 6))]
    plan.bins += [(rng.uniform(0, 170), edge + side * 0.2) for _ in range(rng.randrange(4))]
    plan.letter_boxes += [(rng.uniform(0, 170), edge + side * 0.1) for _ in range(rng.randrange(2))]


def kerb(rng: random.Random, plan: Plan, side: int) -> None:
    """Parked cars: none, a few, or a full row; those on the left leave the lane of the drive free."""
    share = rng.choice([0.0, 0.35, 0.7, 0.9] if side > 0 else [0.0, 0.0, 0.3, 0.6])
    t = RIGHT_KERB - 1.02 if side > 0 else LEFT_KERB + 0.95
    clear = plan.drive.start + 9 if side < 0 else FIRST
    s = rng.uniform(-20, -14)
    while s < LAST - 70:
        if rng.random() < share and s > clear:
            turn = rng.choice([0, 180]) if side > 0 else 0
            plan.parked_cars.append((rng.choice(CARS), rng.choice(PAINTS), s, t, turn))
        s += rng.uniform(6.0, 7.2)


def traffic(rng: random.Random, plan: Plan, way: float) -> None:
    """Cars ahead and oncoming, cyclists; who drives ahead is as fast as the drive, so that nobody is run into."""
    start, speed = plan.drive.start, plan.drive.speed
    if rng.random() < 0.65:
        gap = rng.uniform(9, 30) + (0.0 if plan.drive.brake <= 0 else 4.0)
        plan.moving_cars.append(
            (rng.choice(CARS), rng.choice(PAINTS), start + gap, -1.55, speed * rng.uniform(0.97, 1.1))
        )
    ahead = start + rng.uniform(8, 40)
    pace = rng.uniform(6.5, 9.5)
    for _ in range(rng.randrange(5)):
        plan.moving_cars.append((rng.choice(CARS), rng.choice(PAINTS), ahead, 1.65, -pace * rng.uniform(0.96, 1.04)))
        ahead += rng.uniform(13, 45)
    parked_left = any(t < 0 for _, _, _, t, _ in plan.parked_cars)
    for _ in range(rng.choice([0, 1, 1, 2])):
        onward = rng.random() < 0.6 and not parked_left
        s, t = start + rng.uniform(9, 30) + (way * 0.35 if onward else 6.0), -3.4 if onward else 3.0
        helmet = rng.choice([None, (0.35, 0.36, 0.38), (0.5, 0.5, 0.48)])
        pace = rng.uniform(4.0, 6.0) * (1 if onward else -1)
        plan.cyclists.append((s, t, pace, rng.choice(SHIRTS), rng.choice(PAINTS), helmet))


def people(rng: random.Random, plan: Plan) -> None:
    """Pedestrians on both pavements, alone or in pairs."""
    start = plan.drive.start
    for _ in range(rng.randrange(5, 26)):
        left = rng.random() < 0.55
        t = rng.uniform(-7.3, -6.1) if left else rng.uniform(6.4, 7.5)
        s, speed = start + rng.uniform(5, 50), rng.choice([-1, 1]) * rng.uniform(1.0, 1.6)
        standing = rng.random() < 0.12
        plan.walkers.append((s, t, 0.0 if standing else speed))
        if rng.random() < 0.3 and not standing:
            plan.walkers.append((s + 0.4, t + (0.65 if t < -6.5 or 6 < t < 6.9 else -0.65), speed))
