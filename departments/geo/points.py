"""Points on the Earth, boxes around them, and distances in miles that the database computes.

Each row stores its point as a unit vector too. The straight line (chord) between two unit vectors grows with the great
circle between them, and its square needs only arithmetic:

    chord² = (x₁ - x₂)² + (y₁ - y₂)² + (z₁ - z₂)²        miles = 2 R asin(√chord² / 2)

so any database compares and sorts distances exactly, without trigonometry, extensions, or special cases for the poles,
the antimeridian and distance 0.

Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984. Its haversine is chord² / 4.
"""

from math import asin, cos, degrees, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from django.db.models import FloatField, Func, Q

EARTH_RADIUS_MILES = 3958.7613  # the mean radius, 6371.0088 km (IUGG)
FARTHEST_MILES = pi * EARTH_RADIUS_MILES  # to the other side of the Earth


class Point(NamedTuple):
    """A point on the Earth in WGS 84 degrees, north and east positive."""

    latitude: float
    longitude: float

    @property
    def vector(self):
        """``(x, y, z)`` on the unit sphere: x points to 0°N 0°E, y to 0°N 90°E, z to the north pole."""
        latitude, longitude = radians(self.latitude), radians(self.longitude)
        parts = (cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
        # Rounding makes tiny parts zero. Squaring their difference would underflow in PostgreSQL.
        return tuple(round(part, 15) for part in parts)

    def is_valid(self):
        """Return whether both degrees are finite and in range."""
        return (
            isfinite(self.latitude)
            and isfinite(self.longitude)
            and abs(self.latitude) <= 90
            and abs(self.longitude) <= 180
        )


class Box(NamedTuple):
    """A box in degrees. If ``west > east``, it crosses the antimeridian."""

    south: float
    north: float
    west: float
    east: float

    def contains(self, prefix=""):
        """Return the ``Q`` of rows whose ``latitude`` and ``longitude`` (after ``prefix``) are in the box."""
        latitude = Q(**{f"{prefix}latitude__range": (self.south, self.north)})
        east_of_west = Q(**{f"{prefix}longitude__gte": self.west})
        west_of_east = Q(**{f"{prefix}longitude__lte": self.east})
        return latitude & (east_of_west & west_of_east if self.west <= self.east else east_of_west | west_of_east)


def bounding_box(point, miles):
    """Return the smallest ``Box`` around the circle of ``miles`` around ``point``, slightly enlarged.

    Source of the formula for longitudes: J. P. Matuschek, "Finding Points Within a Distance of a Latitude/Longitude".
    """
    angle = max(0.0, miles) / EARTH_RADIUS_MILES
    margin = 1e-6  # degrees, about 4 inches: rounding must not exclude rows within the exact distance
    reach = degrees(angle) + margin
    south, north = point.latitude - reach, point.latitude + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90), min(north, 90), -180, 180)
    sideways = degrees(asin(min(1, sin(angle) / cos(radians(point.latitude))))) + margin
    west, east = point.longitude - sideways, point.longitude + sideways
    return Box(south, north, west + 360 if west < -180 else west, east - 360 if east > 180 else east)


def miles_between(a, b):
    """Return the great-circle miles between two points."""
    return miles_of_chord_squared(sum((p - q) ** 2 for p, q in zip(a.vector, b.vector, strict=True)))


def miles_from(point, prefix=""):
    """Return an expression for a row's great-circle miles from ``point``, to annotate, filter and sort by.

    The rows have their unit vector in ``x``, ``y`` and ``z`` (after ``prefix``).
    """
    return ChordSquared(*(f"{prefix}{name}" for name in "xyz"), point=point)


class MilesField(FloatField):
    """Converts between the squared chord in the database and miles in Python, so ``filter(miles__lte=25)`` works."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else miles_of_chord_squared(value)

    def get_prep_value(self, value):
        miles = super().get_prep_value(value)
        return None if miles is None else chord_squared(miles)


class ChordSquared(Func):
    """The squared chord between the unit vectors of a row and of a point.

    It is a single expression, because Django copies a tree of many expressions slowly.
    """

    arity = 3
    output_field = MilesField()

    def __init__(self, *columns, point, **extra):
        super().__init__(*columns, **extra)
        self.vector = point.vector

    def as_sql(self, compiler, connection, **context):
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        squares = " + ".join(f"({column} - %s) * ({column} - %s)" for column in columns)
        return f"({squares})", [part for part in self.vector for _ in range(2)]


def miles_of_chord_squared(square):
    """Return great-circle miles from the squared chord between two unit vectors."""
    # Rounding can make the chord negative or longer than the diameter.
    return 2 * EARTH_RADIUS_MILES * asin(min(1, sqrt(max(0, square)) / 2))


def chord_squared(miles):
    """Return the largest squared chord of two points within ``miles``."""
    chord = 2 * sin(min(max(0, miles), FARTHEST_MILES) / EARTH_RADIUS_MILES / 2)
    # Add about a quarter of an inch at distance 0. Rounding makes the two ways to write one place (at a pole or on the
    # antimeridian) differ, and a point and its antipode differ from the diameter.
    return chord * chord * (1 + 1e-12) + 1e-18
