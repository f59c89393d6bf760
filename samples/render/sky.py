"""Daylight: a physical sky with thin cloud, and the sun as a lamp so that its shadows are clean at few samples."""

from __future__ import annotations

import math

import bpy

from nodes import Graph

ELEVATION, AZIMUTH = math.radians(40), math.radians(-142)


def daylight(strength: float = 0.16, sunlight: float = 4.6) -> bpy.types.World:
    """The world and the sun; AZIMUTH is clockwise from the street's direction, so the sun stands left behind."""
    world = bpy.data.worlds.new("daylight")
    world.use_nodes = True
    graph = Graph(world.node_tree)
    sky = graph.add(
        "ShaderNodeTexSky",
        dict(
            sky_type="NISHITA",
            sun_disc=False,
            sun_elevation=ELEVATION,
            sun_rotation=AZIMUTH,
            air_density=1.2,
            dust_density=2.2,
            ozone_density=1.5,
        ),
    )
    view = graph.add("ShaderNodeTexCoord").outputs["Generated"]
    stretched = graph.add("ShaderNodeMapping", Vector=view, Scale=(1.2, 1.2, 4.5)).outputs[0]
    noise = graph.add("ShaderNodeTexNoise", Vector=stretched, Scale=2.2, Detail=7.0, Roughness=0.62).outputs["Fac"]
    cover = graph.ramp(noise, (0.47, (0, 0, 0, 1)), (0.72, (0.75, 0.75, 0.75, 1)))
    colour = graph.blend(cover, sky.outputs[0], (6.2, 6.4, 6.8, 1))
    background = graph.add("ShaderNodeBackground", Color=colour, Strength=strength)
    graph.link(background.outputs[0], graph.add("ShaderNodeOutputWorld").inputs["Surface"])
    bpy.context.scene.world = world

    lamp = bpy.data.lights.new("sun", "SUN")
    lamp.energy, lamp.angle, lamp.color = sunlight, math.radians(0.9), (1.0, 0.93, 0.82)
    sun = bpy.data.objects.new("sun", lamp)
    sun.rotation_euler = (math.pi / 2 - ELEVATION, 0, math.pi - AZIMUTH)
    bpy.context.scene.collection.objects.link(sun)
    return world
