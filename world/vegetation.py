"""Trees with trunks, forking branches and single leaves; clipped hedges.

A few tree meshes are grown once and shared by all the trees of the street.
"""

from __future__ import annotations

import functools
import math
import random

import bpy
import numpy as np

import materials
from classes import TREE
from materials import shade, surface
from nodes import Graph
from shape import Shape, place
from street import frame

GREENS = [
    ((0.022, 0.05, 0.010), (0.10, 0.16, 0.03)),
    ((0.035, 0.055, 0.012), (0.16, 0.17, 0.035)),
    ((0.016, 0.038, 0.014), (0.07, 0.11, 0.035)),
]


@functools.cache
def bark() -> bpy.types.Material:
    """Fissured grey-brown bark."""

    def write(graph: Graph) -> dict:
        rough = graph.noise(graph.add("ShaderNodeTexCoord").outputs["Object"], 6, 3, (3, 3, 0.6))
        colour = graph.blend(rough, (0.035, 0.028, 0.02, 1), (0.15, 0.125, 0.095, 1))
        return dict(Base_Color=colour, Roughness=0.95)

    return surface("bark", write, (0.07, 0.06, 0.045))


@functools.cache
def leaf(dark: materials.Colour, light: materials.Colour) -> bpy.types.Material:
    """Leaves, varied by face, that let some light through."""
    material = bpy.data.materials.new("leaf")
    material.use_nodes = True
    graph = Graph(material.node_tree)
    colour = graph.blend(shade(graph), (*dark, 1), (*light, 1))
    front = graph.add("ShaderNodeBsdfDiffuse", Color=colour)
    through = graph.add("ShaderNodeBsdfTranslucent", Color=graph.blend(0.5, colour, (0.12, 0.2, 0.02, 1)))
    mixed = graph.add("ShaderNodeMixShader", Fac=0.3)
    graph.link(front.outputs[0], mixed.inputs[1])
    graph.link(through.outputs[0], mixed.inputs[2])
    graph.link(mixed.outputs[0], graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def scatter_leaves(shape: Shape, rng: np.random.Generator, centres: np.ndarray, size: float, material) -> None:
    """One rhombic leaf at every centre, each its own size, direction and shade."""
    count = len(centres)
    along = rng.normal(size=(count, 3)) + (0, 0, -0.4)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, rng.normal(size=(count, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    length = size * rng.uniform(0.6, 1.3, (count, 1))
    corners = np.stack(
        [
            centres,
            centres + length * (0.5 * along + 0.32 * across),
            centres + length * along,
            centres + length * (0.5 * along - 0.32 * across),
        ],
        axis=1,
    )
    shape.add(corners.reshape(-1, 3), np.arange(count * 4).reshape(-1, 4), material, rng.uniform(0, 1, count) ** 1.4)


def grow(seed: int, height: float, leaves: int, leaf_size: float, green: int) -> bpy.types.Mesh:
    """A broad-leaved tree: limbs fork and thin out, leaves gather around the twigs."""
    rng = np.random.default_rng(seed)
    shape, twigs = Shape(), []

    def limb(start: np.ndarray, direction: np.ndarray, length: float, radius: float, depth: int) -> None:
        points = [start]
        for _ in range(4):
            direction = direction + rng.normal(0, 0.13, 3) + (0, 0, 0.05)
            direction = direction / np.linalg.norm(direction)
            points.append(points[-1] + direction * length / 4)
        shape.tube(points, np.linspace(radius, radius * 0.62, 5), bark(), sides=9 if depth == 0 else 5)
        if depth >= 2:
            twigs.extend(zip(points[1:], points[2:]))
        if depth == 4:
            return
        for fork in range(rng.integers(3, 5) if depth else 6):
            spread = rng.uniform(0.45, 0.95)
            angle = rng.uniform(0, 2 * math.pi) + fork * 2.4
            aside = np.array([math.cos(angle), math.sin(angle), 0.15])
            turned = direction * math.cos(spread) + aside * math.sin(spread)
            origin = points[-1] if fork < 2 else points[rng.integers(2 if depth else 3, 5)]
            limb(
                origin,
                turned / np.linalg.norm(turned),
                length * rng.uniform(0.6, 0.82),
                radius * rng.uniform(0.42, 0.6),
                depth + 1,
            )

    limb(np.array([0.0, 0.0, -0.1]), np.array([0.0, 0.0, 1.0]), height * 0.36, height * 0.021, 0)
    if leaves:
        picks = rng.integers(0, len(twigs), leaves)
        ends = np.asarray(twigs)[picks]
        mixing = rng.uniform(0, 1, (leaves, 1))
        centres = ends[:, 0] * mixing + ends[:, 1] * (1 - mixing) + rng.normal(0, 0.16, (leaves, 3))
        scatter_leaves(shape, rng, centres, leaf_size, leaf(*GREENS[green]))
    return shape.mesh("tree", smooth=60)


@functools.cache
def kinds() -> list[bpy.types.Mesh]:
    """The trees that are planted: three full crowns, and one bare late in leaf."""
    return [
        grow(3, 8.5, 15000, 0.17, 0),
        grow(8, 10.5, 17000, 0.19, 1),
        grow(21, 7.0, 13000, 0.15, 2),
        grow(34, 9.5, 2500, 0.13, 1),
    ]


def tree(rng: random.Random, s: float, t: float, kind: int | None = None, scale: float = 1.0) -> bpy.types.Object:
    """A tree at a place of the street."""
    thing = place(kinds()[rng.randrange(4) if kind is None else kind], TREE)
    size = scale * rng.uniform(0.88, 1.12)
    thing.matrix_world = frame(s, t, 0.05, rng.uniform(0, 360))
    thing.scale = (size, size, size * rng.uniform(0.95, 1.1))
    return thing


def hedge(seed: int, s0: float, s1: float, t: float, height: float, depth: float = 0.8) -> None:
    """A hedge along the street: a dark core under a skin of leaves."""
    rng = np.random.default_rng(seed)
    count = int((s1 - s0) * height * 330)
    core = leaf((0.012, 0.026, 0.008), (0.02, 0.04, 0.012))
    for start in np.arange(s0, s1, 4.0):
        length = min(4.0, s1 - start)
        shape = Shape()
        shape.box((-depth * 0.4, 0, 0), (depth * 0.4, length, height * 0.94), core)
        number = int(count * length / (s1 - s0))
        y, z = rng.uniform(0, length, number), rng.uniform(0, height, number)
        swell = 0.06 * np.sin(3.1 * (y + start)) + 0.04 * np.sin(7.7 * (y + start))
        side = np.sign(rng.normal(size=number)) * (depth * 0.43 + swell)
        top = rng.uniform(size=number) < 0.3
        x = np.where(top, rng.uniform(-0.5, 0.5, number) * depth, side)
        z = np.where(top, height + swell, z)
        centres = np.stack([x, y, z], axis=1) + rng.normal(0, 0.03, (number, 3))
        scatter_leaves(shape, rng, centres, 0.09, leaf((0.02, 0.045, 0.012), (0.08, 0.13, 0.03)))
        shape.build("hedge", TREE).matrix_world = frame(start, t, 0.05)
