"""The answer to "Who polices here?" for a place or a county: the likely departments first, then the others there."""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..geo import patrol, states
from ..models import Department
from ..models.jurisdiction import WHOLE_COUNTY
from ..names import normalize, slug_of_county
from . import area_names, areas, police

Kind = Department.Kind

MAX_AREAS = 4
MAX_LOCAL = 8
WITHOUT_POLICE = gettext_lazy("Serves places without their own police.")
OUTSIDE_CITIES = gettext_lazy("Serves areas of %(county)s outside cities.")
COURTS = gettext_lazy("Mostly serves the courts or the jail.")


@dataclass
class Answer:
    """Who polices a place.

    Each of ``departments``, the likely ones first, and of ``local`` has a ``.role``, a sentence. ``local`` are campus,
    school, transit and tribal police there. ``is_sure`` is False if any of ``departments`` may serve an address there.
    """

    place: str
    sentences: list = field(default_factory=list)
    departments: list = field(default_factory=list)
    local: list = field(default_factory=list)
    is_sure: bool = True

    def say(self, sentence):
        if sentence and capfirst(sentence) not in self.sentences:
            self.sentences.append(capfirst(sentence))

    def add(self, departments, role):
        """Add departments with this role, unless they have another already."""
        for department in departments:
            if department not in self.departments:
                department.role = role
                self.departments.append(department)

    @property
    def all_departments(self):
        return [*self.departments, *self.local]


def for_place(place):
    """Return the :class:`Answer` for a ZIP code, a town or coordinates; None if not even the state is known.

    Two queries, or up to four for PO boxes and for places without ZIP codes of their own.
    """
    found = areas.of_place(place)
    state = found.found[0].jurisdiction.state if found.found else place.state
    return _Writer(str(place) if place.state else _("this location"), state, found, place).write() if state else None


def for_search(form):
    """Return the :class:`Answer` for a search that is a place and nothing else, or None. Call it after the results."""
    place = form.whole_place
    if place and not place.key and place.state:  # a county
        return for_county(place.state, slug_of_county(place.name))
    return for_place(place) if place else None


def for_county(state, county_slug):
    """Return the :class:`Answer` for the county with this slug, or None if it has no jurisdictions. Two queries."""
    found = areas.of_county(state, county_slug)
    return _Writer(f"{found.found[0].jurisdiction.county}, {state}", state, found).write() if found.found else None


