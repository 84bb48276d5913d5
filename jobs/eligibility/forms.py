"""The query string of "Am I eligible?": what a visitor says of themselves, and where to look."""

from dataclasses import fields

from django import forms
from django.utils.translation import gettext_lazy as _

from departments import states
from departments.forms import NearForm

from ..models import Job
from ..models.requirements import Certification, Citizenship, Education, Licence
from ..nearness import NearestFirst
from .evaluation import Person

NOT_SAID = ("", _("I'd rather not say"))


class YearsField(forms.IntegerField):
    """Whole years up to ``most``, with one message for whatever else is typed."""

    def __init__(self, *, most, message, **options):
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), message)
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(required=False, min_value=0, max_value=most, error_messages=messages, widget=widget, **options)


class AnswerField(forms.ChoiceField):
    """One of the choices, or no answer."""

    def __init__(self, *, choices, **options):
        super().__init__(required=False, choices=lambda: [NOT_SAID, *choices], **options)


class EligibilityForm(NearForm):
    """What a visitor says of themselves; each answer has the name that it has in :class:`jobs.eligibility.Person`."""

    q = None  # looks for places and kinds, not for words

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: [("", _("Any kind")), *Job.Kind.choices])

    age = YearsField(label=_("Your age"), most=120, message=_("Give your age in whole years, such as 21."))
    education = AnswerField(label=_("Education"), choices=[(Education.NONE, _("No diploma")), *Education.choices[1:]])
    certification = AnswerField(
        label=_("Police certification"),
        choices=[
            (Certification.NONE, _("None")),
            (Certification.ACADEMY, Certification.ACADEMY.label),
            (Certification.ANY_STATE, _("POST certification")),
        ],
        help_text=_("POST: what a state's board for police standards gives"),
    )
    certified_in = AnswerField(label=_("State of the certification"), choices=states.CHOICES)
    experience_years = YearsField(
        label=_("Years of experience"),
        most=80,
        message=_("Give whole years, such as 2; 0 for none."),
        help_text=_("In the work that you are looking for"),
    )
    citizenship = AnswerField(label=_("Citizenship"), choices=Citizenship.choices)
    licence = AnswerField(
        label=_("Driver's license"), choices=[(Licence.NONE, _("None")), (Licence.REQUIRED, Licence.REQUIRED.label)]
    )

    def clean(self):
        """A state is that of a POST certification and of nothing else."""
        cleaned = super().clean()
        has_post = cleaned.get("certification") == Certification.ANY_STATE
        if cleaned.get("certified_in") and not has_post and "certification" not in self.errors:
            self.add_error("certification", _("You gave a state: choose “POST certification”, or no state."))
        return cleaned

    @property
    def person(self):
        """The :class:`jobs.eligibility.Person` that the answers make."""
        return Person(**{field.name: self.cleaned_data.get(field.name) for field in fields(Person)})

    def results(self):
        """The open openings of the kind around the place, with their minimums, the nearest first, else the newest.

        None while there are errors, or no answers to sort them by.
        """
        if not self.is_valid() or self.person.is_silent():
            return Job.objects.none()
        found = Job.objects.open().listed("minimums")
        if self.cleaned_data["kind"]:
            found = found.filter(kind=self.cleaned_data["kind"])
        return NearestFirst(found, self.place.point, self.miles) if self.place else found.newest()
