"""The model of a police department."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from policeapp.history.records import History

from ..fields import KeyField, MarkdownField
from ..geo import states
from ..names import core_name, name_key, normalize, slug_of, without_county_word
from ..signals import departments_changed
from .checked import CHECK, Checked
from .contact import Contact
from .figures import YEAR_CONSTRAINTS, Figures
from .kinds import DepartmentKind
from .location import POSITION_CONSTRAINT, Located
from .place import Precision
from .profile import Specialization
from .querysets import DepartmentQuerySet
from .roles import Staffed
from .slugs import Slugged, SlugRedirect
from .sources import Sourced

LOCATION = ("latitude", "longitude", "precision")


class Department(Located, Contact, Figures, Slugged, Sourced, Staffed, Checked):
    """A law enforcement agency and the facts on its profile."""

    Kind = DepartmentKind

    # Kinds that can have posts all over a state.
    STATEWIDE = {Kind.STATE_POLICE, Kind.STATE_OTHER, Kind.PARK}

    class Status(models.TextChoices):
        PUBLISHED = "published", _("Published")
        DRAFT = "draft", _("Draft")

    # The facts whose sources are stored, in the order of the profile.
    FACTS = (
        "name", "alias", "kind", "ori", "parent", "logo", "chief_name", "chief_title", "street1", "street2", "city",
        "state", "zip", "county", "phone", "email", "website", "website_kind", "sworn_officers", "sworn_year",
        "population", "population_year", "population_basis", "county_population", "county_population_year",
        "specializations", "more_specializations", "about", "mission", "mission_is_summary", "divisions",
        "special_units", "special_units_intro", "latitude", "longitude", "precision", "time_zone", "status",
    )  # fmt: skip

    # The facts that a profile misses if they are unknown. Special services count as divisions.
    EXPECTED = {
        "chief_name": _("chief"), "street1": _("street address"), "phone": _("phone"), "website": _("website"),
        "sworn_officers": _("number of officers"), "population": _("population served"),
        "specializations": _("specializations"), "about": _("about"), "mission": _("mission statement"),
        "divisions": _("divisions"), "logo": _("logo"),
    }  # fmt: skip

    SET_WITH = {
        "sworn_year": "sworn_officers", "population_year": "population", "population_basis": "population",
        "county_population_year": "county_population", "website_kind": "website", "longitude": "latitude",
        "precision": "latitude",
    }  # fmt: skip

    FACT_LABELS = {
        "street1": _("address"), "street2": _("address"), "city": _("address"), "state": _("address"),
        "zip": _("address"), "chief_name": _("chief"), "chief_title": _("chief"), "latitude": _("map location"),
        "longitude": _("map location"), "precision": _("map location"), "sworn_year": _("number of officers"),
        "population_year": _("population served"), "population_basis": _("population served"),
        "county_population_year": _("county population"), "website_kind": _("website"),
        "more_specializations": _("specializations"), "mission_is_summary": _("mission statement"),
        "divisions": _("divisions"), "special_units": _("special services"),
        "special_units_intro": _("special services"),
    }  # fmt: skip

    # The distance from a place in miles. Searches set it.
    miles = None
    # What it does in the place that an answer is about, as a sentence. The answer sets it.
    role = ""

    TRACKED = (*Located.TRACKED, "slug", "search_text", "status")
    # Fields that are computed from other fields and saved with them. ``save()`` and ``derive()`` set them.
    DERIVED = ("name_key", "search_text", "slug", "county_slug", "time_zone", "latitude", "longitude", "precision")
    DERIVED += ("x", "y", "z", "size", "name_core", "city_key")
    FULL_TEXT = ("search_text",)

    # The parts in its history, and the facts that have their sources. What else comes back with a deleted department.
    HISTORY_PARTS = {
        "listed_specializations": "specializations", "divisions": "divisions", "special_units": "special_units",
        "hiring_steps": "",
    }  # fmt: skip
    RESTORED_WITH = ("slug_redirects", "jobs")

    name = models.CharField(_("name"), max_length=200)
    alias = models.CharField(
        _("also known as"),
        max_length=200,
        blank=True,
        help_text=_("Another name that people search for, such as the one in federal lists."),
    )
    name_key = KeyField(_("normalized name"), max_length=250, editable=False)
    name_core = KeyField(max_length=250, default="", db_default="", editable=False)
    search_text = models.CharField(_("search text"), max_length=1000, editable=False)
    slug = models.SlugField(
        _("end of the web address"),
        max_length=120,
        blank=True,
        help_text=_(
            "The last part of the page's web address. Leave blank to make it from the name. If you change it, "
            "the old address leads to the new one."
        ),
    )
    kind = models.CharField(_("agency type"), max_length=24, choices=Kind.choices, default=Kind.MUNICIPAL)
    ori = models.CharField(
        _("ORI"),
        max_length=9,
        blank=True,
        validators=[
            RegexValidator(r"^(?!0{9})[A-Za-z0-9]{9}\Z", _("Enter nine letters or digits, such as CT0015800."))
        ],
        help_text=_("The department's number in lists of the FBI. Imports find the department by it."),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="posts",
        db_index=False,  # an index of all rows misleads SQLite, because most have no headquarters
        verbose_name=_("headquarters"),
        help_text=_("Only for a post, such as a barracks of the state police. Lists show its headquarters instead."),
    )
    chief_name = models.CharField(_("chief's name"), max_length=120, blank=True)
    chief_title = models.CharField(
        _("chief's title"), max_length=60, default="Chief", help_text=_("Chief, Sheriff, Colonel, Director …")
    )

    street1 = models.CharField(_("street"), max_length=120, blank=True)
    street2 = models.CharField(_("street, line 2"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_key = KeyField(max_length=120, default="", db_default="", editable=False)
    state = models.CharField(_("state"), max_length=2, choices=states.CHOICES)
    zip = models.CharField(
        _("ZIP code"),
        max_length=10,
        blank=True,
        validators=[
            RegexValidator(
                r"^(?!00000|99999)[0-9]{5}(-[0-9]{4})?\Z", _("Enter a ZIP code such as 06880 or 06880-1234.")
            )
        ],
    )
    county = models.CharField(
        _("county"), max_length=100, blank=True, help_text=_("Without the word “County”, such as Fairfield.")
    )
    county_slug = models.CharField(max_length=100, editable=False, blank=True)
    size = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    specializations = models.ManyToManyField(
        Specialization, verbose_name=_("specializations"), through="DepartmentSpecialization", blank=True
    )
    more_specializations = models.BooleanField(
        _("the list of specializations is incomplete"),
        default=False,
        help_text=_("The page then adds “And more...”."),
    )
    about = MarkdownField(_("about"), blank=True, max_length=20_000)
    mission = MarkdownField(_("mission statement"), blank=True, max_length=20_000)
    mission_is_summary = models.BooleanField(
        _("the mission statement is a summary"), default=False, help_text=_("Not in the department's own words.")
    )
    special_units_intro = MarkdownField(_("introduction to special services"), blank=True, max_length=5_000)

    created = models.DateTimeField(_("created"), auto_now_add=True)
    modified = models.DateTimeField(_("modified"), auto_now=True)

    objects = DepartmentQuerySet.as_manager()
    history = History(
        excluded_fields=[*"name_key name_core search_text county_slug city_key size x y z modified".split(), *CHECK],
        no_db_index=["slug", "parent"],
        deletions="department_deletions",
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name_key", "pk"]
        permissions = [("edit_every_department", "Can edit every department")]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "slug"],
                name="department_slug_unique_in_state",
                violation_error_message=_("Another department in this state has this web address."),
            ),
            # Otherwise two URLs would differ only in case.
            models.CheckConstraint(
                condition=Q(slug=Lower("slug")),
                name="department_slug_lowercase",
                violation_error_message=_("Use lowercase letters in the web address."),
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
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="department_not_its_own_parent",
                violation_error_message=_("A department can't be its own headquarters."),
            ),
            models.CheckConstraint(condition=Q(kind__in=DepartmentKind.values), name="department_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=list(states.STATES)),
                name="department_state_known",
            ),
            POSITION_CONSTRAINT,
            *YEAR_CONSTRAINTS,
        ]
        indexes = [
            # It covers all columns that a distance needs, so that SQLite doesn't read the rows.
            models.Index(
                fields=["latitude", "longitude", "x", "y", "z", "status", "parent"], name="department_by_position"
            ),
            # One for each sort order of listed departments. SQLite counts with the first and needs the parent for that.
            *(
                models.Index(fields=["status", *fields], condition=Q(parent=None), name=name)
                for name, fields in {
                    "department_listed": ["name_key", "id", "parent"],
                    "department_listed_in_state": ["state", "name_key", "id"],
                    "department_listed_in_county": ["state", "county_slug", "name_key", "id"],
                    "department_listed_by_size": ["-size", "name_key", "id"],
                }.items()
            ),
            models.Index(fields=["status", "city_key"], name="department_by_city"),
            models.Index(fields=["status", "phone"], name="department_by_phone"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="department_post"),
            models.Index(fields=["status"], condition=~Q(chief_name=""), name="department_led"),
        ]

    def __str__(self):
        # Pickers, logs and lists of the admin show this. Public pages show the parts that they need.
        return self.name_and_town

    def save(self, *args, update_fields=None, **kwargs):
        """Fill in the slug, the location and the time zone if they are blank, and save."""
        if update_fields is not None:
            update_fields = {*update_fields, *self.DERIVED}
        with transaction.atomic(using=kwargs.get("using")):
            self.slug = self.slug or self.free_slug()
            self.locate()
            super().save(*args, update_fields=update_fields, **kwargs)
            self.redirect_old_slug()
            announce_changes([self])
        self.track_changes()

    def unknown_facts(self, *, has_specializations, has_divisions):
        """Return the ``EXPECTED`` facts that are unknown, as ``{field: label}``. Needs no query."""
        known = {"specializations": has_specializations, "divisions": has_divisions}
        return {
            fact: label
            for fact, label in self.EXPECTED.items()
            if not (known[fact] if fact in known else getattr(self, fact) not in (None, ""))
        }

    def get_absolute_url(self):
        return reverse("department", args=[self.state.lower(), self.slug])

    def natural_key(self):
        return (self.state, self.slug)

    natural_key.dependencies = ["departments.specialization"]

    def clean(self):
        self.ori = self.ori.strip().upper()
        self.county = without_county_word(self.county)
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError(gettext("Enter both a latitude and a longitude, or neither."))
        if self.parent and (self.parent.parent_id or self.posts.exists()):
            raise ValidationError({"parent": gettext("A headquarters can't be a post of another department.")})
        if self.slug and SlugRedirect.objects.filter(state=self.state, slug=self.slug).exclude(department=self.pk):
            raise ValidationError({"slug": gettext("This web address is taken: it leads to another department.")})
        if self.state in states.STATES:
            self.slug = self.slug or self.free_slug()
            self.locate()
            self.derive()
            self._validate_location()

    def _validate_location(self):
        """Refuse a location in another state, such as 0, 0 or one without its minus sign, as imports do."""
        if self.point is None or abs(self.latitude) > 90 or abs(self.longitude) > 180:
            return  # the fields' validators report it
        if not states.contains(self.state, *self.point):
            message = gettext("This location is not in %(state)s. Check the order and the minus sign of the longitude.")
            raise ValidationError({"latitude": message % {"state": self.state_in_sentence}})

    def locate(self, find_place=None):
        """Like :meth:`Located.locate`. A location that comes from the address has no other source."""
        stated = self.point
        super().locate(find_place)
        if stated and self.point != stated:
            self.sources = {fact: source for fact, source in self.sources.items() if fact not in LOCATION}

    def edited_by(self, field):
        """Like :meth:`Sourced.edited_by`, but a location that was derived from the address is not an edit.

        Nor is the title that a department has by default.
        """
        set_by = super().edited_by(field)
        if set_by == "unknown" and field == "chief_title":
            return "" if self.chief_title == self._meta.get_field(field).get_default() else set_by
        if set_by == "unknown" and field in LOCATION:
            return "" if self.precision in (Precision.ZIP, Precision.TOWN) else set_by
        return set_by

    def derive(self):
        """Compute normalized names, the search text, the unit vector and the size.

        ``size`` is the population served, or 0 if it is unknown.
        """
        self.name_key = name_key(self.name)
        self.name_core = core_name(self.name_key)
        self.city_key = normalize(self.city)[:120]
        state = states.STATES[self.state].name if self.state in states.STATES else ""
        county = f"{self.county} {'parish' if self.state == 'LA' else 'county'}" if self.county else ""
        parts = (self.name, self.alias, self.city, county, self.state, state, self.ori, self.zip)
        text = " ".join(filter(None, map(normalize, parts)))
        self.search_text = f" {text}"[:1000]
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
    def badge(self):
        """The static file of the picture that stands for its kind where it has no logo."""
        return f"img/badges/{self.kind}.svg"

    def published_posts(self):
        """Return its posts, A to Z. No query for kinds of departments that have none."""
        if self.kind not in self.STATEWIDE:
            return Department.objects.none()
        return self.posts.published().by_name()

    @property
    def name_as_post(self):
        """The name without that of the headquarters: "Greene County" for "Indiana State Police, Greene County"."""
        return self.name.partition(", ")[2] or self.name


@receiver(pre_save, sender=Department)
def derive_before_save(sender, instance, **kwargs):
    """Compute derived fields in a signal, because loading fixtures doesn't call ``save()``."""
    instance.derive()


@receiver(post_save, sender=Department)
def announce_loaded(sender, instance, raw, **kwargs):
    """Announce departments of a fixture, which nobody compared with the database."""
    if raw:
        departments_changed.send(Department, ids=[instance.pk])


def announce_changes(departments):
    """Send ``departments_changed`` for those whose name, address, time zone or status differs from the database."""
    changed = [each.pk for each in departments if each.has_changed("search_text", "time_zone", "status")]
    if changed:
        departments_changed.send(Department, ids=changed)
