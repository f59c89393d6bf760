"""Jointed human figures of real proportions.

A figure looks along +y; its limbs hang along -z from their joints, so that a turn about x swings them forward.
"""

from __future__ import annotations

import functools
import math
import random

import bpy
import numpy as np

import materials
from materials import surface
from nodes import Graph
from shape import Shape, place

THIGH, SHIN, UPPER_ARM, FOREARM = 0.43, 0.43, 0.29, 0.26
HIP = THIGH + SHIN + 0.07

COATS = [
    (0.02, 0.022, 0.03),
    (0.05, 0.06, 0.10),
    (0.16, 0.13, 0.09),
    (0.22, 0.03, 0.03),
    (0.05, 0.07, 0.04),
    (0.25, 0.25, 0.26),
    (0.03, 0.09, 0.16),
    (0.32, 0.26, 0.18),
]
TROUSERS = [(0.02, 0.025, 0.05), (0.015, 0.015, 0.017), (0.06, 0.07, 0.11), (0.12, 0.10, 0.07), (0.05, 0.05, 0.05)]
SKINS = [(0.50, 0.30, 0.21), (0.42, 0.24, 0.16), (0.22, 0.11, 0.07), (0.10, 0.05, 0.03), (0.52, 0.33, 0.25)]
HAIR = [(0.02, 0.014, 0.01), (0.06, 0.035, 0.02), (0.16, 0.10, 0.05), (0.18, 0.17, 0.16), (0.008, 0.008, 0.008)]


@functools.cache
def cloth(colour: materials.Colour) -> bpy.types.Material:
    """Woven cloth with folds."""

    def write(graph: Graph) -> dict:
        folds = graph.noise(graph.add("ShaderNodeTexCoord").outputs["Object"], 9, 1, (1, 1, 0.5))
        tone = graph.ramp(folds, (0.3, (0.6, 0.6, 0.6, 1)), (0.7, (1.2, 1.2, 1.2, 1)))
        return dict(
            Base_Color=graph.blend(1, (*colour, 1), tone, "MULTIPLY"),
            Roughness=0.9,
            Normal=graph.bump(folds, 0.8, 0.03),
        )

    return surface("cloth", write)


@functools.cache
def skin(colour: materials.Colour) -> bpy.types.Material:
    """Skin or hair: a plain soft surface."""
    return surface("skin", lambda graph: dict(Base_Color=colour, Roughness=0.55))


def oval(shape: Shape, sections: list[tuple[float, float, float, float]], material, sides: int = 14) -> None:
    """A body part from oval sections (height, half width, half depth, forward shift)."""
    angles = np.arange(sides) * 2 * math.pi / sides
    rings = [[(w * math.cos(a), shift + d * math.sin(a), z) for a in angles] for z, w, d, shift in sections]
    shape.loft(rings, material)


