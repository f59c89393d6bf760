"""The eleven street classes, the coarse groups of IDD-Lite, and how label files spell both.

A training label is one number a pixel: a class (0..10), a group of classes (11..17) where no more is known, or none.
"""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ["sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "cyclist"]
NONE = 255

GROUP_NAMES = ["drivable", "non-drivable", "living", "vehicle", "roadside object", "far object", "sky"]
GROUP_OF_CLASS = [6, 5, 4, 0, 1, 5, 4, 4, 3, 2, 2]
"""The group that each class belongs to."""

MEMBERS = [
    [number for number, group in enumerate(GROUP_OF_CLASS) if group == wanted] for wanted in range(len(GROUP_NAMES))
]
"""The classes of each group."""

FIRST_GROUP = len(NAMES)
LABELS = len(NAMES) + len(GROUP_NAMES)
"""How many different training labels there are, without none."""


@dataclass(frozen=True)
class Kind:
    """How the label images of a folder are to be read."""

    name: str
    ids: int
    """Ids 0 up to this one, exclusive, mean something."""
    none: tuple[int, ...]
    """Ids that mean none."""
    first: int
    """The training label of id 0; the others follow."""
    drives: bool = False
    """Whether the folder holds a sub-folder for each drive, not the frames themselves."""

    def table(self) -> list[int | None]:
        """For each of the 256 values of a pixel: its training label, or nothing where the value is an error."""
        table: list[int | None] = [None] * 256
        for number in range(self.ids):
            table[number] = self.first + number
        for number in self.none:
            table[number] = NONE
        return table


KINDS = {
    # CamVid's files say 11 where nothing is labelled.
    "classes": Kind("classes", len(NAMES), (len(NAMES), NONE), 0),
    "groups": Kind("groups", len(GROUP_NAMES), (NONE,), FIRST_GROUP),
    "world": Kind("world", len(NAMES), (NONE,), 0, drives=True),
}


class Problem(Exception):
    """Something that the person who runs this can mend; the message is one sentence."""
