"""Hiring steps: the order, duration, date, place and fee of each step from the application to the job."""

from collections import defaultdict
from datetime import time, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from departments.fields import DAYS, TypedDateField, TypedTimeField, at_fields
from departments.geo import states
from departments.models import Department
from departments.models.profile import Ordered
from departments.times import instant, validate_local_time
from policeapp.history.records import History

from .pay import format_dollars

DAY = timedelta(days=1)


class HiringStepKind(models.TextChoices):
    APPLICATION = "application", _("Application")
    WRITTEN_TEST = "written_test", _("Written test")
    PHYSICAL_AGILITY = "physical_agility", _("Physical agility test")
    ORAL_BOARD = "oral_board", _("Oral board")
    BACKGROUND = "background", _("Background investigation")
    POLYGRAPH = "polygraph", _("Polygraph")
    PSYCHOLOGICAL = "psychological", _("Psychological evaluation")
    MEDICAL = "medical", _("Medical examination")
    OFFER = "offer", _("Conditional offer")
    ACADEMY = "academy", _("Police academy")
    FIELD_TRAINING = "field_training", _("Field training")
    OTHER = "other", _("Other step")


class Roadmap(list):
    """Hiring steps in order, with their total duration and cost."""

    TRAINING = {HiringStepKind.ACADEMY, HiringStepKind.FIELD_TRAINING}

    @property
    def until_offer(self):
        """The :class:`Roadmap` of the steps that an applicant takes to be hired."""
        return Roadmap(step for step in self if step not in self.training)

    @cached_property
    def training(self):
        """The :class:`Roadmap` of the academy and field training, and of other steps after them."""
        found = Roadmap()
        for step in self:
            if step.kind in self.TRAINING or (found and step.kind == HiringStepKind.OTHER):
                found.append(step)
        return found

    @property
    def weeks(self):
        """The sum of the typical weeks as a Decimal; None if no step states them."""
        return _sum(step.weeks for step in self)

    @property
    def fees(self):
        """The sum of the fees in dollars as a Decimal; None if no step states a fee."""
        return _sum(step.fee for step in self)

    @property
    def duration(self):
        """A text such as "About 26 weeks", or "At least 26 weeks" if some steps don't state theirs; "" if unknown."""
        if self.weeks is None:
            return ""
        if any(step.weeks is None for step in self):
            return _t("At least %(weeks)s") % {"weeks": format_weeks(self.weeks)} if self.weeks >= 1 else ""
        return (
            _t("About %(weeks)s") % {"weeks": format_weeks(self.weeks)} if self.weeks >= 1 else _t("Less than a week")
        )

    @property
    def cost(self):
        """A text such as "$43", "at least $43" if some fees aren't stated, "none" if all are free; "" if unknown."""
        all_stated = all(step.fee is not None for step in self)
        if not self.fees:
            return _t("none") if self and all_stated else ""
        return (
            format_dollars(self.fees) if all_stated else _t("at least %(fees)s") % {"fees": format_dollars(self.fees)}
        )


class HiringStepQuerySet(models.QuerySet):
    def for_jobs(self, jobs):
        """Return ``{job.pk: Roadmap}``: the steps of each job, or its department's if the job has none. One query.

        The jobs must come with their departments.
        """
        jobs = {job.pk: job for job in jobs}
        own, general = self._roadmaps(jobs, {job.department_id: job.department for job in jobs.values()})
        return {pk: own[pk] or general[job.department_id] for pk, job in jobs.items()}

    def for_departments(self, departments):
        """Return ``{department.pk: Roadmap}``. One query."""
        departments = {department.pk: department for department in departments}
        general = self._roadmaps({}, departments)[1]
        return {pk: general[pk] for pk in departments}

    def next_change(self, after, until):
        """Return the first instant in ``(after, until]`` at which the time of a step passes, or None. One query."""
        days = after.date() - DAY, until.date() + DAY  # in any time zone
        zone, state = (Coalesce(f"department__{name}", f"job__department__{name}") for name in ("time_zone", "state"))
        # The state, one of those in the time zone, is only for a time zone that Python does not know.
        rows = self.filter(date__range=days, time__isnull=False).order_by().values_list("date", "time", zone)
        ends = (
            self.model(date=day, time=at, department=Department(time_zone=zone, state=state)).ends_at
            for day, at, zone, state in rows.annotate(any_state=Min(state))
        )
        return min((end for end in ends if after < end <= until), default=None)

    def _roadmaps(self, jobs, departments):
        """Return two dicts of roadmaps, by job id and by department id, with one query.

        ``jobs`` and ``departments`` are dicts by id. Each step refers to the given job or department objects.
        """
        own, general = defaultdict(Roadmap), defaultdict(Roadmap)
        for step in self.filter(Q(job__in=list(jobs)) | Q(department__in=list(departments))):
            if step.job_id:
                step.job = jobs[step.job_id]
                own[step.job_id].append(step)
            else:
                step.department = departments[step.department_id]
                general[step.department_id].append(step)
        return own, general


