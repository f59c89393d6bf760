"""Surfaces of buildings, and what all materials share: grain, dirt and unevenness, so that nothing is flat.

Each function returns one shared material; texture coordinates are metres.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import bpy

from nodes import Graph

Colour = tuple[float, float, float]


def surface(name: str, write: Callable[[Graph], dict], glance: Colour | None = None) -> bpy.types.Material:
    """A material around one principled shader; `write` returns its inputs.

    With `glance`, rays that do not come from the camera meet a plain diffuse surface of that colour: the detail
    would not show in indirect light, and leaving it out halves the render time.
    """
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    graph = Graph(material.node_tree)
    shader = graph.add("ShaderNodeBsdfPrincipled", **write(graph)).outputs[0]
    if glance:
        seen = graph.add("ShaderNodeLightPath").outputs["Is Camera Ray"]
        choice = graph.add("ShaderNodeMixShader", Fac=seen)
        graph.link(graph.add("ShaderNodeBsdfDiffuse", Color=glance).outputs[0], choice.inputs[1])
        graph.link(shader, choice.inputs[2])
        shader = choice.outputs[0]
    graph.link(shader, graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    return material


def mean(first: Colour, second: Colour, factor: float = 0.75) -> Colour:
    """The middle of two colours, darkened by dirt."""
    return tuple(factor * (a + b) / 2 for a, b in zip(first, second))


def metres(graph: Graph) -> bpy.types.NodeSocket:
    """Texture coordinates in metres."""
    return graph.add("ShaderNodeTexCoord").outputs["UV"]


def position(graph: Graph) -> bpy.types.NodeSocket:
    """The point in the world."""
    return graph.add("ShaderNodeNewGeometry").outputs["Position"]


def shade(graph: Graph) -> bpy.types.NodeSocket:
    """The value given to each face."""
    return graph.add("ShaderNodeAttribute", dict(attribute_name="shade")).outputs["Fac"]


def weathered(graph: Graph, colour, amount: float = 0.5) -> bpy.types.NodeSocket:
    """A colour with blotches, streaks that run down, and splash dirt near the ground."""
    point = position(graph)
    blotches = graph.ramp(graph.noise(point, 0.7, 3), (0.3, (0.55, 0.52, 0.48, 1)), (0.7, (1.1, 1.1, 1.1, 1)))
    streaks = graph.ramp(graph.noise(point, 1.0, 2, (2.2, 2.2, 0.3)), (0.3, (0.72, 0.70, 0.67, 1)), (0.6, (1, 1, 1, 1)))
    height = graph.add("ShaderNodeSeparateXYZ", Vector=point).outputs["Z"]
    splash = graph.ramp(graph.math("MULTIPLY", height, 0.5), (0.0, (0.55, 0.52, 0.48, 1)), (0.5, (1, 1, 1, 1)))
    for layer in (blotches, streaks, splash):
        colour = graph.blend(amount, colour, layer, "MULTIPLY")
    return colour


def masonry(
    name: str,
    dark: Colour,
    light: Colour,
    mortar: Colour,
    width: float,
    height: float,
    joint: float,
    dirt: float,
    offset: float = 0.5,
) -> bpy.types.Material:
    """Bricks, blocks or slabs of a size in metres."""

    def write(graph: Graph) -> dict:
        uv = metres(graph)
        settings = dict(offset=offset)
        brick = graph.add(
            "ShaderNodeTexBrick",
            settings,
            Vector=uv,
            Color1=dark,
            Color2=light,
            Mortar=mortar,
            Scale=1.0,
            Mortar_Size=joint,
            Mortar_Smooth=0.2,
            Bias=0.0,
            Brick_Width=width,
            Row_Height=height,
        )
        grain = graph.noise(uv, 25, 2)
        colour = graph.blend(
            0.5,
            brick.outputs["Color"],
            graph.ramp(grain, (0.25, (0.5,) * 3 + (1,)), (0.75, (1.15,) * 3 + (1,))),
            "MULTIPLY",
        )
        return dict(Base_Color=weathered(graph, colour, dirt), Roughness=0.88)

    return surface(name, write, mean(dark, light))


@functools.cache
def brick(kind: str) -> bpy.types.Material:
    """Brick walls: 'red', 'yellow' (gault), 'brown' or 'grey'."""
    dark, light = {
        "red": ((0.16, 0.045, 0.028), (0.30, 0.10, 0.058)),
        "yellow": ((0.27, 0.20, 0.115), (0.46, 0.36, 0.22)),
        "brown": ((0.13, 0.075, 0.045), (0.25, 0.16, 0.10)),
        "grey": ((0.17, 0.155, 0.135), (0.30, 0.275, 0.24)),
    }[kind]
    return masonry(f"brick {kind}", dark, light, (0.30, 0.275, 0.235), 0.225, 0.075, 0.009, 0.6)


@functools.cache
def slate() -> bpy.types.Material:
    """Roof slates."""
    return masonry("slate", (0.055, 0.06, 0.07), (0.11, 0.115, 0.13), (0.02, 0.02, 0.024), 0.3, 0.2, 0.012, 0.5)


@functools.cache
def tiles() -> bpy.types.Material:
    """Clay roof tiles."""
    return masonry("tiles", (0.15, 0.06, 0.035), (0.26, 0.12, 0.07), (0.04, 0.02, 0.015), 0.22, 0.2, 0.014, 0.6)


@functools.cache
def plaster(colour: Colour) -> bpy.types.Material:
    """Painted render or smooth stone."""

    def write(graph: Graph) -> dict:
        relief = graph.bump(graph.noise(position(graph), 5, 2), 0.25, 0.03)
        return dict(Base_Color=weathered(graph, (*colour, 1), 0.5), Roughness=0.85, Normal=relief)

    return surface("plaster", write, mean(colour, colour))


@functools.cache
def painted(colour: Colour, roughness: float = 0.45, metallic: float = 0.0, dirt: float = 0.3) -> bpy.types.Material:
    """Painted wood or metal; also plain plastics and metals."""

    def write(graph: Graph) -> dict:
        return dict(Base_Color=weathered(graph, (*colour, 1), dirt), Roughness=roughness, Metallic=metallic)

    return surface("painted", write, mean(colour, colour, 0.9))


@functools.cache
def window() -> bpy.types.Material:
    """House windows: dark rooms or pale curtains (by the face's shade) behind reflecting glass."""

    def write(graph: Graph) -> dict:
        folds = graph.noise(metres(graph), 3.0, 2, (6, 0.2, 1))
        curtain = graph.blend(folds, (0.12, 0.115, 0.10, 1), (0.42, 0.40, 0.36, 1))
        drawn = graph.math("GREATER_THAN", shade(graph), 0.62)
        room = graph.blend(graph.noise(metres(graph), 1.2, 1), (0.006, 0.007, 0.009, 1), (0.045, 0.04, 0.035, 1))
        ripple = graph.bump(graph.noise(position(graph), 1.3, 0), 0.08, 0.05)
        return dict(Base_Color=graph.blend(drawn, room, curtain), Roughness=0.04, Specular_IOR_Level=0.9, Normal=ripple)

    return surface("window", write, (0.05, 0.055, 0.06))


@functools.cache
def shop_window() -> bpy.types.Material:
    """Shop windows: dim goods and lights behind glass."""

    def write(graph: Graph) -> dict:
        uv = metres(graph)
        goods = graph.add("ShaderNodeTexVoronoi", dict(distance="CHEBYCHEV"), Vector=uv, Scale=2.6).outputs["Color"]
        dim = graph.blend(0.88, goods, (0.02, 0.018, 0.016, 1))
        lit = graph.blend(
            graph.ramp(graph.noise(uv, 0.8, 1), (0.45, (0, 0, 0, 1)), (0.7, (1, 1, 1, 1))), dim, (0.16, 0.13, 0.09, 1)
        )
        return dict(
            Base_Color=lit,
            Roughness=0.04,
            Specular_IOR_Level=0.9,
            Normal=graph.bump(graph.noise(position(graph), 0.9, 0), 0.06, 0.05),
        )

    return surface("shop window", write, (0.05, 0.05, 0.05))


@functools.cache
def planks() -> bpy.types.Material:
    """A weathered board fence."""
    return masonry("planks", (0.10, 0.065, 0.04), (0.19, 0.13, 0.08), (0.02, 0.015, 0.01), 0.14, 8.0, 0.012, 0.6, 0.0)