class Figure:
    """A person made of rigid parts; `joints` holds the object of each part by name."""

    def __init__(
        self,
        rng: random.Random,
        label: int,
        coat=None,
        trousers=None,
        long_coat: bool = False,
        bag: bool = False,
        helmet=None,
    ) -> None:
        self.label, self.joints = label, {}
        top, legs = cloth(coat or rng.choice(COATS)), cloth(trousers or rng.choice(TROUSERS))
        flesh, hair = skin(rng.choice(SKINS)), skin(rng.choice(HAIR))
        shoes = skin(rng.choice([(0.015, 0.012, 0.01), (0.05, 0.03, 0.02), (0.35, 0.35, 0.35)]))
        self.root = bpy.data.objects.new("figure", None)
        bpy.context.scene.collection.objects.link(self.root)
        self._torso(top, legs, long_coat, bag)
        self._head(flesh, hair, helmet, rng.random() < 0.4 and not helmet)
        for side, sign in (("left", -1), ("right", 1)):
            self._leg(side, sign, legs, shoes)
            self._arm(side, sign, top, flesh)

    def _part(self, name: str, shape: Shape, parent: str | None, joint: tuple[float, float, float]) -> None:
        thing = place(shape.mesh(name, smooth=75), self.label, self.joints[parent] if parent else self.root)
        thing.location = joint
        self.joints[name] = thing

    def _torso(self, top, legs, long_coat: bool, bag: bool) -> None:
        pelvis = Shape()
        oval(
            pelvis,
            [(-0.10, 0.12, 0.09, 0), (-0.06, 0.16, 0.115, 0), (0.04, 0.165, 0.115, 0), (0.14, 0.14, 0.1, 0)],
            legs,
        )
        if long_coat:
            oval(
                pelvis,
                [
                    (-0.42, 0.215, 0.185, 0),
                    (-0.40, 0.22, 0.19, 0),
                    (-0.15, 0.195, 0.15, 0),
                    (0.06, 0.175, 0.125, 0),
                    (0.16, 0.155, 0.115, 0),
                ],
                top,
                18,
            )
        self._part("pelvis", pelvis, None, (0, 0, HIP))
        torso = Shape()
        oval(
            torso,
            [
                (-0.09, 0.165, 0.12, 0),
                (-0.03, 0.172, 0.125, 0),
                (0.10, 0.155, 0.115, 0),
                (0.26, 0.178, 0.128, 0.005),
                (0.37, 0.195, 0.12, -0.005),
                (0.435, 0.18, 0.095, -0.015),
                (0.475, 0.10, 0.07, -0.01),
                (0.51, 0.062, 0.062, 0),
            ],
            top,
            18,
        )
        if bag:
            torso.ball((0, -0.2, 0.22), (0.15, 0.1, 0.22), cloth((0.03, 0.03, 0.04)), 14)
        self._part("torso", torso, "pelvis", (0, 0, 0.10))

    def _head(self, flesh, hair, helmet, long_hair: bool) -> None:
        head = Shape()
        oval(
            head,
            [
                (-0.06, 0.05, 0.055, -0.01),
                (0.03, 0.05, 0.055, 0.0),
                (0.05, 0.052, 0.07, 0.02),
                (0.09, 0.066, 0.09, 0.014),
                (0.16, 0.074, 0.097, 0.006),
                (0.22, 0.07, 0.092, 0),
                (0.26, 0.05, 0.065, -0.01),
                (0.275, 0.02, 0.03, -0.01),
            ],
            flesh,
            16,
        )
        head.ball((0, 0.108, 0.125), (0.014, 0.018, 0.024), flesh, 8)
        crown = [
            (0.13, 0.076, 0.07, -0.038),
            (0.18, 0.082, 0.09, -0.022),
            (0.22, 0.079, 0.098, -0.006),
            (0.265, 0.058, 0.075, -0.006),
            (0.288, 0.02, 0.03, -0.01),
        ]
        oval(head, ([(0.0, 0.07, 0.045, -0.06)] if long_hair else []) + crown, skin(helmet) if helmet else hair, 16)
        self._part("head", head, "torso", (0, 0.01, 0.50))

    def _leg(self, side: str, sign: int, legs, shoes) -> None:
        thigh = Shape()
        oval(
            thigh,
            [
                (-THIGH - 0.05, 0.05, 0.052, 0),
                (-THIGH, 0.062, 0.066, 0),
                (-0.2, 0.078, 0.085, 0),
                (-0.02, 0.088, 0.1, 0),
                (0.05, 0.06, 0.07, 0),
            ],
            legs,
        )
        self._part(f"{side} thigh", thigh, "pelvis", (sign * 0.088, 0, -0.02))
        shin = Shape()
        oval(
            shin,
            [
                (-SHIN - 0.01, 0.052, 0.062, 0),
                (-0.3, 0.05, 0.056, -0.006),
                (-0.13, 0.06, 0.068, -0.012),
                (0, 0.06, 0.064, 0),
                (0.045, 0.045, 0.05, 0),
            ],
            legs,
        )
        self._part(f"{side} shin", shin, f"{side} thigh", (0, 0, -THIGH))
        foot = Shape()
        oval(
            foot,
            [
                (-0.085, 0.045, 0.13, 0.055),
                (-0.05, 0.045, 0.128, 0.055),
                (-0.02, 0.042, 0.09, 0.025),
                (0.03, 0.04, 0.055, 0),
            ],
            shoes,
        )
        self._part(f"{side} foot", foot, f"{side} shin", (0, 0, -SHIN))

    def _arm(self, side: str, sign: int, top, flesh) -> None:
        upper = Shape()
        oval(
            upper,
            [
                (-UPPER_ARM - 0.03, 0.035, 0.038, 0),
                (-UPPER_ARM, 0.045, 0.047, 0),
                (-0.12, 0.052, 0.055, 0),
                (0, 0.06, 0.062, 0),
                (0.05, 0.042, 0.045, 0),
            ],
            top,
        )
        self._part(f"{side} upper arm", upper, "torso", (sign * 0.205, -0.005, 0.40))
        fore = Shape()
        oval(
            fore,
            [(-FOREARM, 0.036, 0.038, 0), (-0.1, 0.043, 0.045, 0), (0, 0.045, 0.046, 0), (0.03, 0.034, 0.036, 0)],
            top,
        )
        fore.ball((0, 0.01, -FOREARM - 0.06), (0.03, 0.042, 0.085), flesh, 10)
        self._part(f"{side} forearm", fore, f"{side} upper arm", (0, 0, -UPPER_ARM))

    def key(self, name: str, angle: float, frame: int) -> None:
        """Swing a part about x to an angle in radians, at a frame."""
        part = self.joints[name]
        part.rotation_euler = (angle, part.rotation_euler[1], part.rotation_euler[2])
        part.keyframe_insert("rotation_euler", index=0, frame=frame)
