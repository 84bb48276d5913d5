"""Maps as data for templates to draw as SVG: the United States, and the surroundings of a place with what was found.

Shapes lie on the plane of d3's "Albers USA": three equal-area conic projections side by side, 975 by 610 units, of
which one is 3 miles in the lower 48 states and Hawaii and 9 in Alaska. They are read from ``geometry/``, which
``geometry/draw.py`` derives from the Census Bureau's boundaries. The territories are not on that plane.

Formulas: J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395 (1987), pages 100 and 101, on
a sphere; the constants are those of d3-geo's geoAlbersUsa at scale 1300 and translation (487.5, 305).
"""

import json
from functools import cache, cached_property
from itertools import groupby
from math import ceil, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from . import states
from .points import EARTH_RADIUS_MILES, Box, miles_between

GEOMETRY = Path(__file__).parent / "geometry"

# How many steps to a unit of the plane the numbers in the files have; see geometry/draw.py.
STATES_GRID, FINE_GRID, COARSE_GRID = 0.5, 0.05, 1

# How many shades the map of the country has, which states are too small for their code, and where it stands beside the
# middle of a state, in steps of the grid.
SHADES = 4
CRAMPED = {"CT", "DC", "DE", "HI", "MA", "MD", "NH", "NJ", "RI", "VT"}
NUDGED = {"FL": (40, 4), "LA": (-32, -4), "ID": (-2, 30), "MI": (6, 8), "CA": (-8, 0), "WV": (-4, 6), "KY": (14, 0)}

# A locator map is a square of this many pixels, with the ring a little inside of it.
SIDE = 400
RING = 0.94
# Up to how many miles around it shows counties with every bend, and up to how many it shows counties at all.
FINE_MILES, COUNTY_MILES = 100, 300
LEAST_MILES = 3
# Of a dot: its height, and the width of a letter in it.
DOT, LETTER = 22, 8
MOST_WORDS = 3


class Conic:
    """An equal-area conic projection onto a part of the plane, for points within ``box``.

    ``parallels`` are the two without distortion, ``middle`` the longitude that points straight up, ``centre`` the point
    (degrees) that lies at ``at`` (units of the plane), and ``scale`` the units to an Earth's radius. ``inset`` is the
    part of the plane that is cut out for it: west, north, east and south.
    """

    def __init__(self, box, parallels, middle, centre, at, scale, inset=None):
        self.box, self.middle, self.scale, self.inset = box, middle, scale, inset
        south, north = (sin(radians(parallel)) for parallel in parallels)
        self.n = (south + north) / 2
        self.c = 1 + south * north
        self.x = self.y = 0
        x, y = self.project(*centre)
        self.x, self.y = at[0] - x, at[1] - y

    def shows(self, point):
        """Whether it is made for the point."""
        width = (self.box.east - self.box.west) % 360
        inside = self.box.south <= point.latitude <= self.box.north
        return inside and (point.longitude - self.box.west) % 360 <= width

    def project(self, latitude, longitude):
        """``(x, y)`` on the plane, y downwards."""
        radius = self.scale * sqrt(self.c - 2 * self.n * sin(radians(latitude))) / self.n
        angle = self.turn(longitude)
        return self.x + radius * sin(angle), self.y + radius * cos(angle)

    def turn(self, longitude):
        """How far north is turned from straight up there, in radians, to the west positive."""
        return self.n * radians((longitude - self.middle + 180) % 360 - 180)

    @property
    def miles(self):
        """Miles to a unit."""
        return EARTH_RADIUS_MILES / self.scale


CONICS = (
    Conic(Box(24, 50, -125, -66), (29.5, 45.5), -96, (38.7, -96.6), (487.5, 305), 1300),
    Conic(Box(51, 72, 172, -129), (55, 65), -154, (58.5, -156), (88.4, 566.3), 455, (-65, 461, 209.3, 609.2)),
    Conic(Box(18, 23, -161, -154), (8, 18), -157, (19.9, -160), (221, 580.6), 1300, (209.3, 520.8, 338, 609.2)),
)


def conic_of(point):
    """The projection that is made for the point, or None: for the territories and for what is abroad."""
    return next((conic for conic in CONICS if conic.shows(point)), None)


def conic_at(x, y):
    """The projection that a part of the plane belongs to."""
    for conic in CONICS[1:]:
        west, north, east, south = conic.inset
        if west <= x < east and north <= y < south:
            return conic
    return CONICS[0]


class Shape(NamedTuple):
    """A state, a county, or a line between two states: a circle around it on the plane, and SVG path data."""

    name: str
    x: float
    y: float
    radius: float
    path: str
    coarse: str = ""


@cache
def shapes(name):
    """What ``geometry/<name>.json`` holds, as a list of ``Shape``; read once."""
    return [Shape(*shape) for shape in json.loads((GEOMETRY / f"{name}.json").read_text())["shapes"]]


class Region(NamedTuple):
    """A state or territory with its number of departments; ``shape`` is None where the map of the country lacks it.

    ``shade`` is 0 for none and up to ``SHADES``; the name's code stands at ``x, y`` where there is room for it.
    """

    code: str
    name: str
    number: int
    shade: int
    shape: Shape | None
    x: int
    y: int

    @property
    def has_room(self):
        return self.shape and self.code not in CRAMPED


