"""Data of maps that templates draw as SVG: the map of the country, and locator maps of search results near a place.

The plane is d3's "Albers USA": three equal-area conic projections side by side, 975 by 610 units. A unit is
3 miles in the lower 48 states and in Hawaii, and 9 miles in Alaska. The territories are not on the plane. The shapes
come from the files in ``geometry/``, which ``geometry/draw.py`` creates from the Census Bureau's boundaries.

Source of the formulas: J. P. Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395 (1987), pages
100 and 101, on a sphere. The constants are those of d3-geo's geoAlbersUsa at scale 1300 and translation (487.5, 305).
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

# The grids of the numbers in the files, in units of the plane; see geometry/draw.py.
STATES_GRID, FINE_GRID, COARSE_GRID = 0.5, 0.05, 1

# The map of the country: the number of shades, the states that are too small for a label, and the offsets of labels
# from the middle of a state, in steps of the grid.
SHADES = 4
TOO_SMALL_FOR_LABEL = {"CT", "DC", "DE", "HI", "MA", "MD", "NH", "NJ", "RI", "VT"}
LABEL_OFFSETS = {
    "FL": (40, 4),
    "LA": (-32, -4),
    "ID": (-2, 30),
    "MI": (6, 8),
    "CA": (-8, 0),
    "WV": (-4, 6),
    "KY": (14, 0),
}

# A locator map is a square of this many pixels. The radius of its ring is this part of half a side.
SIDE = 400
RING = 0.94
# The largest radius of a map with detailed counties, and of a map with counties, in miles. Larger maps show states.
FINE_MILES, COUNTY_MILES = 100, 300
MIN_MILES = 3
# The height of a dot and the width of a character in it, in pixels.
DOT_HEIGHT, CHARACTER_WIDTH = 22, 8
MAX_RANGES = 3


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
    """A state, a county, or a border between two states: its bounding circle on the plane and SVG path data."""

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


class Region(NamedTuple):
    """A state or territory with its number of departments.

    ``shape`` is None if it is not on the map. ``shade`` is from 0 (no departments) to ``SHADES``. The label is at
    ``x, y``.
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
        return self.shape and self.code not in TOO_SMALL_FOR_LABEL


def regions(numbers):
    """Return a ``Region`` for each state and territory, by name. ``numbers`` is ``{code: number of departments}``."""
    shown = {shape.name: shape for shape in shapes("states")}
    most = max(numbers.values(), default=0)
    found = []
    for code, state in states.STATES.items():
        number, shape = numbers.get(code, 0), shown.get(code)
        # The square root keeps a few large states from making all others pale.
        shade = ceil(SHADES * sqrt(number / most)) if number else 0
        right, down = LABEL_OFFSETS.get(code, (0, 0))
        x, y = (round(shape.x / STATES_GRID) + right, round(shape.y / STATES_GRID) + down) if shape else (0, 0)
        found.append(Region(code, state.name, number, shade, shape, x, y))
    return found


class Dot(NamedTuple):
    """A dot with the numbers of one or more results, in pixels of the map."""

    x: int
    y: int
    numbers: list

    @property
    def label(self):
        """A short text with the numbers, such as "1–3, 5" or "1, 3, …"."""
        ranges = format_ranges(self.numbers)
        return ", ".join(ranges if len(ranges) <= MAX_RANGES else [*ranges[:2], "…"])

    @property
    def title(self):
        """A text with all numbers, such as "1–3, 5, 7"."""
        return ", ".join(format_ranges(self.numbers))

    @property
    def width(self):
        return max(DOT_HEIGHT, 10 + CHARACTER_WIDTH * len(self.label))

    @property
    def height(self):
        return DOT_HEIGHT

    @property
    def left(self):
        return self.x - self.width // 2

    @property
    def top(self):
        return self.y - self.height // 2

    def touches(self, other):
        return abs(self.y - other.y) < self.height and abs(self.x - other.x) < (self.width + other.width) / 2


class Layer(NamedTuple):
    """SVG path data, and the ``matrix()`` that transforms it to pixels."""

    matrix: str
    land: str
    borders: str


class LocatorMap:
    """A square map around a point, north up, with a ring of ``miles`` (None: no ring).

    ``found`` is a list of ``(point, number)`` of the search results. :func:`conic_of` must have a projection for the
    point in the middle.
    """

    side, middle = SIDE, SIDE // 2

    def __init__(self, point, miles, found):
        self.conic = conic_of(point)
        self.miles = miles
        self.found = [(other, number) for other, number in found if self.conic.shows(other)]
        farthest = max((miles_between(point, other) for other, _ in self.found), default=0)
        self.reach = miles or max(farthest, MIN_MILES)
        self.scale = RING * self.middle / self.reach * self.conic.miles  # pixels per unit of the plane
        turn = self.conic.turn(point.longitude)
        self.right, self.down = self.scale * cos(turn), self.scale * sin(turn)
        self.x, self.y = self.conic.project(*point)

    @property
    def ring(self):
        """The ring's radius in pixels, or None without a ring."""
        return round(RING * self.middle) if self.miles else None

    def place(self, x, y):
        """Return a position of the plane in pixels."""
        x, y = x - self.x, y - self.y
        return self.middle + self.right * x - self.down * y, self.middle + self.down * x + self.right * y

    @cached_property
    def layer(self):
        """The land and the state borders: detailed counties, coarse counties or states, depending on the radius."""
        if self.reach > COUNTY_MILES:
            land = "".join(shape.path for shape in self.within(shapes("states")))
            return Layer(self.matrix(STATES_GRID), land, "")
        fine = self.reach <= FINE_MILES
        paths = {"county": [], "border": []}
        for shape in self.within(shapes("counties")):
            paths[shape.name].append(shape.path if fine else shape.coarse)
        return Layer(self.matrix(FINE_GRID if fine else COARSE_GRID), *map("".join, paths.values()))

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

    @cached_property
    def dots(self):
        """A dot for each result. Dots that would touch are merged."""
        dots = []
        for point, number in self.found:
            x, y = self.place(*self.conic.project(*point))
            dot = Dot(round(x), round(y), [number])
            while touched := next((other for other in dots if other.touches(dot)), None):
                dots.remove(touched)
                dot = Dot(touched.x, touched.y, sorted(touched.numbers + dot.numbers))
            dots.append(dot)
        return sorted(dots, key=lambda dot: dot.numbers)


def locator_map(place, miles, found, first=1):
    """Return the ``LocatorMap`` of departments found near a ``Place``, numbered from ``first``.

    Return None if no department has a location, or the place is not on the plane.
    """
    numbered = [(department.point, number) for number, department in enumerate(found, first) if department.point]
    return LocatorMap(place.point, miles, numbered) if numbered and conic_of(place.point) else None


def format_ranges(numbers):
    """Return texts of sorted numbers, with consecutive ones as a range: ``["1–3", "5"]`` for 1, 2, 3 and 5."""
    texts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        first, *rest = [number for _, number in group]
        texts.append(f"{first}–{rest[-1]}" if rest else str(first))
    return texts
