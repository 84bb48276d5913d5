"""The ``Job`` model: an opening at a department."""

from datetime import time, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from departments.fields import (
    DAYS,
    EmailAddressField,
    HttpsURLField,
    MarkdownField,
    TypedDateField,
    TypedTimeField,
    at_fields,
)
from departments.geo import states
from departments.models import Department
from departments.models.sources import Sourced
from departments.names import normalize, slug_of
from departments.times import instant, is_allowed, validate_local_time
from policeapp.history.records import History
from policeapp.imports.engine import batches

from .hiring_steps import HiringStep
from .kinds import JobKind, Schedule
from .life import Lifecycle, Status
from .pay import PERIODS_A_YEAR, PayPeriod, format_pay, plausible_pay, validate_pay
from .querysets import JobQuerySet


def count_open_jobs(departments, openings=None):
    """Set ``.open_jobs`` of each department in the list. One query.

    ``openings`` are the jobs to count; the default are all open ones. Use it for one page of a long list:
    :func:`with_open_jobs` makes PostgreSQL count for all rows before the page too.
    """
    openings = Job.objects.open() if openings is None else openings
    found = openings.filter(department__in=departments).order_by()
    numbers = dict(found.values_list("department").annotate(Count("pk")))
    for department in departments:
        department.open_jobs = numbers.get(department.pk, 0)


def with_open_jobs(departments, at=None):
    """Annotate departments (a QuerySet) with ``open_jobs``, the number of jobs open at ``at`` (default: now)."""
    counted = Job.objects.open(at).filter(department=OuterRef("pk")).order_by().values("department")
    return departments.annotate(open_jobs=Coalesce(Subquery(counted.values(number=Count("pk"))), 0))


