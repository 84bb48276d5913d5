"""Data of maps that templates draw as SVG.

The map of the country with its states, the map of a state with its counties, the locator map beside results near a
place, and the small map of a profile. The territories have no maps.
"""

from functools import cache, cached_property
from math import ceil, dist, sqrt
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..names import county_label
from . import states
from .geometry.paths import area, corners, path
from .pins import Pin, format_ranges, label_of, spread
from .plane import (
    COUNTY_REACH,
    FINE_GRID,
    STATES_GRID,
    Frame,
    Shape,
    conic_at,
    conic_of,
    county_shapes,
    find_county,
    rotate,
    state_shapes,
)
from .points import miles_between

# The number of shades of a map with numbers of departments.
SHADES = 4
# The map of the country: the states that are too small for a label, and the offsets of labels from the middle of a
# state, in steps of the grid.
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

# The map of a state: the pixels of its longer side, the height of a label, and the width of a letter in it. There are
# labels if this part of the counties has room for one.
STATE_SIDE, LABEL_HEIGHT, LETTER_WIDTH = 600, 13, 8
LABELED_PART = 1 / 3

# A locator map is a square of this many pixels. The radius of its ring is this part of half a side.
SIDE = 400
RING = 0.94
MIN_MILES = 3
# If all results are near, the map has the smallest of these rings around them instead of that of the search, in miles.
RINGS = (3, 5, 10, 25, 50, 100)
# The size of the cross in the middle, which pins leave free.
CROSS = 18
# The height of a pin, the width of a character in it, and the least distance between two pins, in pixels of the map.
# On a screen of 320 pixels the map is 280 pixels wide, so the middles of two pins are at least 24 pixels apart.
PIN_HEIGHT, CHARACTER_WIDTH, PIN_GAP = 28, 8, 7

# The map of a profile: its side and the size of the area for tapping a dot in pixels, and the least reach in miles.
PROFILE_SIDE, TARGET, PROFILE_MILES = 320, 28, 5
# A map reaches this much farther than what it must show, and up to this much farther for neighbors.
MARGIN, MARGIN_FOR_NEIGHBORS = 1.1, 1.5


class Region(NamedTuple):
    """A state or territory with its number of departments.

    ``url`` is "" without departments, and ``shape`` is None if it is not on the map. ``shade`` is a CSS class, "shade0"
    (no departments) to "shade4". The label is at ``x, y``.
    """

    code: str
    name: str
    number: int
    url: str
    shade: str
    shape: Shape | None
    x: int
    y: int

    @property
    def has_room(self):
        return self.shape and self.code not in TOO_SMALL_FOR_LABEL

    @property
    def title(self):
        return title_of(self.name, self.number)


def regions(numbers):
    """Return a ``Region`` for each state and territory, by name. ``numbers`` is ``{code: number of departments}``."""
    most = max(numbers.values(), default=0)
    # Reversing a URL for each state takes longer than all the rest.
    start, _code, end = reverse("state", args=["CT"]).rpartition("ct")
    found = []
    for code, state in states.STATES.items():
        number, shape = numbers.get(code, 0), state_shapes().get(code)
        right, down = LABEL_OFFSETS.get(code, (0, 0))
        x, y = (round(shape.x / STATES_GRID) + right, round(shape.y / STATES_GRID) + down) if shape else (0, 0)
        url = f"{start}{code.lower()}{end}" if number else ""
        found.append(Region(code, state.name, number, url, f"shade{shade_of(number, most)}", shape, x, y))
    return found


def shade_of(number, most):
    """Return the shade of a number of departments: 0 for none, up to ``SHADES`` for the largest number."""
    # The square root keeps a few large ones from making all others pale.
    return ceil(SHADES * sqrt(number / most)) if number else 0


def title_of(name, number):
    """Return a text such as "Texas: 1,234 departments"."""
    if not number:
        return _("%(name)s: no departments") % {"name": name}
    text = ngettext("%(name)s: %(number)s department", "%(name)s: %(number)s departments", number)
    return text % {"name": name, "number": f"{number:,}"}


class County(NamedTuple):
    """A county on the map of its state. ``url`` is "" without departments.

    ``shade`` is a CSS class, "shade0" (no departments) to "shade4". ``path`` is in pixels.
    """

    title: str
    url: str
    shade: str
    path: str


class CountyMap(NamedTuple):
    """The map of a state, in pixels.

    ``labels`` are ``(name, x, y)`` of the counties with room for their names, or [] if these are few.
    """

    width: int
    height: int
    counties: list[County]
    labels: list[tuple[str, int, int]]

    @property
    def has_gray(self):
        return not all(county.url for county in self.counties)


