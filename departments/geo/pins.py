"""Pins on maps: their labels, and positions at which they don't overlap."""

from itertools import groupby
from math import cos, hypot, pi, sin
from typing import NamedTuple

# The number of rings of spots to try for a pin.
RINGS = 24
# A pin that is moved farther than this has a line to its place.
NEAR = 6
MAX_RANGES = 3


class Pin(NamedTuple):
    """A pin of a department: a link to ``url``, drawn at ``x, y`` for the place ``at``, in pixels of the map.

    ``label`` is the text in it, and ``name`` the accessible name of the link.
    """

    x: int
    y: int
    at: tuple[int, int]
    width: int
    height: int
    label: str
    name: str
    url: str

    @property
    def left(self):
        return self.x - self.width // 2

    @property
    def top(self):
        return self.y - self.height // 2

    @property
    def is_moved(self):
        return hypot(self.x - self.at[0], self.y - self.at[1]) > NEAR


def _spots():
    """Return ``(x, y)`` of the spots to try for a pin, the nearest first: rings around (0, 0) at a distance of 1."""
    found = [(0, 0)]
    for ring in range(1, RINGS):
        angles = [2 * pi * number / (6 * ring) for number in range(6 * ring)]
        found += [(ring * cos(angle), ring * sin(angle)) for angle in angles]
    return found


SPOTS = _spots()


def spread(boxes, side, gap=0):
    """Return ``(x, y)`` of the middle of each box ``(x, y, width, height)``, moved so that none overlap.

    The first one keeps its place if it is on the map, which is a square of ``side`` pixels. ``gap`` is the least
    distance between two. All are in pixels.
    """
    placed, tried = [], {}
    for box in boxes:
        x, y, width, height = box
        step = (height + gap) / 2
        # Another box of this size at this place has tried these spots in vain.
        first = tried.get(box, 0)
        for number, (right, down) in enumerate(SPOTS[first:], first):
            spot = (round(x + right * step), round(y + down * step), width, height)
            if _is_inside(spot, side) and not any(_overlap(spot, other, gap) for other in placed):
                tried[box] = number
                break
        else:
            spot = box  # the map is full
        placed.append(spot)
    return [(x, y) for x, y, *_size in placed]


def _is_inside(box, side):
    x, y, width, height = box
    return width / 2 <= x <= side - width / 2 and height / 2 <= y <= side - height / 2


def _overlap(a, b, gap):
    return abs(a[1] - b[1]) < (a[3] + b[3]) / 2 + gap and abs(a[0] - b[0]) < (a[2] + b[2]) / 2 + gap


def label_of(numbers):
    """Return a short text of sorted numbers, such as "1–3, 5" or "1, 3, …"."""
    ranges = format_ranges(numbers)
    return ", ".join(ranges if len(ranges) <= MAX_RANGES else [*ranges[:2], "…"])


def format_ranges(numbers):
    """Return texts of sorted numbers, with consecutive ones as a range: ``["1–3", "5"]`` for 1, 2, 3 and 5."""
    texts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        first, *rest = [number for _, number in group]
        texts.append(f"{first}–{rest[-1]}" if rest else str(first))
    return texts
