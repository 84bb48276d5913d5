"""What changed on a profile in the last year, for visitors: without names of editors, drafts and private facts."""

from collections import defaultdict
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from django.db.models import DateTimeField, IntegerField, Value
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from .models import Department

FACTS = {
    "chief_name": _("Chief"),
    "phone": _("Phone"),
    "sworn_officers": _("Number of officers"),
    "population": _("Population served"),
}
PERIOD, CHANGES_SHOWN = timedelta(days=365), 10
# Two changes within this time count as one. If the second undoes the first, there was none.
AT_ONCE = timedelta(hours=1)
# The newest rows of the history that are read.
ROWS_READ = 300


class Change(NamedTuple):
    """One change, such as "Chief: Pat Doe → Jo Roe" or "Job posted: Dispatcher". ``day`` is the department's date."""

    day: str
    text: str


class Row(NamedTuple):
    """The part of a historical row that visitors may see. ``job`` is None in a row of the department.

    A row that is not ``recorded`` has the values from before the first change, or of one that nobody recorded.
    """

    at: datetime
    number: int
    recorded: int | None
    job: int | None
    chief_name: str
    phone: str
    sworn_officers: int | None
    population: int | None
    title: str
    status: str
    published_at: datetime | None
    closes_at: datetime | None


class Step(NamedTuple):
    """A value and the one that replaced it."""

    at: datetime
    old: object
    new: object


def recent_changes(department, jobs):
    """Return the :class:`Change` list of a department and of ``jobs`` (a QuerySet), newest first. One query."""
    by_job = defaultdict(list)
    for row in sorted(_rows(department, jobs), key=attrgetter("at", "number")):
        by_job[row.job].append(row)
    facts, now = by_job.pop(None, []), timezone.now()
    found = [(step.at, _describe(label, step)) for fact, label in FACTS.items() for step in _steps(facts, fact)]
    found += [change for rows in by_job.values() for change in _life(rows, now)]
    shown = sorted((at, text) for at, text in found if now - PERIOD < at <= now)[::-1][:CHANGES_SHOWN]
    return [Change(department.format_day(timezone.localdate(at, department.zone)), text) for at, text in shown]


def _rows(department, jobs):
    """Return the newest rows of both histories as :class:`Row`. The columns of a union stand in the same order."""
    text, number, instant = Value(""), Value(None, IntegerField()), Value(None, DateTimeField())
    same = ("history_date", "history_id", "change_id")
    own = Department.history.filter(id=department.pk).order_by()
    theirs = jobs.model.history.filter(id__in=jobs.order_by().values("pk")).order_by()
    union = own.values_list(*same, number, *FACTS, text, text, instant, instant).union(
        theirs.values_list(*same, "id", text, text, number, number, "title", "status", "published_at", "closes_at"),
        all=True,
    )
    return [Row(*row) for row in union.order_by("-history_date")[:ROWS_READ]]


def _steps(rows, fact):
    """Return the recorded changes of a fact, oldest first, without those that were undone at once."""
    steps = []
    for before, row in zip(rows, rows[1:], strict=False):
        old, new = getattr(before, fact), getattr(row, fact)
        if row.recorded and old != new:
            if steps and row.at - steps[-1].at < AT_ONCE:
                old = steps.pop().old
            steps.append(Step(row.at, old, new))
    return [step for step in steps if step.old != step.new]


def _describe(label, step):
    old, new = (f"{value:,}" if isinstance(value, int) else value or "" for value in (step.old, step.new))
    if old and new:
        return _t("%(label)s: %(old)s → %(new)s") % {"label": label, "old": old, "new": new}
    text = _t("%(label)s added: %(value)s") if new else _t("%(label)s removed: %(value)s")
    return text % {"label": label, "value": new or old}


def _life(rows, now):
    """Return when a job was posted and closed, as ``[(instant, text)]``. ``rows`` are those of its history."""
    times, was_open = [], False
    for row in rows:
        is_open = row.status == "published"
        if is_open != was_open:
            # It may be planned, or have been posted before its history begins.
            times.append((row.published_at or row.at) if is_open and not times else row.at)
        was_open = is_open
    last = rows[-1]
    if was_open and last.closes_at and last.closes_at <= now:
        times.append(last.closes_at)
    texts = _t("Job posted: %(title)s"), _t("Job closed: %(title)s")
    changes = [(at, texts[index % 2] % {"title": last.title}) for index, at in enumerate(times)]
    return [] if len(times) == 2 and times[1] - times[0] < AT_ONCE else changes
