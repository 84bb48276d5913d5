"""The columns of a comparison: the facts and the pay of each department or opening."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from django.db.models import Max, Min
from django.db.models.functions import Coalesce

from departments.models import DepartmentSpecialization

from ..models import HiringStep, Job
from ..models.pay import PayPeriod, format_pay, yearly_pay
from .selection import comparison_query


class Pay(NamedTuple):
    """Yearly pay as text.

    A department has one for each job type (``kind``). ``original`` is an opening's pay as stated, if it was converted.
    """

    text: str
    kind: str = ""
    original: str = ""
    is_converted: bool = False
    is_sample: bool = False


class Column(NamedTuple):
    """A department, or an opening (``job``, else None) with its department."""

    department: Any
    job: Any
    specializations: list  # (Specialization, whether another column has it too), shared ones first
    roadmap: list
    pay: list
    label: str  # a short name, different from those of the other columns if possible
    query_without: str  # the query string of the comparison without this column

    @property
    def item(self):
        return self.job or self.department

    @property
    def name(self):
        return f"{self.job.title}, {self.department.name}" if self.job else self.department.name

    @property
    def has_sample_pay(self):
        """Whether a department's pay comes from a sample. (The heading of a sample opening says that it is one.)"""
        return not self.job and any(pay.is_sample for pay in self.pay)


def department_columns(departments):
    """Return a list with a :class:`Column` for each department. Three queries."""
    roadmaps = HiringStep.objects.for_departments(departments)
    pay = _pay_by_department(departments)
    rows = [(department, None, roadmaps[department.pk], pay[department.pk]) for department in departments]
    return _columns(departments, rows)


def job_columns(jobs):
    """Return a list with a :class:`Column` for each opening. Two queries."""
    roadmaps = HiringStep.objects.for_jobs(jobs)
    return _columns(jobs, [(job.department, job, roadmaps[job.pk], _job_pay(job)) for job in jobs])


def _columns(items, rows):
    specializations = _specializations({department for department, *_ in rows})
    counts = Counter(item for department, *_ in rows for item in specializations[department.pk])
    columns_of = Counter(department for department, *_ in rows)
    columns = []
    for item, (department, job, roadmap, pay) in zip(items, rows, strict=True):
        listed = [(shared, counts[shared] > 1) for shared in specializations[department.pk]]
        listed.sort(key=lambda pair: not pair[1])
        query_without = comparison_query(other for other in items if other != item)
        label = str(job if columns_of[department] > 1 else department)
        columns.append(Column(department, job, listed, roadmap, pay, label, query_without))
    return columns


def _specializations(departments):
    """Return ``{department.pk: [Specialization]}`` in each department's order."""
    found = defaultdict(list)
    for listed in DepartmentSpecialization.objects.filter(department__in=departments).with_names():
        found[listed.department_id].append(listed.specialization)
    return found


def _job_pay(job):
    low, high = yearly_pay(job.pay_min, job.pay_period), yearly_pay(job.pay_max, job.pay_period)
    text = format_pay(low, high, PayPeriod.YEAR.label)
    if not text:
        return []
    is_converted = job.pay_period != PayPeriod.YEAR
    return [Pay(text, original=job.pay if is_converted else "", is_converted=is_converted, is_sample=job.is_sample)]


def _pay_by_department(departments):
    """Return ``{department.pk: [Pay]}``: the pay range of the department's open jobs of each type."""
    ends = {"low": Min(Coalesce("pay_min", "pay_max")), "high": Max(Coalesce("pay_max", "pay_min"))}
    offers = Job.objects.open().filter(department__in=departments).exclude(pay_yearly=None)
    offers = offers.values("department", "kind", "pay_period", "is_sample").annotate(**ends)
    by_kind = defaultdict(list)
    for offer in offers.order_by():
        by_kind[offer["department"], offer["kind"]].append(offer)
    pay = defaultdict(list)
    for kind in Job.Kind:
        for department in departments:
            if offers := by_kind[department.pk, kind.value]:
                pay[department.pk].append(_pay_range(offers, kind.label))
    return pay


def _pay_range(offers, kind):
    low = min(yearly_pay(offer["low"], offer["pay_period"]) for offer in offers)
    high = max(yearly_pay(offer["high"], offer["pay_period"]) for offer in offers)
    return Pay(
        format_pay(low, high, PayPeriod.YEAR.label),
        kind,
        is_converted=any(offer["pay_period"] != PayPeriod.YEAR for offer in offers),
        is_sample=any(offer["is_sample"] for offer in offers),
    )
