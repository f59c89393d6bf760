"""A mesh under construction: primitives are added piece by piece, then built into one labelled object.

Every face gets texture coordinates in metres (projected along the axis that it faces, unless given) and a
`shade` value that materials may read to vary their colour from face to face.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import bpy
import numpy as np

Point = Sequence[float]


class Shape:
    """Collects vertices and faces; `build` turns them into an object of the scene."""

    def __init__(self) -> None:
        self.points: list[np.ndarray] = []
        self.faces: list[list[int]] = []
        self.slots: list[int] = []
        self.shades: list[float] = []
        self.coordinates: list[list[tuple[float, float]] | None] = []
        self.materials: list[bpy.types.Material] = []
        self.count = 0

    def slot(self, material: bpy.types.Material) -> int:
        """The slot of a material, added when new."""
        if material not in self.materials:
            self.materials.append(material)
        return self.materials.index(material)

    def add(self, points, faces, material, shade=0.5, coordinates=None) -> None:
        """Add points and the faces between them; `shade` is one value or one a face."""
        self.points.append(np.asarray(points, dtype=float).reshape(-1, 3))
        self.join([[self.count + int(corner) for corner in face] for face in faces], material, shade, coordinates)
        self.count += len(self.points[-1])

    def join(self, faces, material, shade=0.5, coordinates=None) -> None:
        """Add faces between points that are already there."""
        slot = self.slot(material)
        for number, face in enumerate(faces):
            self.faces.append(list(face))
            self.slots.append(slot)
            self.shades.append(float(shade if np.isscalar(shade) else shade[number]))
            self.coordinates.append(coordinates[number] if coordinates is not None else None)

    def quad(self, a: Point, b: Point, c: Point, d: Point, material, shade=0.5) -> None:
        """One face, counter-clockwise seen from outside."""
        self.add([a, b, c, d], [(0, 1, 2, 3)], material, shade)

    def box(self, low: Point, high: Point, material, shade=0.5) -> None:
        """An axis-aligned box."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        points = [(x, y, z) for z in (z0, z1) for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        faces = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
        self.add(points, faces, material, shade)

    def loft(self, rings: Sequence[Sequence[Point]], material, shade=0.5, caps=True) -> None:
        """A skin over closed rings of equally many points."""
        sides = len(rings[0])
        faces = [
            (
                level * sides + i,
                level * sides + (i + 1) % sides,
                (level + 1) * sides + (i + 1) % sides,
                (level + 1) * sides + i,
            )
            for level in range(len(rings) - 1)
            for i in range(sides)
        ]
        if caps:
            faces += [tuple(reversed(range(sides))), tuple(range((len(rings) - 1) * sides, len(rings) * sides))]
        self.add(np.concatenate([np.asarray(ring, dtype=float) for ring in rings]), faces, material, shade)

    def tube(self, path: Sequence[Point], radii: Sequence[float] | float, material, sides=8, shade=0.5) -> None:
        """A round tube along a path, with a radius at every point of it."""
        path = np.asarray(path, dtype=float)
        radii = np.full(len(path), radii) if np.isscalar(radii) else np.asarray(radii)
        tangents = np.gradient(path, axis=0)
        rings = []
        for centre, tangent, radius in zip(path, tangents, radii):
            tangent = tangent / (np.linalg.norm(tangent) + 1e-9)
            aside = np.cross(tangent, (0.0, 0.0, 1.0) if abs(tangent[2]) < 0.9 else (0.0, 1.0, 0.0))
            aside /= np.linalg.norm(aside) + 1e-9
            across = np.cross(tangent, aside)
            angles = np.arange(sides) * 2 * math.pi / sides
            rings.append(centre + radius * (np.cos(angles)[:, None] * aside + np.sin(angles)[:, None] * across))
        self.loft(rings, material, shade)

    def lathe(
        self, profile: Sequence[tuple[float, float]], material, sides=16, centre=(0, 0, 0), squash=1.0, shade=0.5
    ) -> None:
        """A solid of revolution about z from (radius, height) pairs; `squash` scales its depth (y)."""
        angles = np.arange(sides) * 2 * math.pi / sides
        rings = [
            np.stack([r * np.cos(angles), squash * r * np.sin(angles), np.full(sides, h)], axis=1) + np.asarray(centre)
            for r, h in profile
        ]
        self.loft(rings, material, shade)

    def ball(self, centre: Point, radii: Point, material, sides=14, shade=0.5) -> None:
        """An ellipsoid."""
        turns = np.linspace(-math.pi / 2 + 0.08, math.pi / 2 - 0.08, 8)
        profile = [(radii[0] * math.cos(t), radii[2] * math.sin(t)) for t in turns]
        self.lathe(profile, material, sides, centre, radii[1] / radii[0], shade)

    def disc(self, centre: Point, radius: float, material, axis="y", sides=24) -> None:
        """A flat disc that faces against the given axis."""
        ring = []
        for i in range(sides):
            a, b = radius * math.cos(2 * math.pi * i / sides), radius * math.sin(2 * math.pi * i / sides)
            ring.append(np.asarray(centre) + ((a, 0, b) if axis == "y" else (a, -b, 0)))
        self.add(ring, [tuple(range(sides))], material)

    def text(self, words: str, origin: Point, size: float, material) -> None:
        """Raised lettering in the x-z plane, read from -y, centred on `origin`."""
        curve = bpy.data.curves.new("lettering", "FONT")
        curve.body, curve.size, curve.align_x, curve.align_y, curve.resolution_u = words, size, "CENTER", "CENTER", 2
        holder = bpy.data.objects.new("lettering", curve)
        mesh = holder.to_mesh()
        points = np.array([(v.co.x, 0.0, v.co.y) for v in mesh.vertices]).reshape(-1, 3) + np.asarray(origin)
        self.add(points, [tuple(p.vertices) for p in mesh.polygons], material)
        holder.to_mesh_clear()
        bpy.data.objects.remove(holder)
        bpy.data.curves.remove(curve)

    def mesh(self, name: str, smooth: float | None = None) -> bpy.types.Mesh:
        """The finished mesh; `smooth` is the angle (degrees) below which edges are shaded smooth."""
        mesh = bpy.data.meshes.new(name)
        mesh.from_pydata(np.concatenate(self.points).tolist(), [], self.faces)
        for material in self.materials:
            mesh.materials.append(material)
        mesh.polygons.foreach_set("material_index", self.slots)
        mesh.attributes.new("shade", "FLOAT", "FACE").data.foreach_set("value", self.shades)
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", self._projected(mesh).ravel())
        if smooth is not None:
            mesh.shade_smooth()
            mesh.set_sharp_from_angle(angle=math.radians(smooth))
        return mesh

    def build(self, name: str, label: int, smooth: float | None = None) -> bpy.types.Object:
        """The finished object, in the scene, with its class id as pass index."""
        return place(self.mesh(name, smooth), label)

    def _projected(self, mesh: bpy.types.Mesh) -> np.ndarray:
        """Texture coordinates in metres for every corner: given ones, or a projection along the facing axis."""
        points = np.concatenate(self.points)
        result = []
        for polygon, face, given in zip(mesh.polygons, self.faces, self.coordinates):
            if given is not None:
                result.extend(given)
                continue
            normal = np.abs(polygon.normal)
            first, second = (0, 1) if normal[2] > 0.8 else ((1, 2) if normal[0] > normal[1] else (0, 2))
            result.extend((points[corner][first], points[corner][second]) for corner in face)
        return np.asarray(result, dtype=np.float32)


def place(mesh: bpy.types.Mesh, label: int, parent: bpy.types.Object | None = None) -> bpy.types.Object:
    """Put a mesh into the scene under a class id; meshes may be shared between objects."""
    thing = bpy.data.objects.new(mesh.name, mesh)
    thing.pass_index = label
    thing.parent = parent
    bpy.context.scene.collection.objects.link(thing)
    return thing
