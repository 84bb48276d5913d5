"""Queries for openings: which are open, visible and editable, keyword and distance search, and sort orders."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property

from departments.geo.points import bounding_box, miles_from
from departments.models import Department
from departments.names import normalize, searched_words
from policeapp.web.pagination import CappedPaginator

from .life import ASK_AFTER, DOUBT_AFTER, REMIND_DAYS_BEFORE, UNLIST_AFTER

# The circles to search for the nearest openings, in miles, before searching anywhere.
RADII = (50, 500)
NO_TIME = timedelta(0)
# What a reminder is about (:attr:`Job.reminder_key`).
REMINDER_KEY = Coalesce("closes_at", "confirmed_at")


# The fields that a list shows of an opening and its department.
LIST_FIELDS = (
    "title", "slug", "kind", "schedule", "status", "is_sample", "pay_min", "pay_max", "pay_period", "opens_at",
    "closes_on", "closes_time", "closes_at", "listed_until", "department__name", "department__slug", "department__city",
    "department__state", "department__status", "department__time_zone", "department__latitude",
    "department__longitude",
)  # fmt: skip


class NearestFirst:
    """Openings at any distance from a point, nearest first, for a paginator to count and to slice.

    It searches larger and larger circles until one contains the slice, because an index finds the openings in a
    circle. That takes at most three queries, and a tenth of the time of computing every distance.
    """

    def __init__(self, openings, point):
        self.openings, self.point, self.radii = openings, point, RADII

    def count_up_to(self, limit):
        number = self.openings.from_point(self.point).count_up_to(limit)
        if number < limit:
            self.radii = ()  # few enough to compute every distance
        return number

    def __getitem__(self, rows):
        for miles in self.radii:
            found = list(self.openings.near(self.point, miles)[rows])
            if len(found) == rows.stop - (rows.start or 0):
                return found
        return list(self.openings.from_point(self.point)[rows])


class TitlesFirst:
    """Openings that match because of their titles, then the others, for a paginator to count and to slice.

    Two lists in place of one ``ORDER BY``, because each part can use the index of its order.
    """

    def __init__(self, titled, others):
        self.titled, self.others = titled, others

    @cached_property
    def number_titled(self):
        return self.titled.count_up_to(CappedPaginator.most)

    def count_up_to(self, limit):
        titled = min(self.number_titled, limit)
        return titled + self.others.count_up_to(limit - titled)

    def __getitem__(self, rows):
        start, stop, number = rows.start or 0, rows.stop, self.number_titled
        found = list(self.titled[start : min(stop, number)]) if start < number else []
        return found + (list(self.others[max(start - number, 0) : stop - number]) if stop > number else [])


class JobQuerySet(models.QuerySet):
    def published(self):
        """Published openings at published departments."""
        return self.filter(status=self.model.Status.PUBLISHED, department__status=Department.Status.PUBLISHED)

    def open(self, at=None):
        """Openings that accept applications at ``at`` (an aware datetime; default: now)."""
        at = at or timezone.now()
        is_listed = Q(listed_until=None) | Q(listed_until__gt=at)
        return self.published().filter(is_listed, opens_at__lte=at)

    def new_since(self, instant):
        """Openings that last opened at or after ``instant``."""
        return self.filter(open_since__gte=instant)

    def next_change(self, after, until):
        """Return the first instant in ``(after, until]`` at which an opening opens, closes or may be filled, or None.

        It also is the instant at which lists leave out an opening that nobody confirms.
        """
        doubts = self.filter(closes_at=None)
        changes = (
            jobs._first_between(name, after + time, until + time, time)
            for jobs, name, time in (
                (self, "opens_at", NO_TIME),
                (self, "listed_until", NO_TIME),
                (doubts, "listed_until", UNLIST_AFTER - DOUBT_AFTER),
            )
        )
        return min(filter(None, changes), default=None)

    def _first_between(self, name, after, until, time):
        """Return ``time`` before the first instant of the column in ``(after, until]``, or None."""
        found = self.filter(**{f"{name}__gt": after, f"{name}__lte": until}).order_by(name)
        first = found.values_list(name, flat=True).first()
        return first and first - time

    def current(self):
        """Published openings that have not closed, and drafts."""
        not_closed = Q(closes_at=None) | Q(closes_at__gt=timezone.now())
        return self.filter(not_closed, status__in=[self.model.Status.PUBLISHED, self.model.Status.DRAFT])

    def to_confirm(self, at=None):
        """Published openings without a deadline that nobody has confirmed for ``ASK_AFTER``, listed or not."""
        asked = (at or timezone.now()) + UNLIST_AFTER - ASK_AFTER
        return self.published().filter(closes_at=None, listed_until__lte=asked)

    def to_remind_of(self, at):
        """Listed openings whose deadline is near, or that nobody has confirmed, and that nobody was reminded of yet.

        Only real ones with somebody who can answer, and none that an import has just confirmed. Deadlines count by
        day, so check :attr:`Job.is_time_to_remind`, too.
        """
        near = Q(closes_at__isnull=False, listed_until__lte=at + timedelta(days=REMIND_DAYS_BEFORE + 2))
        near &= Q(external_id="") | Q(confirmed_at__lte=at - ASK_AFTER)
        unconfirmed = Q(closes_at=None, listed_until__lte=at + UNLIST_AFTER - ASK_AFTER)
        found = self.open(at).real().filter(near | unconfirmed, department__in=Department.objects.with_team())
        return found.exclude(reminded_for=REMINDER_KEY)

    def awaiting_answer(self):
        """Listed openings that people were reminded of, without an answer."""
        return self.open().filter(reminded_for=REMINDER_KEY)

    def confirm(self):
        """Record that those without a deadline are still open, with one query. Their text does not change."""
        now = timezone.now()
        until_filled = self.filter(status=self.model.Status.PUBLISHED, closes_at=None, confirmed_at__lt=now)
        return until_filled.filter(is_sample=False).update(confirmed_at=now, listed_until=now + UNLIST_AFTER)

    def visible(self):
        """Openings with a page: published ones that have opened, and ended ones that were public."""
        now = timezone.now()
        published = Q(status=self.model.Status.PUBLISHED, opens_at__lte=now)
        ended = ~Q(status__in=[self.model.Status.PUBLISHED, self.model.Status.DRAFT]) & Q(published_at__lte=now)
        return self.filter(published | ended, department__status=Department.Status.PUBLISHED)

    def editable_by(self, user):
        """Openings that the user can edit: those of departments where the user is an editor or a recruiter."""
        return self.filter(department__in=Department.objects.with_jobs_editable_by(user))

    def real(self):
        """Openings that are not samples. Sitemaps, feeds, emails and structured data show only these."""
        return self.filter(is_sample=False)

    def matching(self, text):
        """Openings with a word beginning with each word of ``text``: in their title, kind, department or full text."""
        return self.filter(_has_words("all_words", text))

    def in_titles(self, text):
        """Those of :meth:`matching` with all words in their title, kind or department."""
        return self.filter(_has_words("words", text))

    def best_match(self, text, order):
        """The openings of :meth:`matching` for a paginator, those of :meth:`in_titles` first.

        ``order`` is a function that sorts the openings of each part.
        """
        if not normalize(text):
            return order(self)
        others = self.matching(text).exclude(_has_words("words", text))
        return TitlesFirst(order(self.in_titles(text)), order(others))

    def from_point(self, point):
        """Openings of departments with a known location, nearest first, each with ``.miles`` from ``point``.

        Openings of one department stay together if several departments share a location.
        """
        return self.filter(department__latitude__isnull=False)._by_distance(point)

    def near(self, point, miles):
        """Openings of departments within ``miles`` of ``point``, nearest first, each with ``.miles``."""
        box = bounding_box(point, miles).contains("department__")
        return self._by_distance(point).filter(box, miles__lte=miles)

    def _by_distance(self, point):
        return self.annotate(miles=miles_from(point, "department__")).order_by("miles", "department_id", "pk")

    def nearest_first(self, point, miles):
        """The openings within ``miles`` of ``point`` (None: at any distance), nearest first, for a paginator."""
        return NearestFirst(self, point) if miles is None else self.near(point, miles)

    def nearest(self, point, count):
        """Return a list of the ``count`` nearest of these openings, each with ``.miles``, at any distance."""
        return NearestFirst(self, point)[:count]

    def count_within(self, point, radii):
        """Return ``{miles: number of these openings within that distance}``. One query."""
        if not radii:
            return {}
        counts = {str(miles): Count("pk", filter=Q(miles__lte=miles)) for miles in radii}
        found = self.near(point, max(radii)).order_by().aggregate(**counts)
        return {miles: found[str(miles)] for miles in radii}

    def count_up_to(self, limit):
        """Return the number of openings, at most ``limit``."""
        return self.order_by()[:limit].count()

    def close_to(self, department, count):
        """Return a list of the ``count`` openings nearest to a department.

        If its location is unknown, openings in its state come first, then the newest.
        """
        if department.point:
            return self.nearest(department.point, count)
        elsewhere = Case(When(department__state=department.state, then=0), default=1)
        return list(self.order_by(elsewhere, "-opens_at", "-pk")[:count])

    def nearby_or_nearest(self, department, miles, count):
        """Return ``(list, None)``: the ``count`` openings nearest to a department, within ``miles``.

        If there are none, return ``([], the nearest opening or None)``. If the location of the department is unknown,
        those in its state count as nearby, and otherwise the newest opening counts as the nearest. Two queries.
        """
        if department.point:
            nearby, others = self.near(department.point, miles), self.from_point(department.point)
        else:
            nearby, others = self.filter(department__state=department.state).newest(), self.newest()
        found = list(nearby[:count])
        # Sorting only the keys of all openings takes a quarter of the time of sorting their rows.
        return found, None if found else others.filter(pk__in=others.values("pk")[:1]).first()

    def newest(self):
        """Order by opening date, newest first."""
        return self.order_by("-opens_at", "-pk")

    def by_deadline(self):
        """Order by closing date, earliest first, openings without one last."""
        return self.order_by(F("closes_at").asc(nulls_last=True), "pk")

    def by_pay(self):
        """Order by yearly pay, highest first, openings without stated pay last."""
        return self.order_by(F("pay_yearly").desc(nulls_last=True), "pk")

    def reload(self, listed):
        """Return a list of those of these openings that ``listed`` has, in its order and with its distances. One query.

        ``listed`` has only the fields of :meth:`listed`. An opening that has closed since that query is missing.
        """
        rows = self.in_bulk([job.pk for job in listed])
        found = [job for job in listed if job.pk in rows]
        for job in found:
            rows[job.pk].miles = job.miles
        return [rows[job.pk] for job in found]

    def with_department(self):
        """Fetch departments in the same query."""
        return self.select_related("department")

    def listed(self, *related):
        """Fetch only the fields that a list of openings shows, and departments in the same query.

        ``related`` names other relations to fetch, such as "structured_requirements".
        """
        return self.select_related("department", *related).only(*LIST_FIELDS, *related)


def _has_words(column, text):
    """Return the ``Q`` of the openings whose column has a word beginning with each word of ``text``."""
    words = searched_words(text)
    return Q(**{f"{column}__words": words}) if words else Q()