class Job(Lifecycle, Sourced):
    """An opening at a department. Its location is that of the department.

    Editors enter dates, with optional times, in the department's time zone. Queries compare the instants computed from
    them: ``opens_at`` is the first instant at which the opening is open, ``closes_at`` the first at which it no longer
    is (None: open until filled). Without a closing time, it closes at the end of its closing day. Lists show it until
    ``listed_until`` (None: no end), which is earlier than never if nobody confirms an opening without a deadline.
    """

    Kind = JobKind

    Schedule = Schedule

    Status = Status

    PayPeriod = PayPeriod

    # Set by searches: the distance from a place in miles, and the results of checking the requirements.
    miles = verdicts = None

    # The facts that have a recorded source.
    FACTS = (
        "department", "title", "kind", "schedule", "status", "positions", "description", "requirements", "apply_url",
        "apply_email", "apply_instructions", "pay_min", "pay_max", "pay_period", "opens_on", "opens_time", "closes_on",
        "closes_time",
    )  # fmt: skip

    # Fields computed from other fields. They are saved with every save.
    DERIVED = ("words", "all_words", "slug", "opens_on", "opens_at", "closes_at", "published_at", "open_since")
    DERIVED += ("confirmed_at", "listed_until")
    # Those that depend on the time of a save, and so on their values in the database.
    STORED = ("closes_at", "published_at", "open_since", "confirmed_at")
    FULL_TEXT = ("words", "all_words")
    HISTORY_PARTS = {"structured_requirements": "", "hiring_steps": ""}
    SAMPLES = "samples"  # the source of made-up examples
    LONGEST_WORD = 60  # characters; full-text indexes limit the length of a word
    # Words that most openings have in their full text (:class:`policeapp.database.fulltext.Words`).
    COMMON_WORDS = tuple(
        "a and city county department entry for in level of office officer or police state the to with".split()
    )

    department = models.ForeignKey(
        Department, models.CASCADE, related_name="jobs", verbose_name=_("department"), db_index=False
    )
    title = models.CharField(_("title"), max_length=200)
    # Normalized text for the keyword search: title, kind and department; then with the description and requirements.
    words = models.TextField(default="", db_default="", editable=False)
    all_words = models.TextField(default="", db_default="", editable=False)
    slug = models.SlugField(_("slug"), max_length=120, editable=False)
    # The identity of an imported opening. Only importers set these two; the admin shows them.
    source = models.CharField(
        _("source"), max_length=60, blank=True, help_text=_("The list it was imported from. Blank: entered here.")
    )
    external_id = models.CharField(_("job number in the source"), max_length=100, blank=True)
    kind = models.CharField(_("job type"), max_length=16, choices=Kind.choices, default=Kind.ENTRY_LEVEL)
    schedule = models.CharField(_("hours"), max_length=12, choices=Schedule.choices, default=Schedule.FULL_TIME)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    is_sample = models.BooleanField(
        _("sample"), default=False, help_text=_("A made-up example, marked as one on the site.")
    )
    positions = models.PositiveSmallIntegerField(
        _("positions"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10_000)]
    )
    description = MarkdownField(_("description"), max_length=50_000)
    requirements = MarkdownField(_("requirements"), blank=True, max_length=20_000)
    apply_url = HttpsURLField(_("application URL"), blank=True, max_length=500)
    apply_email = EmailAddressField(_("application email"), blank=True)
    apply_instructions = MarkdownField(_("how to apply"), blank=True, max_length=5_000)

    pay_min = models.DecimalField(_("minimum pay"), max_digits=10, decimal_places=2, null=True, blank=True)
    pay_max = models.DecimalField(_("maximum pay"), max_digits=10, decimal_places=2, null=True, blank=True)
    pay_period = models.CharField(_("pay period"), max_length=10, choices=PayPeriod.choices, default=PayPeriod.YEAR)
    pay_yearly = models.GeneratedField(
        verbose_name=_("yearly pay in dollars"),
        expression=Coalesce("pay_max", "pay_min")
        * Case(*(When(pay_period=period, then=times) for period, times in PERIODS_A_YEAR.items())),
        output_field=models.DecimalField(max_digits=14, decimal_places=2, null=True),
        db_persist=True,
    )

    opens_on = TypedDateField(_("opens on"), blank=True, validators=DAYS, help_text=_("Blank: today."))
    opens_time = TypedTimeField(
        _("opening time"), null=True, blank=True, help_text=_("In the department's time zone. Blank: start of day.")
    )
    closes_on = TypedDateField(
        _("closes on"), null=True, blank=True, validators=DAYS, help_text=_("Blank: open until filled.")
    )
    closes_time = TypedTimeField(
        _("closing time"), null=True, blank=True, help_text=_("In the department's time zone. Blank: end of day.")
    )
    opens_at = models.DateTimeField(_("opens at"), editable=False)
    closes_at = models.DateTimeField(_("closes at"), editable=False, null=True)
    # When its page was public first; in the future if it is planned, None if it was never public. An opening can be
    # entered long after its opening date.
    published_at = models.DateTimeField(_("first published"), editable=False, null=True)
    # When it last opened, or when it is planned to open; None if it is a draft or withdrawn.
    open_since = models.DateTimeField(_("open since"), editable=False, null=True)
    # When its department or an import last said that it is open; opening it says so, too.
    confirmed_at = models.DateTimeField(_("confirmed"), editable=False, null=True)
    # The first instant at which lists leave it out: its closing time, or the end of its last confirmation.
    listed_until = models.DateTimeField(_("listed until"), editable=False, null=True)
    # The closing time, or else the confirmation, that its editors were last reminded of.
    reminded_for = models.DateTimeField(_("reminded for"), editable=False, null=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    modified = models.DateTimeField(_("modified"), auto_now=True)

    objects = JobQuerySet.as_manager()
    history = History(
        excluded_fields=[
            *("words", "all_words", "slug", "opens_at", "pay_yearly", "modified"),
            *("confirmed_at", "listed_until", "reminded_for"),
        ],
        deletions="job_deletions",
    )

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(slug=""),
                name="job_has_title_and_slug",
                violation_error_message=_("A job needs a title."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["published", "draft", "filled", "delisted", "withdrawn"]),
                name="job_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(apply_url="", apply_email="", apply_instructions=""),
                name="job_says_how_to_apply",
                violation_error_message=_("Enter how to apply: a URL, an email address or instructions."),
            ),
            models.CheckConstraint(condition=plausible_pay("pay_min"), name="job_pay_min_plausible"),
            models.CheckConstraint(condition=plausible_pay("pay_max"), name="job_pay_max_plausible"),
            models.CheckConstraint(
                condition=Q(pay_min=None) | Q(pay_max=None) | Q(pay_max__gte=F("pay_min")),
                name="job_pay_range_in_order",
                violation_error_message=_("The maximum pay is lower than the minimum pay."),
            ),
            models.CheckConstraint(
                condition=Q(pay_period__in=["hour", "day", "week", "two_weeks", "month", "year"]),
                name="job_pay_period_known",
            ),
            models.CheckConstraint(condition=Q(kind__in=JobKind.values), name="job_kind_known"),
            models.CheckConstraint(condition=Q(schedule__in=Schedule.values), name="job_schedule_known"),
            models.CheckConstraint(condition=Q(positions__gte=1), name="job_has_a_position"),
            models.CheckConstraint(
                # Equal instants: the clocks of a department's new time zone can skip all of an hour in between.
                condition=Q(closes_at=None) | Q(closes_at__gte=F("opens_at")),
                name="job_closes_after_it_opens",
                violation_error_message=_("The closing date is before the opening date."),
            ),
            models.CheckConstraint(
                condition=Q(closes_on=None, closes_at=None, closes_time=None)
                | Q(closes_on__isnull=False, closes_at__isnull=False),
                name="job_closing_day_and_instant_agree",
                violation_error_message=_("Enter a closing date for this closing time."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=False, listed_until__isnull=False, listed_until=F("closes_at"))
                | Q(closes_at=None, confirmed_at__isnull=False)
                | Q(closes_at=None, listed_until=None),
                name="job_listed_until_it_closes",
            ),
            models.UniqueConstraint(
                fields=["department", "source", "external_id"],
                condition=~Q(external_id=""),
                name="job_external_id_unique_in_source",
                violation_error_message=_("Another job of this department has this source and job number."),
            ),
        ]
        indexes = [
            models.Index(fields=["department", "status", "listed_until", "opens_at"], name="job_open_in_department"),
            models.Index(fields=["pay_yearly"], name="job_by_pay"),
            models.Index(fields=["open_since"], name="job_by_open_since"),
            models.Index(fields=["opens_at"], name="job_by_opening"),
            models.Index(fields=["closes_at"], name="job_by_closing"),
            models.Index(fields=["listed_until"], name="job_by_end_of_listing"),
        ]

    def __str__(self):
        # Logs and pages of the admin show this. Public pages show the title.
        return f"{self.title}, {self.department}"

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None:
            update_fields = {*update_fields, *self.DERIVED}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return reverse("job", args=[self.pk, self.slug])

    def clean(self):
        self.derive_from_title()
        self._validate_pay()
        if self.closes_time and not self.closes_on:
            raise ValidationError({"closes_time": _t("Enter a closing date for this closing time.")})
        if any(not is_allowed(day) for day in (self.opens_on, self.closes_on) if day):
            return  # the fields' validators report it
        # A department that isn't saved yet has no time zone. Then compare the dates alone.
        in_order = not (self.opens_on and self.closes_on) or self.closes_on >= self.opens_on
        if in_order and hasattr(self, "department") and self.department.state in states.STATES:
            self._validate_local_times()
            self.derive()
            in_order = self.closes_after_it_opens
        if not in_order:
            raise ValidationError({"closes_on": _t("The closing date is before the opening date.")})

    def _validate_pay(self):
        amounts = {name: getattr(self, name) for name in ("pay_min", "pay_max") if getattr(self, name) is not None}
        if self.pay_period in PERIODS_A_YEAR:
            at_fields({name: partial(validate_pay, amount, self.pay_period) for name, amount in amounts.items()})

    def _validate_local_times(self):
        checks = {}
        for name in ("opens", "closes"):
            day, at = getattr(self, f"{name}_on"), getattr(self, f"{name}_time")
            if day and at:
                checks[f"{name}_time"] = partial(validate_local_time, day, at, self.department.zone)
        at_fields(checks)

    @property
    def closes_after_it_opens(self):
        """Whether the instants are in order. :meth:`derive` computes them."""
        return self.closes_at is None or self.closes_at > self.opens_at

    def derive_from_title(self):
        self.slug = slug_of(self.title, "opening")

    def derive(self):
        """Compute the fields in ``DERIVED``: the slug, the search text and the instants.

        The default opening date is today in the department's time zone, or the closing date if that is earlier.
        Call it while the fields in ``STORED`` have their values in the database.
        """
        closed_at = self.closes_at
        self.derive_from_title()
        text = normalize(f"{self.title} {self.get_kind_display()}")
        self.words = _unique_words(f"{text} {self.department.search_text}")
        self.all_words = _unique_words(f"{self.words} {normalize(f'{self.description} {self.requirements}')}")
        zone = self.department.zone
        if self.opens_on is None:
            today = self.department.today()
            self.opens_on = min(today, self.closes_on or today)
        self.opens_at = instant(self.opens_on, self.opens_time or time.min, zone)
        if self.closes_on is None:
            self.closes_at = None
        elif self.closes_time:
            self.closes_at = instant(self.closes_on, self.closes_time, zone)
        else:
            self.closes_at = instant(self.closes_on + timedelta(days=1), time.min, zone)
        self.record_life(closed_at)

    @property
    def deadline(self):
        """A text such as "December 5, 2026", with a time and time zone if stated; "" if open until filled."""
        return self.department.format_day(self.closes_on, self.closes_time)

    @property
    def until(self):
        """A text such as "closes December 5, 2026" or "open until filled"."""
        deadline = self.deadline
        return _t("closes %(day)s") % {"day": deadline} if deadline else _t("open until filled")

    @property
    def opening_day(self):
        """When it opens, in the format of :attr:`deadline`."""
        return self.department.format_day(self.opens_on, self.opens_time)

    @property
    def days_left(self):
        """Days until the closing date in the department's time zone; None if open until filled."""
        return None if self.closes_on is None else (self.closes_on - self.department.today()).days

    @property
    def pay(self):
        """A text such as "$64,500 to $81,250 a year"; "" if not stated."""
        return format_pay(self.pay_min, self.pay_max, self.get_pay_period_display())

    @cached_property
    def roadmap(self):
        """The :class:`Roadmap` of its own hiring steps, or else its department's. One query."""
        return HiringStep.objects.for_jobs([self])[self.pk]


