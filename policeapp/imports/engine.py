"""Imports a table into a model: every row is accounted for, people's edits win, all or nothing.

The rows are read, cleaned and compared with the database first; the write is one transaction after that, so that people
can save in the meantime. A row whose objects somebody else has changed by then is rejected. What a kind of table has of
its own is an :class:`Importer`; :class:`Import` is the machine that all share.
"""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, reset_queries, transaction
from django.db.models import Model, UniqueConstraint
from django.utils.translation import gettext as _

from ..database.analyze import analyze

BATCH = 1000  # rows; what a query may name on every engine

CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED = OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")

# What a file of rejected rows has before the columns of the table.
REJECT_COLUMNS = ["rejected_line", "rejected_column", "rejected_reason"]


class Rejected(Exception):
    """A row that cannot be imported: the column at fault ("" for the row as a whole) and the reason, in words."""

    def __init__(self, column, reason):
        super().__init__(column, reason)
        self.column, self.reason = column, reason


class Plan(NamedTuple):
    """What is to become of a row: one of ``OUTCOMES``, made by the functions below.

    ``compared`` are the objects, as they were read, that the plan relies on; their models have ``modified``.
    """

    outcome: str
    instance: Model | None = None
    compared: tuple = ()
    column: str = ""
    reason: str = ""


def create(instance, *compared):
    """A new object, not saved yet."""
    return Plan(CREATED, instance, compared)


def update(instance, *compared):
    """An object of the database with the new values of what the importer ``writes``, not saved yet."""
    return Plan(UPDATED, instance, (instance, *compared))


def unchanged():
    return Plan(UNCHANGED)


def skip():
    return Plan(SKIPPED)


def reject(column, reason):
    return Plan(REJECTED, column=column, reason=reason)


@dataclass(slots=True)
class CleanedRow:
    """A row on its way from the file to the database: its ``facts`` until it has a ``plan``."""

    line: int
    plan: Plan | None = None
    facts: object = None
    rank: int = 0


class Importer:
    """What an import knows of one kind of table; an instance serves one import.

    ``model`` must have ``modified``. ``columns`` and ``required`` are those of :class:`policeapp.imports.tables.Table`.
    ``writes`` names the fields that the import fills in, the derived ones too. ``key_column`` heads what the conflicts
    are told apart by.
    """

    model = None
    key_column = ""
    columns = {}
    required = ()
    writes = ()

    def __init__(self, *, source="", as_of="", overwrite=False, draft=False):
        self.source, self.as_of, self.overwrite, self.draft = source, as_of, overwrite, draft
        self.notices, self.conflicts, self.claimed = [], [], {}

    def begin(self, table):
        """Called once before the first row."""
        self.table = table

    def clean(self, row):
        """``(facts, rank)`` of a :class:`policeapp.imports.tables.Row`; raises :class:`Rejected`. No query a row.

        The facts are whatever :meth:`plan` needs. Rows of a lower rank are planned first.
        """
        raise NotImplementedError

    def plan(self, rows):
        """A :class:`Plan` for each of the ``(line, facts)``, at most ``BATCH`` of them, in the same order."""
        raise NotImplementedError

    def written(self, created, updated):
        """Called in the transaction with the objects of each batch written."""

    def claim(self, kind, key, line):
        """Take a key of a kind (a slug, an object) for a row; the other line that has it already, or None."""
        first = self.claimed.setdefault((kind, key), line)
        return None if first == line else first

    def notice(self, line, column, reason):
        """Report something about a row that is imported all the same. The reason is one of few, to be counted."""
        self.notices.append((line, column, reason))

    def conflict(self, line, key, name, conflicts):
        """Report what the file said and was not taken, because a person had set it; ``conflicts`` of ``take``."""
        self.conflicts += [
            (line, key, name, column, str(ours), str(theirs), set_by) for column, ours, theirs, set_by in conflicts
        ]


class Report(NamedTuple):
    """How many rows were read, and what became of them: ``read`` is the sum of the five after it.

    ``skipped`` are rows with nothing to import: blank ones, and a header in the midst of the file. ``rejections`` and
    ``notices`` are ``(column, reason, number, first line)``, ``ignored`` the columns that mean nothing to the importer;
    ``seconds`` is how long the write took.
    """

    read: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    conflicts: int
    rejections: list
    notices: list
    ignored: list
    seconds: float = 0.0

    def as_dict(self):
        """The numbers of rows alone."""
        return {name: getattr(self, name) for name in ("read", *OUTCOMES)}


def no_progress(iterable, total, label):
    return iterable


