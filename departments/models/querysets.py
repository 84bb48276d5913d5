"""Queries for departments: which are published, and who can edit them, distance search, and sort orders."""

import re
from functools import reduce
from operator import and_, or_

from django.db import models
from django.db.models import Avg, Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import JSONObject, Left

from policeapp.accounts.models import EDIT_EVERY_DEPARTMENT

from ..geo.points import bounding_box, miles_from
from ..names import name_prefixes
from .figures import PopulationBasis
from .kinds import DepartmentKind
from .place import Place
from .profile import DepartmentSpecialization, Division, SpecialUnit

# The order of the departments of a county: first those that police most of it.
COUNTY_ORDER = dict.fromkeys(("sheriff", "county_police", "municipal", *DepartmentKind.values))
# The fields that a card, the pin of a map and the answer to "Who polices here?" show or compare.
CARD_FIELDS = (
    "name", "slug", "kind", "city", "city_key", "county", "county_slug", "state", "latitude", "longitude", "phone",
    "website", "website_kind", "population", "size",
)  # fmt: skip
NO_PERSON = re.compile(r"\d|\b(police|county|department|university|school)\b", re.IGNORECASE)


class DepartmentQuerySet(models.QuerySet):
    def get_by_natural_key(self, state, slug):
        return self.get(state=state, slug=slug)

    def published(self):
        return self.filter(status=self.model.Status.PUBLISHED)

    def listed(self):
        """Published departments without posts. The page of their headquarters lists those."""
        return self.published().filter(parent=None)

    def editable_by(self, user):
        """Departments that the user can edit: all for an administrator, else those that list the user as an editor."""
        return self._with_role(user, "departments_edited")

    def with_jobs_editable_by(self, user):
        """Departments whose openings the user can edit: those of :meth:`editable_by`, and a recruiter's."""
        return self._with_role(user, "departments_edited", "departments_recruited")

    def _with_role(self, user, *roles):
        if not user.is_active or not user.is_staff:
            return self.none()
        if user.has_perm(EDIT_EVERY_DEPARTMENT):
            return self
        return self.filter(reduce(or_, (Q(pk__in=getattr(user, role).values("pk")) for role in roles)))

    def with_team(self):
        """Departments with an editor or a recruiter who can sign in to the admin."""
        editor = Q(editors__is_active=True, editors__is_staff=True)
        recruiter = Q(recruiters__is_active=True, recruiters__is_staff=True)
        edited, recruited = (self.model.objects.filter(person).values("pk") for person in (editor, recruiter))
        return self.filter(Q(pk__in=edited) | Q(pk__in=recruited))

    def without_editor(self):
        """Departments without an editor whose account is active."""
        return self.exclude(editors__is_active=True)

    def with_parts(self):
        """Add ``.has_specializations`` and ``.has_divisions``, for :meth:`Department.unknown_facts`."""
        specializations, divisions, units = (
            Exists(part.objects.filter(department=OuterRef("pk")))
            for part in (DepartmentSpecialization, Division, SpecialUnit)
        )
        return self.annotate(has_specializations=specializations, has_divisions=divisions | units)

    def link_posts(self):
        """Link posts among these departments to their headquarters, unless a person has decided otherwise.

        A post of the "Indiana State Police" is named "Indiana State Police, Greene County". The name of a headquarters
        may end with that word. Returns the number of posts that were linked. At most three queries.
        """
        statewide = self.filter(kind__in=self.model.STATEWIDE, parent=None)
        statewide = statewide.only("state", "name", "parent", "sources")
        forces = {(force.state, force.name.removesuffix(" Headquarters")): force for force in statewide}
        posts = []
        for department in forces.values():
            force = forces.get((department.state, department.name.partition(", ")[0]))
            if force not in (None, department) and not department.edited_by("parent"):
                department.parent = force
                posts.append(department)
        return self.bulk_update(posts, ["parent"], batch_size=500)

    def hiring(self, open_jobs):
        """Departments with at least one of ``open_jobs`` (a QuerySet of jobs)."""
        # Not Exists: SQLite would run it for each department, and few are hiring.
        return self.filter(pk__in=open_jobs.order_by().values("department"))

    def with_phone(self, number):
        """Departments with this telephone number, such as "203-341-6000"."""
        return self.filter(phone__contains=number)

    def led_by(self, name):
        """Departments whose chief's name has all words of ``name``, which may begin with a title.

        No query for names with digits or words for an agency.
        """
        if NO_PERSON.search(name):
            return self.none()
        words = [word for word in name.split() if word.casefold() not in ("chief", "sheriff", "colonel")]
        known = self.exclude(chief_name="")  # these have an index
        return known.filter(reduce(and_, (Q(chief_name__icontains=word) for word in words))) if words else self.none()

    def near(self, point, miles):
        """Departments within ``miles`` of ``point``, nearest first, each with ``.miles``."""
        return self._by_distance(point).filter(bounding_box(point, miles).contains(), miles__lte=miles)

    def from_point(self, point):
        """Departments with a known location, nearest first, each with ``.miles`` from ``point``."""
        return self.filter(latitude__isnull=False)._by_distance(point)

    def _by_distance(self, point):
        return self.annotate(miles=miles_from(point)).order_by("miles", "pk")

    def neighbors_of(self, department, miles, count):
        """Return a list of the ``count`` nearest other departments within ``miles``, each with ``.miles``.

        It is empty if the location of the department is unknown. One query, which fetches what a list shows.
        """
        if not department.point:
            return []
        fields = ("name", "slug", "city", "state", "kind", "latitude", "longitude")
        return list(self.exclude(pk=department.pk).near(department.point, miles).only(*fields)[:count])

    def for_cards(self):
        """Fetch only what a card shows. Most of a department's fields are long texts and figures."""
        return self.only(*CARD_FIELDS)

    def with_place(self):
        """Add ``.place``: the fields of the place that ``Department.find_place()`` finds as a dict, or None."""
        found = Place.objects.of_address(Left(OuterRef("zip"), 5), OuterRef("city_key"), OuterRef("state"))
        values = JSONObject(zip="zip", name="name", county="county", state="state")
        return self.annotate(place=Subquery(found.values(found=values)))

    def by_name(self):
        return self.order_by("name_key", "pk")

    def by_population(self):
        """Order by population served, largest first, unknown populations last."""
        return self.order_by("-size", "name_key", "pk")

    def by_officers(self):
        """Order by the number of sworn officers, largest first, unknown numbers last."""
        return self.order_by(F("sworn_officers").desc(nulls_last=True), "name_key", "pk")

    def by_kind(self):
        """Order as on the page of a county: its sheriff, county police, municipal departments, then the others."""
        ranks = (When(kind=kind, then=rank) for rank, kind in enumerate(COUNTY_ORDER))
        return self.order_by(Case(*ranks), "name_key", "pk")

    def starting_with(self, text):
        """Departments whose name or town starts with ``text``, which may end within a word.

        Names come before towns, and larger departments before smaller ones. A single letter finds nothing.
        """
        # Ranges instead of LIKE, in a union instead of OR: that way SQLite uses the indexes.
        ranges = [(prefix, f"{prefix}\U0010ffff") for prefix in name_prefixes(text)]
        conditions = [Q(**{f"{column}__range": span}) for column in ("name_key", "city_key") for span in ranges]
        if not conditions:
            return self.none()
        first, *others = (self.filter(condition).order_by().values("pk") for condition in conditions)
        by_name = reduce(or_, conditions[: len(ranges)])
        order = (Case(When(by_name, then=0), default=1), "-size", "name_key", "pk")
        return self.model.objects.filter(pk__in=first.union(*others, all=True)).order_by(*order)

    def in_county(self, state, county_slug):
        return self.filter(state=state, county_slug=county_slug)

    def with_initial(self, letter):
        """Departments whose name starts with the letter (lower case), or with a digit for "0-9"."""
        return self.filter(name_key__gte=letter[0], name_key__lt=chr(ord(letter[-1]) + 1))

    def counties(self):
        """Return the counties of a state, A to Z, as rows: ``slug, name, number`` of departments and ``x, y, z``.

        The latter is the average of the departments' unit vectors, which is near the middle of the county, or None.
        """
        named = self.exclude(county_slug="").order_by("county_slug").values("county_slug")
        middle = {axis: Avg(axis) for axis in "xyz"}
        rows = named.annotate(slug=F("county_slug"), name=Min("county"), number=Count("pk"), **middle)
        return rows.values_list("slug", "name", "number", *"xyz", named=True)

    def county_population(self):
        """Return ``(number of people, year or None)`` of the whole county as its sheriff states it, or None."""
        known = self.filter(county_population__isnull=False)
        latest = known.order_by(F("county_population_year").desc(nulls_last=True), "pk")
        return latest.values_list("county_population", "county_population_year").first()

    def figures_by_kind(self):
        """Return a dict for each kind of department, in the order of ``DepartmentKind``. One query.

        ``number`` counts the departments. ``officers`` is the sum of the sworn officers of ``with_officers`` of them,
        and ``people`` the sum of the populations of ``with_people`` of them. It leaves out populations of whole towns
        and counties, because the FBI may count the same people at another department.
        """
        own_area = Q(population_basis__in=("", PopulationBasis.FBI_JURISDICTION))
        rows = (
            self.order_by()
            .values("kind")
            .annotate(
                number=Count("pk"),
                officers=Sum("sworn_officers", default=0),
                with_officers=Count("sworn_officers"),
                people=Sum("population", filter=own_area, default=0),
                with_people=Count("population", filter=own_area),
            )
        )
        return sorted(rows, key=lambda row: DepartmentKind.values.index(row["kind"]))
