"""Surfaces of the ground: asphalt and its repairs, road paint, paving, kerbs, grass."""

from __future__ import annotations

import functools

import bpy

from materials import Colour, masonry, metres, position, surface
from nodes import Graph


@functools.cache
def asphalt() -> bpy.types.Material:
    """Worn town asphalt: aggregate, wheel tracks along the road, stains and fine cracks."""

    def write(graph: Graph) -> dict:
        uv = metres(graph)
        grain = graph.noise(uv, 45, 2)
        base = graph.ramp(grain, (0.3, (0.042, 0.042, 0.042, 1)), (0.72, (0.118, 0.117, 0.115, 1)))
        tracks = graph.ramp(
            graph.noise(uv, 1.0, 2, (0.9, 0.02, 1)), (0.35, (0.72, 0.72, 0.74, 1)), (0.65, (1.15, 1.14, 1.1, 1))
        )
        stains = graph.ramp(graph.noise(uv, 0.6, 4), (0.35, (0.7, 0.69, 0.68, 1)), (0.65, (1.1, 1.1, 1.1, 1)))
        bent = graph.blend(0.12, uv, graph.add("ShaderNodeTexNoise", Vector=uv, Scale=1.5, Detail=2.0).outputs["Color"])
        cells = graph.add("ShaderNodeTexVoronoi", dict(feature="DISTANCE_TO_EDGE"), Vector=bent, Scale=0.35).outputs[
            "Distance"
        ]
        cracks = graph.ramp(cells, (0.0, (0.5, 0.5, 0.5, 1)), (0.006, (1, 1, 1, 1)))
        colour = base
        for amount, layer in ((1, tracks), (1, stains), (0.8, cracks)):
            colour = graph.blend(amount, colour, layer, "MULTIPLY")
        return dict(Base_Color=colour, Roughness=0.82, Specular_IOR_Level=0.35)

    return surface("asphalt", write, (0.065, 0.065, 0.064))


@functools.cache
def patch() -> bpy.types.Material:
    """A repair of the road: newer, darker asphalt."""

    def write(graph: Graph) -> dict:
        grain = graph.noise(metres(graph), 60, 2)
        return dict(
            Base_Color=graph.ramp(grain, (0.3, (0.026, 0.026, 0.026, 1)), (0.8, (0.075, 0.074, 0.073, 1))),
            Roughness=0.75,
        )

    return surface("patch", write)


@functools.cache
def road_paint(name: str, colour: Colour) -> bpy.types.Material:
    """Thermoplastic road paint, worn through to the asphalt in places."""

    def write(graph: Graph) -> dict:
        point = position(graph)
        wear = graph.ramp(graph.noise(point, 9, 4), (0.40, (0, 0, 0, 1)), (0.52, (1, 1, 1, 1)))
        grime = graph.ramp(graph.noise(point, 1.2, 2), (0.3, (0.55, 0.55, 0.55, 1)), (0.7, (1, 1, 1, 1)))
        paint = graph.blend(1, (*colour, 1), grime, "MULTIPLY")
        return dict(Base_Color=graph.blend(wear, (0.09, 0.09, 0.095, 1), paint), Roughness=0.6)

    return surface(f"road paint {name}", write)


@functools.cache
def slabs() -> bpy.types.Material:
    """Concrete paving slabs."""
    return masonry("slabs", (0.33, 0.275, 0.215), (0.50, 0.43, 0.35), (0.10, 0.085, 0.07), 0.6, 0.45, 0.014, 0.4)


@functools.cache
def kerbstone() -> bpy.types.Material:
    """Granite kerbs."""
    return masonry("kerbstone", (0.38, 0.36, 0.33), (0.50, 0.47, 0.43), (0.08, 0.08, 0.08), 4.0, 0.91, 0.012, 0.5, 0.0)


@functools.cache
def iron_cover() -> bpy.types.Material:
    """A cast manhole cover."""
    return masonry("cover", (0.08, 0.075, 0.07), (0.13, 0.12, 0.11), (0.035, 0.035, 0.035), 0.09, 0.09, 0.02, 0.4)


@functools.cache
def grass() -> bpy.types.Material:
    """Rough grass and earth."""

    def write(graph: Graph) -> dict:
        point = position(graph)
        colour = graph.blend(graph.noise(point, 3, 4), (0.05, 0.07, 0.02, 1), (0.10, 0.11, 0.045, 1))
        return dict(Base_Color=colour, Roughness=0.95)

    return surface("grass", write, (0.07, 0.08, 0.03))
