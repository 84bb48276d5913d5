"""Departments or openings side by side: which of them a query string names, and what is set against what."""

import re
from collections import Counter, defaultdict
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Max, Min, Q
from django.db.models.functions import Coalesce
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.models import Department, DepartmentSpecialization, FormerAddress

from ..models import HiringStep, Job, with_open_jobs
from ..models.pay import PayPeriod, a_year, said_of

MOST = 4  # side by side

DEPARTMENT = re.compile(r"([a-z]{2})/([-\w]{1,120})\Z", re.ASCII | re.IGNORECASE)
OPENING = re.compile(r"[1-9][0-9]{0,17}\Z", re.ASCII)


class Pay(NamedTuple):
    """What is paid by the year, in words; for which kind of opening, of a department; and what was said of an opening
    that doesn't pay by the year."""

    said: str
    kind: str = ""
    was: str = ""
    is_converted: bool = False
    is_sample: bool = False


class Column(NamedTuple):
    """What is known of a department, or of an opening (``job``, else None) and its department."""

    department: Any
    job: Any
    specializations: list  # (Specialization, whether another column has it too), those first
    roadmap: list
    pay: list
    label: str  # a short name, as far as others don't have it too
    without: str  # the query string of the comparison without this one

    @property
    def thing(self):
        return self.job or self.department

    @property
    def name(self):
        return f"{self.job}, {self.department}" if self.job else str(self.department)

    @property
    def pays_by_sample(self):
        """Whether what a department pays is known from a sample: an opening's column says so at its head."""
        return not self.job and any(pay.is_sample for pay in self.pay)


def address(things):
    """The query string that compares these departments or openings; of more than ``MOST``, the first."""
    things = [("d", key_of(thing)) if isinstance(thing, Department) else ("j", thing.pk) for thing in things]
    return urlencode(things[:MOST], safe="/")


def key_of(department):
    """How the query string names a department: "ct/westport-police-department"."""
    return f"{department.state.lower()}/{department.slug}"


def departments_named(names, user):
    """The departments, each with ``.open_jobs``, that "ct/westport-police-department" and so on name, and what is to
    be said of the names that are left out: ``(departments, sentences)``."""
    names, said = _first(names)
    addresses = {name: match.groups() for name in names if (match := DEPARTMENT.match(name))}
    visible = Department.objects.visible_to(user)
    found = {(each.state.lower(), each.slug): each for each in with_open_jobs(visible.filter(_at(addresses.values())))}
    moved = [place for place in addresses.values() if place not in found]
    if moved:
        former = list(FormerAddress.objects.filter(_at(moved), department__in=visible))
        now = with_open_jobs(visible).in_bulk([each.department_id for each in former])
        found |= {(each.state.lower(), each.slug): now[each.department_id] for each in former}
    unknown = _("We don't know the department “%(name)s”: it is left out.")
    return _in_order(names, {name: found.get(place) for name, place in addresses.items()}, said, unknown)


def openings_named(numbers, user):
    """The openings with these numbers that are open, and what is to be said of the numbers that are left out:
    ``(openings, sentences)``. Staff compare what isn't open, too."""
    numbers, said = _first(numbers)
    asked = {number: int(number) for number in numbers if OPENING.match(number)}
    jobs = Job.objects.visible_to(user) if user.is_staff else Job.objects.open()
    found = jobs.with_department().in_bulk(list(asked.values()))
    unknown = _("The opening “%(name)s” isn't open any more, or never was there: it is left out.")
    return _in_order(numbers, {number: found.get(pk) for number, pk in asked.items()}, said, unknown)


def _first(names):
    """The first ``MOST`` different ones, and what is to be said of the others."""
    names = [name.strip().lower() for name in names if name.strip()]
    times = Counter(names)
    first = list(times)[:MOST]
    said = [_("“%(name)s” was named twice: it is shown once.") % {"name": _short(n)} for n in first if times[n] > 1]
    if more := len(times) - len(first):
        said.append(
            ngettext(
                "We compare %(most)d at most: the last one is left out.",
                "We compare %(most)d at most: the last %(more)d are left out.",
                more,
            )
            % {"most": MOST, "more": more}
        )
    return first, said


def _in_order(names, found, said, unknown):
    """What was found, each once, in the order of the names; and the sentences, with one for each name of nothing."""
    said = said + [unknown % {"name": _short(name)} for name in names if not found.get(name)]
    return list({found[name].pk: found[name] for name in names if found.get(name)}.values()), said


def _at(addresses):
    """Those at one of these ``(state in small letters, slug)``."""
    condition = Q(pk__in=[])
    for state, slug in addresses:
        condition |= Q(state=state.upper(), slug=slug)
    return condition


def _short(name):
    return Truncator(name).chars(60)


def of_departments(departments):
    """The columns of departments; three queries."""
    roadmaps = HiringStep.objects.of_departments(departments)
    pay = _pay_by_kind(departments)
    return _columns(departments, [(each, None, roadmaps[each.pk], pay[each.pk]) for each in departments])


def of_openings(jobs):
    """The columns of openings; two queries."""
    roadmaps = HiringStep.objects.of(jobs)
    return _columns(jobs, [(job.department, job, roadmaps[job.pk], _pay_of(job)) for job in jobs])


def _columns(things, known):
    skills = _specializations({department for department, *_ in known})
    often = Counter(skill for department, *_ in known for skill in skills[department.pk])
    at = Counter(department for department, *others in known)
    columns = []
    for thing, (department, job, roadmap, pay) in zip(things, known, strict=True):
        shared = sorted(((skill, often[skill] > 1) for skill in skills[department.pk]), key=lambda one: not one[1])
        others = address(other for other in things if other != thing)
        label = str(job if at[department] > 1 else department)
        columns.append(Column(department, job, shared, roadmap, pay, label, others))
    return columns


def _specializations(departments):
    """``{department.pk: [Specialization]}`` in the order of each."""
    found = defaultdict(list)
    for listed in DepartmentSpecialization.objects.filter(department__in=departments).with_names():
        found[listed.department_id].append(listed.specialization)
    return found


def _pay_of(job):
    said = said_of(a_year(job.pay_min, job.pay_period), a_year(job.pay_max, job.pay_period), PayPeriod.YEAR.label)
    converted = job.pay_period != PayPeriod.YEAR
    return (
        [Pay(said, was=job.pay if converted else "", is_converted=converted, is_sample=job.is_sample)] if said else []
    )


def _pay_by_kind(departments):
    """``{department.pk: [Pay]}``: what their open openings of each kind pay, from the least to the most."""
    ends = {"low": Min(Coalesce("pay_min", "pay_max")), "high": Max(Coalesce("pay_max", "pay_min"))}
    offers = Job.objects.open().filter(department__in=departments).exclude(pay_yearly=None)
    offers = offers.values("department", "kind", "pay_period", "is_sample").annotate(**ends)
    by_kind = defaultdict(list)
    for offer in offers.order_by():
        by_kind[offer["department"], offer["kind"]].append(offer)
    pay = defaultdict(list)
    for kind in Job.Kind:
        for department in departments:
            if said := by_kind[department.pk, kind.value]:
                low = min(a_year(offer["low"], offer["pay_period"]) for offer in said)
                high = max(a_year(offer["high"], offer["pay_period"]) for offer in said)
                converted = any(offer["pay_period"] != PayPeriod.YEAR for offer in said)
                sample = any(offer["is_sample"] for offer in said)
                words = said_of(low, high, PayPeriod.YEAR.label)
                pay[department.pk].append(Pay(words, kind.label, is_converted=converted, is_sample=sample))
    return pay
