"""Points on the Earth, boxes around them, and distances in miles that the database computes.

Each point has a second form: the three coordinates of its unit vector. The straight line (chord) between two unit
vectors grows with the great circle between them, and its square is plain arithmetic:

    chord² = (x₁ - x₂)² + (y₁ - y₂)² + (z₁ - z₂)²        miles = 2 R asin(√chord² / 2)

so any engine compares and sorts distances exactly, with no trigonometry, no extension, and nothing special at the
poles, the antimeridian or distance 0. (The formula: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68,
1984; its haversine is chord² / 4.)
"""

from math import asin, cos, degrees, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

from django.db.models import FloatField, Func, Q

EARTH_RADIUS_MILES = 3958.7613  # the mean radius, 6371.0088 km (IUGG)
FARTHEST_MILES = pi * EARTH_RADIUS_MILES  # to the other side of the Earth


class Point(NamedTuple):
    """A place on the Earth: WGS 84 degrees, north and east positive."""

    latitude: float
    longitude: float

    @property
    def vector(self):
        """``(x, y, z)`` on the unit sphere: x to 0°N 0°E, y to 0°N 90°E, z to the north pole."""
        latitude, longitude = radians(self.latitude), radians(self.longitude)
        parts = (cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
        # Parts so small that PostgreSQL could not square their difference (it underflows) are none.
        return tuple(round(part, 15) for part in parts)

    def is_valid(self):
        """Whether both are finite and in range."""
        return (
            isfinite(self.latitude)
            and isfinite(self.longitude)
            and abs(self.latitude) <= 90
            and abs(self.longitude) <= 180
        )


class Box(NamedTuple):
    """Degrees. ``west > east`` means that the box crosses the antimeridian."""

    south: float
    north: float
    west: float
    east: float

    def contains(self, prefix=""):
        """The ``Q`` of the rows whose ``latitude`` and ``longitude`` (behind ``prefix``) are in the box."""
        latitude = Q(**{f"{prefix}latitude__range": (self.south, self.north)})
        east_of_west = Q(**{f"{prefix}longitude__gte": self.west})
        west_of_east = Q(**{f"{prefix}longitude__lte": self.east})
        return latitude & (east_of_west & west_of_east if self.west <= self.east else east_of_west | west_of_east)


def bounding_box(point, miles):
    """The smallest box of degrees that holds the circle of ``miles`` around ``point``, a hair larger than exact.

    Source: J. P. Matuschek, "Finding Points Within a Distance of a Latitude/Longitude", for the longitudes' formula.
    """
    angle = max(0.0, miles) / EARTH_RADIUS_MILES
    hair = 1e-6  # degrees, about 4 inches: rounding must not cut off what the exact distance lets in
    reach = degrees(angle) + hair
    south, north = point.latitude - reach, point.latitude + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90), min(north, 90), -180, 180)
    sideways = degrees(asin(min(1, sin(angle) / cos(radians(point.latitude))))) + hair
    west, east = point.longitude - sideways, point.longitude + sideways
    return Box(south, north, west + 360 if west < -180 else west, east - 360 if east > 180 else east)


def miles_between(a, b):
    """Great-circle miles between two points."""
    return miles_of_chord_squared(sum((p - q) ** 2 for p, q in zip(a.vector, b.vector, strict=True)))


def miles_from(point, prefix=""):
    """The great-circle miles of a row with ``x, y, z`` (behind ``prefix``) from ``point``: filter, sort and read it."""
    return ChordSquared(*(f"{prefix}{name}" for name in "xyz"), point=point)


class MilesField(FloatField):
    """A squared chord in the database, miles in Python, in both directions: ``filter(miles__lte=25)`` just works."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else miles_of_chord_squared(value)

    def get_prep_value(self, value):
        miles = super().get_prep_value(value)
        return None if miles is None else chord_squared(miles)


class ChordSquared(Func):
    """The squared chord between a row's unit vector and a point's, in one expression, which Django copies quickly."""

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
    """Great-circle miles between two points from the square of the chord between their unit vectors."""
    # Rounding may overshoot the two ends: a chord is never negative nor longer than the diameter.
    return 2 * EARTH_RADIUS_MILES * asin(min(1, sqrt(max(0, square)) / 2))


def chord_squared(miles):
    """The greatest square of a chord within these miles."""
    chord = 2 * sin(min(max(0, miles), FARTHEST_MILES) / EARTH_RADIUS_MILES / 2)
    # A hair more, about a quarter of an inch at radius 0: one place written two ways (a pole, the antimeridian) differs
    # by rounding, and so do a point and its antipode from the diameter.
    return chord * chord * (1 + 1e-12) + 1e-18
