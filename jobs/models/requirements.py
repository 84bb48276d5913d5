"""Requirements of an opening that can be checked against an applicant's answers. Blank means not stated."""

from enum import StrEnum
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policeapp.history.records import History

AGE = [MinValueValidator(14), MaxValueValidator(99)]


class Education(models.TextChoices):
    """Ordered from the lowest level to the highest."""

    NONE = "none", _("No diploma needed")
    HIGH_SCHOOL = "high_school", _("High school diploma or GED")
    SOME_COLLEGE = "some_college", _("60 college credits")
    ASSOCIATE = "associate", _("Associate degree")
    BACHELOR = "bachelor", _("Bachelor's degree")
    MASTER = "master", _("Master's degree")


class Certification(models.TextChoices):
    """Ordered from the lowest level to the highest."""

    NONE = "none", _("No certification needed")
    ACADEMY = "academy", _("Police academy completed")
    ANY_STATE = "any_state", _("POST certification from any state")
    THIS_STATE = "this_state", _("POST certification from this state")


class Citizenship(models.TextChoices):
    """Ordered from the lowest level to the highest."""

    WORK = "work", _("Authorized to work in the U.S.")
    RESIDENT = "resident", _("Permanent resident or U.S. citizen")
    CITIZEN = "citizen", _("U.S. citizen")


class DriversLicense(models.TextChoices):
    """Ordered from the lowest level to the highest."""

    NONE = "none", _("No driver's license needed")
    REQUIRED = "required", _("Valid driver's license")


class Outcome(StrEnum):
    """The result of checking one requirement against an applicant's answers."""

    FAILS = "fails"
    UNANSWERED = "unanswered"
    MEETS = "meets"


class Verdict(NamedTuple):
    """An :class:`Outcome` and its text: the reason if the applicant fails the requirement, else the requirement."""

    outcome: Outcome
    text: str


class Requirements(models.Model):
    """The requirements of one opening. A blank field means that the opening doesn't state it."""

    FIELDS = (
        "minimum_age", "maximum_age", "education", "certification", "experience_years", "citizenship",
        "drivers_license",
    )  # fmt: skip
    # The applicant's answer to a requirement, if it has another name.
    ANSWERS = {"minimum_age": "age", "maximum_age": "age"}
    # Each ordered from the lowest level to the highest.
    LEVELS = {
        "education": Education.values,
        "certification": Certification.values,
        "citizenship": Citizenship.values,
        "drivers_license": DriversLicense.values,
    }
    # Values that every applicant meets, even without an answer.
    MET_BY_ALL = (0, "none")

    job = models.OneToOneField(
        "Job", models.CASCADE, primary_key=True, related_name="structured_requirements", verbose_name=_("job")
    )
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), null=True, blank=True, validators=AGE)
    maximum_age = models.PositiveSmallIntegerField(
        _("maximum age"), null=True, blank=True, validators=AGE, help_text=_("The highest age that is accepted.")
    )
    education = models.CharField(_("education"), max_length=12, choices=Education.choices, blank=True)
    certification = models.CharField(_("certification"), max_length=10, choices=Certification.choices, blank=True)
    experience_years = models.PositiveSmallIntegerField(
        _("years of experience"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(50)],
        help_text=_("Enter 0 if no experience is needed."),
    )
    citizenship = models.CharField(_("citizenship"), max_length=8, choices=Citizenship.choices, blank=True)
    drivers_license = models.CharField(_("driver's license"), max_length=8, choices=DriversLicense.choices, blank=True)

    history = History()

    class Meta:
        verbose_name = _("requirements")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(maximum_age__gte=F("minimum_age")),
                name="requirements_ages_in_order",
                violation_error_message=_("The maximum age is lower than the minimum age."),
            ),
            models.CheckConstraint(
                condition=Q(education__in=["", *Education.values]), name="requirements_education_known"
            ),
            models.CheckConstraint(
                condition=Q(certification__in=["", *Certification.values]), name="requirements_certification_known"
            ),
            models.CheckConstraint(
                condition=Q(citizenship__in=["", *Citizenship.values]), name="requirements_citizenship_known"
            ),
            models.CheckConstraint(
                condition=Q(drivers_license__in=["", *DriversLicense.values]), name="requirements_license_known"
            ),
        ]

    def __str__(self):
        # Without the opening's title: a row that was just deleted has no opening.
        return _t("Requirements")

    def stated_fields(self):
        """Return the names of the fields that have a value, in the order of ``FIELDS``."""
        return [name for name in self.FIELDS if getattr(self, name) not in (None, "")]

    def descriptions(self):
        """Return a text for each stated requirement, such as "At least 21 years old"."""
        return [self._describe(name) for name in self.stated_fields()]

    def check_applicant(self, applicant):
        """Return a :class:`Verdict` for each stated requirement.

        ``applicant`` is a :class:`jobs.eligibility.evaluation.Applicant`.
        """
        return [self._verdict(name, applicant) for name in self.stated_fields()]

    def _describe(self, name):
        required = getattr(self, name)
        if name == "minimum_age":
            return _t("At least %(years)d years old") % {"years": required}
        if name == "maximum_age":
            return _t("At most %(years)d years old") % {"years": required}
        if name == "experience_years":
            if required == 0:
                return _t("No experience needed")
            text = ngettext("At least %(years)d year of experience", "At least %(years)d years of experience", required)
            return text % {"years": required}
        if required == Certification.THIS_STATE:
            return _t("POST certification from %(state)s") % {"state": self.job.department.state_in_sentence}
        return str(dict(self._meta.get_field(name).choices)[required])

    def _verdict(self, name, applicant):
        answer = getattr(applicant, self.ANSWERS.get(name, name))
        is_met = self._is_met(name, answer, applicant.certified_in)
        if is_met is None:
            return Verdict(Outcome.UNANSWERED, self._describe(name))
        if is_met:
            return Verdict(Outcome.MEETS, self._describe(name))
        return Verdict(Outcome.FAILS, self._reason(name, answer))

    def _is_met(self, name, answer, certified_in):
        """Return whether the answer meets the requirement, or None if the answer is missing or incomplete."""
        required = getattr(self, name)
        if required in self.MET_BY_ALL:
            return True
        if answer in (None, ""):
            return None
        if required == Certification.THIS_STATE and answer == Certification.ANY_STATE:
            return certified_in == self.job.department.state if certified_in else None
        if name in self.LEVELS:
            return self.LEVELS[name].index(answer) >= self.LEVELS[name].index(required)
        return answer <= required if name == "maximum_age" else answer >= required

    def _reason(self, name, answer):
        """Return why the answer doesn't meet the requirement."""
        required = getattr(self, name)
        if name == "minimum_age":
            text = _t("Minimum age is %(required)d; you are %(answer)d")
        elif name == "maximum_age":
            text = _t("Maximum age is %(required)d; you are %(answer)d")
        elif name == "experience_years":
            text = ngettext(
                "Needs %(required)d year of experience; you have %(answer)d",
                "Needs %(required)d years of experience; you have %(answer)d",
                required,
            )
        else:
            text, required = _t("Needs: %(required)s"), self._describe(name)
        return text % {"required": required, "answer": answer}
