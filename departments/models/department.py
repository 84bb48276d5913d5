"""A police department, and what belongs to it."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import phones
from ..fields import KeyField, WebAddressField
from ..geo import states
from ..names import core, county_label, normalise, slug_of
from .kinds import DepartmentKind
from .place import Located, Place, Precision
from .profile import DepartmentSpecialization, Division, Specialization, SpecialUnit
from .querysets import DepartmentQuerySet
from .slugs import Addressed, FormerAddress
from .sources import Sourced

__all__ = [
    "Department",
    "DepartmentSpecialization",
    "Division",
    "FormerAddress",
    "Place",
    "Precision",
    "SpecialUnit",
    "Specialization",
]

YEAR = [MinValueValidator(1900), MaxValueValidator(2100)]


class Department(Located, Addressed, Sourced):
    """A law-enforcement agency and everything its profile says of it."""

    Kind = DepartmentKind

    # Those whose population served is the people who live there, so that officers per resident means something.
    RESIDENTIAL = {Kind.MUNICIPAL, Kind.SHERIFF, Kind.COUNTY_POLICE, Kind.STATE_POLICE, Kind.TRIBAL}

    class Status(models.TextChoices):
        PUBLISHED = "published", _("Published")
        DRAFT = "draft", _("Draft")

    # The facts whose sources are kept, in the order of the profile.
    FACTS = (
        "name", "kind", "ori", "logo", "chief_name", "chief_title", "street1", "street2", "city", "state", "zip",
        "county", "phone", "email", "website", "sworn_officers", "sworn_year", "population", "population_year",
        "specializations", "more_specializations", "about", "mission", "mission_is_summary", "divisions",
        "special_units", "special_units_intro", "latitude", "longitude", "precision", "time_zone", "status",
    )  # fmt: skip

    BELONGS_TO = {
        "sworn_year": "sworn_officers", "population_year": "population", "longitude": "latitude",
        "precision": "latitude",
    }  # fmt: skip

    FACT_LABELS = {
        "street1": _("address"), "street2": _("address"), "city": _("address"), "state": _("address"),
        "zip": _("address"), "chief_name": _("chief"), "chief_title": _("chief"), "latitude": _("position"),
        "longitude": _("position"), "precision": _("position"), "sworn_year": _("number of officers"),
        "population_year": _("population served"), "more_specializations": _("specializations"),
        "mission_is_summary": _("mission statement"), "divisions": _("divisions"),
        "special_units": _("special services"), "special_units_intro": _("special services"),
    }  # fmt: skip

    # What a search may add: the distance from a place.
    miles = None

    REMEMBERED = (*Located.REMEMBERED, "slug", "search_text", "status")
    # What follows from other fields, and is saved with any of them.
    DERIVED = ("name_key", "search_text", "slug", "county_slug", "time_zone", "latitude", "longitude", "precision")
    DERIVED += ("x", "y", "z", "size", "name_core", "city_key")
    FULL_TEXT = ("search_text",)

    name = models.CharField(_("name"), max_length=200)
    name_key = KeyField(_("normalised name"), max_length=250, editable=False)
    name_core = KeyField(max_length=250, default="", db_default="", editable=False)
    search_text = models.CharField(_("searched text"), max_length=700, editable=False)
    slug = models.SlugField(
        _("address"),
        max_length=120,
        blank=True,
        help_text=_(
            "The last part of the page's address. Left empty, it is made from the name. When you change it, "
            "the old address leads to the new one."
        ),
    )
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices, default=Kind.MUNICIPAL)
    ori = models.CharField(
        _("ORI"),
        max_length=9,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]{9}\Z", _("An ORI has nine letters or digits: CT0015800."))],
        help_text=_("Originating Agency Identifier, nine characters, given by the FBI."),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    chief_name = models.CharField(_("chief's name"), max_length=120, blank=True)
    chief_title = models.CharField(
        _("chief's title"), max_length=60, default="Chief", help_text=_("Chief, Sheriff, Colonel, Director …")
    )

    street1 = models.CharField(_("street"), max_length=120, blank=True)
    street2 = models.CharField(_("street, second line"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_key = KeyField(max_length=120, default="", db_default="", editable=False)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    zip = models.CharField(
        _("ZIP code"),
        max_length=10,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{5}(-[0-9]{4})?\Z", _("A ZIP code is 06880 or 06880-1234."))],
    )
    county = models.CharField(
        _("county"), max_length=100, blank=True, help_text=_("Without the word County: Fairfield.")
    )
    county_slug = models.CharField(max_length=100, editable=False, blank=True)
    phone = models.CharField(
        _("phone"), max_length=40, blank=True, validators=[phones.validate], help_text=_("Not for emergencies.")
    )
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Not for emergencies."))
    website = WebAddressField(_("website"), blank=True, max_length=300)

    sworn_officers = models.PositiveIntegerField(
        _("number of officers"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100_000)],
        help_text=_("Sworn officers only, not all employees."),
    )
    sworn_year = models.PositiveSmallIntegerField(_("year of that number"), null=True, blank=True, validators=YEAR)
    population = models.PositiveIntegerField(
        _("population served"), null=True, blank=True, validators=[MaxValueValidator(400_000_000)]
    )
    size = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    population_year = models.PositiveSmallIntegerField(
        _("year of that population"), null=True, blank=True, validators=YEAR
    )
    specializations = models.ManyToManyField(
        Specialization, verbose_name=_("specializations"), through="DepartmentSpecialization", blank=True
    )
    more_specializations = models.BooleanField(_("has more specializations than are listed"), default=False)
    about = models.TextField(
        _("about"), blank=True, max_length=20_000, help_text=_("Markdown: lists, headings, links.")
    )
    mission = models.TextField(_("mission statement"), blank=True, max_length=20_000, help_text=_("Markdown."))
    mission_is_summary = models.BooleanField(
        _("the mission is summarised"), default=False, help_text=_("Not the department's own words.")
    )
    special_units_intro = models.TextField(
        _("special services, introduction"), blank=True, max_length=5_000, help_text=_("Markdown.")
    )

    editors = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("editors"),
        related_name="departments_edited",
        blank=True,
        help_text=_("Staff who may edit this department and its openings, and no other."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    modified = models.DateTimeField(_("modified"), auto_now=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name_key", "pk"]
        permissions = [("edit_every_department", "Can edit every department")]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "slug"],
                name="department_slug_unique_in_state",
                violation_error_message=_("Another department of this state has this address."),
            ),
            models.UniqueConstraint(
                fields=["ori"],
                condition=~Q(ori=""),
                name="department_ori_unique",
                violation_error_message=_("Another department has this ORI."),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""),
                name="department_has_name_and_slug",
                violation_error_message=_("A department needs a name."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["published", "draft"]),
                name="department_status_known",
            ),
            models.CheckConstraint(condition=Q(kind__in=DepartmentKind.values), name="department_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=list(states.STATES)),
                name="department_state_known",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None, x=None, y=None, z=None, precision="")
                | Q(
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
                violation_error_message=_("A position needs latitude, longitude and precision, or none of them."),
            ),
            models.CheckConstraint(
                condition=Q(sworn_year=None) | Q(sworn_officers__isnull=False, sworn_year__range=(1900, 2100)),
                name="department_sworn_year_of_a_number",
                violation_error_message=_("There is a year but no number of officers."),
            ),
            models.CheckConstraint(
                condition=Q(population_year=None) | Q(population__isnull=False, population_year__range=(1900, 2100)),
                name="department_population_year_of_a_number",
                violation_error_message=_("There is a year but no population."),
            ),
        ]
        indexes = [
            # With all that a distance needs, so that SQLite computes it without reading the rows.
            models.Index(fields=["latitude", "longitude", "x", "y", "z", "status"], name="department_by_position"),
            # Each list of published departments in its order.
            models.Index(fields=["status", "name_key", "id"], name="department_listed"),
            models.Index(fields=["status", "state", "name_key", "id"], name="department_listed_in_state"),
            models.Index(
                fields=["status", "state", "county_slug", "name_key", "id"], name="department_listed_in_county"
            ),
            models.Index(fields=["status", "-size", "name_key", "id"], name="department_listed_by_size"),
            models.Index(fields=["status", "city_key"], name="department_by_city"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, update_fields=None, **kwargs):
        """Save, after filling in the address, the position and the time zone where they are empty."""
        if update_fields is not None:
            update_fields = {*update_fields, *self.DERIVED}
        with transaction.atomic(using=kwargs.get("using")):
            self.slug = self.slug or self.free_slug()
            self.locate()
            super().save(*args, update_fields=update_fields, **kwargs)
            self.keep_old_address()
        self.remember()

    def get_absolute_url(self):
        return reverse("department", args=[self.state.lower(), self.slug])

    def natural_key(self):
        return (self.state, self.slug)

    natural_key.dependencies = ["departments.specialization"]

    def clean(self):
        self.ori = self.ori.strip().upper()
        self.phone = phones.tidy(self.phone)
        self.county = self.county.removesuffix(" County").removesuffix(" Parish")
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError(gettext("A position needs both a latitude and a longitude."))
        if self.slug and FormerAddress.objects.filter(state=self.state, slug=self.slug).exclude(department=self.pk):
            raise ValidationError({"slug": gettext("This address is reserved: it leads to a department that had it.")})
        if self.state in states.STATES:
            self.slug = self.slug or self.free_slug()
            self.locate()
            self.derive()

    def set_by_person(self, field):
        """As for any fact, but a position that was taken from the address was set by nobody."""
        by = super().set_by_person(field)
        if by == "unknown" and field in ("latitude", "longitude", "precision"):
            return "" if self.precision in (Precision.ZIP, Precision.TOWN) else by
        return by

    def derive(self):
        """Compute the columns that follow from others: the normalised name and what is particular in it, the town's
        normalised name, the searched text, the unit vector, and ``size``, which is the population served and 0 where
        nobody knows it."""
        self.name_key = normalise(self.name)[:250]
        self.name_core = core(self.name_key)
        self.city_key = normalise(self.city)[:120]
        state = states.STATES[self.state].name if self.state in states.STATES else ""
        county = f"{self.county} {'parish' if self.state == 'LA' else 'county'}" if self.county else ""
        said = normalise(f"{self.name} {self.city} {county} {self.state} {state} {self.ori} {self.zip}")
        self.search_text = f" {said}"[:700]
        self.county_slug = slug_of(self.county, "")
        self.size = self.population or 0
        self.x, self.y, self.z = self.point.vector if self.point else (None, None, None)

    def publish(self):
        self.status = self.Status.PUBLISHED
        self.save()

    def unpublish(self):
        self.status = self.Status.DRAFT
        self.save()

    @property
    def is_published(self):
        return self.status == self.Status.PUBLISHED

    @property
    def town(self):
        """ "Westport, CT", or only the state's name."""
        return f"{self.city}, {self.state}" if self.city else self.get_state_display()

    @property
    def county_label(self):
        return county_label(self.county, self.state)

    @property
    def phone_link(self):
        return phones.link(self.phone)

    @property
    def directions_url(self):
        """Where a map shows the way to its street address; "" where it has none."""
        if not self.street1 or not self.city:
            return ""
        to = f"{self.name}, {self.street1}, {self.city}, {self.state} {self.zip}"
        return f"https://www.google.com/maps/dir/?{urlencode({'api': 1, 'destination': to})}"

    @property
    def website_name(self):
        """The website's host without "www.", which is what people know it by."""
        return (urlsplit(self.website).hostname or self.website).removeprefix("www.")

    @property
    def officers_per_thousand(self):
        """Sworn officers per 1,000 residents, or None when the two figures can't be set against each other.

        They can for a kind that serves residents, when their years are at most three apart, or when both come from
        one statement of one source.
        """
        if not (self.sworn_officers and self.population and self.kind in self.RESIDENTIAL):
            return None
        if self.sworn_year and self.population_year:
            comparable = abs(self.sworn_year - self.population_year) <= 3
        else:
            said = [self.sources.get(field, {}) for field in ("sworn_officers", "population")]
            same = [(origin.get("source"), origin.get("as_of")) for origin in said]
            comparable = self.sworn_year == self.population_year and bool(same[0][0]) and same[0] == same[1]
        return self.sworn_officers * 1000 / self.population if comparable else None


@receiver(pre_save, sender=Department)
def derive_before_save(sender, instance, **kwargs):
    """A signal and not ``save()``, because fixtures are saved without it."""
    instance.derive()
