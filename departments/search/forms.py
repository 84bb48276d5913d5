"""The search forms: a base form for searches near a place, and the search of the directory."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..geo import states
from ..models import Department, Specialization
from ..models.querysets import DepartmentQuerySet
from . import places, ranking, spelling

RADII = (10, 25, 50, 100, 250)  # miles
DEFAULT_MILES = 25
ANYWHERE = "any"
MAX_SEARCH_LENGTH = 100  # characters
# Fields get their choices as functions. Otherwise each form copies the list, which takes longer than finding a place.
WITHIN = [
    *((str(miles), format_lazy(_("{number} miles"), number=miles)) for miles in RADII),
    (ANYWHERE, _("anywhere")),
]


class NearForm(forms.Form):
    """A search for text, near a place: the base form of the searches for departments and jobs.

    After validation, ``choices`` are places to choose from if the text names several. ``correction`` is the text that
    was searched for instead of a misspelled one, or "".
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=MAX_SEARCH_LENGTH)
    near = forms.CharField(
        label=_("Near"),
        required=False,
        max_length=MAX_SEARCH_LENGTH,
        help_text=_("A ZIP code, or a town and state"),
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "data-location": True}),
    )
    within = forms.ChoiceField(
        label=_("Within"),
        initial=DEFAULT_MILES,
        choices=lambda: WITHIN,
    )

    def __init__(self, data=None, *args, **kwargs):
        if data is not None and not data.get("within"):
            data = data.copy()
            data["within"] = str(DEFAULT_MILES)
        super().__init__(data, *args, auto_id="%s", **kwargs)
        self.choices = []
        self.possible_towns = []
        self.correction = ""
        self.text_is_place = False

    def clean_within(self):
        """Return miles as an int, or None for anywhere."""
        within = self.cleaned_data["within"]
        return None if within == ANYWHERE else int(within)

    def clean_near(self):
        """Return the Place, or None."""
        text = self.cleaned_data["near"]
        found = places.find(text) if text else []
        if len(found) == 1:
            return found[0]
        if found:
            self.ask_which(found)
        elif text:
            self.choices = places.find(spelling.correct(text))
            self.add_error(
                "near",
                _("We don't know “%(typed)s”. Try a ZIP code (06880) or a town and state (Westport, CT).")
                % {"typed": text},
            )
        return None

    def clean(self):
        """If the search text is a ZIP code, or a town with its state, search near that place."""
        cleaned = super().clean()
        text = cleaned.get("q")
        if text and not self.data.get("near"):
            self.look_for_place(text)
        if cleaned.get("sort") == "distance" and not self.place and "near" not in self.errors:
            self.add_error("near", _("Enter a place to sort by distance."))
        return cleaned

    def look_for_place(self, text):
        """Use the text as the place if it can't be anything else, and find the towns that it may name."""
        exact, self.possible_towns = places.look_up(text)
        if len(exact) == 1:
            self.use_place(exact[0])
        self.possible_towns = exact or self.possible_towns

    def use_place(self, place):
        """Search near the place, instead of searching for its name."""
        self.cleaned_data["near"], self.cleaned_data["q"] = place, ""
        self.text_is_place = True

    def ask_which(self, found, field="near"):
        """Add a form error that asks the visitor to choose one of the places."""
        self.choices = found
        self.add_error(field, _("More than one place has this name. Choose one above."))

    def use_possible_town(self):
        """Search near the town that the text names, or ask which one. Return whether it names any."""
        if len(self.possible_towns) == 1:
            self.use_place(self.possible_towns[0])
        elif self.possible_towns:
            self.ask_which(self.possible_towns, "q")
        return bool(self.possible_towns)

    def search(self, rows):
        """Return the rows that match the text, at any distance. ``rows`` are jobs.

        A town's name without its state is the place unless a title has it. Text that matches nothing may be misspelled.
        """
        text = self.cleaned_data["q"]
        if text and not self.place:
            if self.possible_towns:
                if not rows.in_titles(text).exists():
                    self.use_possible_town()
            elif not rows.matching(text).exists() and (correction := spelling.correct(text)):
                self.look_for_place(correction)
                if self.place or self.use_possible_town():
                    self.correction = correction
        return rows.none() if self.errors else rows.matching(self.cleaned_data["q"])

    def nearby(self, rows):
        """Return the rows within the radius, each with ``.miles``; without a place, return all rows."""
        if self.place and self.miles is not None:
            return rows.near(self.place.point, self.miles)
        return rows.from_point(self.place.point) if self.place else rows

    @property
    def filters_in_use(self):
        """Whether a field under "More filters" has a value or an error."""
        return any(self[name].data or name in self.errors for name in self.filters)

    @property
    def filters(self):
        """The names of the fields under "More filters"."""
        return [name for name in self.fields if name not in ("q", "near", "within")]

    @property
    def summary(self):
        """The search in words, for the title of its page: "“diver”, within 25 miles of Westport, CT, Connecticut"."""
        text, near = ((self[name].value() or "")[:MAX_SEARCH_LENGTH] for name in ("q", "near"))
        found = [_("“%(words)s”") % {"words": text}] if text and not self.text_is_place else []
        if self.place and self.miles is None:
            found.append(_("nearest to %(place)s") % {"place": self.place})
        elif self.place:
            found.append(_("within %(miles)s miles of %(place)s") % {"miles": self.miles, "place": self.place})
        elif near:
            found.append(near)
        found += [self._value_in_words(name) for name in self.filters if self[name].value() and name not in self.errors]
        return ", ".join(map(str, found))

    def _value_in_words(self, name):
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ModelChoiceField):
            return value
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices)[value]
        return field.label if value is True else f"{field.label}: {value:,}"

    @property
    def place(self):
        """The place to search near, or None."""
        return self.cleaned_data.get("near") if self.is_bound and hasattr(self, "cleaned_data") else None

    @property
    def miles(self):
        """The radius in miles, or None for anywhere."""
        return self.cleaned_data.get("within", DEFAULT_MILES)

    @property
    def wider(self):
        """The radii that are larger than the current one, in miles."""
        return [miles for miles in RADII if self.miles is not None and miles > self.miles]


