"""Create the shapes of the maps, in this folder, from two files of us-atlas (which may be compressed as .gz):

python -m departments.geo.geometry.draw states-albers-10m.json counties-albers-10m.json
"""

import gzip
import json
import sys
from collections import defaultdict
from math import hypot

from departments.geo import states
from departments.geo.plane import COARSE_GRID, FINE_GRID, GEOMETRY, STATES_GRID

from .paths import area, path

SOURCE = "US Census Bureau, cartographic boundaries of 2017 (public domain), as us-atlas 3.0.1 (ISC) simplifies them"

# How shapes are simplified: the tolerance of lines and the grid of corners in units of the map (975 by 610 units of 3
# miles), and the smallest island in square units.
STATES = {"tolerance": 0.7, "grid": STATES_GRID, "island": 6}
FINE = {"tolerance": 0, "grid": FINE_GRID, "island": 0}
# Cities that are no part of a county, beside those in Virginia (FIPS): Baltimore and St. Louis.
CITIES = {"24510", "29510"}
# Half the width of a city that the source reduces to lines, in steps of the fine grid: it has 2 square miles.
CITY = 5
COARSE = {"tolerance": 1, "grid": COARSE_GRID, "island": 8}


def main(states, counties):
    """Write states.json and counties.json from the files at these paths."""
    topology = Topology.read(states)
    write("states.json", draw_states(topology))
    write("counties.json", draw_counties(Topology.read(counties), codes(topology)))


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


def outline(topology, lines, shape, grid, island):
    """Return the rings of a shape without tiny islands. The largest ring stays if it has an area."""
    rings = sorted((ring_of(lines, numbers) for numbers in topology.rings(shape)), key=area, reverse=True)
    return [ring for ring in rings if area(ring) and (ring is rings[0] or area(ring) * grid**2 >= island)]


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


def codes(topology):
    """Return the postal codes of the states by the first two digits of the ids of their counties (FIPS)."""
    by_name = {state.name: code for code, state in states.STATES.items()}
    return {shape["id"]: by_name[shape["properties"]["name"]] for shape in topology.objects["states"]["geometries"]}


def draw_states(topology):
    """Return ``[code, name, x, y, radius, path]`` of each state."""
    lines = topology.simplified(STATES["tolerance"], STATES["grid"])
    found = codes(topology)
    shapes = []
    for shape in topology.objects["states"]["geometries"]:
        rings = outline(topology, lines, shape, STATES["grid"], STATES["island"])
        name = shape["properties"]["name"]
        shapes.append([found[shape["id"]], name, *circle(rings, STATES["grid"]), path(rings)])
    return sorted(shapes)


def draw_counties(topology, codes):
    """Return ``[code, name, x, y, radius, fine path, coarse path]`` of each county and border between two states.

    ``codes`` has the postal codes by the first two digits of a county's id. A border has no code and no name.
    """
    fine = topology.simplified(FINE["tolerance"], FINE["grid"])
    coarse = topology.simplified(COARSE["tolerance"], COARSE["grid"])
    shapes, sides = [], defaultdict(set)
    for shape in sorted(topology.objects["counties"]["geometries"], key=lambda shape: shape["id"]):
        for number in (number for ring in topology.rings(shape) for number in ring):
            sides[max(number, ~number)].add(shape["id"][:2])
        rings = outline(topology, fine, shape, FINE["grid"], FINE["island"]) or [square(topology, fine, shape)]
        seen_from_afar = outline(topology, coarse, shape, COARSE["grid"], COARSE["island"])
        name = [codes[shape["id"][:2]], county_name(shape)]
        shapes.append([*name, *circle(rings, FINE["grid"]), path(rings), path(seen_from_afar)])
    for number in sorted(number for number, found in sides.items() if len(found) == 2):
        line = [fine[number]]
        shapes.append(["", "", *circle(line, FINE["grid"]), path(line, ""), path([coarse[number]], "")])
    return shapes


def county_name(shape):
    """Return the name that departments have: cities that are no part of a county have "City" in it."""
    name, county = shape["properties"]["name"], shape["id"]
    is_city = county >= "51500" and county[:2] == "51" or county in CITIES
    return f"{name} City" if is_city else name


def square(topology, lines, shape):
    """Return a ring around the middle of a city that the source reduces to lines."""
    corners = [
        corner for numbers in topology.rings(shape) for number in numbers for corner in lines[max(number, ~number)]
    ]
    x, y = (round(sum(values) / len(values)) for values in zip(*corners, strict=True))
    return [(x - CITY, y - CITY), (x + CITY, y - CITY), (x + CITY, y + CITY), (x - CITY, y + CITY)]


if __name__ == "__main__":
    main(*sys.argv[1:])
