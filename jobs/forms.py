"""The query string of the search for openings."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from departments import states
from departments.forms import NearForm

from .models import Job, JobQuerySet

NEAREST_SHOWN = 5


class DollarsField(forms.IntegerField):
    """Whole dollars, typed with or without the dollar sign and commas."""

    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace("$", "").replace(",", "").strip()
        return super().to_python(value)


class AddForm(forms.Form):
    """What to set beside what is being compared."""

    q = forms.CharField(max_length=100, required=False, widget=forms.SearchInput)

    def __init__(self, data, label, help_text):
        super().__init__(data, auto_id="%s")
        self.fields["q"].label, self.fields["q"].help_text = label, help_text

    @property
    def words(self):
        """What was typed; "" while it can't be searched for."""
        return self.cleaned_data["q"] if self.is_valid() else ""


class JobSearchForm(NearForm):
    """The search for openings."""

    SORTS = {"newest": JobQuerySet.newest, "closing": JobQuerySet.by_deadline, "pay": JobQuerySet.by_pay}

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=lambda: [("", _("Any kind")), *Job.Kind.choices])
    pay = DollarsField(
        label=_("Pay at least"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Dollars a year"),
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
        self.fields["q"].label = _("Keyword")
        self.fields["q"].help_text = _("A title, a kind or a department")

    def openings(self):
        """The open openings that the search asks for but for the place, in no order."""
        asked = self.cleaned_data
        found = Job.objects.open()
        if asked["kind"]:
            found = found.filter(kind=asked["kind"])
        if asked["pay"]:
            found = found.filter(pay_yearly__gte=asked["pay"])
        if asked["state"]:
            found = found.filter(department__state=asked["state"])
        return found

    @cached_property
    def found(self):
        """The openings that the search asks for wherever they are."""
        return self.asked_for(self.openings()).listed()

    def results(self):
        """The openings that the search asks for, in its order; none while it has errors."""
        if not self.is_valid():
            return Job.objects.none()
        found = self.found
        sort = self.cleaned_data["sort"] or ("distance" if self.place else "newest")
        if sort == "distance":
            return found.nearest_first(self.place.point, self.miles)
        return self.SORTS[sort](self.nearby(found))

    def beyond(self):
        """When nothing is within the radius: ``(the nearest few openings, {wider radius: how many it holds})``."""
        if not self.is_valid() or not self.place or self.miles is None:
            return [], {}
        point = self.place.point
        return self.found.nearest(point, NEAREST_SHOWN), self.found.count_within(point, self.wider)
