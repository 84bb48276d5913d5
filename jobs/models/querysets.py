"""Which openings a list may show, the one rule of when they are open, and the orders that they are listed in."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from departments.geography import bounding_box, miles_from
from departments.models import Department
from departments.names import beginnings, normalise

from ..nearness import NearestFirst

# What a line of a list says of an opening and of its department.
LISTED = (
    "title", "slug", "kind", "schedule", "status", "is_sample", "pay_min", "pay_max", "pay_period", "opens_at",
    "closes_on", "closes_time", "closes_at", "department__name", "department__slug", "department__city",
    "department__state", "department__status", "department__time_zone", "department__latitude",
    "department__longitude",
)  # fmt: skip

# Too many openings have these words to be found by them. They are looked for among those that are found by the rest,
# or by their place, and otherwise in the order of the list, of which the first page is soon full.
COMMON = frozenset(
    "a and cadet call certified city civilian command corrections county department dispatcher entry explorer for in "
    "lateral level of office officer or other police reserve sheriffs staff state taker the to".split()
)


class JobQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=self.model.Status.PUBLISHED, department__status=Department.Status.PUBLISHED)

    def open(self, at=None):
        """Openings that accept applications at the given instant (default: now)."""
        at = at or timezone.now()
        return self.published().filter(Q(closes_at=None) | Q(closes_at__gt=at), opens_at__lte=at)

    def new_since(self, instant):
        """Openings that people could first see at that instant or later: they opened, or were published, since."""
        return self.filter(Q(opens_at__gte=instant) | Q(published_at__gte=instant))

    def next_change(self, after, until):
        """The first instant after one and not after another at which an opening opens or closes; None for none."""
        changes = (
            self.filter(**{f"{name}__gt": after, f"{name}__lte": until}).order_by(name).values_list(name, flat=True)
            for name in ("opens_at", "closes_at")
        )
        return min((first for first in map(models.QuerySet.first, changes) if first), default=None)

    def current(self):
        """Those that are open, planned or drafts: neither closed nor withdrawn."""
        not_closed = Q(closes_at=None) | Q(closes_at__gt=timezone.now())
        return self.filter(not_closed).exclude(status=self.model.Status.WITHDRAWN)

    def visible_to(self, user):
        """What this visitor may see on the site: everyone what has once been open, staff drafts and plans too."""
        if user.is_active and user.is_staff:
            return self
        return self.filter(
            department__status=Department.Status.PUBLISHED,
            status__in=(self.model.Status.PUBLISHED, self.model.Status.WITHDRAWN),
            opens_at__lte=timezone.now(),
        )

    def editable_by(self, user):
        """What this person may change: the openings of the departments that they may change."""
        return self.filter(department__in=Department.objects.editable_by(user))

    def real(self):
        """Without samples: what may go to sitemaps, feeds, e-mail and structured data."""
        return self.filter(is_sample=False)

    def matching(self, text):
        """Openings that have every word of the text, or its beginning, in their title, kind or department."""
        return self._with_words("words", text)

    def matching_anywhere(self, text):
        """Like :meth:`matching`, but the words may stand in the description and the requirements too."""
        return self._with_words("all_words", text)

    def _with_words(self, column, text):
        asked = [beginnings(word) for word in normalise(text).split()]
        common = [word for word in asked if any(known.startswith(tuple(word)) for known in COMMON)]
        rare = [word for word in asked if word not in common]
        found = self.filter(**{f"{column}__words": rare}) if rare else self
        for word in common:
            found = found.filter(reduce(or_, (Q(**{f"{column}__contains": f" {begin}"}) for begin in word)))
        return found

    def from_point(self, point):
        """Openings of departments that have a position, with their ``.miles`` from the point, nearest first.

        Those of one department stay together where several departments are at one place.
        """
        return self.filter(department__latitude__isnull=False)._by_distance(point)

    def near(self, point, miles):
        """Openings of departments within ``miles`` of ``point``, nearest first, each with ``.miles``."""
        box = bounding_box(point, miles).contains("department__")
        return self._by_distance(point).filter(box, miles__lte=miles)

    def _by_distance(self, point):
        return self.annotate(miles=miles_from(point, "department__")).order_by("miles", "department_id", "pk")

    def nearest(self, point, count):
        """The ``count`` nearest of these openings as a list, each with ``.miles``, however far away they are.

        Two queries.
        """
        return NearestFirst(self, point)[:count]

    def close_to(self, department, count):
        """The ``count`` nearest to a department as a list; where nobody knows its place, its state's and the newest."""
        if department.point:
            return self.nearest(department.point, count)
        elsewhere = Case(When(department__state=department.state, then=0), default=1)
        return list(self.order_by(elsewhere, "-opens_at", "-pk")[:count])

    def newest(self):
        return self.order_by("-opens_at", "-pk")

    def by_deadline(self):
        """The first to close first, those open until filled last."""
        return self.order_by(F("closes_at").asc(nulls_last=True), "pk")

    def by_pay(self):
        """The best paid first, compared by the year; those that don't say last."""
        return self.order_by(F("pay_yearly").desc(nulls_last=True), "pk")

    def with_department(self):
        """With its department, in the same query."""
        return self.select_related("department")

    def listed(self, *related):
        """With what a line of a list says of the opening and its department, and no more, in one query.

        ``related`` names what else belongs to it, such as "minimums".
        """
        return self.select_related("department", *related).only(*LISTED, *related)