class DepartmentSearchForm(NearForm):
    """The search of the directory."""

    SORTS = {"name": DepartmentQuerySet.by_name, "population": DepartmentQuerySet.by_population}

    state = forms.ChoiceField(label=_("State"), required=False, choices=lambda: [("", _("Any state")), *states.CHOICES])
    kind = forms.ChoiceField(
        label=_("Agency type"), required=False, choices=lambda: [("", _("Any type")), *Department.Kind.choices]
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
        self.fields["q"].help_text = _("For example 06880 or Westport")
        self.fields["q"].widget.attrs["data-suggest"] = True

    def results(self, open_jobs):
        """Return the published departments that match the search, in its order; none if the form has errors.

        ``open_jobs`` is a QuerySet that decides which departments are hiring.
        """
        if not self.is_valid():
            return Department.objects.none()
        filters = self.cleaned_data
        found = Department.objects.published()
        for field in ("state", "kind"):
            if filters[field]:
                found = found.filter(**{field: filters[field]})
        if filters["specialization"]:
            found = found.filter(specializations=filters["specialization"])
        if filters["hiring"]:
            found = found.hiring(open_jobs)
        found = self._search_by_text(found, filters["q"]) if filters["q"] else self._nearby_in_order(found)
        if filters["sort"] == "distance":
            return found.order_by("miles", "pk") if self.place else found
        return self.SORTS[filters["sort"]](found) if filters["sort"] in self.SORTS else found

    def _search_by_text(self, rows, text):
        """Return the rows that match the text, best first.

        If none match, return those near the town that it names, or those that match the corrected text. Towns with this
        name become ``choices``.
        """
        found = self._rank(rows, text)
        if found.exists():
            self.choices = self.possible_towns
            return found
        if not self.place and self.use_possible_town():
            return rows.none() if self.errors else self._nearby_in_order(rows)
        self.correction = spelling.correct(text)
        if self.correction and not self.place:
            self.look_for_place(self.correction)
        if self.text_is_place:
            return self._nearby_in_order(rows)
        self.choices = self.possible_towns
        return self._rank(rows, self.correction) if self.correction else rows.none()

    def _rank(self, rows, text):
        return ranking.rank(self.nearby(rows), text, *(["miles"] if self.place else []))

    def _nearby_in_order(self, rows):
        """Return the rows near the place. If the search text was a town, its own departments come first."""
        rows = self.nearby(rows)
        return ranking.own_departments_first(rows, self.place) if self.text_is_place and not self.place.zip else rows