class Import:
    """One import: ``prepare()`` reads and compares, ``apply()`` writes.

    ``progress(iterable, total, label)`` returns an iterable of the same that may show how far it is.
    """

    def __init__(self, importer, table, progress=no_progress):
        self.importer, self.table, self.progress = importer, table, progress
        self.rows, self.seconds = [], 0.0

    def prepare(self):
        """Read, clean and compare all rows; nothing is written. The :class:`Report` of what ``apply`` would do."""
        self.importer.begin(self.table)
        self.rows = [self._clean(row) for row in self.progress(self.table, self.table.lines, _("Reading"))]
        self._plan()
        return self.report()

    def _clean(self, row):
        if row.problem:
            return CleanedRow(row.line, reject("", row.problem))
        if row.is_blank:
            return CleanedRow(row.line, skip())
        try:
            facts, rank = self.importer.clean(row)
        except Rejected as problem:
            return CleanedRow(row.line, reject(problem.column, problem.reason))
        return CleanedRow(row.line, facts=facts, rank=rank)

    def _plan(self):
        rows = sorted((row for row in self.rows if not row.plan), key=attrgetter("rank"))
        for batch in batches(self.progress(rows, len(rows), _("Comparing"))):
            plans = self.importer.plan([(row.line, row.facts) for row in batch])
            for row, row.plan in zip(batch, plans, strict=True):
                row.facts = None

    def apply(self):
        """Write what was prepared, in one transaction, and report.

        Rows are rejected whose objects somebody has changed or deleted since they were compared.
        """
        rows = [row for row in self.rows if row.plan.instance is not None]
        if rows:
            with transaction.atomic():
                began = time.monotonic()
                for batch in batches(self.progress(rows, len(rows), _("Writing"))):
                    self._write(self._reject_changed(batch))
            self.seconds = time.monotonic() - began
            analyze()
        return self.report()

    def _reject_changed(self, rows):
        """Lock what the rows were compared with; those rows for which it is still the same. The others are rejected."""
        seen = defaultdict(set)
        for row in rows:
            for instance in row.plan.compared:
                seen[type(instance)].add(instance.pk)
        now = {}
        for model, numbers in seen.items():
            locked = model._default_manager.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
            now |= {(model, pk): modified for pk, modified in locked.values_list("pk", "modified")}
        for row in rows:
            if any(now.get((type(one), one.pk)) != one.modified for one in row.plan.compared):
                row.plan = reject("", _("was changed by somebody else during the import: import the file again"))
        return [row for row in rows if row.plan.instance is not None]

    def _write(self, rows):
        """Save the objects of the rows; reject a row if another object has taken a unique key of its object."""
        created = [row.plan.instance for row in rows if row.plan.outcome == CREATED]
        updated = [row.plan.instance for row in rows if row.plan.outcome == UPDATED]
        try:
            with transaction.atomic():
                self._save(created, updated)
        except IntegrityError:
            for instance in created:  # bulk_create() may have set it before it failed
                instance.pk = None
            if len(rows) > 1:
                middle = len(rows) // 2
                self._write(rows[:middle])
                self._write(rows[middle:])
            elif taken := self._taken(rows[0].plan.instance):
                rows[0].plan = reject("", _("%s Import the file again.") % taken)
            else:
                raise

    def _save(self, created, updated):
        objects = self.importer.model._default_manager
        # An upsert of rows that are known to be there: as fast as adding them, however many fields have changed.
        objects.bulk_create(
            updated,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[*self.importer.writes, "modified"],
        )
        objects.bulk_create(created)
        self.importer.written(created, updated)

    def _taken(self, instance):
        """The sentence that says which unique key another object has; "" if none has."""
        model = self.importer.model
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                try:
                    constraint.validate(model, instance)
                except ValidationError as problem:
                    return " ".join(problem.messages)
        return ""

    def rejects(self):
        """``(header, rows)`` of the rejected rows, in the table's own columns behind the line, column and reason."""
        # When the table is a mended file of rejects, it has those already.
        kept = [place for place, name in enumerate(self.table.header) if name not in REJECT_COLUMNS]
        header = [*REJECT_COLUMNS, *(self.table.header[place] for place in kept)]
        width = len(self.table.header)
        plans = {row.line: row.plan for row in self._rejected()}
        # Read again, because few files have many: to hold all cells would take as much memory as all else.
        rejected = (row for row in self.table if row.line in plans) if plans else ()
        rows = (
            [line, plans[line].column, plans[line].reason]
            + [cells[place] for place in kept if place < len(cells)]
            + cells[width:]
            for line, _values, cells, _problem in rejected
        )
        return header, rows

    def _rejected(self):
        return (row for row in self.rows if row.plan.outcome == REJECTED)

    def conflicts(self):
        """``(header, rows)`` of where the table and what a person has set disagree."""
        header = ["line", self.importer.key_column, "name", "column", "ours", "theirs", "set_by"]
        return header, sorted(self.importer.conflicts, key=lambda conflict: conflict[0])

    def report(self):
        outcomes = Counter(row.plan.outcome for row in self.rows)
        return Report(
            read=len(self.rows),
            **{outcome: outcomes[outcome] for outcome in OUTCOMES},
            conflicts=len(self.importer.conflicts),
            rejections=counted((row.line, row.plan.column, row.plan.reason) for row in self._rejected()),
            notices=counted(self.importer.notices),
            ignored=self.table.ignored,
            seconds=self.seconds,
        )


def counted(found):
    """``(column, reason, how often, the first line)`` of ``(line, column, reason)``, the most frequent first."""
    lines = defaultdict(list)
    for line, column, reason in found:
        lines[column, reason].append(line)
    rows = [(column, reason, len(those), min(those)) for (column, reason), those in lines.items()]
    return sorted(rows, key=lambda row: (-row[2], row[3]))


def batches(rows, size=BATCH):
    """Lists of at most ``size``."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
        reset_queries()  # with DEBUG, Django keeps them all
