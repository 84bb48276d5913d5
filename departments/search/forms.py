"""The query strings of searches near a place and of the directory: typed text becomes values or a form error."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..geo import states
from ..models import Department, Specialization
from ..models.querysets import DepartmentQuerySet
from . import places, ranking, spelling

RADII = (10, 25, 50, 100, 250)
USUAL_MILES = 25
ANYWHERE = "any"
# Choices are given as functions, because a form copies every one of a list, which takes longer than finding a place.
WITHIN = [
    *((str(miles), format_lazy(_("{number} miles"), number=miles)) for miles in RADII),
    (ANYWHERE, _("anywhere")),
]


class NearForm(forms.Form):
    """A search box and a place with a distance around it; base of the searches for departments and for openings.

    ``choices`` has the places to offer when what was typed names several, or may be meant for one; ``meant`` is the
    text that was searched for in place of a misspelt one.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    near = forms.CharField(
        label=_("Near"),
        required=False,
        max_length=100,
        help_text=_("A ZIP code, or a town and state"),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "data-location": True}),
    )
    within = forms.ChoiceField(
        label=_("Within"),
        initial=USUAL_MILES,
        choices=lambda: WITHIN,
    )

    def __init__(self, data=None, *args, **kwargs):
        if data is not None and not data.get("within"):
            data = data.copy()
            data["within"] = str(USUAL_MILES)
        super().__init__(data, *args, auto_id="%s", **kwargs)
        self.choices = []
        self.towns = []
        self.meant = ""
        self.place_in_words = False
        self.anywhere = False

    def clean_within(self):
        """Miles as an int, or None for anywhere."""
        within = self.cleaned_data["within"]
        return None if within == ANYWHERE else int(within)

    def clean_near(self):
        """The Place that was typed, or None."""
        typed = self.cleaned_data["near"]
        found = places.find(typed) if typed else []
        if len(found) == 1:
            return found[0]
        if found:
            self.offer(found)
        elif typed:
            self.choices = places.find(spelling.correct(typed))
            self.add_error(
                "near",
                _("We don't know “%(typed)s”. Try a ZIP code (06880) or a town and state (Westport, CT).")
                % {"typed": typed},
            )
        return None

    def clean(self):
        """A ZIP code, or a town with its state, in the box for words is a place."""
        cleaned = super().clean()
        typed = cleaned.get("q")
        if typed and not self.data.get("near"):
            self.understand(typed)
        if cleaned.get("sort") == "distance" and not self.place and "near" not in self.errors:
            self.add_error("near", _("Sorting by distance needs a place."))
        return cleaned

    def understand(self, words):
        """Take the words for a place if they can be nothing else, and know the towns that they may name."""
        exact, self.towns = places.look_up(words)
        if len(exact) == 1:
            self.take_for_place(exact[0])
        self.towns = exact or self.towns

    def take_for_place(self, place):
        """Search near the place for everything, in place of searching for its name."""
        self.cleaned_data["near"], self.cleaned_data["q"] = place, ""
        self.place_in_words = True

    def offer(self, found, field="near"):
        """Ask which of these places was meant in the field."""
        self.choices = found
        self.add_error(field, _("There are several places of this name."))

    def take_for_town(self):
        """Search near the town that the words name, or ask which; whether they name one."""
        if len(self.towns) == 1:
            self.take_for_place(self.towns[0])
        elif self.towns:
            self.offer(self.towns, "q")
        return bool(self.towns)

    def asked_for(self, rows):
        """The ``rows`` (a QuerySet with ``matching``) that match the words, wherever they are.

        Words that nothing matches may be a town's name without its state, or stand in a longer text, or be misspelt.
        """
        words = self.cleaned_data["q"]
        if words and not self.nearby(rows).matching(words).exists() and (self.place or not self.take_for_town()):
            self.anywhere = bool(self.place) or rows.matching_anywhere(words).exists()
            if not self.anywhere and (meant := spelling.correct(words)):
                self.understand(meant)
                if self.place or self.take_for_town():
                    self.meant = meant
        return rows.none() if self.errors else self.worded(rows)

    def worded(self, rows):
        """The rows that match the words, in the way that :meth:`asked_for` found to be right."""
        words = self.cleaned_data["q"]
        return rows.matching_anywhere(words) if self.anywhere else rows.matching(words)

    def nearby(self, rows):
        """The rows within the radius of the place, each with ``.miles``; all of them where there is no place."""
        if self.place and self.miles is not None:
            return rows.near(self.place.point, self.miles)
        return rows.from_point(self.place.point) if self.place else rows

    @property
    def filters_in_use(self):
        """Whether a field beyond those that always show has something in it, or an error."""
        always_shown = ("q", "near", "within")
        return any(self[name].data or name in self.errors for name in self.fields if name not in always_shown)

    @property
    def place(self):
        """The place that is searched near, or None."""
        return self.cleaned_data.get("near") if self.is_bound and hasattr(self, "cleaned_data") else None

    @property
    def miles(self):
        """How far from it, or None for anywhere."""
        return self.cleaned_data.get("within", USUAL_MILES)

    @property
    def wider(self):
        """The radii beyond the one searched, in miles."""
        return [miles for miles in RADII if self.miles is not None and miles > self.miles]


