"""The import engine: writes a table into a model, completely or not at all, and reports on every row.

All rows are read, cleaned and compared with the database. Then a single transaction writes them, so people can save
during the comparison. If somebody changes an object after it was compared, its row is rejected. Edits by people win
over imports. An :class:`Importer` knows one kind of table; :class:`ImportRun` does the rest.
"""

import logging
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, reset_queries, transaction
from django.db.models import Model, UniqueConstraint
from django.utils.translation import gettext as _

from ..database.analyze import analyze
from ..database.unavailable import is_temporary
from ..history.records import record_bulk

logger = logging.getLogger(__name__)

# What a spreadsheet shows for a formula without a result, or for a column that is too narrow.
SPREADSHEET_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|ERROR!|#+)\Z")

BATCH = 1000  # rows per query; every database accepts this many parameters

CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED = OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")

# A file of rejected rows has these before the columns of the table.
REJECT_COLUMNS = ["rejected_line", "rejected_column", "rejected_reason"]


class Rejected(Exception):
    """A row cannot be imported: the column at fault ("" for the whole row) and the reason as text."""

    def __init__(self, column, reason):
        super().__init__(column, reason)
        self.column, self.reason = column, reason


class Skipped(Rejected):
    """A row has nothing to import, and needs no correction."""


class Plan(NamedTuple):
    """What to do with a row: one of ``OUTCOMES``. Use the functions below to make plans.

    ``compared`` are the objects that the plan relies on, as they were read. Their models have a field ``modified``.
    """

    outcome: str
    instance: Model | None = None
    compared: tuple = ()
    column: str = ""
    reason: str = ""


def create(instance, *compared):
    """Plan to save a new object."""
    return Plan(CREATED, instance, compared)


def update(instance, *compared):
    """Plan to save an existing object with new values in the fields that the importer ``writes``."""
    return Plan(UPDATED, instance, (instance, *compared))


def unchanged():
    return Plan(UNCHANGED)


def skip(column="", reason=""):
    return Plan(SKIPPED, column=column, reason=reason)


def reject(column, reason):
    return Plan(REJECTED, column=column, reason=reason)


@dataclass(slots=True)
class CleanedRow:
    """A row of the table. It has ``facts`` after cleaning, and then a ``plan`` instead."""

    line: int
    plan: Plan | None = None
    facts: object = None
    rank: int = 0


class Importer:
    """How to import one kind of table. Each import has an instance of its own.

    ``model`` needs a field ``modified``. ``columns`` and ``required`` are for :class:`policeapp.imports.tables.Table`.
    ``writes`` names the fields that the import sets, including derived ones. ``key_column`` is the header of the column
    that identifies rows in the list of conflicts. ``limits`` are the columns that the import can be limited to.
    """

    model = None
    key_column = ""
    columns = {}
    required = ()
    writes = ()
    limits = ()

    def __init__(self, *, source="", as_of="", overwrite=False, draft=False, update_only=False, only_fields=()):
        """``only_fields`` are names in ``limits``; if there are any, the import creates nothing."""
        self.source, self.as_of, self.overwrite, self.draft = source, as_of, overwrite, draft
        self.update_only, self.only_fields = update_only or bool(only_fields), frozenset(only_fields)
        self.notices, self.conflicts, self.claimed = [], [], {}

    @classmethod
    def split_limits(cls, text):
        """Return the names in a text such as "sworn_officers, population". Raise ``ValueError`` for an unknown one."""
        names = [part.strip() for part in text.split(",") if part.strip()]
        if unknown := [name for name in names if name not in cls.limits]:
            values = {"name": unknown[0], "known": ", ".join(cls.limits) or _("none for this kind of file")}
            raise ValueError(_("There is no column “%(name)s”. Choose from: %(known)s.") % values)
        return names

    def begin(self, table):
        """Prepare for the first row."""
        self.table = table

    def clean(self, row):
        """Return ``(facts, rank)`` of a :class:`policeapp.imports.tables.Row`, or raise :class:`Rejected`.

        The facts are the input of :meth:`plan`. Rows with a lower rank are planned first. Don't query the database
        here.
        """
        raise NotImplementedError

    def plan(self, rows):
        """Return a :class:`Plan` for each of at most ``BATCH`` ``(line, facts)``, in the same order."""
        raise NotImplementedError

    def written(self, created, updated):
        """Do more for a batch of written objects, in the same transaction."""

    def finish(self):
        """Do more after the last batch, in the same transaction, also if there was nothing to write."""

    def claim(self, kind, key, line):
        """Reserve a key, such as a slug, for a row. Return None, or the line that already has the key."""
        first = self.claimed.setdefault((kind, key), line)
        return None if first == line else first

    def notice(self, line, column, reason):
        """Report a problem in a row that is imported anyway. Use few different reasons, because they are counted."""
        self.notices.append((line, column, reason))

    def conflict(self, line, key, name, conflicts):
        """Report the values that were not imported because a person had set others.

        ``conflicts`` are ``(column, our value, their value, set by)``.
        """
        self.conflicts += [
            (line, key, name, column, str(ours), str(theirs), set_by) for column, ours, theirs, set_by in conflicts
        ]


