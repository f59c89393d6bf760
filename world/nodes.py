"""A short way to write shader graphs: nodes by keyword, sockets or plain values as inputs."""

from __future__ import annotations

import bpy


class Graph:
    """An empty node tree to fill."""

    def __init__(self, tree: bpy.types.NodeTree) -> None:
        self.tree = tree
        tree.nodes.clear()

    @classmethod
    def over(cls, tree: bpy.types.NodeTree) -> Graph:
        """A node tree to change, with all that it has already."""
        graph = cls.__new__(cls)
        graph.tree = tree
        return graph

    def add(self, kind: str, settings: dict | None = None, **inputs) -> bpy.types.Node:
        """A node; `settings` are its properties, keywords its inputs (underscore for space)."""
        node = self.tree.nodes.new(kind)
        for name, value in (settings or {}).items():
            setattr(node, name, value)
        for name, value in inputs.items():
            self.feed(node.inputs[name.replace("_", " ")], value)
        return node

    def feed(self, socket: bpy.types.NodeSocket, value) -> None:
        """Link a socket, or set the value of an input."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif getattr(socket, "type", "") == "RGBA" and len(value) == 3:
            socket.default_value = (*value, 1)
        else:
            socket.default_value = value

    def link(self, source: bpy.types.NodeSocket, target: bpy.types.NodeSocket) -> None:
        """Connect two sockets."""
        self.tree.links.new(source, target)

    def blend(self, amount, first, second, mode: str = "MIX") -> bpy.types.NodeSocket:
        """Two colours mixed."""
        node = self.add("ShaderNodeMixRGB", dict(blend_type=mode))
        for socket, value in zip(node.inputs, (amount, first, second)):
            self.feed(socket, value)
        return node.outputs[0]

    def math(self, operation: str, first, second=0.0) -> bpy.types.NodeSocket:
        """Arithmetic on two values."""
        node = self.add("ShaderNodeMath", dict(operation=operation))
        self.feed(node.inputs[0], first)
        self.feed(node.inputs[1], second)
        return node.outputs[0]

    def ramp(self, value, *stops) -> bpy.types.NodeSocket:
        """A colour ramp with (position, colour) stops."""
        node = self.add("ShaderNodeValToRGB", Fac=value)
        elements = node.color_ramp.elements
        for element, (position, colour) in zip(elements, stops[:2]):
            element.position, element.color = position, colour
        for position, colour in stops[2:]:
            elements.new(position).color = colour
        return node.outputs[0]

    def noise(self, vector, scale: float, detail: float = 4.0, stretch=(1, 1, 1)) -> bpy.types.NodeSocket:
        """Fractal noise between 0 and 1."""
        if stretch != (1, 1, 1):
            vector = self.add("ShaderNodeMapping", Vector=vector, Scale=stretch).outputs[0]
        return self.add("ShaderNodeTexNoise", Vector=vector, Scale=scale, Detail=detail, Roughness=0.6).outputs["Fac"]

    def bump(self, height, strength: float, distance: float = 0.02) -> bpy.types.NodeSocket:
        """A normal roughened by a height."""
        return self.add("ShaderNodeBump", Height=height, Strength=strength, Distance=distance).outputs[0]