def _unique_words(words):
    """Return the words without repeats, each with a space before it."""
    return "".join(dict.fromkeys(f" {word[: Job.LONGEST_WORD]}" for word in words.split()))


@receiver(pre_save, sender=Job)
def derive_before_save(sender, instance, using, **kwargs):
    """Compute derived fields in a signal, because loading fixtures doesn't call ``save()``.

    Those in ``STORED`` come from the database, because a fixture doesn't know them, and another process may have
    changed them.
    """
    if instance.pk:
        stored = Job.objects.using(using).filter(pk=instance.pk).values(*Job.STORED).first() or {}
        for name, value in stored.items():
            setattr(instance, name, value)
    instance.derive()


def sync_from_departments(sender, ids, **kwargs):
    """Recompute the derived fields of all jobs at the departments with these ids.

    Their deadlines depend on the department's time zone, their search text on its name, and since when they are public
    and open on its status. A receiver of ``departments.signals.departments_changed``.
    """
    job_ids = list(Job.objects.filter(department__in=ids).values_list("pk", flat=True))
    for batch in batches(job_ids):
        jobs = list(Job.objects.filter(pk__in=batch).select_related("department"))
        for job in jobs:
            job.derive()
            job.modified = timezone.now()
        Job.objects.bulk_update(jobs, [*Job.DERIVED, "modified"])
