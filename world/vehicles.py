"""Cars: bodies lofted through cross sections, smoothed, with cut wheel arches, glass, lamps, plates and wheels.

A car looks along +y and stands on z = 0. Meshes are made once a model; each car only has its own paint.
"""

from __future__ import annotations

import functools
import math

import bpy
import numpy as np

import materials
from bodies import MODELS, Model
from classes import CAR
from materials import surface
from nodes import Graph
from shape import Shape, place
from wheels import wheel


@functools.cache
def car_paint(colour: materials.Colour, flakes: float = 0.25) -> bpy.types.Material:
    """Lacquered paint with road dirt along the sills."""

    def write(graph: Graph) -> dict:
        height = graph.add("ShaderNodeSeparateXYZ", Vector=graph.add("ShaderNodeTexCoord").outputs["Object"]).outputs[
            "Z"
        ]
        dirty = graph.math("ADD", height, graph.math("MULTIPLY", graph.noise(materials.position(graph), 5, 2), 0.35))
        amount = graph.ramp(dirty, (0.42, (0.55, 0.55, 0.55, 1)), (0.78, (0, 0, 0, 1)))
        return dict(
            Base_Color=graph.blend(amount, (*colour, 1), (0.10, 0.09, 0.075, 1)),
            Metallic=flakes,
            Roughness=0.35,
            Coat_Weight=1.0,
            Coat_Roughness=0.05,
        )

    return surface("car paint", write, colour)


@functools.cache
def car_glass() -> bpy.types.Material:
    """Windows with a dark cabin behind them."""

    def write(graph: Graph) -> dict:
        inside = graph.noise(graph.add("ShaderNodeTexCoord").outputs["Object"], 2.2, 0)
        colour = graph.ramp(inside, (0.4, (0.006, 0.007, 0.008, 1)), (0.62, (0.05, 0.05, 0.048, 1)))
        return dict(Base_Color=colour, Roughness=0.03, Specular_IOR_Level=0.9)

    return surface("car glass", write, (0.03, 0.03, 0.03))


@functools.cache
def plain(colour: materials.Colour, roughness: float, metallic: float = 0.0, glow: float = 0.0) -> bpy.types.Material:
    """A plain surface, lit from inside by `glow`."""
    return surface(
        "plain",
        lambda graph: dict(
            Base_Color=colour, Roughness=roughness, Metallic=metallic, Emission_Color=colour, Emission_Strength=glow
        ),
    )


def section(model: Model, station: tuple[float, float, float, float], nose: float) -> list[tuple[float, float, float]]:
    """The right half of a cross section from the floor's middle up to the roof's; `nose` (0..1) tucks in the ends."""
    y, belt, roof, top = station
    wide, floor = model.half_width * (1 - 0.22 * nose), 0.19 + 0.16 * nose
    cabin = min(1.0, max(0.0, (roof - belt - 0.08) / 0.25))
    shoulder = wide * (0.965 - 0.02 * cabin)
    glass_top = belt + (roof - belt) * (0.84 if cabin > 0.5 else 0.55)
    glass_side = top + 0.05 if cabin > 0.5 else shoulder * 0.93
    return [
        (0, y, floor),
        (wide * 0.80, y, floor),
        (wide * 0.955, y, floor + 0.10),
        (wide, y, floor + (belt - floor) * 0.5),
        (shoulder, y, belt - 0.03),
        (shoulder * 0.975, y, belt + 0.012),
        (glass_side, y, glass_top),
        (top * 0.86, y, roof - 0.015),
        (0, y, roof),
    ]


def body(name: str) -> bpy.types.Mesh:
    """The smoothed body with its glass and lamps as materials, wheel arches cut out."""
    model = MODELS[name]
    slots = [
        plain((0.3, 0.3, 0.3), 0.4),
        car_glass(),
        plain((0.02, 0.02, 0.021), 0.6),
        plain((0.55, 0.57, 0.6), 0.08),
        plain((0.32, 0.012, 0.01), 0.12, 0, 0.15),
    ]
    painted, glass, black, lamp, tail = slots
    shape, last = Shape(), len(model.stations) - 1
    for material in slots:
        shape.slot(material)
    for index, station in enumerate(model.stations):
        nose = {0: 1.0, 1: 0.45, 2: 0.12, last: 1.0, last - 1: 0.5, last - 2: 0.15}.get(index, 0.0)
        half = section(model, station, nose)
        ring = half + [(-x, y, z) for x, y, z in reversed(half[1:-1])]
        shape.add(ring, [], painted)
    sides = shape.count // len(model.stations)
    for i in range(last):
        for j in range(sides):
            row = min(j, sides - 1 - j)
            material = painted
            if row in (0, 1):
                material = black
            elif row == 5 and i in model.side_windows:
                material = glass
            elif row == 7 and i in (model.windscreen[0], model.rear_window[0]):
                material = glass
            elif row == 3 and i == last - 2:
                material = lamp
            elif row == 3 and i == 1:
                material = tail
            near, far, after = i * sides, (i + 1) * sides, (j + 1) % sides
            shape.join([(near + j, near + after, far + after, far + j)], material)
    shape.join([range(sides), reversed(range(last * sides, (last + 1) * sides))], painted)
    return finish(shape, model, name, black)