def county_map(state_code, numbers):
    """Return the ``CountyMap`` of a state, or None for a territory and the District of Columbia.

    ``numbers`` is ``{county_slug: number of departments}``. Counties that are not in it are shown without a link.
    """
    if len(county_shapes().get(state_code, ())) < 2:
        return None
    width, height, drawn, labels = _drawn_counties(state_code)
    # If two spellings of a county share a shape, it links to the one with more departments.
    slugs = {}
    for slug, _number in sorted(numbers.items(), key=lambda item: item[1]):
        if shape := find_county(state_code, slug):
            slugs[shape.name] = slug
    # Reversing a URL for each of 254 counties takes longer than all the rest.
    start, _slug, end = reverse("county", args=[state_code, "-"]).rpartition("-")
    most = max(numbers.values(), default=0)
    counties = []
    for name, data in drawn:
        slug = slugs.get(name)
        number = numbers.get(slug, 0)
        title = title_of(county_label(name, state_code), number)
        url = f"{start}{slug}{end}" if number else ""
        counties.append(County(title, url, f"shade{shade_of(number, most)}", data))
    return CountyMap(width, height, counties, labels)


@cache
def _drawn_counties(state_code):
    """Return the width and height of a state's map, ``(name, path)`` of each county, and the labels. North is up."""
    state = states.STATES[state_code]
    shapes = {shape.name: shape for shape in county_shapes()[state_code].values()}
    middle = state.west + (state.east - state.west) % 360 / 2
    first = state_shapes()[state_code]
    turn = conic_at(first.x, first.y).turn(middle)
    rings = {
        name: [[rotate(x, y, turn) for x, y in ring] for ring in corners(shape.path)] for name, shape in shapes.items()
    }
    points = [point for found in rings.values() for ring in found for point in ring]
    left, top = (min(values) for values in zip(*points, strict=True))
    east, bottom = (max(values) for values in zip(*points, strict=True))
    scale = STATE_SIDE / max(east - left, bottom - top)
    drawn, labels = [], []
    for name, found in rings.items():
        snapped = _snapped(found, left, top, scale)
        data = path(snapped)
        data = mark_safe(data)  # nosec B308, B703 # path data has only numbers and a few letters
        drawn.append((name, data))
        x, y = rotate(shapes[name].x / FINE_GRID, shapes[name].y / FINE_GRID, turn)
        x, y = round((x - left) * scale), round((y - top) * scale)
        if len(name) * LETTER_WIDTH <= room(snapped[0], x, y):
            labels.append((name, x, y))
    labels = labels if len(labels) >= len(drawn) * LABELED_PART else []
    return ceil((east - left) * scale), ceil((bottom - top) * scale), drawn, labels


def room(ring, x, y):
    """Return the width of a line of text inside the ring with its middle at ``x, y``, in pixels; 0 without room."""
    widths = []
    # Half a pixel keeps the lines off the corners.
    for height in (y - LABEL_HEIGHT / 2 + 0.5, y + 0.5, y + LABEL_HEIGHT / 2 + 0.5):
        sides = zip(ring, ring[1:] + ring[:1], strict=True)
        crossed = [((x1, y1), (x2, y2)) for (x1, y1), (x2, y2) in sides if (y1 > height) != (y2 > height)]
        found = [x1 + (x2 - x1) * (height - y1) / (y2 - y1) for (x1, y1), (x2, y2) in crossed]
        left, right = ([other for other in found if (other < x) == is_left] for is_left in (True, False))
        is_inside = len(left) % 2 == 1
        widths.append(2 * min(x - max(left), min(right) - x) if is_inside else 0)
    return min(widths)


def _snapped(rings, left, top, scale):
    """Return the rings in whole pixels, without islands of less than 2 pixels. The first ring always stays."""
    found = []
    for ring in rings:
        points = [(round((x - left) * scale), round((y - top) * scale)) for x, y in ring]
        pixels = [point for i, point in enumerate(points) if point != points[i - 1]]
        if not found or (pixels and area(pixels) >= 2):
            found.append(pixels or points[:1])
    return found


class LocatorMap(Frame):
    """A square map around a point, north up, with a ring around the results.

    ``miles`` is the radius of the search, and then that of the ring (None: no ring).

    ``found`` is a list of ``(point, numbers, name)`` of departments and the numbers of their search results.
    :func:`conic_of` must have a projection for the point in the middle.
    """

    def __init__(self, point, miles, found):
        conic = conic_of(point)
        self.found = [result for result in found if conic.shows(result[0])]
        farthest = max((miles_between(point, other) for other, *_ in self.found), default=0)
        self.miles = miles and min([miles, *(ring for ring in RINGS if self.found and ring > farthest)])
        reach = self.miles or max(farthest, MIN_MILES)
        super().__init__(conic, *conic.project(*point), conic.turn(point.longitude), reach / RING, SIDE)

    @property
    def ring(self):
        """The ring's radius in pixels, or None without a ring."""
        return round(RING * self.middle) if self.miles else None

    @cached_property
    def land(self):
        return self.layer()

    @cached_property
    def pins(self):
        """A pin for each department, in the order of the results."""
        boxes = [(*self.pixels(point), width_of(numbers), PIN_HEIGHT) for point, numbers, _name in self.found]
        pins = []
        cross = (self.middle, self.middle, CROSS, CROSS)
        spots = spread([cross, *boxes], SIDE, PIN_GAP)[1:]
        for (_point, numbers, name), box, spot in zip(self.found, boxes, spots, strict=True):
            all_numbers = ", ".join(format_ranges(numbers))
            x, y, *size = box
            pins.append(Pin(*spot, (x, y), *size, label_of(numbers), f"{all_numbers}: {name}", f"#r{numbers[0]}"))
        return pins