class _Writer:
    """Writes the answer for the areas of a place, or of a county if ``place`` is None."""

    def __init__(self, name, state, found, place=None):
        self.answer = Answer(name)
        self.state, self.areas, self.place = state, found, place
        self.police = police.load([*found.found[:MAX_AREAS], *found.without_government], state, place)
        self._use_policed_places()
        self.used = found.found[:MAX_AREAS]
        rows = [area.jurisdiction for area in self.used]
        others = [*rows, *(area.jurisdiction for area in self.areas.without_government)]
        self.names = {row.pk: area_names.name_of(row, others) for row in rows}

    def write(self):
        """Return the answer."""
        answer = self.answer
        self._say_where()
        for area in self.used:
            self._add_likely(area)
        if not answer.departments and not answer.sentences:
            note = patrol.of_state(self.state).note if patrol.of_state(self.state).force_is_all else ""
            answer.say(note or _("We don't know which department that is."))
        if self.place is None and any(area.is_county and not self._own(area) for area in self.used):
            answer.say(_("Cities and towns there can have their own police."))
        answer.is_sure = self.areas.is_sure and self._is_sure()
        self._add_tribal()
        for area in self.used:
            self._add_of_county(area)
        for code, force in self.police.forces.items():
            answer.add(force, _role_of_force(code))
        answer.local = [each for each in self.police.local if each not in answer.departments][:MAX_LOCAL]
        return answer

    def _use_policed_places(self):
        """Treat places without a government that have a department of their own as municipalities."""
        for area in [area for area in self.areas.without_government if self.police.municipal[area.jurisdiction.pk]]:
            if not patrol.of_state(area.jurisdiction.state).county_police_is_all:
                self.areas.without_government.remove(area)
                self.areas.found.insert(0, area)

    def _is_sure(self):
        if self.place is None:
            return True
        known = all(
            self._own(area) or (area.is_county and not patrol.has_tribal_land(area.county)) for area in self.used
        )
        return known and len(self.answer.departments) == 1 and not self._is_military()

    def _is_military(self):
        """Return whether the place, or the place without a government there, is a military base."""
        if not self.place or (self.used and self.used[0].jurisdiction.key == self.place.key):
            return False
        bases = [self.place.name, *(area.jurisdiction.name for area in self.areas.without_government)]
        return any(area_names.MILITARY.search(f"{name}, {self.state}") for name in bases)

    def _say_where(self):
        """Say which municipalities and counties the place is in, if they have other names."""
        if not self.place or not self.used:
            return
        place, answer = self.place, self.answer
        names = [area_names.where(area, self.used, self.names) for area in self.used]
        own = {area.jurisdiction.key for area in [*self.used, *self.areas.without_government]}
        own |= {normalize(name) for name in self.names.values()}
        if not self.areas.is_sure:
            answer.say(_("We don't know the borders there. This is the answer for the nearest ZIP code with homes."))
        elif place.zip and len(self.used) > 1:
            for sentence in area_names.parts_in_words(place.zip, self.used, self.names):
                answer.say(sentence)
        elif place.key not in own and not (len(names) == 1 and self.used[0].is_county):
            answer.say(_("%(place)s is in %(areas)s.") % {"place": place, "areas": area_names.listed(names)})
        else:
            own = self._own(self.used[0])
            same = self._served_by(own) if own else self.used[:1]
            others = [name for area, name in zip(self.used, names, strict=True) if area not in same]
            words = {"place": place, "areas": area_names.listed(others)}
            answer.say(_("Some addresses in %(place)s are in %(areas)s.") % words if others else "")
        if self._is_military():
            answer.say(_("On a military base, call its military police. They are not in our directory."))

    def _add_likely(self, area):
        """Add the departments that answer calls in an area, and say how we know."""
        place = self.names[area.jurisdiction.pk]
        if own := self._own(area):
            place = area_names.listed(self.names[each.jurisdiction.pk] for each in self._served_by(own))
            words = {"departments": area_names.listed(each.name for each in own), "place": place}
            serve = ngettext("%(departments)s serves %(place)s.", "%(departments)s serve %(place)s.", len(own))
            self.answer.say(serve % words)
            self.answer.add(own, _("Serves %(place)s.") % {"place": place})
        elif area.is_county and not self._has_outside(area):
            self.answer.say(_("All of %(county)s is in cities or towns.") % {"county": place})
            self._add_without_police(area)
        else:
            self._add_outside(area, place)
            if patrol.has_tribal_land(area.county):
                words = {"county": area.jurisdiction.county}
                self.answer.say(_("Parts of %(county)s are tribal land, where tribal or federal police serve.") % words)

    def _add_without_police(self, area):
        """Add the departments that serve towns without police in a county that is all towns."""
        for department in self._patrol_of_county(area)[:1]:
            serves = _("The %(department)s serves places without their own police.")
            self.answer.say(serves % {"department": department.name})
        self.answer.add(self._patrol_of_county(area), WITHOUT_POLICE)
        self.answer.say(patrol.of_state(area.jurisdiction.state).note)

    def _add_outside(self, area, place):
        """Add the departments that serve an area without police of its own."""
        state, rules = area.jurisdiction.state, patrol.of_state(area.jurisdiction.state)
        likely = self._patrol_of_county(area)
        if area.is_county and likely and all(each in self.answer.departments for each in likely):
            return
        if rules.note:
            police = [each.name for each in likely if each.kind == Kind.COUNTY_POLICE]
            self.answer.say(self._without(area, place, *police[:1]))
            self.answer.say(rules.note)
        elif likely:
            self.answer.say(self._without(area, place, likely[0].name))
        else:
            self.answer.say(_("We don't know which department serves %(place)s.") % {"place": place})
        force = self.police.forces[state] if rules.force_patrols or rules.force_is_all else []
        role = OUTSIDE_CITIES % {"county": area.jurisdiction.county} if area.is_county else WITHOUT_POLICE
        self.answer.add([each for each in likely if each not in force], role)
        self.answer.add(force, _role_of_force(state))

    def _without(self, area, place, department=""):
        """Return a sentence about an area without police of its own, and who serves it if that is known."""
        words = {"place": place, "department": department}
        if area.is_county:
            cities = {each.jurisdiction.key for each in self.used}
            towns = [each.jurisdiction for each in self.areas.without_government if each.county == area.county]
            towns = [town for town in towns if town.key not in cities]
            if not towns:
                return _("The %(department)s serves areas of %(place)s outside cities.") % words if department else ""
            words["place"] = towns[0].name
            if department:
                return _("%(place)s has no city government; the %(department)s serves areas outside cities.") % words
            return _("%(place)s has no city government.") % words
        # One sentence for all municipalities that the same department serves.
        same = [each for each in self.used if self._lacks_police(each) and each.county == area.county]
        words["place"] = area_names.listed(self.names[each.jurisdiction.pk] for each in same)
        if department:
            return (
                ngettext(
                    "%(place)s has no police department in our directory; "
                    "the %(department)s serves places without their own police.",
                    "%(place)s have no police department in our directory; "
                    "the %(department)s serves places without their own police.",
                    len(same),
                )
                % words
            )
        return (
            ngettext(
                "%(place)s has no police department in our directory.",
                "%(place)s have no police department in our directory.",
                len(same),
            )
            % words
        )

    def _served_by(self, own):
        return [area for area in self.used if self._own(area) == own]

    def _lacks_police(self, area):
        return not area.is_county and not self._own(area)

    def _own(self, area):
        """Return the departments of a municipality, without a sheriff unless there is only that."""
        row = area.jurisdiction
        if area.is_county and not patrol.of_state(row.state).county_police_is_all:
            return []
        found = self.police.municipal[row.pk] or (self.police.counties[area.county] if row.kind in WHOLE_COUNTY else [])
        return [each for each in found if each.kind != Kind.SHERIFF] or found

    def _patrol_of_county(self, area):
        """Return the county police, or the sheriff, if they patrol there."""
        rules, county = patrol.of_state(area.jurisdiction.state), self.police.counties[area.county]
        police = [each for each in county if each.kind != Kind.SHERIFF and rules.county_police_patrol]
        sheriffs = [each for each in county if each.kind == Kind.SHERIFF and rules.sheriffs_patrol]
        return police or sheriffs

    def _has_outside(self, area):
        """Return whether people live in the county outside of municipalities."""
        if area.is_county:
            return area.share > 0
        return any(department.has_outside for department in self.police.counties[area.county])

    def _add_tribal(self):
        """Add the tribal police of a place without a government before the county's."""
        if self.used and self.used[0].is_county:
            tribal = [each for each in self.police.local if each.kind == Kind.TRIBAL]
            towns = {area.jurisdiction.key for area in self.areas.without_government}
            here = [each for each in tribal if each.city_key in towns]
            for department in here:
                self.answer.say(_("On tribal land, call the tribal police: %(name)s.") % {"name": department.name})
            self.answer.departments[:0] = here
            self.answer.is_sure &= not here
            if patrol.has_tribal_land(self.used[0].county):
                self.answer.add([each for each in tribal if each not in here], police.LOCAL_ROLES[Kind.TRIBAL])

    def _add_of_county(self, area):
        """Add the other departments of the area's county: its police and its sheriff."""
        patrolling = self._patrol_of_county(area)
        role = OUTSIDE_CITIES if self._has_outside(area) else WITHOUT_POLICE
        for department in self.police.counties[area.county]:
            patrols = department in patrolling and area.jurisdiction.kind not in WHOLE_COUNTY
            if department.kind == Kind.SHERIFF:
                words = role if patrols else COURTS
            else:
                words = role if patrols else _("Helps town police.")
            self.answer.add([department], words % {"county": area.jurisdiction.county})


def _role_of_force(code):
    rules = patrol.of_state(code)
    if rules.force_is_all:
        return _("Serves all of %(state)s.") % {"state": states.STATES[code].in_sentence}
    if rules.force_patrols:
        return _("Patrols highways and places without their own police.")
    return _("Patrols highways and helps local police.")