def finish(shape: Shape, model: Model, name: str, black: bpy.types.Material) -> bpy.types.Mesh:
    """Subdivide the cage and cut the wheel arches; modifiers are applied into a new mesh."""
    cage = place(shape.mesh(name), CAR)
    for polygon in cage.data.polygons:
        polygon.use_smooth = True
    cutter_shape = Shape()
    for axle in model.axles:
        for side in (-1, 1):
            angles = np.arange(28) * 2 * math.pi / 28
            radius = model.wheel + 0.06
            rings = [
                [(x, axle + radius * math.cos(a), model.wheel + 0.02 + radius * math.sin(a)) for a in angles]
                for x in sorted((side * (model.half_width - 0.27), side * (model.half_width + 0.3)))
            ]
            cutter_shape.loft(rings, black)
    cutter = place(cutter_shape.mesh("arches"), CAR)
    smooth = cage.modifiers.new("smooth", "SUBSURF")
    smooth.levels = smooth.render_levels = 2
    cut = cage.modifiers.new("cut", "BOOLEAN")
    cut.object, cut.operation, cut.solver, cut.material_mode = cutter, "DIFFERENCE", "EXACT", "TRANSFER"
    graph = bpy.context.evaluated_depsgraph_get()
    mesh = bpy.data.meshes.new_from_object(cage.evaluated_get(graph), depsgraph=graph)
    for thing in (cage, cutter):
        bpy.data.objects.remove(thing)
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=math.radians(38))
    return mesh


def trim(name: str, plate: str) -> bpy.types.Mesh:
    """Grille, bumpers' lower edge, number plates, mirrors, handles."""
    model, shape = MODELS[name], Shape()
    black, chrome = plain((0.015, 0.015, 0.016), 0.5), plain((0.55, 0.55, 0.56), 0.2, 1.0)
    nose, tail = model.stations[-1], model.stations[0]
    y0, y1, low = tail[0], nose[0], nose[1]
    shape.box((-0.42, y1 - 0.12, low - 0.09), (0.42, y1 + 0.012, low + 0.03), black)
    shape.box((-0.44, y1 - 0.12, low + 0.03), (0.44, y1 + 0.0, low + 0.05), chrome)
    shape.box((-0.55, y1 - 0.12, 0.26), (0.55, y1 + 0.006, 0.36), black)
    shape.box((-0.60, y0 - 0.006, 0.32), (0.60, y0 + 0.12, 0.42), black)
    shape.box((-0.27, y1 + 0.012, 0.38), (0.27, y1 + 0.022, 0.49), plain((0.6, 0.6, 0.58), 0.4))
    shape.box((-0.27, y0 - 0.022, 0.50), (0.27, y0 - 0.002, 0.61), plain((0.62, 0.42, 0.03), 0.4))
    shape.text(plate, (0, y0 - 0.026, 0.555), 0.095, black)
    front = model.stations[model.windscreen[1]]
    for side in (-1, 1):
        shape.ball((side * (model.half_width + 0.08), front[0] - 0.28, front[1] + 0.08), (0.10, 0.06, 0.075), black, 12)
        for index in (5, 7):
            y, belt = model.stations[index][:2]
            shape.box(
                (side * (model.half_width - 0.03), y + 0.12, belt - 0.13),
                (side * (model.half_width - 0.005), y + 0.3, belt - 0.10),
                black,
            )
        shape.ball((side * 0.52, y1 - 0.03, 0.33), (0.07, 0.04, 0.05), plain((0.5, 0.5, 0.52), 0.1), 10)
    return shape.mesh("trim", smooth=40)


@functools.cache
def parts(name: str) -> tuple[bpy.types.Mesh, bpy.types.Mesh, bpy.types.Mesh]:
    """The shared meshes of a model: body, trim, wheel."""
    plate = {"hatch": "KT04 DVB", "saloon": "AO07 LNE", "estate": "EX55 RWG", "van": "GN52 HYP"}[name]
    return body(name), trim(name, plate), wheel(MODELS[name].wheel, MODELS[name].wheel * 0.64)


def car(name: str, colour: materials.Colour) -> bpy.types.Object:
    """A car at the origin; returns its body, which carries the rest."""
    shell, extras, round_mesh = parts(name)
    model = MODELS[name]
    result = place(shell, CAR)
    result["model"] = name
    result.material_slots[0].link = "OBJECT"
    result.material_slots[0].material = car_paint(colour)
    place(extras, CAR, result)
    for axle in model.axles:
        for side in (-1, 1):
            tyre = place(round_mesh, CAR, result)
            tyre.location = (side * (model.half_width - 0.115), axle, model.wheel)
            tyre.rotation_euler = (0, 0, 0 if side > 0 else math.pi)
            tyre["radius"] = model.wheel * (1 if side > 0 else -1)
    return result
