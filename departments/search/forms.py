"""The search forms: a base form for searches near a place, and the search of the directory."""

import re

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from policeapp.web.forms import LongSelect

from ..geo import states
from ..models import Department, Specialization
from ..models.querysets import DepartmentQuerySet
from ..names import normalize
from . import places, ranking, spelling

RADII = (10, 25, 50, 100, 250)  # miles
DEFAULT_MILES = 25
ANYWHERE = "any"
# Words that say nothing more than the place: "police near 06880". The answer for a place has its sheriff, too.
POLICE_WORDS = frozenset(
    "police polices policing cops officers department departments sheriff sheriffs station stations law enforcement "
    "who what which nearest closest local my the is are do does serves patrols covers".split()
)
# What stands before a place in a question: "Who polices Joshua Tree?", "nearest police station to Reno".
QUESTION = re.compile(
    r"\s*(?:(?:who|what|which) (?:(?:police|sheriff)(?: department| agency)? )?(?:polices|patrols|serves|covers)|"
    r"(?:the )?(?:(?:nearest|closest|local) )?(?:police|cops|law enforcement)(?: station| department)?"
    r" (?:in|for|to|of|serving))\s+(?=\S)",
    re.IGNORECASE,
)
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
        widget=LongSelect,
    )

    def __init__(self, data=None, *args, **kwargs):
        if data is not None:
            data = data.copy()
            data["within"] = data.get("within") or str(DEFAULT_MILES)
            data["state"] = (data.get("state") or "").upper()
        super().__init__(data, *args, auto_id="%s", **kwargs)
        self.choices = []
        self.possible_towns = []
        self.correction = ""
        self.text_is_place = False
        self.is_near_me = False
        self.state_from_place = ""

    def error_text(self):
        """Return the errors, and the places to choose from, as lines of text for programs."""
        lines = [
            f"{self[name].label if name in self.fields else _('Search')}: {error}"
            for name, errors in self.errors.items()
            for error in errors
        ]
        if self.choices:
            places = "; ".join(place.search_text for place in self.choices)
            lines.append(_("Use one of these: %(places)s") % {"places": places})
        return "".join(f"{line}\n" for line in lines)

    def clean_within(self):
        """Return miles as an int, or None for anywhere."""
        within = self.cleaned_data["within"]
        return None if within == ANYWHERE else int(within)

    def clean_q(self):
        """Return the text without words such as "near me", which ask for a place."""
        text = self.cleaned_data["q"]
        rest = places.NEAR_ME.sub("", text)
        self.is_near_me = rest != text
        return rest

    def clean_near(self):
        """Return the Place, or None. The name of a state becomes the filter for the state."""
        text = self.cleaned_data["near"]
        if (state := states.find(text)) and "state" in self.fields:
            self.state_from_place = state.code
            return None
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
        if self.state_from_place and not cleaned.get("state"):
            cleaned["state"] = self.state_from_place
        if text and not self.data.get("near"):
            self.look_for_place(text)
        if self.place or "near" in self.errors:
            return cleaned
        if self.is_near_me and not self.state_from_place:
            self.add_error("near", _("Enter a ZIP code, or a town and state."))
        elif cleaned.get("sort") == "distance" and not self.use_possible_town():
            self.add_error("near", _("Enter a place to sort by distance."))
        return cleaned

    def look_for_place(self, text):
        """Use the place in the text if it can't be anything else, and find the towns that the text may name."""
        exact, self.possible_towns = places.look_up(text)
        if len(exact) == 1:
            self.use_place(exact[0])
        elif not exact and not self.possible_towns and (inside := places.find_inside(text)):
            self.use_part(inside)
        self.possible_towns = exact or self.possible_towns

    def use_place(self, place, rest=""):
        """Search near the place, for the rest of the text."""
        self.cleaned_data["near"], self.cleaned_data["q"] = place, rest
        self.text_is_place = not rest

    def use_part(self, inside):
        """Search near the place in the text, or ask which one."""
        if len(inside.places) == 1:
            self.use_place(inside.places[0], inside.rest)
        else:
            self.ask_which(inside.places, "q")

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

    def use_town_at_end(self, text):
        """Search near the town that the text ends with, or ask which one. Return whether it names any."""
        if found := places.find_at_end(text):
            self.use_part(found)
        return bool(found)

    def nearby(self, rows):
        """Return the rows within the radius, each with ``.miles``; without a place, return all rows."""
        if self.place and self.miles is not None:
            return rows.near(self.place.point, self.miles)
        return rows.from_point(self.place.point) if self.place else rows

    @property
    def filters_in_use(self):
        """Whether a field under "More filters" has a value or an error."""
        return any(field.data or field.errors for field in self.filters)

    @property
    def filters(self):
        """The fields under "More filters"."""
        return [field for field in self if field.name not in ("q", "near", "within")]

    @property
    def summary(self):
        """The search in words, for the title of its page: "“diver”, within 25 miles of Westport, CT, Connecticut"."""
        text, near = self._texts()
        found = [_("“%(words)s”") % {"words": text}] if text and not self.text_is_place else []
        if self.place and self.miles is None:
            found.append(_("nearest to %(place)s") % {"place": self.place})
        elif self.place:
            found.append(_("within %(miles)s miles of %(place)s") % {"miles": self.miles, "place": self.place})
        elif near:
            found.append(near)
        return ", ".join(map(str, [*found, *self._filters_in_words()]))

    @property
    def typed(self):
        """The search in the visitor's words, for the line that the form folds to: "diver, 06880, Connecticut"."""
        return ", ".join(map(str, filter(None, [*self._texts(), *self._filters_in_words()])))

    def _texts(self):
        """Return what the visitor typed into both text fields. The name of a state is among the filters."""
        text, near = ((self[name].value() or "")[:MAX_SEARCH_LENGTH] for name in ("q", "near"))
        return text, "" if self.state_from_place else near

    def _filters_in_words(self):
        return [self._value_in_words(field.name) for field in self.filters if self._has_value(field.name)]

    def _has_value(self, name):
        return self.is_bound and self.cleaned_data.get(name) not in (None, "", False)

    def _value_in_words(self, name):
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ModelChoiceField):
            return value
        if isinstance(field, forms.ChoiceField):
            words = dict(field.choices)[value]
            return f"{field.label}: {words}" if name == "sort" else words
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

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=lambda: [("", _("Any state")), *states.CHOICES],
        widget=LongSelect,
    )
    kind = forms.ChoiceField(
        label=_("Agency type"),
        required=False,
        choices=lambda: [("", _("Any type")), *Department.Kind.choices],
        widget=LongSelect,
    )
    specialization = forms.ModelChoiceField(
        label=_("Specialization"),
        required=False,
        queryset=Specialization.objects.all(),
        to_field_name="slug",
        empty_label=_("Any"),
        widget=LongSelect,
    )
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
    hiring = forms.BooleanField(label=_("Hiring now"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("ZIP, city or department")
        self.fields["q"].help_text = _("For example 06880 or Westport")
        self.fields["q"].widget.attrs["data-suggest"] = True

    def clean_q(self):
        """Return the text without words such as "who polices", which ask for a place."""
        text = super().clean_q()
        match = QUESTION.match(text)
        return text[match.end() :].rstrip("? ") if match else text

    def clean(self):
        cleaned = super().clean()
        if self.place and cleaned.get("q"):
            self.use_place(self.place, cleaned["q"])
        return cleaned

    def use_place(self, place, rest=""):
        """Search near the place, for the rest of the text unless that only asks for the police there."""
        super().use_place(place, "" if POLICE_WORDS.issuperset(normalize(rest).split()) else rest)

    @property
    def whole_place(self):
        """The place if the search asks about nothing else, such as "10451", "Reno" or "Clay County, MO"; or None.

        Call it after :meth:`results`. A county has no ``key``, and may have no point.
        """
        if self.errors or self.filters_in_use:
            return None
        text = self.cleaned_data["q"]
        if self.place or ranking.short_form(text)[0]:
            return None if text else self.place
        text = self.correction or text
        return places.best_known(self.possible_towns) or places.named_county(text) or places.only_county(text)

    def results(self, open_jobs):
        """Return the published departments that match the search, in its order; none if the form has errors.

        ``open_jobs`` is a QuerySet that decides which departments are hiring.
        """
        if not self.is_valid():
            return Department.objects.none()
        rows = self._filtered(open_jobs)
        found = self._search_by_text(rows) if self.cleaned_data["q"] else self._nearby_in_order(rows)
        sort = self.cleaned_data["sort"]
        if sort == "distance":
            return found.order_by("miles", "pk") if self.place else found
        return self.SORTS[sort](found) if sort in self.SORTS else found

    def nearest(self, open_jobs):
        """Return the departments that match the search at any distance from its place, nearest first.

        Call it after :meth:`results`. If none match the text, it returns those that match the filters; none if the form
        has errors.
        """
        if self.errors:
            return Department.objects.none()
        rows = self._filtered(open_jobs).from_point(self.place.point)
        text = self.cleaned_data["q"]
        found = ranking.rank(rows, text) if text else rows.listed()
        return (found if not text or found.exists() else rows.listed()).order_by("miles", "pk")

    def _filtered(self, open_jobs):
        filters = self.cleaned_data
        rows = Department.objects.published()
        for field in ("state", "kind"):
            if filters[field]:
                rows = rows.filter(**{field: filters[field]})
        if filters["specialization"]:
            rows = rows.filter(specializations=filters["specialization"])
        return rows.hiring(open_jobs) if filters["hiring"] else rows

    def _search_by_text(self, rows):
        """Return the rows that match the text, best first. Towns with this name become ``choices``.

        If none match, the text may be the name of a chief or of a town, end with a town, or be misspelled.
        """
        text = self.cleaned_data["q"]
        found = self._rank(rows, text)
        if found.exists():
            self.choices = self.possible_towns
            return found
        if self.place:
            self.correction = spelling.correct(text)
            return self._rank(rows, self.correction) if self.correction else self.nearby(rows).none()
        chiefs = rows.led_by(text)
        if not self.possible_towns and chiefs.exists():
            return chiefs.by_population()
        if not self.use_possible_town() and not self.use_town_at_end(text):
            self.correction = spelling.correct_county(text) or spelling.correct(text)
            if self.correction:
                self.look_for_place(self.correction)
        if self.errors:
            return rows.none()
        if self.place:
            return self._rank(rows, self.cleaned_data["q"]) if self.cleaned_data["q"] else self._nearby_in_order(rows)
        self.choices = self.possible_towns
        return self._rank(rows, self.correction) if self.correction else rows.none()

    def use_town_at_end(self, text):
        """Like :meth:`NearForm.use_town_at_end`. If several towns have the name, search for the name instead."""
        found = places.find_at_end(text)
        if found and len(found.places) > 1:
            self.correction, self.possible_towns = " ".join([found.rest, found.text]).strip(), found.places
        elif found:
            self.use_part(found)
        return bool(found)

    def _rank(self, rows, text):
        return ranking.rank(self.nearby(rows), text, *(["miles"] if self.place else []))

    def _nearby_in_order(self, rows):
        """Return the rows near the place. If the search text was a town, its own departments come first.

        Posts are left out, because a visitor who doesn't name one looks for their headquarters.
        """
        rows = self.nearby(rows.listed())
        return ranking.own_departments_first(rows, self.place) if self.text_is_place and not self.place.zip else rows
