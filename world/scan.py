"""Render one seed as a drive of a car with a laser scanner and a camera, in SemanticKITTI's layout.

    python scan.py --seed 1001 --out sequences/1001 [--sensor hdl64] [--scans 3] [--height 1.73] [--conditions night]

The town, its light and its weather are those of seed.py; a scan is the exact pass through a panoramic camera. DIR appears
when all is there.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

import conditions
import kitti
import lidar
import recipe
import sensor
from drive import RATE
from recipe import Recipe

SIZE, FIELD_OF_VIEW = (620, 188), math.radians(81.6)
"""Half of KITTI's picture, with its field of view."""
APART = 20.0
"""Metres between two scans."""
OFFSET = 1000.0
"""Added to positions, in metres: what a render passes on is not negative."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of this drive")
    parser.add_argument("--sensor", choices=list(lidar.SENSORS), default="hdl64")
    parser.add_argument("--scans", type=int, default=3, help=f"scans of the drive, {APART:.0f} m apart")
    parser.add_argument("--beams", type=int, default=1, help="keep every so many-th beam")
    parser.add_argument("--height", type=float, default=1.73, help="the scanner's, above the road, in metres")
    parser.add_argument("--conditions", choices=list(conditions.PRESETS), help="light and weather")
    parser.add_argument("--samples", type=int, default=6, help="light paths a pixel of the pictures")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.scans < 1 or options.beams < 1 or options.height <= 0:
        parser.error("--scans and --beams are 1 or more, and --height is above 0.")
    return options


def described(options: argparse.Namespace) -> Recipe:
    """The seed's recipe, with frames to reach the last scan, and a camera without a lens' faults or a shutter."""
    what = recipe.draw(options.seed)
    if options.conditions:
        light = conditions.preset(options.conditions)
        camera = sensor.draw(recipe.stream(options.seed, "sensor"), light.night)
        what = replace(what, conditions=light, sensor=camera)
    drive = replace(what.drive, brake=0.0, shake=0.0)
    frames = math.ceil(APART * (options.scans - 1) / drive.speed * RATE) + 1
    clean = replace(what.sensor, distortion=0.0, shutter=0.0)
    return replace(what, kind="scans", size=SIZE, frames=frames, drive=drive, sensor=clean)


class Car:
    """What the car carries: a scanner, upright, and a level camera before and below it."""

    def __init__(self, what: Recipe, height: float) -> None:
        import bpy

        self.what, self.height = what, height
        lens = bpy.data.cameras.new("car")
        self.camera = bpy.data.objects.new("car", lens)
        bpy.context.scene.collection.objects.link(self.camera)
        lens.sensor_fit, lens.angle, lens.clip_start, lens.clip_end = "HORIZONTAL", FIELD_OF_VIEW, 0.1, 1500
        self.eye = bpy.data.objects.new("scanner", bpy.data.cameras.new("scanner"))
        self.eye.data.type, self.eye.data.clip_start, self.eye.data.clip_end = "PANO", 0.1, 1500
        bpy.context.scene.collection.objects.link(self.eye)

    def pose(self, frame: int) -> np.ndarray:
        """World from scanner [4, 4] at a frame of the drive."""
        import street

        s, lane = self.what.drive.start + self.what.drive.way(frame / RATE), self.what.drive.lane
        angle = math.pi / 2 - street.heading(s)
        pose = np.eye(4)
        pose[:2, :2] = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
        pose[:3, 3] = street.at(s, lane, street.crown(lane) + self.height)
        return pose

    def place(self, frame: int) -> np.ndarray:
        """Put camera and scanner where they are at a frame; returns the scanner's pose."""
        pose = self.pose(frame)
        eye = pose @ np.array([kitti.FORWARD, 0, -kitti.DOWN, 1])
        self.camera.location, self.eye.location = eye[:3], pose[:3, 3]
        angle = math.atan2(pose[1, 0], pose[0, 0]) - math.pi / 2
        self.camera.rotation_euler = self.eye.rotation_euler = (math.pi / 2, 0, angle)
        return pose


def materials() -> list:
    """Two materials that give back what rays meet: where it is; class, instance and the cosine of incidence."""
    import bpy
    from nodes import Graph

    made = []
    for name in ("position", "identity"):
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        graph = Graph(material.node_tree)
        geometry = graph.add("ShaderNodeNewGeometry")
        if name == "position":
            numbers = graph.add("ShaderNodeVectorMath", dict(operation="ADD"))
            graph.feed(numbers.inputs[0], geometry.outputs["Position"])
            graph.feed(numbers.inputs[1], (OFFSET, OFFSET, OFFSET))
            colour = numbers.outputs[0]
        else:
            thing = graph.add("ShaderNodeObjectInfo")
            parts = graph.add("ShaderNodeSeparateColor", Color=thing.outputs["Color"])
            high = graph.math("MULTIPLY", parts.outputs["Green"], 255.0 * 256)
            instance = graph.math("ADD", graph.math("MULTIPLY", parts.outputs["Red"], 255.0), high)
            dot = graph.add("ShaderNodeVectorMath", dict(operation="DOT_PRODUCT"))
            graph.feed(dot.inputs[0], geometry.outputs["Normal"])
            graph.feed(dot.inputs[1], geometry.outputs["Incoming"])
            cosine = graph.math("ABSOLUTE", dot.outputs["Value"])
            numbers = graph.add(
                "ShaderNodeCombineColor", Red=thing.outputs["Object Index"], Green=instance, Blue=cosine
            )
            colour = numbers.outputs[0]
        glow = graph.add("ShaderNodeEmission", Color=colour)
        graph.link(glow.outputs[0], graph.add("ShaderNodeOutputMaterial").inputs["Surface"])
        made.append(material)
    return made


