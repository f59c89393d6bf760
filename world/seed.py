"""Render one seed: frames as a camera sees them, class labels, instances, and meta.json with how it was made.

    python seed.py --seed 123 --out DIR [--kind clips] [--conditions night] [--cut 20:124]

Chance decides what the options leave open. DIR appears when all is there; an interrupted render, started again with the
same options, goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import conditions
import plan
import recipe
import sensor
import towns
from classes import NAMES, NONE
from drive import RATE
from recipe import Recipe
from sensor import Camera, Sensor

PARTS = ("frames", "labels", "instances")
AFTER_CUT = 32768
"""The first instance number of the town after a cut, so that no number means two things."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--out", type=Path, required=True, help="folder of this seed")
    parser.add_argument("--kind", choices=["stills", "clips"], default="stills")
    parser.add_argument("--size", help="width and height, as 480x360")
    parser.add_argument("--frames", type=int, help="length of a clip")
    parser.add_argument("--conditions", choices=list(conditions.PRESETS), help="light and weather")
    parser.add_argument(
        "--set",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="one number of the recipe, as sensor.electrons 400; may be repeated",
    )
    parser.add_argument("--cut", help="FRAME:SEED, a hard cut to another town")
    parser.add_argument("--clean", action="store_true", help="no noise, drift, lens distortion or dark corners")
    parser.add_argument("--samples", type=int, default=6, help="light paths a pixel")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--recipe", type=Path, help="a meta.json to render instead of what the other options say")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.seed is None and not options.recipe:
        parser.error("a --seed or a --recipe is needed.")
    return options


def chosen(options: argparse.Namespace) -> Recipe:
    """What to render: a file's recipe or the seed's, with what the command line says instead."""
    result = recipe.load(options.recipe) if options.recipe else described(options)
    for name, value in options.set:
        result = result.changed(name, value)
    return result


def described(options: argparse.Namespace) -> Recipe:
    """The seed's recipe, with what the command line says instead."""
    result = recipe.draw(options.seed, options.kind)
    if options.size:
        result = replace(result, size=numbers(options.size, "x", "--size", "480x360"))
    if options.frames:
        result = replace(result, frames=options.frames)
    if options.conditions:
        light = conditions.preset(options.conditions)
        camera = sensor.draw(recipe.stream(options.seed, "sensor"), light.night)
        result = replace(result, conditions=light, sensor=camera)
    if options.clean:
        result = replace(result, sensor=Sensor())
    if options.cut:
        result = replace(result, cut=numbers(options.cut, ":", "--cut", "45:8"))
        if not 0 < result.cut[0] < result.frames:
            raise ValueError(f"--cut names a frame between 0 and {result.frames}, not {result.cut[0]}.")
    return result


def numbers(text: str, mark: str, option: str, example: str) -> tuple[int, int]:
    """Two whole numbers with a mark between them."""
    parts = text.split(mark)
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise ValueError(f"{option} is written as {example}, not '{text}'.")
    return int(parts[0]), int(parts[1])


def planned(what: Recipe) -> plan.Plan:
    """What stands in the recipe's town."""
    if what.town == "composed":
        return plan.composed(what.drive)
    if what.town != "drawn":
        raise ValueError(f"a town is drawn or composed, not '{what.town}'.")
    return towns.town(recipe.stream(what.seed, "town"), what.drive, what.frames)


def render_part(what: Recipe, frames: range, out: Path, options: argparse.Namespace) -> None:
    """Render some frames of one town into the parts of `out`."""
    import bpy

    import labels
    import png
    import render
    import town
    import weather

    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    town.build(what.seed, what.frames, planned(what), what.conditions)
    render.common(scene, options.threads, what.size)
    render.colour_settings(scene, options.samples, weather.exposure(what.conditions), what.sensor.shutter)
    scene.render.image_settings.color_depth = "16"
    work = out / "work"
    render.render(scene, frames, work)
    labels.settings(scene, what.conditions.visibility, first_instance=1 if frames.start == 0 else AFTER_CUT)
    render.render(scene, frames, work / "labels")
    camera = Camera(what.sensor, what.conditions.rain, options.seed)
    for number in frames:
        name = f"{number:06d}.png"
        ids, instances = labels.read(work / "labels" / name)
        png.write(out / "frames" / name, camera.picture(labels.pixels(work / name)[..., :3], number, number / RATE))
        png.write(out / "labels" / name, camera.ids(ids))
        png.write(out / "instances" / name, camera.ids(instances))


def main() -> None:
    """Render into a folder aside, then give it its name."""
    options = arguments()
    what = chosen(options)
    if options.part:
        first, last = numbers(options.part, ":", "--part", "45:90")
        render_part(what, range(first, last), options.out, options)
        return
    options.seed = what.seed
    aside = options.out.with_name(options.out.name + ".partial")
    meta = aside / "meta.json"
    if not meta.exists() or meta.read_text() != what.meta():
        shutil.rmtree(aside, ignore_errors=True)
    for part in PARTS:
        (aside / part).mkdir(parents=True, exist_ok=True)
    meta.write_text(what.meta())
    (aside / "classes.json").write_text(json.dumps({"classes": NAMES, "ignore": NONE}, indent=2) + "\n")
    end = what.cut[0] if what.cut else what.frames
    render_part(what, range(end), aside, options)
    if what.cut:
        # Blender holds one town a process: what was made for the first cannot be cleared away safely.
        after = aside / "after.json"
        after.write_text(what.after_cut().meta())
        again = [sys.executable, __file__, "--seed", str(options.seed), "--out", aside, "--recipe", after]
        again += ["--part", f"{end}:{what.frames}"]
        again += ["--samples", str(options.samples), "--threads", str(options.threads)]
        subprocess.run(again, check=True)
        after.unlink()
    if what.kind == "clips":
        import render

        render.encode(aside / "frames", aside / "clip.mp4", what.sensor.quality)
    shutil.rmtree(aside / "work")
    shutil.rmtree(options.out, ignore_errors=True)
    aside.rename(options.out)


if __name__ == "__main__":
    try:
        main()
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