class DepartmentSearchForm(NearForm):
    """The search of the directory."""

    SORTS = {"name": DepartmentQuerySet.by_name, "population": DepartmentQuerySet.by_population}

    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: [("", _("Any state")), *states.CHOICES])
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=lambda: [("", _("Any kind")), *Department.Kind.choices]
    )
    specialization = forms.ModelChoiceField(
        label=_("Specialization"),
        required=False,
        queryset=Specialization.objects.all(),
        to_field_name="slug",
        empty_label=_("Any"),
    )
    hiring = forms.BooleanField(label=_("Hiring now"), required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"),
        required=False,
        choices=[
            ("", _("Best match")),
            ("distance", _("Distance")),
            ("name", _("Name")),
            ("population", _("Population served")),
        ],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("ZIP, city or department")
        self.fields["q"].help_text = _("For example 06880, or Westport")
        self.fields["q"].widget.attrs["data-suggest"] = True

    def results(self, open_jobs):
        """The published departments that the search asks for, in its order; none while it has errors.

        ``open_jobs`` (a QuerySet) decides which departments are hiring.
        """
        if not self.is_valid():
            return Department.objects.none()
        asked = self.cleaned_data
        found = Department.objects.published()
        for field in ("state", "kind"):
            if asked[field]:
                found = found.filter(**{field: asked[field]})
        if asked["specialization"]:
            found = found.filter(specializations=asked["specialization"])
        if asked["hiring"]:
            found = found.hiring(open_jobs)
        found = self.named(found, asked["q"]) if asked["q"] else self.near_in_order(found)
        if asked["sort"] == "distance":
            return found.order_by("miles", "pk") if self.place else found
        return self.SORTS[asked["sort"]](found) if asked["sort"] in self.SORTS else found

    def named(self, rows, words):
        """The rows that the words may mean, the likeliest first and near the place if there is one; else those near the
        town that they name, else those that they may have been meant for. Towns of the name are choices."""
        found = self.ranked(rows, words)
        if found.exists():
            self.choices = self.towns
            return found
        if not self.place and self.take_for_town():
            return rows.none() if self.errors else self.near_in_order(rows)
        self.meant = spelling.correct(words)
        if self.meant and not self.place:
            self.understand(self.meant)
        if self.place_in_words:
            return self.near_in_order(rows)
        self.choices = self.towns
        return self.ranked(rows, self.meant) if self.meant else rows.none()

    def ranked(self, rows, words):
        return ranking.ranked(self.nearby(rows), words, *(["miles"] if self.place else []))

    def near_in_order(self, rows):
        """The rows near the place, those of the town itself first if it stood among the words."""
        rows = self.nearby(rows)
        return ranking.of_town_first(rows, self.place) if self.place_in_words and not self.place.zip else rows