def width_of(numbers):
    """Return the width of a pin with these numbers, in pixels."""
    return max(PIN_HEIGHT, 12 + CHARACTER_WIDTH * len(label_of(numbers)))


def locator_map(place, miles, found, first=1):
    """Return the ``LocatorMap`` of departments found near a ``Place``, numbered from ``first``.

    Return None if no department has a location, or the place is not on the plane.
    """
    departments, numbers = {}, {}
    for number, department in enumerate(found, first):
        if department.point:
            departments.setdefault(department.pk, department)
            numbers.setdefault(department.pk, []).append(number)
    results = [(department.point, numbers[pk], department.name) for pk, department in departments.items()]
    return LocatorMap(place.point, miles, results) if results and conic_of(place.point) else None


class ProfileMap(Frame):
    """The map of a department's profile: an outline of its county, the department, and its neighbors as dots.

    ``outline`` is the Shape of the county, of the state if the county is unknown, or None. Both must be near the
    department: an error in its location must not show half the country. ``neighbors`` are the departments that are near
    enough to be on the map.
    """

    def __init__(self, department, neighbors):
        self.department, self.neighbors = department, neighbors
        conic = conic_of(department.point)
        county = find_county(department.state, department.county_slug)
        near = (shape for shape in (county, state_shapes().get(department.state)) if is_near(department, shape))
        self.outline = next(near, None)
        self.is_county = self.outline is not None and self.outline is county
        turn = conic.turn(department.point.longitude)
        self.neighbors = [each for each in neighbors if each.point and conic.shows(each.point)]
        x, y, half = self._fit(conic, turn)
        super().__init__(conic, x, y, turn, half * conic.miles, PROFILE_SIDE)

    def _fit(self, conic, turn):
        """Return the middle and half the width on the plane of a map of the outline, the department and neighbors.

        Neighbors that are too far away are removed.
        """
        shown = [conic.project(*self.department.point)]
        if self.outline:
            grid = FINE_GRID if self.is_county else STATES_GRID
            shown += [(x * grid, y * grid) for x, y in corners(self.outline.path)[0]]
        turned = [rotate(x, y, turn) for x, y in shown]
        (left, right), (top, bottom) = ((min(values), max(values)) for values in zip(*turned, strict=True))
        u, v = (left + right) / 2, (top + bottom) / 2
        half = max(max(right - left, bottom - top) / 2 * MARGIN, PROFILE_MILES / conic.miles)
        far = {}
        for neighbor in self.neighbors:
            x, y = rotate(*conic.project(*neighbor.point), turn)
            far[neighbor] = max(abs(x - u), abs(y - v)) * MARGIN
        self.neighbors = [each for each in self.neighbors if far[each] <= half * MARGIN_FOR_NEIGHBORS]
        return *rotate(u, v, -turn), max([half, *(far[each] for each in self.neighbors)])

    @cached_property
    def land(self):
        return self.layer(self.outline)

    @property
    def area(self):
        """The name of the shaded county or state, or ""."""
        county = county_label(self.department.county, self.department.state) if self.is_county else ""
        return county or (self.department.get_state_display() if self.outline else "")

    @cached_property
    def here(self):
        """The place of the department in pixels."""
        return self.pixels(self.department.point)

    @cached_property
    def pins(self):
        """A pin without a label for each neighbor."""
        places = [self.pixels(each.point) for each in self.neighbors]
        spots = spread([(*place, TARGET, TARGET) for place in (self.here, *places)], PROFILE_SIDE)[1:]
        return [
            Pin(*spot, place, TARGET, TARGET, "", each.name, each.get_absolute_url())
            for spot, place, each in zip(spots, places, self.neighbors, strict=True)
        ]


def is_near(department, shape):
    """Return whether a department is in or near the shape. ``shape`` may be None."""
    conic = conic_of(department.point)
    if not shape or conic_at(shape.x, shape.y) is not conic:
        return False
    return dist(conic.project(*department.point), (shape.x, shape.y)) < shape.radius + COUNTY_REACH


def profile_map(department, neighbors):
    """Return the ``ProfileMap`` of a department, or None if its location is unknown or in a territory.

    ``neighbors`` are departments, nearest first.
    """
    return ProfileMap(department, neighbors) if department.point and conic_of(department.point) else None
