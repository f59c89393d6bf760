"""How a scene is rendered in colour: Cycles' settings, frame by frame into a folder, and the video of the frames."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

import bpy

import drive


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


def colour_settings(scene: bpy.types.Scene, samples: int, stops: float, shutter: float) -> None:
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


def encode(frames: Path, path: Path, quality: int) -> None:
    """The frames as H.264; `quality` is x264's constant rate factor."""
    convert = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    read = ["ffmpeg", "-y", "-loglevel", "error", "-framerate", str(int(drive.RATE)), "-i", str(frames / "%06d.png")]
    code = f"-c:v libx264 -preset slow -crf {quality} -bf 3 -pix_fmt yuv420p -movflags +faststart".split()
    tags = "-color_range tv -color_primaries bt709 -color_trc bt709 -colorspace bt709".split()
    subprocess.run([*read, "-vf", convert, *code, *tags, str(path)], check=True)
