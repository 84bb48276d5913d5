"""The places that people look for a department near, and where a department is and what time it is there."""

import zoneinfo
from datetime import datetime
from types import MappingProxyType

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ..fields import KeyField, validate_time_zone
from ..geo import states
from ..geo.points import Point
from ..names import normalise


class Precision(models.TextChoices):
    """How exactly a position is known, best first."""

    BUILDING = "building", _("the building")
    ZIP = "zip", _("the ZIP code")
    TOWN = "town", _("the town")
    COUNTY = "county", _("the county")


class PlaceQuerySet(models.QuerySet):
    def zip_code(self, text):
        """The place of a ZIP code, whatever follows its first five digits."""
        return self.filter(zip=text[:5]).exclude(zip="")

    def towns(self, name, state="", county=""):
        """The towns of that name (in any spelling that normalises alike), the likeliest first."""
        found = self.filter(zip="", key=normalise(name))
        if state:
            found = found.filter(state=state)
        if county:
            found = found.filter(Q(county__iexact=county) | Q(county__istartswith=f"{county} "))
        return found.order_by("-zip_codes", "state", "pk")

    def of_address(self, zip_code, town, state):
        """The place of an address, at most one row: its ZIP code (five digits or "") if that is in the state, else its
        town (normalised)."""
        by_zip = Q(zip=zip_code, state=state) & ~Q(zip="")
        return self.filter(by_zip | Q(zip="", key=town, state=state)).order_by("-zip", "-zip_codes", "pk")[:1]


class Place(models.Model):
    """A ZIP code, or a town: where people look for a department near. Loaded by ``manage.py load_places``."""

    zip = models.CharField(_("ZIP code"), max_length=5, blank=True)
    name = models.CharField(_("name"), max_length=100)
    key = KeyField(_("normalised name"), max_length=120)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    county = models.CharField(_("county"), max_length=100, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    time_zone = models.CharField(_("time zone"), max_length=40)
    zip_codes = models.PositiveIntegerField(
        _("ZIP codes"), default=0, help_text=_("How many a town has; 0 for a neighbourhood or a former name.")
    )

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        constraints = [
            models.UniqueConstraint(fields=["zip"], condition=~Q(zip=""), name="place_zip_unique"),
        ]
        indexes = [models.Index(fields=["key", "state"], name="place_by_name")]

    def __str__(self):
        town = f"{self.name}, {self.state}" if self.state else self.name
        return f"{town} {self.zip}" if self.zip else town

    @property
    def point(self):
        return Point(self.latitude, self.longitude)

    @property
    def search_text(self):
        """What to type into a search box to be understood as this place and no other."""
        return self.zip or ", ".join(part for part in (self.name, self.county, self.state) if part)


class Located(models.Model):
    """A model with an address that has a position, said twice (see :mod:`departments.geography`), and a time zone.

    The address is its ``zip``, ``city`` and ``state``.
    """

    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    precision = models.CharField(
        _("precision of the position"),
        max_length=10,
        blank=True,
        choices=Precision.choices,
        help_text=_("Left empty, the position is taken from the ZIP code or the town."),
    )
    x = models.FloatField(null=True, editable=False)
    y = models.FloatField(null=True, editable=False)
    z = models.FloatField(null=True, editable=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Such as America/New_York. Left empty, it is taken from the ZIP code, the town or the state."),
    )

    # What :attr:`loaded` remembers of the row as it is in the database; empty for a new one.
    REMEMBERED = ("zip", "city", "state", "latitude", "longitude", "time_zone")
    loaded = MappingProxyType({})

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        found = super().from_db(db, field_names, values)
        found.remember()
        return found

    def remember(self):
        """Take the present values for those in the database."""
        self.loaded = {name: self.__dict__[name] for name in self.REMEMBERED if name in self.__dict__}

    def changed(self, *names):
        """Whether one of these has another value than the database has."""
        return any(name in self.loaded and self.loaded[name] != getattr(self, name) for name in names)

    def address_place(self):
        """The place to search near for this department: its ZIP code's, else its town's, else None."""
        return Place.objects.of_address(self.zip[:5], normalise(self.city), self.state).first()

    def locate(self, find_place=None):
        """Fill in the position from the ZIP code or the town, and the time zone from either or the state.

        What a person or a file gave stays; what came from the address follows when the address changes. The place is
        ``address_place()``, or that of ``find_place()`` for who has looked up those of many at once.
        """
        moved = self.changed("zip", "city", "state")
        follows = self.precision in (Precision.ZIP, Precision.TOWN) and not self.changed("latitude", "longitude")
        find_position = self.latitude is None or (moved and follows)
        find_zone = not self.time_zone or (moved and not self.changed("time_zone"))
        place = (find_place or self.address_place)() if find_position or find_zone else None
        if find_position:
            self.latitude, self.longitude = place.point if place else (None, None)
            self.precision = "" if not place else Precision.ZIP if place.zip else Precision.TOWN
        elif not self.precision:
            self.precision = Precision.BUILDING
        if find_zone:
            self.time_zone = place.time_zone if place else states.STATES[self.state].time_zone

    @property
    def point(self):
        """Where it is, or None."""
        return None if self.latitude is None else Point(self.latitude, self.longitude)

    @property
    def zone(self):
        """Its time zone as a ``ZoneInfo``; the state's when the stored name is not one."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return zoneinfo.ZoneInfo(states.STATES[self.state].time_zone)

    def today(self):
        """The day it is there now."""
        return datetime.now(self.zone).date()

    def say_when(self, day, at=None):
        """ "December 5, 2026", with the time and the zone's name when there is one; "" when there is no day."""
        if day is None:
            return ""
        said = date_format(day, "F j, Y")
        if at is None:
            return said
        return f"{said}, {date_format(at, 'g:i A')} {datetime.combine(day, at, self.zone):%Z}"
