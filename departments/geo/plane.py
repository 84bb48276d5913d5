"""The plane of the maps, the shapes on it, and square parts of it with north up.

The plane is d3's "Albers USA": three equal-area conic projections side by side, 975 by 610 units. A unit is
3 miles in the lower 48 states and in Hawaii, and 9 miles in Alaska. The territories are not on the plane. The shapes
come from the files in ``geometry/``, which ``geometry/draw.py`` creates from the Census Bureau's boundaries.

Source of the formulas: J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395 (1987), pages
100 and 101, on a sphere. The constants are those of d3-geo's geoAlbersUsa at scale 1300 and translation (487.5, 305).
"""

import json
import re
from functools import cache
from math import cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from ..names import slug_of
from .points import EARTH_RADIUS_MILES, Box

GEOMETRY = Path(__file__).parent / "geometry"

# The grids of the numbers in the files, in units of the plane; see geometry/draw.py.
STATES_GRID, FINE_GRID, COARSE_GRID = 0.5, 0.05, 1
# The largest reach of a map with detailed counties, and of a map with counties, in units of the plane. Larger maps show
# states. Of the lower 48 states, the first shows 135 miles to each side, and the second 320.
FINE_REACH, COUNTY_REACH = 45, 107
# Words after the names of Alaska's counties. Some files have them, and some don't.
ALASKA_WORDS = re.compile(r"-(city-and-borough|borough|census-area|municipality)$")
# Former names of counties: the key of a name that departments have, and that of the shape.
RENAMED = {("SD", "shannon"): "oglalalakota"}


class Conic:
    """An equal-area conic projection of the points in ``box`` onto a part of the plane.

    ``parallels`` are the two standard parallels, and ``middle`` is the longitude that points straight up. ``center`` is
    the point (degrees) at ``at`` (units of the plane). ``scale`` is the Earth's radius in units. ``inset`` is the
    rectangle of the plane that is reserved for this projection: west, north, east, south.
    """

    def __init__(self, box, parallels, middle, center, at, scale, inset=None):
        self.box, self.middle, self.scale, self.inset = box, middle, scale, inset
        south, north = (sin(radians(parallel)) for parallel in parallels)
        self.n = (south + north) / 2
        self.c = 1 + south * north
        self.x = self.y = 0
        x, y = self.project(*center)
        self.x, self.y = at[0] - x, at[1] - y

    def shows(self, point):
        """Return whether the point is in the box of this projection."""
        width = (self.box.east - self.box.west) % 360
        inside = self.box.south <= point.latitude <= self.box.north
        return inside and (point.longitude - self.box.west) % 360 <= width

    def project(self, latitude, longitude):
        """Return ``(x, y)`` on the plane. The y axis points down."""
        radius = self.scale * sqrt(self.c - 2 * self.n * sin(radians(latitude))) / self.n
        angle = self.turn(longitude)
        return self.x + radius * sin(angle), self.y + radius * cos(angle)

    def turn(self, longitude):
        """Return the angle between north and straight up at this longitude, in radians, west positive."""
        return self.n * radians((longitude - self.middle + 180) % 360 - 180)

    @property
    def miles(self):
        """Miles per unit."""
        return EARTH_RADIUS_MILES / self.scale


CONICS = (
    Conic(Box(24, 50, -125, -66), (29.5, 45.5), -96, (38.7, -96.6), (487.5, 305), 1300),
    Conic(Box(51, 72, 172, -129), (55, 65), -154, (58.5, -156), (88.4, 566.3), 455, (-65, 461, 209.3, 609.2)),
    Conic(Box(18, 23, -161, -154), (8, 18), -157, (19.9, -160), (221, 580.6), 1300, (209.3, 520.8, 338, 609.2)),
)


def conic_of(point):
    """Return the projection for a point, or None for the territories and foreign countries."""
    return next((conic for conic in CONICS if conic.shows(point)), None)


def conic_at(x, y):
    """Return the projection at this position of the plane."""
    for conic in CONICS[1:]:
        west, north, east, south = conic.inset
        if west <= x < east and north <= y < south:
            return conic
    return CONICS[0]


class Shape(NamedTuple):
    """A state, a county, or a border between two states: its bounding circle on the plane and SVG path data.

    ``state`` is the postal code, "" for a border. ``name`` is a county's name as departments have it, such as
    "Fairfield" or "Fairfax City". ``path`` is in steps of ``STATES_GRID`` or ``FINE_GRID``, and ``coarse`` (counties
    and borders) in steps of ``COARSE_GRID``. The largest ring comes first.
    """

    state: str
    name: str
    x: float
    y: float
    radius: float
    path: str
    coarse: str = ""


