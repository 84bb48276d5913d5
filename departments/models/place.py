"""Places to search near: ZIP codes and towns."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..fields import KeyField
from ..geo import states
from ..geo.points import Point
from ..names import name_prefixes, normalize


class Precision(models.TextChoices):
    """How precisely a location is known, best first."""

    BUILDING = "building", _("the building")
    ZIP = "zip", _("the ZIP code")
    TOWN = "town", _("the town")
    COUNTY = "county", _("the county")


class PlaceQuerySet(models.QuerySet):
    def zip_code(self, text):
        """The place of a ZIP code. Only the first five characters count."""
        return self.filter(zip=text[:5]).exclude(zip="")

    def towns(self, name, state="", county=""):
        """Towns whose normalized name is that of ``name``, most likely first."""
        found = self.filter(zip="", key=normalize(name))
        if state:
            found = found.filter(state=state)
        if county:
            found = found.filter(Q(county__iexact=county) | Q(county__istartswith=f"{county} "))
        return found.order_by("-zip_codes", "state", "pk")

    def starting_with(self, text):
        """Towns whose name starts with ``text``, those with the most ZIP codes first."""
        prefixes = name_prefixes(text)
        if not prefixes:
            return self.none()
        ranges = (Q(key__range=(prefix, f"{prefix}\U0010ffff")) for prefix in prefixes)
        return self.filter(reduce(or_, ranges), zip="", zip_codes__gt=0).order_by("-zip_codes", "key", "state", "pk")

    def of_address(self, zip_code, town, state):
        """The place of an address, at most one row: the ZIP code if it is in the state, else the town.

        ``zip_code`` has five digits or is "", and ``town`` is a normalized name.
        """
        by_zip = Q(zip=zip_code, state=state) & ~Q(zip="")
        return self.filter(by_zip | Q(zip="", key=town, state=state)).order_by("-zip", "-zip_codes", "pk")[:1]


class Place(models.Model):
    """A ZIP code or a town to search near. ``manage.py load_places`` loads them."""

    zip = models.CharField(_("ZIP code"), max_length=5, blank=True)
    name = models.CharField(_("name"), max_length=100)
    key = KeyField(_("normalized name"), max_length=120)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    county = models.CharField(_("county"), max_length=100, blank=True)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))
    time_zone = models.CharField(_("time zone"), max_length=40)
    zip_codes = models.PositiveIntegerField(
        _("ZIP codes"),
        default=0,
        help_text=_("The number of ZIP codes of a town; 0 for a neighborhood or a former name."),
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
        """Text that finds this place and no other when typed into a search box."""
        return self.zip or ", ".join(part for part in (self.name, self.county, self.state) if part)
