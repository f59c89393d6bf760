"""Label images: the settings that render exact class ids, and the plain PNG files that hold them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import bpy
import numpy as np

from classes import NAMES, NONE
from nodes import Graph


def settings(scene: bpy.types.Scene) -> None:
    """One ray through the middle of each pixel, every object in its class id as grey value, black sky (id 0)."""
    material = bpy.data.materials.new("label")
    material.use_nodes = True
    graph = Graph(material.node_tree)
    number = graph.add("ShaderNodeObjectInfo").outputs["Object Index"]
    glow = graph.add("ShaderNodeEmission", Color=(1, 1, 1, 1), Strength=graph.math("DIVIDE", number, 255.0))
    graph.link(glow.outputs[0], graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
    scene.view_layers[0].material_override = material
    scene.world = bpy.data.worlds.new("nothing")
    scene.world.use_nodes = False
    scene.world.color = (0, 0, 0)
    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling, cycles.use_denoising, cycles.max_bounces = 1, False, False, 0
    cycles.pixel_filter_type, cycles.filter_width = "BOX", 0.01
    scene.render.use_motion_blur = False
    scene.view_settings.view_transform, scene.view_settings.look, scene.view_settings.exposure = "Raw", "None", 0.0
    scene.render.image_settings.color_mode, scene.render.image_settings.color_depth = "BW", "8"


def rewrite(rendered: Path, path: Path) -> None:
    """Check a rendered label image's ids and store it as a bare grey PNG, without the renderer's notes."""
    image = bpy.data.images.load(str(rendered.resolve()))
    image.colorspace_settings.name = "Non-Color"
    width, height = image.size
    values = np.empty(width * height * image.channels, dtype=np.float32)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    ids = np.rint(values.reshape(height, width, -1)[::-1, :, 0] * 255).astype(np.uint8)
    strange = set(np.unique(ids).tolist()) - {*range(len(NAMES)), NONE}
    if strange:
        raise ValueError(f"{path}: ids that are no class: {sorted(strange)}")
    rows = np.concatenate([np.zeros((height, 1), dtype=np.uint8), ids], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
