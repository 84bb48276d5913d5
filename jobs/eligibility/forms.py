"""The form of "Am I eligible?": a visitor's answers and where to look for jobs."""

from dataclasses import fields

from django import forms
from django.utils.translation import gettext_lazy as _

from departments.geo import states
from departments.search.forms import NearForm

from ..models import Job
from ..models.requirements import Certification, Citizenship, DriversLicense, Education
from .evaluation import Applicant

NO_ANSWER = ("", _("I'd rather not say"))


class YearsField(forms.IntegerField):
    """Whole years up to ``most``, with one error message for any other input."""

    def __init__(self, *, most, message, **options):
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(required=False, min_value=0, max_value=most, error_messages=messages, widget=widget, **options)


class AnswerField(forms.ChoiceField):
    """One of the choices, or no answer."""

    def __init__(self, *, choices, **options):
        super().__init__(required=False, choices=lambda: [NO_ANSWER, *choices], **options)


class EligibilityForm(NearForm):
    """A visitor's answers and the place to search near. All answers are optional."""

    q = None  # no keyword search here

    kind = forms.ChoiceField(
        label=_("Job type"), required=False, choices=lambda: [("", _("Any type")), *Job.Kind.choices]
    )

    age = YearsField(label=_("Your age"), most=120, message=_("Enter your age in whole years, such as 21."))
    education = AnswerField(label=_("Education"), choices=[(Education.NONE, _("No diploma")), *Education.choices[1:]])
    certification = AnswerField(
        label=_("Police certification"),
        choices=[
            (Certification.NONE, _("None")),
            (Certification.ACADEMY, Certification.ACADEMY.label),
            (Certification.ANY_STATE, _("POST certification")),
        ],
        help_text=_("POST: peace officer certification issued by a state"),
    )
    certified_in = AnswerField(label=_("State of certification"), choices=states.CHOICES)
    experience_years = YearsField(
        label=_("Years of experience"),
        most=80,
        message=_("Enter whole years, such as 2, or 0 for none."),
        help_text=_("In the kind of work you are looking for"),
    )
    citizenship = AnswerField(label=_("Citizenship"), choices=Citizenship.choices)
    # The name is part of public URLs.
    licence = AnswerField(
        label=_("Driver's license"),
        choices=[(DriversLicense.NONE, _("None")), (DriversLicense.REQUIRED, DriversLicense.REQUIRED.label)],
    )

    def clean(self):
        """Accept a state only together with a POST certification."""
        cleaned = super().clean()
        has_post = cleaned.get("certification") == Certification.ANY_STATE
        if cleaned.get("certified_in") and not has_post and "certification" not in self.errors:
            self.add_error(
                "certification", _("You chose a state. Choose “POST certification” too, or clear the state.")
            )
        return cleaned

    @property
    def applicant(self):
        """The answers as an :class:`~jobs.eligibility.evaluation.Applicant`."""
        answers = {field.name: self.cleaned_data.get(field.name) for field in fields(Applicant)}
        return Applicant(**answers | {"drivers_license": self.cleaned_data.get("licence")})

    def results(self):
        """Return open jobs of the job type near the place, nearest first; without a place, newest first.

        The result is empty if the form has errors or no answers.
        """
        if not self.is_valid() or self.applicant.has_no_answers():
            return Job.objects.none()
        found = Job.objects.open().listed("structured_requirements")
        if self.cleaned_data["kind"]:
            found = found.filter(kind=self.cleaned_data["kind"])
        return found.nearest_first(self.place.point, self.miles) if self.place else found.newest()
