"""What stands and moves where in one town: plain data that `town.py` builds, and one town composed by hand.

Positions are (s, t): metres along the street's centre line and metres to the right of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drive import Drive

Colour = tuple[float, float, float]

LEFT_KERB, RIGHT_KERB = -4.9, 5.3
LEFT_WALL, RIGHT_WALL = -8.1, 8.7
FIRST, LAST = -45.0, 260.0

SILVER, BLACK, WHITE = (0.42, 0.43, 0.45), (0.012, 0.012, 0.014), (0.62, 0.62, 0.6)
BLUE, RED, GREEN = (0.015, 0.05, 0.16), (0.30, 0.012, 0.015), (0.02, 0.07, 0.05)


@dataclass
class Plan:
    """One town; the order within a list is the order of building, which decides what chance gives to each thing."""

    bends: list[tuple[float, float, float]] = field(default_factory=list)
    houses: list[tuple[int, float, float, list[str]]] = field(default_factory=list)
    railings: list[tuple[float, float, float]] = field(default_factory=list)
    hedges: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    garden_trees: list[tuple[float, float, int]] = field(default_factory=list)
    board_fences: list[tuple[float, float, float]] = field(default_factory=list)
    yard_trees: list[tuple[float, float, int]] = field(default_factory=list)
    street_trees: list[tuple[float, float, list[int]]] = field(default_factory=list)
    lamps: list[tuple[float, float]] = field(default_factory=list)
    signs: list[tuple[float, float, str]] = field(default_factory=list)
    signals: list[tuple[float, float]] = field(default_factory=list)
    bollards: list[tuple[float, float]] = field(default_factory=list)
    bins: list[tuple[float, float]] = field(default_factory=list)
    letter_boxes: list[tuple[float, float]] = field(default_factory=list)
    moving_cars: list[tuple[str, Colour, float, float, float]] = field(default_factory=list)
    parked_cars: list[tuple[str, Colour, float, float, float]] = field(default_factory=list)
    cyclists: list[tuple[float, float, float, Colour, Colour, Colour | None]] = field(default_factory=list)
    walkers: list[tuple[float, float, float]] = field(default_factory=list)
    drive: Drive = field(default_factory=Drive)


def composed(drive: Drive) -> Plan:
    """The town of `samples/day`, composed by hand so that every class is met within 6 s."""
    left, right = LEFT_KERB - 0.45, RIGHT_KERB + 0.45
    bay = RIGHT_KERB - 1.02
    return Plan(
        drive=drive,
        bends=[(15, 60, 210)],
        houses=[
            (-1, FIRST, 33, ["shop", "house", "shop"]),
            (-1, 46, LAST, ["shop", "house", "office"]),
            (1, FIRST, 14, ["house", "shop"]),
            (1, 62, LAST, ["house", "shop", "office"]),
        ],
        railings=[(14.2, 61.8, RIGHT_WALL + 0.1)],
        hedges=[(5, 14.5, 61.5, RIGHT_WALL + 0.9, 1.15)],
        garden_trees=[
            *[(17, 12.5, 0), (23, 11.2, 1), (29, 14.5, 0), (34, 11.4, 2), (40, 12.2, 1), (46, 14.0, 0)],
            *[(51, 11.3, 3), (57, 12.8, 1), (20, 19, 1), (28, 22, 0), (37, 20, 1), (45, 22, 0), (54, 20, 1)],
            *[(33, 27, 1), (49, 28, 1)],
        ],
        board_fences=[(33.2, 45.8, LEFT_WALL - 0.1)],
        yard_trees=[(35.5, -10.5, 0), (41, -11.5, 1), (44, -10.2, 2), (38, -16, 1), (43, -17, 0)],
        street_trees=[
            *[(s, RIGHT_KERB + 0.9, [0, 1, 2, 3]) for s in (-18, -4, 70, 83, 97, 112, 128, 146, 165, 185)],
            *[(s, LEFT_KERB - 0.8, [0, 2, 3]) for s in (64, 90, 104, 121, 140, 160, 180)],
        ],
        lamps=[(s, RIGHT_KERB + 0.5 if i % 2 else LEFT_KERB - 0.45) for i, s in enumerate(range(-14, 230, 24))],
        signs=[
            *[(17, left, "parking"), (29, left, "limit"), (41, left, "STATION"), (52, left, "warning")],
            *[(68, left, "no entry"), (86, left, "parking"), (110, left, "limit")],
            *[(26, right, "parking"), (47, right, "warning"), (76, right, "no entry")],
        ],
        signals=[(80, left), (80, right)],
        bollards=[(s, left + 0.05) for s in (20.0, 22.0, 24.0, 26.0, 47.5, 49.5, 55, 57, 59)],
        bins=[(13, left - 0.1), (38, right + 0.2), (61, left - 0.1)],
        letter_boxes=[(32.2, left - 0.15)],
        moving_cars=[
            ("saloon", BLUE, 19.5, -1.5, 7.7),
            ("hatch", RED, 30, 1.65, -8.2),
            ("estate", SILVER, 58, 1.65, -7.6),
            ("van", WHITE, 84, 1.65, -7.8),
            ("hatch", SILVER, 125, 1.65, -8.0),
        ],
        parked_cars=[
            *[("saloon", SILVER, 7.5, bay, 0), ("hatch", GREEN, 20, bay, 180), ("estate", BLACK, 32.5, bay, 180)],
            *[("hatch", WHITE, 38.5, bay, 0), ("saloon", RED, 50.5, bay, 180), ("hatch", BLUE, 62.5, bay, 0)],
            *[("estate", SILVER, 75, bay, 180), ("saloon", BLACK, 87.5, bay, 180), ("hatch", RED, 100, bay, 0)],
            *[("hatch", SILVER, 72, LEFT_KERB + 1.0, 0), ("estate", BLUE, 78.5, LEFT_KERB + 1.0, 0)],
            *[("saloon", WHITE, 96, LEFT_KERB + 1.0, 0), ("van", GREEN, 104, LEFT_KERB + 1.0, 0)],
            ("hatch", BLACK, 111, LEFT_KERB + 1.0, 0),
        ],
        cyclists=[
            (19.0, -3.45, 5.3, (0.30, 0.05, 0.03), (0.02, 0.05, 0.18), (0.35, 0.36, 0.38)),
            (52.0, 3.0, -5.0, (0.05, 0.12, 0.2), (0.2, 0.02, 0.02), None),
        ],
        walkers=[
            *[(11, -6.6, 1.35), (16.5, -7.1, 1.2), (17.2, -6.4, 1.25), (27, -6.2, -1.3), (36, -6.9, 1.45)],
            *[(44, -6.3, -1.25), (45, -6.95, -1.22), (54, -6.6, 1.3), (64, -7.0, -1.4), (15, 6.9, -1.3)],
            *[(24, 7.3, 1.35), (31, 6.6, -1.2), (31.6, 7.25, -1.2), (42, 7.0, 1.3), (58, 7.4, -1.35)],
            *[(71, 7.2, 1.2), (50.5, -5.9, 0.0)],
        ],
    )
