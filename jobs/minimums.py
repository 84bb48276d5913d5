"""What an opening asks of a person at least, as facts that can be compared; what it doesn't say is left empty."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

AGE = [MinValueValidator(14), MaxValueValidator(99)]


class Education(models.TextChoices):
    """From the least to the most."""

    NONE = "none", _("No diploma needed")
    HIGH_SCHOOL = "high_school", _("High school diploma or GED")
    SOME_COLLEGE = "some_college", _("60 college credits")
    ASSOCIATE = "associate", _("Associate degree")
    BACHELOR = "bachelor", _("Bachelor's degree")
    MASTER = "master", _("Master's degree")


class Certification(models.TextChoices):
    """From the least to the most."""

    NONE = "none", _("No certification needed")
    ACADEMY = "academy", _("Police academy completed")
    ANY_STATE = "any_state", _("POST certification of any state")
    THIS_STATE = "this_state", _("POST certification of this state")


class Citizenship(models.TextChoices):
    """From the least to the most."""

    WORK = "work", _("Authorized to work in the United States")
    RESIDENT = "resident", _("Permanent resident or citizen")
    CITIZEN = "citizen", _("Citizen of the United States")


class Licence(models.TextChoices):
    """From the least to the most."""

    NONE = "none", _("No driver's license needed")
    REQUIRED = "required", _("Valid driver's license")


class Minimums(models.Model):
    """An opening's minimums: nothing where it says nothing."""

    job = models.OneToOneField(
        "Job", models.CASCADE, primary_key=True, related_name="minimums", verbose_name=_("opening")
    )
    age_least = models.PositiveSmallIntegerField(_("least age"), null=True, blank=True, validators=AGE)
    age_most = models.PositiveSmallIntegerField(
        _("most age"), null=True, blank=True, validators=AGE, help_text=_("The highest age that is still accepted.")
    )
    education = models.CharField(_("education"), max_length=12, choices=Education.choices, blank=True)
    certification = models.CharField(_("certification"), max_length=10, choices=Certification.choices, blank=True)
    experience_years = models.PositiveSmallIntegerField(
        _("years of experience"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(50)],
        help_text=_("0: none needed."),
    )
    citizenship = models.CharField(_("citizenship"), max_length=8, choices=Citizenship.choices, blank=True)
    licence = models.CharField(_("driver's license"), max_length=8, choices=Licence.choices, blank=True)

    class Meta:
        verbose_name = _("minimums")
        verbose_name_plural = _("minimums")
        constraints = [
            models.CheckConstraint(
                condition=Q(age_least=None) | Q(age_most=None) | Q(age_most__gte=F("age_least")),
                name="minimums_ages_in_order",
                violation_error_message=_("The highest age is less than the lowest."),
            ),
            models.CheckConstraint(condition=Q(education__in=["", *Education.values]), name="minimums_education_known"),
            models.CheckConstraint(
                condition=Q(certification__in=["", *Certification.values]), name="minimums_certification_known"
            ),
            models.CheckConstraint(
                condition=Q(citizenship__in=["", *Citizenship.values]), name="minimums_citizenship_known"
            ),
            models.CheckConstraint(condition=Q(licence__in=["", *Licence.values]), name="minimums_licence_known"),
        ]

    def __str__(self):
        return str(self.job)