class Report(NamedTuple):
    """The number of rows by outcome; ``read`` is the sum of the next five.

    ``skipped`` rows have nothing to import, such as blank rows and repeated headers. ``rejections``, ``notices`` and
    ``skips`` are lists of ``(column, reason, number, first line)``. ``ignored`` are columns. Writing took ``seconds``.
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
    skips: list
    ignored: list
    seconds: float = 0.0

    def as_dict(self):
        """Return only the numbers of rows."""
        return {name: getattr(self, name) for name in ("read", *OUTCOMES)}


def no_progress(iterable, total, label):
    return iterable


class ImportRun:
    """One import: ``prepare()`` reads and compares, ``apply()`` writes.

    ``progress(iterable, total, label)`` returns an iterable of the same items and may show the progress.
    """

    def __init__(self, importer, table, progress=no_progress):
        self.importer, self.table, self.progress = importer, table, progress
        self.rows, self.seconds, self.has_failed = [], 0.0, False

    def prepare(self):
        """Read, clean and compare all rows. Return the :class:`Report` of what ``apply()`` would do."""
        self.importer.begin(self.table)
        self.rows = [self._clean(row) for row in self.progress(self.table, self.table.lines, _("Reading"))]
        self._plan()
        return self.report()

    def _clean(self, row):
        if row.problem:
            return CleanedRow(row.line, reject("", row.problem))
        if row.is_blank:
            return CleanedRow(row.line, skip("", _("is blank or the header again")))
        self._drop_spreadsheet_errors(row)
        try:
            facts, rank = self.importer.clean(row)
        except Skipped as error:
            return CleanedRow(row.line, skip(error.column, error.reason))
        except Rejected as error:
            return CleanedRow(row.line, reject(error.column, error.reason))
        except Exception as error:
            return CleanedRow(row.line, self._reject_failed(row.line, error))
        return CleanedRow(row.line, facts=facts, rank=rank)

    def _drop_spreadsheet_errors(self, row):
        for column, cell in row.values.items():
            if cell[:1] == "#" and SPREADSHEET_ERROR.match(cell):
                row.values[column] = ""
                self.importer.notice(row.line, self.table.name_of(column), _("is an error of a spreadsheet"))

    def _plan(self):
        rows = sorted((row for row in self.rows if not row.plan), key=attrgetter("rank"))
        for batch in batches(self.progress(rows, len(rows), _("Comparing"))):
            self._plan_batch(batch)
            for row in batch:
                row.facts = None
                if self.importer.update_only and row.plan.outcome == CREATED:
                    row.plan = skip("", _("is new, and this import creates nothing"))

    def _plan_batch(self, rows):
        """Plan the rows. If that fails, plan each half alone, until only the row that fails is rejected."""
        importer = self.importer
        notices, conflicts = len(importer.notices), len(importer.conflicts)
        try:
            plans = importer.plan([(row.line, row.facts) for row in rows])
            for row, plan in zip(rows, plans, strict=True):
                row.plan = plan
        except Exception as error:
            del importer.notices[notices:], importer.conflicts[conflicts:]
            if len(rows) > 1 and not is_temporary(error):
                self._halve(rows, self._plan_batch)
            else:
                rows[0].plan = self._reject_failed(rows[0].line, error)

    def _halve(self, rows, function):
        middle = len(rows) // 2
        function(rows[:middle])
        function(rows[middle:])

    def _reject_failed(self, line, error):
        """Return the plan for a row that fails for a reason that the importer does not know.

        Raises the error instead if it is not the row's fault, such as a database that is away.
        """
        if is_temporary(error):
            raise error
        # One traceback is enough: other rows may fail for the same reason.
        logger.error("Line %s cannot be imported: %r", line, error, exc_info=None if self.has_failed else error)
        self.has_failed = True
        return reject("", _("cannot be imported because of an error; the log of the site describes it"))

    def apply(self):
        """Write the prepared rows in one transaction and return the :class:`Report`.

        Rows are rejected if somebody changed or deleted their objects after the comparison.
        """
        rows = [row for row in self.rows if row.plan.instance is not None]
        with transaction.atomic():
            began = time.monotonic()
            for batch in batches(self.progress(rows, len(rows), _("Writing")) if rows else ()):
                self._write(self._reject_changed(batch))
            self.importer.finish()
        if rows:
            self.seconds = time.monotonic() - began
            analyze()
        return self.report()

    def _reject_changed(self, rows):
        """Lock the objects that the rows were compared with. Reject rows whose objects changed; return the others."""
        compared = defaultdict(set)
        for row in rows:
            for instance in row.plan.compared:
                compared[type(instance)].add(instance.pk)
        current = {}
        for model, keys in compared.items():
            locked = model._default_manager.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
            current |= {(model, pk): modified for pk, modified in locked.values_list("pk", "modified")}
        for row in rows:
            if any(current.get((type(each), each.pk)) != each.modified for each in row.plan.compared):
                row.plan = reject("", _("was changed by somebody else during the import; import the file again"))
        return [row for row in rows if row.plan.instance is not None]

    def _write(self, rows):
        """Save the objects of the rows. Reject a row that the database refuses, such as for a key of another object."""
        created = [row.plan.instance for row in rows if row.plan.outcome == CREATED]
        updated = [row.plan.instance for row in rows if row.plan.outcome == UPDATED]
        try:
            with transaction.atomic(), record_bulk([*created, *updated]):
                self._save(created, updated)
        except (IntegrityError, DataError) as error:
            for instance in created:  # bulk_create() may have set it before it failed
                instance.pk = None
            if len(rows) > 1:
                self._halve(rows, self._write)
            elif violated := self._violated_constraints(rows[0].plan.instance):
                rows[0].plan = reject("", violated)
            elif isinstance(error, DataError):
                rows[0].plan = self._reject_failed(rows[0].line, error)
            else:
                raise

    def _save(self, created, updated):
        objects = self.importer.model._default_manager
        # An upsert of existing rows is as fast as an insert, however many fields change.
        objects.bulk_create(
            updated, update_conflicts=True, unique_fields=["pk"], update_fields=[*self.importer.writes, "modified"]
        )
        objects.bulk_create(created)
        self.importer.written(created, updated)

    def _violated_constraints(self, instance):
        """Return sentences about the constraints that the object violates, or ""."""
        model, sentences = self.importer.model, []
        for constraint in model._meta.constraints:
            try:
                constraint.validate(model, instance)
            except ValidationError as error:
                sentences += error.messages
                if isinstance(constraint, UniqueConstraint):  # another object has taken the key since the comparison
                    sentences.append(_("Import the file again."))
        return " ".join(sentences)

    def rejects(self):
        """Return ``(header, rows)`` of the rejected rows: line, column and reason, then the table's own columns."""
        # A corrected file of rejected rows already has these columns.
        positions = [position for position, name in enumerate(self.table.header) if name not in REJECT_COLUMNS]
        header = [*REJECT_COLUMNS, *(self.table.header[position] for position in positions)]
        plans = {row.line: row.plan for row in self._rejected()}
        # Read the file again: storing all cells would double the memory, and few files have many rejected rows.
        rejected = (row for row in self.table if row.line in plans) if plans else ()
        rows = (
            [line, plans[line].column, plans[line].reason]
            + [cells[position] for position in positions if position < len(cells)]
            + cells[len(self.table.header) :]
            for line, _values, cells, _problem in rejected
        )
        return header, rows

    def _rejected(self):
        return (row for row in self.rows if row.plan.outcome == REJECTED)

    def conflicts(self):
        """Return ``(header, rows)`` of the values that differ from those that people set."""
        header = ["line", self.importer.key_column, "name", "column", "ours", "theirs", "set_by"]
        return header, sorted(self.importer.conflicts, key=lambda conflict: conflict[0])

    def report(self):
        outcomes = Counter(row.plan.outcome for row in self.rows)
        skipped = (row for row in self.rows if row.plan.outcome == SKIPPED and row.plan.reason)
        return Report(
            read=len(self.rows),
            **{outcome: outcomes[outcome] for outcome in OUTCOMES},
            conflicts=len(self.importer.conflicts),
            rejections=count_reasons((row.line, row.plan.column, row.plan.reason) for row in self._rejected()),
            skips=count_reasons((row.line, row.plan.column, row.plan.reason) for row in skipped),
            notices=count_reasons(self.importer.notices),
            ignored=self.table.ignored,
            seconds=self.seconds,
        )


def count_reasons(problems):
    """Return ``[(column, reason, number, first line)]`` of ``(line, column, reason)``, most frequent first."""
    lines = defaultdict(list)
    for line, column, reason in problems:
        lines[column, reason].append(line)
    rows = [(column, reason, len(numbers), min(numbers)) for (column, reason), numbers in lines.items()]
    return sorted(rows, key=lambda row: (-row[2], row[3]))


def batches(rows, size=BATCH):
    """Yield lists of at most ``size`` rows."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
        reset_queries()  # with DEBUG, Django stores all queries