def regions(numbers):
    """A ``Region`` for each state and territory, by name; ``numbers`` is ``{code: number of departments}``."""
    shown = {shape.name: shape for shape in shapes("states")}
    most = max(numbers.values(), default=0)
    found = []
    for code, state in states.STATES.items():
        number, shape = numbers.get(code, 0), shown.get(code)
        # By the root of the number: else a few large states would leave all others pale.
        shade = ceil(SHADES * sqrt(number / most)) if number else 0
        right, down = NUDGED.get(code, (0, 0))
        x, y = (round(shape.x / STATES_GRID) + right, round(shape.y / STATES_GRID) + down) if shape else (0, 0)
        found.append(Region(code, state.name, number, shade, shape, x, y))
    return found


class Dot(NamedTuple):
    """What stands at one spot: the numbers of the results as text, in pixels of the map."""

    x: int
    y: int
    numbers: list

    @property
    def label(self):
        """The numbers, shortened where they are many: "1–3, 5"."""
        words = runs(self.numbers)
        return ", ".join(words if len(words) <= MOST_WORDS else [*words[:2], "…"])

    @property
    def title(self):
        """All of the numbers."""
        return ", ".join(runs(self.numbers))

    @property
    def width(self):
        return max(DOT, 10 + LETTER * len(self.label))

    @property
    def height(self):
        return DOT

    @property
    def left(self):
        return self.x - self.width // 2

    @property
    def top(self):
        return self.y - self.height // 2

    def touches(self, other):
        return abs(self.y - other.y) < self.height and abs(self.x - other.x) < (self.width + other.width) / 2


class Layer(NamedTuple):
    """Path data for SVG, and the ``matrix()`` that brings it to pixels."""

    matrix: str
    land: str
    borders: str


class Locator:
    """The surroundings of a point as a square map, north up: the ring of ``miles`` (None: no ring) and ``found``, which
    is a list of ``(point, number)``. The point must be one of those that :func:`conic_of` knows.
    """

    side, middle = SIDE, SIDE // 2

    def __init__(self, point, miles, found):
        self.conic = conic_of(point)
        self.miles = miles
        self.found = [(other, number) for other, number in found if self.conic.shows(other)]
        farthest = max((miles_between(point, other) for other, _ in self.found), default=0)
        self.reach = miles or max(farthest, LEAST_MILES)
        self.scale = RING * self.middle / self.reach * self.conic.miles  # pixels to a unit of the plane
        turn = self.conic.turn(point.longitude)
        self.right, self.down = self.scale * cos(turn), self.scale * sin(turn)
        self.x, self.y = self.conic.project(*point)

    @property
    def ring(self):
        """The ring's radius in pixels; None where there is none."""
        return round(RING * self.middle) if self.miles else None

    def place(self, x, y):
        """A point of the plane in pixels."""
        x, y = x - self.x, y - self.y
        return self.middle + self.right * x - self.down * y, self.middle + self.down * x + self.right * y

    @cached_property
    def layer(self):
        """The land, and the lines between states: counties with every bend, with fewer, or states."""
        if self.reach > COUNTY_MILES:
            land = "".join(shape.path for shape in self.within(shapes("states")))
            return Layer(self.matrix(STATES_GRID), land, "")
        fine = self.reach <= FINE_MILES
        paths = {"county": [], "border": []}
        for shape in self.within(shapes("counties")):
            paths[shape.name].append(shape.path if fine else shape.coarse)
        return Layer(self.matrix(FINE_GRID if fine else COARSE_GRID), *map("".join, paths.values()))

    def matrix(self, grid):
        """What :meth:`place` does, for path data in steps of the grid."""
        left, top = self.place(0, 0)
        right, down = self.right * grid, self.down * grid
        return " ".join(f"{number:.6g}" for number in (right, down, -down, right, left, top))

    def within(self, shapes):
        """Those of the shapes of which the map may show a part."""
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

    @cached_property
    def dots(self):
        """A dot for each that was found, those that would touch made one."""
        dots = []
        for point, number in self.found:
            x, y = self.place(*self.conic.project(*point))
            dot = Dot(round(x), round(y), [number])
            while touched := next((other for other in dots if other.touches(dot)), None):
                dots.remove(touched)
                dot = Dot(touched.x, touched.y, sorted(touched.numbers + dot.numbers))
            dots.append(dot)
        return sorted(dots, key=lambda dot: dot.numbers)


def locator(place, miles, found, first=1):
    """The ``Locator`` of a ``Place`` and of departments that were found near it, numbered from ``first``.

    None where there is nothing to show, or no map of the place.
    """
    numbered = [(department.point, number) for number, department in enumerate(found, first) if department.point]
    return Locator(place.point, miles, numbered) if numbered and conic_of(place.point) else None


def runs(numbers):
    """Numbers in words, consecutive ones as one: ``["1–3", "5"]`` of 1, 2, 3 and 5."""
    words = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        first, *rest = [number for _, number in run]
        words.append(f"{first}–{rest[-1]}" if rest else str(first))
    return words
