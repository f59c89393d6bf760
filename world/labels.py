"""The exact pass: settings that render every object's class and instance as numbers, and how they are read back.

One ray goes through the middle of each pixel and sees no light: red is the class id, green and blue are the low and
the high byte of the instance. Beyond the visibility nothing is seen, so there a thing is none and no instance.
"""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from classes import CAR, CYCLIST, NAMES, NONE, PEDESTRIAN, POLE, SIGN, TREE
from nodes import Graph

CLEAR = 1e6
"""Metres that nothing is away."""
THINGS = (POLE, TREE, SIGN, CAR, PEDESTRIAN, CYCLIST)


def settings(scene: bpy.types.Scene, visibility: float, first_instance: int = 1) -> None:
    """Every object in its own numbers as far as `visibility` in metres, 0 being clear air; black sky (class 0)."""
    number_things(first_instance)
    material = bpy.data.materials.new("label")
    material.use_nodes = True
    graph = Graph(material.node_tree)
    thing = graph.add("ShaderNodeObjectInfo")
    instance = graph.add("ShaderNodeSeparateColor", Color=thing.outputs["Color"])
    distance = graph.add("ShaderNodeCameraData").outputs["View Distance"]
    seen = graph.math("LESS_THAN", distance, visibility or CLEAR)
    hidden = graph.math("SUBTRACT", 1.0, seen)
    numbers = graph.add(
        "ShaderNodeCombineColor",
        Red=graph.math("MAXIMUM", graph.math("DIVIDE", thing.outputs["Object Index"], 255.0), hidden),
        Green=graph.math("MULTIPLY", instance.outputs["Red"], seen),
        Blue=graph.math("MULTIPLY", instance.outputs["Green"], seen),
    )
    glow = graph.add("ShaderNodeEmission", Color=numbers.outputs[0])
    graph.link(glow.outputs[0], graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    scene.view_layers[0].material_override = material
    scene.world = bpy.data.worlds.new("nothing")
    scene.world.use_nodes = False
    scene.world.color = (0, 0, 0)
    scene.use_nodes = False
    for light in bpy.data.lights:
        light.energy = 0
    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising, cycles.max_bounces = 1, False, False, 0
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 0.01
    scene.render.use_motion_blur = False
    scene.view_settings.view_transform, scene.view_settings.look, scene.view_settings.exposure = "Raw", "None", 0.0
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "RGB", "8"


def number_things(first: int) -> None:
    """Give each thing its instance number, with all its parts, in the order of their names; 0 is for the rest."""
    numbers: dict[str, int] = {}
    for part in bpy.data.objects:
        root = part
        while root.parent:
            root = root.parent
        number = 0
        if part.type == "MESH" and part.pass_index in THINGS:
            number = numbers.setdefault(root.name, first + len(numbers))
        part.color = (number % 256 / 255, number // 256 / 255, 0, 1)


def pixels(path: Path) -> np.ndarray:
    """A rendered picture as [H, W, C] floats between 0 and 1, its values as stored."""
    image = bpy.data.images.load(str(path.resolve()))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    values = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    return values.reshape(height, width, -1)[::-1]


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The class ids [H, W] uint8 and instances [H, W] uint16 of a rendered label image; strange ids are an error."""
    numbers = np.rint(pixels(path)[..., :3] * 255).astype(np.uint16)
    ids = numbers[..., 0].astype(np.uint8)
    strange = set(np.unique(ids).tolist()) - {*range(len(NAMES)), NONE}
    if strange:
        raise ValueError(f"{path}: ids that are no class: {sorted(strange)}.")
    return ids, numbers[..., 1] + 256 * numbers[..., 2]
