"""Create the shapes of the maps, in this folder, from two files of us-atlas (which may be compressed as .gz):

python -m departments.geo.geometry.draw states-albers-10m.json counties-albers-10m.json
"""

import gzip
import json
import sys
from collections import defaultdict
from math import hypot

from departments.geo import states
from departments.geo.maps import COARSE_GRID, FINE_GRID, GEOMETRY, STATES_GRID

SOURCE = "US Census Bureau, cartographic boundaries of 2017 (public domain), as us-atlas 3.0.1 (ISC) simplifies them"

# How shapes are simplified: the tolerance of lines and the grid of corners in units of the map (975 by 610 units of 3
# miles), and the smallest island in square units.
STATES = {"tolerance": 0.7, "grid": STATES_GRID, "island": 6}
FINE = {"tolerance": 0, "grid": FINE_GRID, "island": 0}
COARSE = {"tolerance": 1, "grid": COARSE_GRID, "island": 8}


def main(states, counties):
    """Write states.json and counties.json from the files at these paths."""
    write("states.json", draw_states(Topology.read(states)))
    write("counties.json", draw_counties(Topology.read(counties)))


def write(name, shapes):
    """Write one shape per line, so that diffs are readable."""
    lines = ",\n".join(json.dumps(shape, separators=(",", ":"), ensure_ascii=False) for shape in shapes)
    (GEOMETRY / name).write_text(f'{{"source":"{SOURCE}","shapes":[\n{lines}\n]}}\n', encoding="utf-8")


class Topology:
    """A TopoJSON file: lines, and shapes that consist of them. Neighbors share lines, so no gap opens between them.

    Format: M. Bostock and others, "The TopoJSON Format Specification".
    """

    def __init__(self, data):
        self.objects = data["objects"]
        self.lines = [self.decode(line, **data["transform"]) for line in data["arcs"]]

    @classmethod
    def read(cls, path):
        opened = gzip.open if str(path).endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8") as file:
            return cls(json.load(file))

    @staticmethod
    def decode(line, scale, translate):
        """Return a line's points. The file has their differences from the previous point, in steps of the scale."""
        x = y = 0
        points = []
        for dx, dy in line:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        return points

    def simplified(self, tolerance, grid):
        """Return the simplified lines, in whole steps of the grid."""
        return [[(round(x / grid), round(y / grid)) for x, y in simplify(line, tolerance)] for line in self.lines]

    def rings(self, shape):
        """Return the rings of a shape, each a list of line numbers. ``~n`` is line n reversed."""
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        return [ring for polygon in polygons for ring in polygon]


def simplify(line, tolerance):
    """Return the corners of a line that stays within ``tolerance`` of the original (Douglas and Peucker, 1973)."""
    keep, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        farthest, most = max(
            ((i, distance(line[i], line[first], line[last])) for i in range(first + 1, last)),
            key=lambda found: found[1],
            default=(None, 0),
        )
        if most > tolerance:
            keep.add(farthest)
            todo += [(first, farthest), (farthest, last)]
    return [line[i] for i in sorted(keep)]


def distance(point, start, end):
    """Return the distance of a point from the line through start and end, or from start if they are equal."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def ring_of(lines, numbers):
    """Return the corners of a ring, without repeated ones."""
    corners = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        corners += line[1:]
    return [corner for i, corner in enumerate(corners) if corner != corners[i - 1]]


def area(ring):
    """Return the area in squares of the grid."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def outline(topology, lines, shape, grid, island):
    """Return the rings of a shape without tiny islands. The largest ring stays if it has an area."""
    rings = sorted((ring_of(lines, numbers) for numbers in topology.rings(shape)), key=area, reverse=True)
    return [ring for ring in rings if area(ring) and (ring is rings[0] or area(ring) * grid**2 >= island)]


def path(pieces, close="z"):
    """Return SVG path data, with an absolute start for the first piece and relative commands for the rest."""
    words, x, y = [], None, None
    for piece in pieces:
        start, *rest = piece
        words.append(f"M{start[0]} {start[1]}l" if x is None else f"m{start[0] - x} {start[1] - y}l")
        x, y = start
        for corner in rest:
            words.append(f"{corner[0] - x} {corner[1] - y}")
            x, y = corner
        words.append(close)
        x, y = start if close else (x, y)
    data = words[0] if words else ""
    for word in words[1:]:
        # A sign or a letter separates two numbers, so no space is needed.
        data += word if word[:1] in ("m", "z", "-", "") or data[-1] in "lz" else f" {word}"
    return data.replace(" -", "-")


def circle(pieces, grid):
    """Return the bounding circle as ``[x, y, radius]``, in units of the map.

    Its middle is the centroid of the first piece, so that a label there is on land.
    """
    first = pieces[0]
    sides = [
        (x1, y1, x2, y2, x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in zip(first, first[1:] + first[:1], strict=True)
    ]
    twice = sum(cross for *_, cross in sides)
    if twice:
        x = sum((x1 + x2) * cross for x1, _, x2, _, cross in sides) / (3 * twice)
        y = sum((y1 + y2) * cross for _, y1, _, y2, cross in sides) / (3 * twice)
    else:
        x, y = (sum(values) / len(values) for values in zip(*first, strict=True))
    radius = max(hypot(x1 - x, y1 - y) for piece in pieces for x1, y1 in piece)
    return [round(x * grid, 1), round(y * grid, 1), round(radius * grid + 0.1, 1)]


def draw_states(topology):
    """Return ``[code, x, y, radius, path]`` of each state."""
    codes = {state.name: code for code, state in states.STATES.items()}
    lines = topology.simplified(STATES["tolerance"], STATES["grid"])
    shapes = []
    for shape in topology.objects["states"]["geometries"]:
        rings = outline(topology, lines, shape, STATES["grid"], STATES["island"])
        shapes.append([codes[shape["properties"]["name"]], *circle(rings, STATES["grid"]), path(rings)])
    return sorted(shapes)


def draw_counties(topology):
    """Return ``[kind, x, y, radius, fine path, coarse path]`` of each county and of each border between two states."""
    fine = topology.simplified(FINE["tolerance"], FINE["grid"])
    coarse = topology.simplified(COARSE["tolerance"], COARSE["grid"])
    shapes, sides = [], defaultdict(set)
    for shape in sorted(topology.objects["counties"]["geometries"], key=lambda shape: shape["id"]):
        for number in (number for ring in topology.rings(shape) for number in ring):
            sides[max(number, ~number)].add(shape["id"][:2])
        rings = outline(topology, fine, shape, FINE["grid"], FINE["island"])
        if rings:  # the source has reduced three cities in Virginia to lines
            seen_from_afar = outline(topology, coarse, shape, COARSE["grid"], COARSE["island"])
            shapes.append(["county", *circle(rings, FINE["grid"]), path(rings), path(seen_from_afar)])
    for number in sorted(number for number, found in sides.items() if len(found) == 2):
        line = [fine[number]]
        shapes.append(["border", *circle(line, FINE["grid"]), path(line, ""), path([coarse[number]], "")])
    return shapes


if __name__ == "__main__":
    main(*sys.argv[1:])
