"""Derives the shapes of the maps from us-atlas's states-albers-10m.json and counties-albers-10m.json (or the same with
.gz), in this folder:

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

# What a shape is drawn with: how far a line may stray from the true one, the grid its corners are put on, and the
# smallest island, in units and square units of the map (975 by 610, 3 miles each).
STATES = {"stray": 0.7, "grid": STATES_GRID, "island": 6}
FINE = {"stray": 0, "grid": FINE_GRID, "island": 0}
COARSE = {"stray": 1, "grid": COARSE_GRID, "island": 8}


def main(states, counties):
    """Write states.json and counties.json from the files at these two paths."""
    write("states.json", draw_states(Topology.read(states)))
    write("counties.json", draw_counties(Topology.read(counties)))


def write(name, shapes):
    """Write one shape per line, so that a change can be read."""
    lines = ",\n".join(json.dumps(shape, separators=(",", ":"), ensure_ascii=False) for shape in shapes)
    (GEOMETRY / name).write_text(f'{{"source":"{SOURCE}","shapes":[\n{lines}\n]}}\n', encoding="utf-8")


class Topology:
    """A TopoJSON file: lines that shapes share, and shapes made of them, so that neighbours never part.

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
        """A line's points: in the file each is given by its difference from the one before, in steps of the scale."""
        x = y = 0
        points = []
        for dx, dy in line:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + translate[0], y * scale[1] + translate[1]))
        return points

    def simplified(self, stray, grid):
        """The lines with fewer corners, as whole numbers of the grid."""
        return [[(round(x / grid), round(y / grid)) for x, y in simplify(line, stray)] for line in self.lines]

    def rings(self, shape):
        """The rings of a shape, each a list of numbers of lines; ``~n`` is line n backwards."""
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        return [ring for polygon in polygons for ring in polygon]


def simplify(line, stray):
    """The corners without which the line would stray by more than ``stray`` (Douglas and Peucker, 1973)."""
    keep, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        farthest, most = max(
            ((i, distance(line[i], line[first], line[last])) for i in range(first + 1, last)),
            key=lambda found: found[1],
            default=(None, 0),
        )
        if most > stray:
            keep.add(farthest)
            todo += [(first, farthest), (farthest, last)]
    return [line[i] for i in sorted(keep)]


def distance(point, start, end):
    """From the point to the straight line between start and end, or to both where they are one."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def ring_of(lines, numbers):
    """The corners of a ring, each once."""
    corners = []
    for number in numbers:
        line = lines[number] if number >= 0 else lines[~number][::-1]
        corners += line[1:]
    return [corner for i, corner in enumerate(corners) if corner != corners[i - 1]]


def area(ring):
    """In squares of the grid."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def outline(topology, lines, shape, grid, island):
    """The rings of a shape without islands that are too small to see; the largest stays if it has an area at all."""
    rings = sorted((ring_of(lines, numbers) for numbers in topology.rings(shape)), key=area, reverse=True)
    return [ring for ring in rings if area(ring) and (ring is rings[0] or area(ring) * grid**2 >= island)]


def path(pieces, close="z"):
    """SVG path data: an absolute start for the first piece, relative commands for everything else."""
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
    said = words[0] if words else ""
    for word in words[1:]:
        # A sign or a letter parts two numbers as well as a blank does.
        said += word if word[:1] in ("m", "z", "-", "") or said[-1] in "lz" else f" {word}"
    return said.replace(" -", "-")


def circle(pieces, grid):
    """``x, y, radius`` in units of the map: the middle of the first piece, and how far everything lies from it at most.

    The middle is the centroid of its area, so that a name written there lies on the land.
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
    """``[code, x, y, radius, path]`` of each state."""
    codes = {state.name: code for code, state in states.STATES.items()}
    lines = topology.simplified(STATES["stray"], STATES["grid"])
    shapes = []
    for shape in topology.objects["states"]["geometries"]:
        rings = outline(topology, lines, shape, STATES["grid"], STATES["island"])
        shapes.append([codes[shape["properties"]["name"]], *circle(rings, STATES["grid"]), path(rings)])
    return sorted(shapes)


def draw_counties(topology):
    """``[kind, x, y, radius, fine path, coarse path]`` of each county and of each line between two states."""
    fine = topology.simplified(FINE["stray"], FINE["grid"])
    coarse = topology.simplified(COARSE["stray"], COARSE["grid"])
    shapes, sides = [], defaultdict(set)
    for shape in sorted(topology.objects["counties"]["geometries"], key=lambda shape: shape["id"]):
        for number in (number for ring in topology.rings(shape) for number in ring):
            sides[max(number, ~number)].add(shape["id"][:2])
        rings = outline(topology, fine, shape, FINE["grid"], FINE["island"])
        if rings:  # without three cities of Virginia, which the source has made into lines
            seen_from_afar = outline(topology, coarse, shape, COARSE["grid"], COARSE["island"])
            shapes.append(["county", *circle(rings, FINE["grid"]), path(rings), path(seen_from_afar)])
    for number in sorted(number for number, found in sides.items() if len(found) == 2):
        line = [fine[number]]
        shapes.append(["border", *circle(line, FINE["grid"]), path(line, ""), path([coarse[number]], "")])
    return shapes


if __name__ == "__main__":
    main(*sys.argv[1:])
