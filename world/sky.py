"""The sky: physical by day and dusk, clouds over it, dark with the town's glow at night; and the sun as a lamp.

The sun is a lamp so that its shadows are clean at few samples.
"""

from __future__ import annotations

import math

import bpy

from conditions import CLEAR_SUN, Conditions
from nodes import Graph

STRENGTH, SUNLIGHT = 0.16, 4.6
CLOUD = (6.2, 6.4, 6.8)
OPTICAL_DEPTH = (0.07, 0.12, 0.22)


def build(conditions: Conditions) -> None:
    """The world and, where it shines, the sun."""
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    graph = Graph(world.node_tree)
    background = graph.add("ShaderNodeBackground", Color=colour(graph, conditions), Strength=STRENGTH)
    graph.link(background.outputs[0], graph.add("ShaderNodeOutputWorld").inputs["Surface"])
    bpy.context.scene.world = world
    if conditions.direct > 0:
        sun(conditions)


def colour(graph: Graph, conditions: Conditions) -> bpy.types.NodeSocket:
    """The sky's radiance: the air's, under clouds, over the glow of the town."""
    air = graph.add(
        "ShaderNodeTexSky",
        dict(
            sky_type="NISHITA",
            sun_disc=False,
            sun_elevation=math.radians(max(conditions.sun, -3.0)),
            sun_rotation=math.radians(conditions.azimuth),
            air_density=1.2,
            dust_density=2.2,
            ozone_density=1.5,
        ),
    ).outputs[0]
    view = graph.add("ShaderNodeTexCoord").outputs["Generated"]
    stretched = graph.add("ShaderNodeMapping", Vector=view, Scale=(1.2, 1.2, 4.5)).outputs[0]
    noise = graph.add("ShaderNodeTexNoise", Vector=stretched, Scale=2.2, Detail=7.0, Roughness=0.62).outputs["Fac"]
    more = conditions.cloud - 0.3
    low, opacity = 0.47 - 0.67 * more, min(0.75 + 0.36 * more, 1.0)
    cover = graph.ramp(noise, (max(low, 0.0), (0, 0, 0, 1)), (max(low, 0.0) + 0.25, (opacity, opacity, opacity, 1)))
    result = graph.blend(cover, air, clouds(graph, conditions, noise))
    if conditions.night > 0:
        height = graph.add("ShaderNodeSeparateXYZ", Vector=view).outputs["Z"]
        glow = graph.ramp(height, (0.0, (0.055, 0.042, 0.034, 1)), (0.5, (0.010, 0.013, 0.024, 1)))
        result = graph.blend(conditions.night, result, glow)
    return result


def clouds(graph: Graph, conditions: Conditions, noise):
    """The clouds' light: even in thin cover; heavy cover has darker bellies and is brighter towards the zenith."""
    blue = (1 - 0.3 * conditions.night, 1.0, 1 + 0.5 * conditions.night)
    light = tuple(value * conditions.daylight * tint for value, tint in zip(CLOUD, blue))
    if conditions.cloud < 0.7:
        return (*light, 1)
    height = graph.add("ShaderNodeSeparateXYZ", Vector=graph.add("ShaderNodeTexCoord").outputs["Generated"]).outputs[
        "Z"
    ]
    bellies = graph.ramp(noise, (0.3, (0.62, 0.64, 0.68, 1)), (0.75, (1.1, 1.1, 1.1, 1)))
    zenith = graph.ramp(height, (0.0, (0.5, 0.5, 0.5, 1)), (0.9, (1.15, 1.15, 1.15, 1)))
    return graph.blend(1, graph.blend(1, (*light, 1), bellies, "MULTIPLY"), zenith, "MULTIPLY")


def sun(conditions: Conditions) -> None:
    """The sun's lamp, dimmed and reddened by the air that its light crosses."""
    elevation = math.radians(conditions.sun)
    crossed = 1 / max(math.sin(elevation), 0.06) - 1 / math.sin(math.radians(CLEAR_SUN))
    tint = [base * math.exp(-depth * crossed) for base, depth in zip((1.0, 0.93, 0.82), OPTICAL_DEPTH)]
    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy, lamp.angle, lamp.color = SUNLIGHT * conditions.direct, math.radians(0.9), tint
    thing = bpy.data.objects.new("sun", lamp)
    thing.rotation_euler = (math.pi / 2 - elevation, 0, math.pi - math.radians(conditions.azimuth))
    bpy.context.scene.collection.objects.link(thing)
