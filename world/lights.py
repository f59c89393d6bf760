"""What shines when it is dark: street lamps, windows, car lights, and the headlights of the camera's own car."""

from __future__ import annotations

import math

import bpy
from mathutils import Matrix, Vector

from bodies import MODELS
from classes import POLE
from nodes import Graph
from shape import Shape, place

WARM, WHITE, RED = (1.0, 0.72, 0.42), (1.0, 0.93, 0.82), (1.0, 0.03, 0.015)
FAR = 110.0
LIT_SLOTS = {3: ("headlamp", WHITE, 22.0), 4: ("tail lamp", RED, 2.2)}


def switch_on(power: float) -> None:
    """Light everything, at a share of its power at night; lamps far from the camera's way only glow."""
    lit_windows()
    camera = bpy.context.scene.camera
    eye = Vector(camera.location)
    for thing in list(bpy.data.objects):
        if thing.name.startswith("lamp"):
            street_lamp(thing, eye, 1500 * power)
        elif thing.get("model") and thing.animation_data:
            car_lights(thing, 100 * power)
    for side in (-0.6, 0.6):
        socket = Matrix.Translation((side, -0.75, 0.4)) @ Matrix.Rotation(math.radians(-3), 4, "X")
        place_spot("own headlamp", socket, 130 * power, 52, WHITE, camera, shine=0.35)


def glowing(name: str, colour: tuple[float, float, float], strength: float) -> bpy.types.Material:
    """A surface that only shines; it is seen, but too small to light anything, so no ray is spent on that."""
    if name in bpy.data.materials:
        return bpy.data.materials[name]
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    graph = Graph(material.node_tree)
    glow = graph.add("ShaderNodeEmission", Color=(*colour, 1), Strength=strength)
    graph.link(glow.outputs[0], graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    material.cycles.emission_sampling = "NONE"
    return material


def place_spot(name, matrix: Matrix, power: float, angle: float, colour, parent, shine=1.0) -> None:
    """A spot light on something; it looks down its own -z. `shine` is its share in reflections."""
    light = bpy.data.lights.new(name, "SPOT")
    light.energy, light.color, light.spot_size, light.spot_blend = power, colour, math.radians(angle), 0.7
    light.shadow_soft_size, light.specular_factor = 0.12, shine
    thing = bpy.data.objects.new(name, light)
    bpy.context.scene.collection.objects.link(thing)
    thing.parent = parent
    thing.matrix_local = matrix


def street_lamp(lamp: bpy.types.Object, eye: Vector, power: float) -> None:
    """The lit glass of a lamp and, near the camera's way, its light."""
    side, height = lamp["side"], lamp["height"]
    shape = Shape()
    shape.ball((side * 1.75, 0, height + 0.40), (0.26, 0.11, 0.07), glowing("lamp glass", WARM, 60.0), 10)
    place(shape.mesh("lamp glass"), POLE, lamp)
    middle = lamp.matrix_world @ Vector((side * 1.75, 0, height))
    if (middle - eye).length < FAR:
        place_spot("street light", Matrix.Translation((side * 1.75, 0, height + 0.25)), power, 150, WARM, lamp)


def car_lights(car: bpy.types.Object, power: float) -> None:
    """Lit lamps on a car, and light on the road before it."""
    for slot, (name, colour, strength) in LIT_SLOTS.items():
        car.material_slots[slot].link = "OBJECT"
        car.material_slots[slot].material = glowing(name, colour, strength)
    nose = MODELS[car["model"]].stations[-1][0]
    ahead = Matrix.Rotation(math.radians(90 - 5), 4, "X")
    place_spot("headlight", Matrix.Translation((0, nose + 0.1, 0.65)) @ ahead, power, 60, WHITE, car)


def lit_windows(share: float = 0.38) -> None:
    """Rooms with the light on, by the face's shade, and shop windows."""
    for material in bpy.data.materials:
        if material.name.startswith(("window", "shop window")):
            shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
            graph = Graph.over(material.node_tree)
            base = shader.inputs["Base Color"].links[0].from_socket
            graph.feed(shader.inputs["Emission Color"], graph.blend(1, base, (*WARM, 1), "MULTIPLY"))
            strength = 2.6
            if material.name.startswith("window"):
                shade = graph.add("ShaderNodeAttribute", dict(attribute_name="shade")).outputs["Fac"]
                chance = graph.math("FRACT", graph.math("MULTIPLY", shade, 7.31))
                strength = graph.math("MULTIPLY", graph.math("LESS_THAN", chance, share), 4.5)
            graph.feed(shader.inputs["Emission Strength"], strength)
            material.cycles.emission_sampling = "NONE"
