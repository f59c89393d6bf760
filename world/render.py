"""Render the street clip and its exact label images, then encode the video.

    python render.py --out ../samples/street [--seed 7] [--frames 90] [--samples 7] [--conditions night]

Frames that already exist are kept, so an interrupted render goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import bpy

import conditions
import drive
import labels
import plan
import png
import town
import weather
from classes import NAMES, NONE


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--samples", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--size", default="640x360", help="width and height of the picture")
    parser.add_argument("--conditions", choices=list(conditions.PRESETS), default="day", help="light and weather")
    parser.add_argument("--out", type=Path, required=True, help="folder for street.mp4, labels/ and classes.json")
    parser.add_argument("--work", type=Path, default=Path("frames"), help="folder for the rendered frames")
    parser.add_argument("--only", help="first:last:step of the frames to render, for a look")
    parser.add_argument("--stage", choices=["all", "colour", "labels", "encode"], default="all")
    return parser.parse_args()


def common(scene: bpy.types.Scene, threads: int, size: tuple[int, int]) -> None:
    """Settings that both renders share."""
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.resolution_x, scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.fps = int(drive.RATE)
    scene.render.use_persistent_data = True
    scene.render.image_settings.file_format = "PNG"
    scene.render.dither_intensity = 0.0


def colour_settings(scene: bpy.types.Scene, samples: int, stops: float, shutter: float = 0.12) -> None:
    """Path tracing with denoising and a camera-like response; the shutter is open for a share of a frame's time."""
    cycles = scene.cycles
    cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = samples, True, 0.03
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_prefilter, cycles.denoising_quality = "FAST", "BALANCED"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transmission_bounces = 3, 2, 2, 1
    cycles.sample_clamp_indirect, cycles.caustics_reflective, cycles.caustics_refractive = 4.0, False, False
    cycles.use_animated_seed = True
    cycles.use_light_tree = len(bpy.data.lights) > 1
    scene.render.use_motion_blur, scene.render.motion_blur_shutter = shutter > 0, max(shutter, 0.01)
    scene.view_settings.view_transform, scene.view_settings.look = "Filmic", "High Contrast"
    scene.view_settings.exposure = stops
    scene.render.image_settings.color_mode = "RGB"


def render(scene: bpy.types.Scene, numbers: Iterable[int], folder: Path) -> None:
    """Render the frames that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        path = folder / f"{number:06d}.png"
        if path.exists():
            continue
        started = time.time()
        scene.frame_set(number + 1)
        scene.render.filepath = str(path.with_name(f"part-{number:06d}.png").resolve())
        bpy.ops.render.render(write_still=True)
        Path(scene.render.filepath).rename(path)
        print(f"{path} {time.time() - started:.1f} s", flush=True)


def encode(frames: Path, path: Path, quality: int = 20, filters: str = "") -> None:
    """The frames as H.264; `quality` is x264's constant rate factor, `filters` come before the conversion."""
    convert = ",".join(part for part in (filters, "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p") if part)
    read = ["ffmpeg", "-y", "-loglevel", "error", "-framerate", str(int(drive.RATE)), "-i", str(frames / "%06d.png")]
    code = f"-c:v libx264 -preset slow -crf {quality} -bf 3 -pix_fmt yuv420p -movflags +faststart".split()
    tags = "-color_range tv -color_primaries bt709 -color_trc bt709 -colorspace bt709".split()
    subprocess.run([*read, "-vf", convert, *code, *tags, str(path)], check=True)


def main() -> None:
    """Build the scene, render what is missing, encode."""
    options = arguments()
    numbers = list(range(options.frames))
    if options.only:
        numbers = numbers[slice(*(int(part) for part in options.only.split(":")))]
    if options.stage != "encode":
        light = conditions.preset(options.conditions)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        started = time.time()
        town.build(options.seed, options.frames, plan.sample(), light)
        print(f"scene built in {time.time() - started:.1f} s", flush=True)
        common(scene, options.threads, tuple(int(part) for part in options.size.split("x")))
        if options.stage in ("all", "colour"):
            colour_settings(scene, options.samples, weather.exposure(light))
            render(scene, numbers, options.work)
        if options.stage in ("all", "labels"):
            labels.settings(scene)
            render(scene, numbers, options.work / "labels")
            (options.out / "labels").mkdir(parents=True, exist_ok=True)
            for number in numbers:
                name = f"{number:06d}.png"
                png.write(options.out / "labels" / name, labels.read(options.work / "labels" / name)[0])
    if options.stage in ("all", "encode") and not options.only:
        encode(options.work, options.out / "street.mp4", filters="noise=alls=3:allf=t:all_seed=7")
        (options.out / "classes.json").write_text(json.dumps({"classes": NAMES, "ignore": NONE}, indent=2) + "\n")


if __name__ == "__main__":
    main()
