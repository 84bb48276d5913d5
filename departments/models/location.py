"""The location and the time zone of a department."""

import re
import zoneinfo
from types import MappingProxyType

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from ..fields import validate_time_zone
from ..geo import states
from ..geo.points import Point
from ..names import normalize
from ..times import instant
from .place import Place, Precision

# The beginnings of normalized address lines that are places for mail only: nobody can drive there.
MAILBOX = re.compile(
    r"p ?o ?(box|bx|b\b|drawer)|pob\b|post office (box|drawer)|((lock|caller|call|mail) )?(box|drawer)( no| number)? "
    r"([a-z]?\d|[a-z]$)|(general delivery|c o|care of|attn|attention|private mail ?box)\b|(.* )?pmb\b"
)


def is_mailbox(line):
    """Return whether a line of an address is a P.O. box, general delivery, "c/o" somebody, or the like."""
    return bool(MAILBOX.match(normalize(line)))


POSITION_CONSTRAINT = models.CheckConstraint(
    condition=models.Q(latitude=None, longitude=None, x=None, y=None, z=None, precision="")
    | models.Q(
        latitude__isnull=False,
        longitude__isnull=False,
        latitude__range=(-90, 90),
        longitude__range=(-180, 180),
        x__isnull=False,
        y__isnull=False,
        z__isnull=False,
        precision__in=Precision.values,
    ),
    name="department_position_whole",
    violation_error_message=_("Enter latitude, longitude and how exact they are, or none of them."),
)


class Located(models.Model):
    """A model with an address, its location and its time zone.

    The address is in the fields ``zip``, ``city`` and ``state``. The location is stored twice, as degrees and as a unit
    vector: see :mod:`departments.geo.points`.
    """

    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    precision = models.CharField(
        _("how exact the map location is"),
        max_length=10,
        blank=True,
        choices=Precision.choices,
        help_text=_("Leave the map location blank to use that of the ZIP code or the town."),
    )
    x = models.FloatField(null=True, editable=False)
    y = models.FloatField(null=True, editable=False)
    z = models.FloatField(null=True, editable=False)
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        validators=[validate_time_zone],
        help_text=_("Such as America/New_York. Leave blank to use that of the ZIP code, the town or the state."),
    )

    # The fields whose values in the database ``loaded_values`` holds. It is empty for a new object.
    TRACKED = ("zip", "city", "state", "latitude", "longitude", "time_zone")
    loaded_values = MappingProxyType({})

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        instance.track_changes()
        return instance

    def track_changes(self):
        """Remember the current values. :meth:`has_changed` compares with them."""
        self.loaded_values = {name: self.__dict__[name] for name in self.TRACKED if name in self.__dict__}

    def has_changed(self, *names):
        """Return whether one of these fields differs from the database. Always False for a new object."""
        return any(name in self.loaded_values and self.loaded_values[name] != getattr(self, name) for name in names)

    def find_place(self):
        """Return the place to search near: that of the ZIP code, else that of the town, else None."""
        return Place.objects.of_address(self.zip[:5], normalize(self.city), self.state).first()

    def locate(self, find_place=None):
        """Fill in the location from the ZIP code or the town, and the time zone from either or from the state.

        Values that a person or a file has set stay. Values that came from the address change with the address.

        ``find_place`` is a function that replaces :meth:`find_place`, for callers that have loaded many places at once.
        """
        moved = self.has_changed("zip", "city", "state")
        is_derived = self.precision in (Precision.ZIP, Precision.TOWN) and not self.has_changed("latitude", "longitude")
        needs_point = self.latitude is None or (moved and is_derived)
        needs_zone = not self.time_zone or (moved and not self.has_changed("time_zone"))
        place = (find_place or self.find_place)() if needs_point or needs_zone else None
        if needs_point:
            self.latitude, self.longitude = place.point if place else (None, None)
            self.precision = "" if not place else Precision.ZIP if place.zip else Precision.TOWN
        elif not self.precision:
            self.precision = Precision.BUILDING
        if needs_zone:
            self.time_zone = place.time_zone if place else states.STATES[self.state].time_zone

    @property
    def point(self):
        """The location as a ``Point``, or None."""
        return None if self.latitude is None else Point(self.latitude, self.longitude)

    @property
    def state_in_sentence(self):
        """The name of the state within a sentence, such as "the District of Columbia"."""
        return states.STATES[self.state].in_sentence

    @property
    def zone(self):
        """The time zone as a ``ZoneInfo``, or that of the state if the stored name is not valid."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            return zoneinfo.ZoneInfo(states.STATES[self.state].time_zone)

    def now(self):
        """Return the current time in the department's time zone."""
        return timezone.localtime(timezone=self.zone)

    def today(self):
        """Return today's date in the department's time zone."""
        return timezone.localdate(timezone=self.zone)

    def format_day(self, day, at=None):
        """Return a text such as "December 5, 2026", with the time and time zone if ``at`` is a time; "" for None."""
        if day is None:
            return ""
        if at is None:
            return date_format(day, "F j, Y")
        local = instant(day, at, self.zone).astimezone(self.zone)
        return f"{date_format(local, 'F j, Y, g:i A')} {local:%Z}"
