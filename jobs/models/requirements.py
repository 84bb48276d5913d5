"""What an opening asks of a person at least, as facts that can be compared; what it doesn't say is left empty."""

from enum import StrEnum
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

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


class Outcome(StrEnum):
    """What becomes of a minimum when a person is held against it."""

    FAILS = "fails"
    UNANSWERED = "unanswered"  # the person does not say
    MEETS = "meets"


class Verdict(NamedTuple):
    """An :class:`Outcome` and what is said of it: the reason where the minimum is not met, else the minimum."""

    outcome: Outcome
    words: str


class Minimums(models.Model):
    """An opening's minimums: nothing where it says nothing."""

    NAMES = ("age_least", "age_most", "education", "certification", "experience_years", "citizenship", "licence")
    # What a person says of themselves goes by the same name, but here.
    ANSWERS = {"age_least": "age", "age_most": "age"}
    # From the least to the most.
    ORDERS = {
        "education": Education.values,
        "certification": Certification.values,
        "citizenship": Citizenship.values,
        "licence": Licence.values,
    }
    # Stated, and met by everybody, whatever they say.
    ASKS_NOTHING = (0, "none")

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
        return _t("What it asks at least")  # and not of which opening: one that was just removed has none

    def stated(self):
        """The names of those that are stated, in the order of ``NAMES``."""
        return [name for name in self.NAMES if getattr(self, name) not in (None, "")]

    def in_words(self):
        """What is stated, each as a text: "At least 21 years old"."""
        return [self._words(name) for name in self.stated()]

    def verdicts(self, person):
        """A :class:`Verdict` on a :class:`jobs.eligibility.Person` for each minimum that is stated."""
        return [self._verdict(name, person) for name in self.stated()]

    def _words(self, name):
        asked = getattr(self, name)
        if name == "age_least":
            return _t("At least %(years)d years old") % {"years": asked}
        if name == "age_most":
            return _t("At most %(years)d years old") % {"years": asked}
        if name == "experience_years":
            if asked == 0:
                return _t("No experience needed")
            words = ngettext("At least %(years)d year of experience", "At least %(years)d years of experience", asked)
            return words % {"years": asked}
        if asked == Certification.THIS_STATE:
            return _t("POST certification of %(state)s") % {"state": self.job.department.get_state_display()}
        return str(dict(self._meta.get_field(name).choices)[asked])

    def _verdict(self, name, person):
        answer = getattr(person, self.ANSWERS.get(name, name))
        met = self._is_met(name, answer, person.certified_in)
        if met is None:
            return Verdict(Outcome.UNANSWERED, self._words(name))
        return Verdict(Outcome.MEETS, self._words(name)) if met else Verdict(Outcome.FAILS, self._reason(name, answer))

    def _is_met(self, name, answer, certified_in):
        """Whether an answer is enough; None if there is none, or only half of one."""
        asked = getattr(self, name)
        if asked in self.ASKS_NOTHING:
            return True
        if answer in (None, ""):
            return None
        if asked == Certification.THIS_STATE and answer == Certification.ANY_STATE:
            return certified_in == self.job.department.state if certified_in else None
        if name in self.ORDERS:
            return self.ORDERS[name].index(answer) >= self.ORDERS[name].index(asked)
        return answer <= asked if name == "age_most" else answer >= asked

    def _reason(self, name, answer):
        asked = getattr(self, name)
        if name == "age_least":
            words = _t("Asks for %(asked)d years, you are %(yours)d")
        elif name == "age_most":
            words = _t("Accepts up to %(asked)d years, you are %(yours)d")
        elif name == "experience_years":
            words = ngettext(
                "Asks for %(asked)d year of experience, you have %(yours)d",
                "Asks for %(asked)d years of experience, you have %(yours)d",
                asked,
            )
        else:
            words, asked = _t("Asks for: %(asked)s"), self._words(name)
        return words % {"asked": asked, "yours": answer}
