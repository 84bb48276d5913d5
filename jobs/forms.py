"""The job search form."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from departments.geo import states
from departments.search.forms import NearForm

from .models import Job, JobQuerySet

NEAREST_SHOWN = 5


class DollarsField(forms.IntegerField):
    """Whole dollars, entered with or without a dollar sign and commas."""

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace("$", "").replace(",", "").strip()
            if value and not re.fullmatch(r"-?[0-9]+(\.0*)?", value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


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
    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: [("", _("Any state")), *states.CHOICES])
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
        self.fields["q"].help_text = _("A title, a job type or a department")

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
        if not self.is_valid():
            return Job.objects.none()
        found = self.found
        sort = self.cleaned_data["sort"] or ("distance" if self.place else "newest")
        if sort == "distance":
            return found.nearest_first(self.place.point, self.miles)
        return self.SORTS[sort](self.nearby(found))

    def beyond(self):
        """Return suggestions if nothing is within the radius.

        A pair: a list of the nearest openings, and ``{miles: number of openings}`` for wider radii.
        """
        if not self.is_valid() or not self.place or self.miles is None:
            return [], {}
        point = self.place.point
        return self.found.nearest(point, NEAREST_SHOWN), self.found.count_within(point, self.wider)
