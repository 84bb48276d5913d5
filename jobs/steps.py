"""The steps of being hired: what comes after what, how long it takes, when and where, and what it costs."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StepKind(models.TextChoices):
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


class HiringStep(models.Model):
    """One step of a department's way of hiring, or of one opening's own way, which then stands in its place.

    A date and a time are those of the department's time zone.
    """

    Kind = StepKind

    department = models.ForeignKey(
        "departments.Department",
        models.CASCADE,
        related_name="hiring_steps",
        verbose_name=_("department"),
        null=True,
        blank=True,
    )
    job = models.ForeignKey(
        "Job", models.CASCADE, related_name="own_steps", verbose_name=_("opening"), null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("step"), max_length=16, choices=StepKind.choices)
    name = models.CharField(_("name"), max_length=120, blank=True, help_text=_("Empty: as the step is usually called."))
    weeks = models.DecimalField(
        _("typical weeks"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
        help_text=_("How long it usually takes until the next step begins."),
    )
    date = models.DateField(_("date"), null=True, blank=True)
    time = models.TimeField(_("time"), null=True, blank=True, help_text=_("In the department's time zone."))
    place = models.CharField(_("place"), max_length=200, blank=True)
    fee = models.DecimalField(
        _("fee"),
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Dollars. Empty: not stated."),
    )
    waiver = models.CharField(
        _("fee is waived for"), max_length=200, blank=True, help_text=_("For example: veterans, or a CritiCall score.")
    )
    note = models.CharField(_("what to know"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("hiring step")
        verbose_name_plural = _("hiring steps")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, job=None) | Q(department=None, job__isnull=False),
                name="hiring_step_of_a_department_or_an_opening",
            ),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="hiring_step_kind_known"),
            models.CheckConstraint(
                condition=Q(time=None) | Q(date__isnull=False),
                name="hiring_step_time_has_a_date",
                violation_error_message=_("There is a time but no date."),
            ),
            models.CheckConstraint(condition=Q(weeks=None) | Q(weeks__gte=0), name="hiring_step_weeks_not_negative"),
            models.CheckConstraint(condition=Q(fee=None) | Q(fee__gte=0), name="hiring_step_fee_not_negative"),
        ]

    def __str__(self):
        return self.name or self.get_kind_display()