class HiringStep(Ordered):
    """A hiring step of a department, or of one opening. An opening's own steps replace its department's.

    The date and time are in the department's time zone.
    """

    Kind = HiringStepKind

    department = models.ForeignKey(
        "departments.Department",
        models.CASCADE,
        related_name="hiring_steps",
        verbose_name=_("department"),
        null=True,
        blank=True,
    )
    job = models.ForeignKey(
        "Job", models.CASCADE, related_name="hiring_steps", verbose_name=_("job"), null=True, blank=True
    )
    kind = models.CharField(_("step"), max_length=16, choices=HiringStepKind.choices)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Blank: the usual name of the step."))
    weeks = models.DecimalField(
        _("typical weeks"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
        help_text=_("How long it usually takes to reach the next step."),
    )
    date = TypedDateField(_("date"), null=True, blank=True, validators=DAYS)
    time = TypedTimeField(_("time"), null=True, blank=True, help_text=_("In the department's time zone."))
    place = models.CharField(_("place"), max_length=200, blank=True)
    fee = models.DecimalField(
        _("fee"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In dollars. Blank: not stated."),
    )
    waiver = models.CharField(
        _("fee is waived for"),
        max_length=200,
        blank=True,
        help_text=_("For example: veterans, or applicants with a CritiCall score."),
    )
    note = models.CharField(_("notes"), max_length=300, blank=True)

    objects = HiringStepQuerySet.as_manager()
    history = History()

    class Meta(Ordered.Meta):
        verbose_name = _("hiring step")
        verbose_name_plural = _("hiring steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, job=None) | Q(department=None, job__isnull=False),
                name="hiring_step_of_a_department_or_an_opening",
            ),
            models.CheckConstraint(condition=Q(kind__in=HiringStepKind.values), name="hiring_step_kind_known"),
            models.CheckConstraint(
                condition=Q(time=None) | Q(date__isnull=False),
                name="hiring_step_time_has_a_date",
                violation_error_message=_("Enter a date for this time."),
            ),
            models.CheckConstraint(condition=Q(weeks=None) | Q(weeks__gte=0), name="hiring_step_weeks_not_negative"),
            models.CheckConstraint(condition=Q(fee=None) | Q(fee__gte=0), name="hiring_step_fee_not_negative"),
        ]
        indexes = [models.Index(fields=["date"], name="hiring_step_by_date")]

    def __str__(self):
        return self.name or self.get_kind_display()

    def siblings(self):
        return HiringStep.objects.filter(department=self.department_id, job=self.job_id)

    def clean(self):
        if self.time and not self.date:
            raise ValidationError({"time": _t("Enter a date for this time.")})
        employer = self.employer
        if self.time and employer and employer.state in states.STATES:
            at_fields({"time": partial(validate_local_time, self.date, self.time, employer.zone)})

    @property
    def employer(self):
        """The department that the step belongs to, directly or through its job; None in an incomplete form."""
        return self.department or getattr(self.job, "department", None)

    @property
    def when(self):
        """A text such as "December 5, 2026, 9:00 AM EST"; "" without a date."""
        return self.employer.format_day(self.date, self.time)

    @property
    def ends_at(self):
        """The instant at which its time comes or, without a time, its date ends in the department's time zone."""
        day = self.date if self.time else self.date + DAY
        return instant(day, self.time or time.min, self.employer.zone)

    @property
    def has_passed(self):
        """Whether the date, or its time if it has one, is in the past in the department's time zone."""
        return self.date is not None and self.ends_at <= timezone.now()

    @property
    def duration(self):
        """A text such as "2 weeks" or "less than a week"; "" if unknown."""
        return "" if self.weeks is None else format_weeks(self.weeks)

    @property
    def cost(self):
        """A text such as "$25" or "none"; "" if unknown."""
        return "" if self.fee is None else format_dollars(self.fee) if self.fee else _t("none")


def format_weeks(weeks):
    """Return a text such as "less than a week", "1 week" or "1.5 weeks"."""
    if weeks < 1:
        return _t("less than a week")
    return ngettext("%(number)s week", "%(number)s weeks", 1 if weeks == 1 else 2) % {
        "number": f"{weeks:.1f}".removesuffix(".0")
    }


def _sum(values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None