@cache
def shapes(name):
    """Return the shapes in ``geometry/<name>.json`` as a list of ``Shape``. The file is read once."""
    return [Shape(*shape) for shape in json.loads((GEOMETRY / f"{name}.json").read_text())["shapes"]]


@cache
def state_shapes():
    """Return the shapes of the states as ``{postal code: Shape}``."""
    return {shape.state: shape for shape in shapes("states")}


@cache
def county_shapes():
    """Return the shapes of the counties as ``{postal code: {county_key(slug): Shape}}``."""
    found = {}
    for shape in shapes("counties"):
        if shape.state:
            found.setdefault(shape.state, {})[county_key(shape.state, slug_of(shape.name, ""))] = shape
    return found


def county_key(state, slug):
    """Return a text that is equal for different spellings of a county: "La Porte" and "LaPorte"."""
    key = ALASKA_WORDS.sub("", slug).replace("-", "")
    return RENAMED.get((state, key), key)


def find_county(state, slug):
    """Return the Shape of a county by the slug that departments have, or None."""
    counties = county_shapes().get(state, {})
    if len(counties) == 1:  # the District of Columbia
        return next(iter(counties.values()))
    key = county_key(state, slug)
    return counties.get(key) or counties.get(f"{key}city")


def rotate(x, y, angle):
    """Return a position that is turned around (0, 0), clockwise on a plane whose y axis points down (radians)."""
    return cos(angle) * x - sin(angle) * y, sin(angle) * x + cos(angle) * y


class Layer(NamedTuple):
    """SVG path data, and the ``matrix()`` that transforms it to pixels.

    ``county`` is the county in question, ``state`` the rest of its state, and ``land`` all other land.
    """

    matrix: str
    land: str
    state: str
    county: str
    borders: str


class Frame:
    """A square part of a projection, north up: ``reach`` miles to each side, and ``side`` pixels wide.

    ``x, y`` is the middle on the plane. ``turn`` is the angle of north there; see :meth:`Conic.turn`.
    """

    def __init__(self, conic, x, y, turn, reach, side):
        self.conic, self.x, self.y, self.reach, self.side, self.middle = conic, x, y, reach, side, side // 2
        self.scale = self.middle / reach * conic.miles  # pixels per unit of the plane
        self.right, self.down = self.scale * cos(turn), self.scale * sin(turn)

    def place(self, x, y):
        """Return a position of the plane in pixels."""
        x, y = x - self.x, y - self.y
        return self.middle + self.right * x - self.down * y, self.middle + self.down * x + self.right * y

    def pixels(self, point):
        """Return a point on the Earth in whole pixels. The projection must show it."""
        x, y = self.place(*self.conic.project(*point))
        return round(x), round(y)

    def layer(self, outline=None):
        """Return the ``Layer``: detailed counties, coarse counties or states, depending on the reach.

        ``outline`` is the Shape of the county in question. If it is that of a state, the map shows states.
        """
        is_county = outline and outline is not state_shapes().get(outline.state)
        reach = self.reach / self.conic.miles
        are_counties = is_county if outline else reach <= COUNTY_REACH
        fine = reach <= FINE_REACH
        paths = {"land": [], "state": [], "county": [], "borders": []}
        for shape in self.within(shapes("counties" if are_counties else "states")):
            kind = "land" if shape.state else "borders"
            if outline and shape.state == outline.state:
                kind = "county" if shape is outline else "state"
            paths[kind].append(shape.path if fine or not are_counties else shape.coarse)
        grid = STATES_GRID if not are_counties else FINE_GRID if fine else COARSE_GRID
        return Layer(self.matrix(grid), *map("".join, paths.values()))

    def matrix(self, grid):
        """Return :meth:`place` as an SVG matrix for path data in steps of the grid."""
        left, top = self.place(0, 0)
        right, down = self.right * grid, self.down * grid
        return " ".join(f"{number:.6g}" for number in (right, down, -down, right, left, top))

    def within(self, shapes):
        """Yield the shapes that may be partly visible on the map."""
        far = self.middle * sqrt(2) / self.scale
        for shape in shapes:
            near = far + shape.radius
            if abs(shape.x - self.x) < near and abs(shape.y - self.y) < near:
                x, y = self.place(shape.x, shape.y)
                edge = self.middle + shape.radius * self.scale
                seen = abs(x - self.middle) < edge and abs(y - self.middle) < edge
                # Alaska lies south of California on the plane, but not on the Earth.
                if seen and conic_at(shape.x, shape.y) is self.conic:
                    yield shape
