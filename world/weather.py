"""What light and weather do to a town that stands already: wet ground, haze, and the exposure that suits them."""

from __future__ import annotations

import math

import bpy

import lights
from conditions import Conditions
from nodes import Graph

GROUND = ("asphalt", "patch", "road paint", "slabs", "kerbstone", "cover")
HAZE_DEPTH = 600.0


def apply(conditions: Conditions) -> None:
    """Change the scene; the camera must be there already."""
    if conditions.wet:
        wet_ground(conditions.wet)
    if conditions.wet or conditions.lamps:
        for material in bpy.data.materials:
            show_in_reflections(material)
    if conditions.lamps:
        # Against the sky at dusk lamps are weak: what they add grows as the exposure adapts to the dark.
        lights.switch_on(0.15 + 0.85 * conditions.night)
    if conditions.visibility or conditions.lamps:
        compose(conditions)


def exposure(conditions: Conditions) -> float:
    """Stops above the renderer's neutral exposure, as a camera's automatic would choose them, held below full."""
    light = conditions.daylight * (0.55 + 0.45 * conditions.direct)
    return min(0.8 - 0.55 * math.log2(light), 3.2 - 0.7 * conditions.night)


def wet_ground(amount: float) -> None:
    """Darken the ground's surfaces and give them a film of water, deeper in some places."""
    for material in bpy.data.materials:
        if not material.name.startswith(GROUND):
            continue
        shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        graph = Graph.over(material.node_tree)
        colour = shader.inputs["Base Color"]
        source = colour.links[0].from_socket if colour.links else tuple(colour.default_value)
        point = graph.add("ShaderNodeNewGeometry").outputs["Position"]
        water = graph.noise(point, 0.45, 2, (1, 1, 0.2))
        dark = 1 - 0.45 * amount
        graph.feed(colour, graph.blend(1, source, (dark, dark, dark * 1.02, 1), "MULTIPLY"))
        damp, film = 0.82 - 0.5 * amount, 0.42 - 0.34 * amount
        rough = graph.ramp(water, (0.42, (damp, damp, damp, 1)), (0.62, (film, film, film, 1)))
        graph.feed(shader.inputs["Roughness"], rough)
        graph.feed(shader.inputs["Specular IOR Level"], 0.35 + 0.35 * amount)


def show_in_reflections(material: bpy.types.Material) -> None:
    """Let mirrors see a surface's detail: what is left out for other rays (see `materials.surface`) would show."""
    if not material.node_tree:
        return
    paths = [node for node in material.node_tree.nodes if node.type == "LIGHT_PATH"]
    for path in paths:
        graph = Graph.over(material.node_tree)
        targets = [link.to_socket for link in path.outputs["Is Camera Ray"].links]
        seen = graph.math("MAXIMUM", path.outputs["Is Camera Ray"], path.outputs["Is Glossy Ray"])
        for target in targets:
            graph.link(seen, target)


def compose(conditions: Conditions) -> None:
    """Haze over the finished picture, in linear light, from the distance of each pixel; a glow around lamps.

    The air's own light replaces what it swallows: L = L₀·e^(-βd) + A·(1 - e^(-βd)). No volume has to be traced.
    """
    scene = bpy.context.scene
    scene.view_layers[0].use_pass_mist = True
    scene.world.mist_settings.start, scene.world.mist_settings.depth = 0.0, HAZE_DEPTH
    scene.world.mist_settings.falloff = "LINEAR"
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    layers = tree.nodes.new("CompositorNodeRLayers")
    image = layers.outputs["Image"]
    if conditions.visibility:
        scaled = calculate(tree, "MULTIPLY", layers.outputs["Mist"], -conditions.extinction * HAZE_DEPTH)
        passed = calculate(tree, "EXPONENT", scaled)
        mix = tree.nodes.new("CompositorNodeMixRGB")
        tree.links.new(passed, mix.inputs[0])
        mix.inputs[1].default_value = (*air_light(conditions), 1)
        tree.links.new(image, mix.inputs[2])
        image = mix.outputs[0]
    if conditions.lamps:
        glare = tree.nodes.new("CompositorNodeGlare")
        glare.glare_type, glare.quality, glare.threshold = "FOG_GLOW", "MEDIUM", 1.5
        glare.size, glare.mix = 7 if conditions.visibility else 6, -0.55 if conditions.visibility else -0.75
        tree.links.new(image, glare.inputs[0])
        image = glare.outputs[0]
    tree.links.new(image, tree.nodes.new("CompositorNodeComposite").inputs[0])


def air_light(conditions: Conditions) -> tuple[float, float, float]:
    """The light that haze scatters towards the camera: the sky's by day, a dim warm one between lamps at night."""
    sky = [0.16 * value * 0.3 * conditions.daylight for value in (6.2, 6.4, 6.8)]
    return tuple(light + conditions.night * lamp for light, lamp in zip(sky, (0.016, 0.0125, 0.010)))


def calculate(tree: bpy.types.NodeTree, operation: str, first, second: float = 0.0) -> bpy.types.NodeSocket:
    """Arithmetic on a socket of the compositor."""
    node = tree.nodes.new("CompositorNodeMath")
    node.operation = operation
    tree.links.new(first, node.inputs[0])
    node.inputs[1].default_value = second
    return node.outputs[0]
