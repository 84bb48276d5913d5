"""The job search form, and the form of a deadline."""

import re
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from departments.fields import DAYS, TypedDateFormField
from departments.geo import states
from departments.search import ranking, spelling
from departments.search.forms import NearForm
from policeapp.web.forms import LongSelect

from .models import Job, JobQuerySet, Verb

NEAREST_SHOWN = 5
# Words that visitors misspell. They come before names of towns: "seargent" is not the town of Sargent.
JOB_WORDS = frozenset(
    """
    academy administrator analyst animal assistant auxiliary bilingual cadet captain certified chief clerk commander
    communications corrections court crime deputy detective director dispatch dispatcher enforcement entry evidence
    explorer field forensic investigator jailer lateral level lieutenant manager marshal officer operator park parking
    patrol police property ranger records recruit reserve school secretary security sergeant sheriff specialist sworn
    supervisor technician traffic trainee trooper veteran warden
    """.split()
)

# Words that say nothing about which opening to find.
FILLERS = frozenset("a at career careers employment for hiring in job jobs now opening openings the vacancies".split())


class DollarsField(forms.IntegerField):
    """Whole dollars, entered with or without a dollar sign and commas."""

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace("$", "").replace(",", "").strip()
            if value and not re.fullmatch(r"-?[0-9]+(\.0*)?", value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class DeadlineForm(forms.Form):
    """Asks for the closing date that a :class:`Verb` needs for some of these jobs. It has no field if none needs one.

    ``allowed`` are the jobs that the verb can change.
    """

    closes_on = TypedDateFormField(
        label=_("New deadline"),
        validators=DAYS,
        # Browsers show a calendar.
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, verb, allowed, data=None):
        proposed = max((job.proposed_deadline() for job in allowed), default=None)
        super().__init__(data, initial={"closes_on": proposed})
        self.verb, self.allowed = verb, allowed
        closed = [job for job in allowed if job.has_closed]
        if verb == Verb.REOPEN and closed:
            self.fields["closes_on"].required = False
            self.fields["closes_on"].help_text = _("For jobs whose deadline has passed. Blank: open until filled.")
        elif verb != Verb.EXTEND:
            del self.fields["closes_on"]

    def clean_closes_on(self):
        """Refuse a date that is impossible for all jobs, with the reason for the first one."""
        closes_on = self.cleaned_data["closes_on"]
        reasons = [job.reason_against(self.verb, closes_on) for job in self.allowed]
        if reasons and all(reasons):
            raise ValidationError(reasons[0])
        return closes_on

    @property
    def deadline(self):
        """The typed date, or None."""
        return self.cleaned_data.get("closes_on")

    @property
    def shown_deadline(self):
        """The date in the field: the typed one if it is valid, or else the proposed one."""
        if "closes_on" not in self.fields:
            return None
        return self.deadline if self.is_bound and self.is_valid() else self.initial["closes_on"]


class JobSearchForm(NearForm):
    """The form of the job search. Its fields are the query parameters."""

    SORTS = {"newest": JobQuerySet.newest, "closing": JobQuerySet.by_deadline, "pay": JobQuerySet.by_pay}

    kind = forms.ChoiceField(
        label=_("Job type"), required=False, choices=lambda: [("", _("Any type")), *Job.Kind.choices]
    )
    pay = DollarsField(
        label=_("Minimum yearly pay"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("In dollars"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=lambda: [("", _("Any state")), *states.CHOICES],
        widget=LongSelect,
    )
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Best match")),
            ("distance", _("Distance")),
            ("newest", _("Newest")),
            ("closing", _("Closing soon")),
            ("pay", _("Pay")),
        ],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Keywords")
        self.fields["q"].help_text = _("A title, a department or any words in the job")

    def clean_q(self):
        """Return the text without words that fit every opening, and with short forms written in full.

        "IN" in capital letters is the state.
        """
        words = super().clean_q().split()
        text = " ".join(word for word in words if word == "IN" or word.casefold() not in FILLERS)
        return ranking.expand(text) if ranking.short_form(text)[0] else text

    def openings(self):
        """Return open jobs that match the filters, ignoring keywords and place. They are unordered."""
        filters = self.cleaned_data
        jobs = Job.objects.open()
        if filters["kind"]:
            jobs = jobs.filter(kind=filters["kind"])
        if filters["pay"]:
            jobs = jobs.filter(pay_yearly__gte=filters["pay"])
        if filters["state"]:
            jobs = jobs.filter(department__state=filters["state"])
        return jobs

    @cached_property
    def found(self):
        """The openings that match the search at any distance."""
        return self.search(self.openings()).listed()

    def results(self):
        """Return the openings that match the search, in its order; none if the form has errors."""
        found = self.found if self.is_valid() else Job.objects.none()
        if self.errors:  # also if the text names several towns
            return found
        sort = self.cleaned_data["sort"]
        if sort in self.SORTS:
            return self.SORTS[sort](self.nearby(found))
        if sort == "distance":
            return self._nearest_or_newest(found)
        return self.openings().listed().best_match(self.cleaned_data["q"], self._nearest_or_newest)

    def search(self, jobs):
        """Return the jobs that match the text, at any distance.

        A town's name without its state is the place unless a title has it. If no job matches, the text may be
        misspelled or end with a town.
        """
        text = self.cleaned_data["q"]
        if text and self.possible_towns and not self.place:
            if not jobs.in_titles(text).exists():
                self.use_possible_town()
        elif text and not jobs.matching(text).exists():
            self._reinterpret(text, jobs)
        return jobs.none() if self.errors else jobs.matching(self.cleaned_data["q"])

    def _reinterpret(self, text, jobs):
        """Search for the corrected text, or near the town that it names, if that finds a place or jobs."""
        correction = spelling.correct(text, JOB_WORDS)
        if not self.place:
            if self.use_town_at_end(self.data["q"]):
                return
            if correction and not JOB_WORDS.issuperset(correction.casefold().split()):
                self.look_for_place(correction)
                if self.place or self.use_possible_town():
                    self.correction = correction
                    return
        if correction and jobs.matching(correction).exists():
            self.correction = self.cleaned_data["q"] = correction

    def _nearest_or_newest(self, jobs):
        return jobs.nearest_first(self.place.point, self.miles) if self.place else jobs.newest()

    @property
    def lasting_query(self):
        """The query string for a feed, a calendar or an alert of this search, without its sort order.

        A town in the search text becomes the place, because a job that appears later may match the text.
        """
        typed = {name: self.data.get(name) for name in self.base_fields if name != "sort"}
        if self.place and not self.data.get("near"):
            typed |= {"near": self.place.search_text}
        typed["q"] = self.cleaned_data["q"]
        parameters = {name: value for name, value in typed.items() if value and (name != "within" or typed["near"])}
        return f"?{urlencode(parameters)}" if parameters else ""

    def beyond(self):
        """Return suggestions if nothing is within the radius.

        A pair: a list of the nearest openings, and ``{miles: number of openings}`` for the wider radii that have any.
        """
        if not self.is_valid() or not self.place or self.miles is None:
            return [], {}
        point = self.place.point
        wider = self.found.count_within(point, self.wider)
        return self.found.nearest(point, NEAREST_SHOWN), {miles: number for miles, number in wider.items() if number}
