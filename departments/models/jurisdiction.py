"""Jurisdictions: municipalities, counties and places without a government, their ZIP codes and their departments."""

import re

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _

from ..fields import KeyField
from ..geo import states
from ..names import normalize, slug_of_county
from .department import Department

# Names of the Census Bureau that nobody uses.
COMMON_NAMES = {
    ("HI", "Urban Honolulu"): "Honolulu",
    ("ID", "Boise City"): "Boise",
    ("MI", "Village of Grosse Pointe Shores"): "Grosse Pointe Shores",
    ("NJ", "City of Orange"): "Orange",
    ("NJ", "South Orange Village"): "South Orange",
    ("OH", "The Village of Indian Hill"): "Indian Hill",
}
# Counties that the directory names differently.
COUNTY_NAMES = {("IN", "LaPorte County"): "La Porte", ("TX", "DeWitt County"): "De Witt"}
COUNTY_GOVERNMENT = re.compile(r" City and Borough\Z")
# "Athens-Clarke County" and "Lynchburg, Moore County" are called Athens and Lynchburg.
CONSOLIDATED_WITH = re.compile(r"[-,].*")


class JurisdictionKind(models.TextChoices):
    CITY = "city", _("city")
    TOWN = "town", _("town")
    TOWNSHIP = "township", _("township")
    VILLAGE = "village", _("village")
    BOROUGH = "borough", _("borough")
    PLANTATION = "plantation", _("plantation")
    MUNICIPALITY = "municipality", _("municipality")
    INDEPENDENT_CITY = "independent city", _("independent city")
    CONSOLIDATED = "consolidated city-county", _("consolidated city-county")
    PLACE = "CDP", _("place without a government")
    COUNTY = "county", _("county")


# Kinds that are a county of their own. One department serves all of it.
WHOLE_COUNTY = {JurisdictionKind.INDEPENDENT_CITY, JurisdictionKind.CONSOLIDATED}
# Kinds whose names are unique in a state, so that rows of one name in several counties are one municipality. Towns are,
# too, except where counties consist of them.
UNIQUE_KINDS = {
    JurisdictionKind.CITY,
    JurisdictionKind.VILLAGE,
    JurisdictionKind.BOROUGH,
    JurisdictionKind.CONSOLIDATED,
}
NEW_ENGLAND = {"CT", "MA", "ME", "NH", "RI", "VT"}
STATES_OF_TOWNS = NEW_ENGLAND | {"NJ", "NY", "WI"}


def can_span_counties(kind, state):
    """Return whether a municipality of this kind can lie in several counties of the state, with a row for each."""
    return kind in UNIQUE_KINDS or (kind == JurisdictionKind.TOWN and state not in STATES_OF_TOWNS)


# Kinds that people write with the name of a municipality: "Manchester Township" or "Village of Hempstead".
NAMED_KINDS = {"city", "town", "township", "village", "borough", "plantation", "municipality"}
KIND_BEFORE = re.compile(rf"({'|'.join(sorted(NAMED_KINDS))}) of (.+)")
KIND_AFTER = re.compile(rf"(.+) ({'|'.join(sorted(NAMED_KINDS - {'city'}))})")


def split_kind(key):
    """Split a normalized name: "village of hempstead" and "hempstead village" become ("hempstead", "village").

    A name without a kind has the kind "".
    """
    if match := KIND_BEFORE.fullmatch(key):
        return match[2], match[1]
    if match := KIND_AFTER.fullmatch(key):
        return match[1], match[2]
    return key, ""


class JurisdictionQuerySet(models.QuerySet):
    def of_zip(self, zip_code):
        """Jurisdictions that this ZIP code (five digits) lies in, each with ``.share``, the largest share first.

        The shares add up to more than 1 where villages lie inside townships.
        """
        found = self.filter(zip_parts__zip=zip_code).annotate(share=F("zip_parts__share"))
        return found.order_by("-share", "pk")

    def policed(self, is_policed=True):
        """Jurisdictions that have departments, or those that have none. Each is listed once."""
        links = self.model.departments.through.objects.filter(jurisdiction=OuterRef("pk"))
        return self.filter(Exists(links) if is_policed else ~Exists(links))

    def of_town(self, state, name):
        """Municipalities and places without a government of this name, municipalities first.

        ``name`` can name the kind: "Manchester Township". A municipality in several counties has a row for each.
        """
        key = normalize(name)
        bare, kind = split_kind(key)
        wanted = Q(key=key) | Q(key=bare, kind=kind) if kind else Q(key=key)
        found = self.filter(wanted, state=state).exclude(kind=JurisdictionKind.COUNTY)
        return found.order_by(Case(When(kind=JurisdictionKind.PLACE, then=1), default=0), "county_slug", "pk")

    def county(self, state, county_slug):
        """The county with this slug, at most one row. An independent city is a county, too."""
        return self.filter(state=state, county_slug=county_slug, kind=JurisdictionKind.COUNTY)


class Jurisdiction(models.Model):
    """A municipality, a county, or a place without a government. ``manage.py load_places`` loads them.

    A municipality in several counties has a row for each. ``departments`` are those that police it: a municipality's
    own department, or a county's sheriff and county police.
    """

    Kind = JurisdictionKind

    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    name = models.CharField(_("name"), max_length=100)
    key = KeyField(_("normalized name"), max_length=120, editable=False)
    kind = models.CharField(_("type"), max_length=24, choices=Kind.choices)
    county = models.CharField(_("county"), max_length=100)
    county_slug = models.CharField(max_length=100, editable=False)
    departments = models.ManyToManyField(
        Department, verbose_name=_("departments"), related_name="jurisdictions", blank=True
    )
    is_corrected = models.BooleanField(
        _("corrected"), default=False, help_text=_("Imports don't change the departments of this jurisdiction.")
    )

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        ordering = ["state", "key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["state", "name", "kind", "county"], name="jurisdiction_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=JurisdictionKind.values), name="jurisdiction_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "county_slug", "kind"], name="jurisdiction_by_county"),
            models.Index(fields=["state", "key"], name="jurisdiction_by_name"),
        ]

    def __str__(self):
        return f"{self.name}, {self.state}"

    def save(self, *args, **kwargs):
        self.derive()
        super().save(*args, **kwargs)

    @property
    def common_name(self):
        """The name that people use: "Athens" for "Athens-Clarke County"."""
        name = COMMON_NAMES.get((self.state, self.name), self.name)
        return CONSOLIDATED_WITH.sub("", name) if self.kind == self.Kind.CONSOLIDATED else name

    def derive(self):
        """Compute the fields that depend on the names."""
        self.key = normalize(self.common_name)
        county = COUNTY_NAMES.get((self.state, self.county), COUNTY_GOVERNMENT.sub("", self.county))
        self.county_slug = slug_of_county(county)


class ZipPart(models.Model):
    """The part of a ZIP code's residents that live in a jurisdiction."""

    zip = models.CharField(_("ZIP code"), max_length=5, db_index=True)
    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="zip_parts")
    share = models.FloatField(
        _("share"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Partly estimated. The shares of a ZIP code can add up to more than 1."),
    )

    class Meta:
        verbose_name = _("part of a ZIP code")
        verbose_name_plural = _("parts of ZIP codes")
        ordering = ["zip", "-share", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["zip", "jurisdiction"], name="zip_part_unique"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lte=1), name="zip_part_share_in_range"),
        ]

    def __str__(self):
        return f"{self.zip}: {self.jurisdiction} ({self.share:.0%})"