def trace(car: Car, pose: np.ndarray, block: lidar.Block, passes: list, work: Path) -> lidar.Hits:
    """What the beams of a block meet: one render a pass, a pixel a ray."""
    import bpy

    import labels

    scene, view = bpy.context.scene, car.eye.data
    scene.camera = car.eye
    scene.render.resolution_x, scene.render.resolution_y = lidar.COLUMNS, block.count
    view.panorama_type = "EQUIRECTANGULAR"
    view.latitude_max = math.radians(block.highest + block.step / 2)
    view.latitude_min = math.radians(block.highest - block.step * (block.count - 0.5))
    view.longitude_min, view.longitude_max = -math.pi, math.pi
    planes = []
    for material in passes:
        scene.view_layers[0].material_override = material
        scene.render.filepath = str((work / f"{material.name}.exr").resolve())
        bpy.ops.render.render(write_still=True)
        planes.append(labels.pixels(Path(scene.render.filepath)))
    where, what = (plane[..., :3].reshape(-1, 3).astype(np.float64) for plane in planes)
    world = np.concatenate([where - OFFSET, np.ones((len(where), 1))], axis=1)
    classes = np.rint(what[:, 0]).astype(np.uint8)
    positions = np.where(classes[:, None] > 0, (world @ np.linalg.inv(pose).T)[:, :3], 0.0)
    return lidar.Hits(positions, classes, np.rint(what[:, 1]).astype(np.uint16), what[:, 2])


def render(what: Recipe, options: argparse.Namespace, drive: Path) -> None:
    """The pictures first, then the scans: what the exact pass changes is not changed back."""
    import bpy

    import labels
    import png
    import render as colour
    import seed
    import town
    import weather

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    town.build(what.seed, what.frames, seed.planned(what), what.conditions)
    colour.common(scene, options.threads, what.size)
    colour.colour_settings(scene, options.samples, weather.exposure(what.conditions), what.sensor.shutter)
    scene.render.image_settings.color_depth = "16"
    car, work = Car(what, options.height), drive / "work"
    scene.camera = car.camera
    frames = [round(APART * index / what.drive.speed * RATE) for index in range(options.scans)]
    camera = sensor.Camera(what.sensor, what.conditions.rain, what.seed)
    (drive / "image_2").mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(frames):
        car.place(frame)
        colour.render(scene, [frame], work)
        picture = camera.picture(labels.pixels(work / f"{frame:06d}.png")[..., :3], frame, frame / RATE)
        png.write(drive / "image_2" / f"{number:06d}.png", picture)
    labels.settings(scene, 0.0)
    scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "OPEN_EXR", "32"
    passes, poses = materials(), []
    for number, frame in enumerate(frames):
        scene.frame_set(frame + 1)
        poses.append(car.place(frame))
        parts = []
        for block in lidar.SENSORS[options.sensor]:
            hits = trace(car, poses[-1], block, passes, work)
            rows = np.arange(block.count).repeat(lidar.COLUMNS)
            kept = rows % options.beams == 0
            parts.append([value[kept] for value in (hits.positions, hits.classes, hits.instances, hits.cosines)])
        hits = lidar.Hits(*(np.concatenate(values) for values in zip(*parts)))
        air = lidar.extinction(what.conditions.visibility)
        kitti.write_scan(drive, number, lidar.scan(hits, what.seed * 1000 + number, air, what.conditions.rain))
    p2 = kitti.projection(*what.size, FIELD_OF_VIEW)
    kitti.write_calibration(drive, p2, poses, [frame / RATE for frame in frames])


def main() -> None:
    """Render into a folder aside, then give it its name."""
    options = arguments()
    what = described(options)
    aside = options.out.with_name(options.out.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    render(what, options, aside)
    made = {"version": recipe.VERSION, **asdict(what)}
    made["scanner"] = {"name": options.sensor, "beams": options.beams, "height": options.height}
    (aside / "meta.json").write_text(json.dumps(made, indent=2) + "\n")
    shutil.rmtree(aside / "work")
    shutil.rmtree(options.out, ignore_errors=True)
    aside.rename(options.out)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError) as error:
        sys.exit(f"error: {error}")
