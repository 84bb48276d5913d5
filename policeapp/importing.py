"""Imports a table into a model: every row is accounted for, people's edits win, all or nothing.

The rows are read, cleaned and compared with the database first, and kept in a temporary file, so that memory does not
grow with the table and the database is locked for the write alone. What a kind of table has of its own is an
:class:`Importer`; :class:`Import` is the machine that all share.
"""

import time
from itertools import islice
from typing import NamedTuple

from django.db import IntegrityError, connections, reset_queries, router, transaction
from django.db.models import DEFERRED, Count, Max
from django.utils.translation import gettext as _

from . import planner
from .spool import BATCH, CREATED, OUTCOMES, REJECTED, SKIPPED, UNCHANGED, UPDATED, Spool

# What a file of rejected rows has before the columns of the table.
REJECT_COLUMNS = ["rejected_line", "rejected_column", "rejected_reason"]
# How often an import that finds the database changed by somebody else compares anew; then it makes them wait.
ATTEMPTS = 3


class Rejected(Exception):
    """A row that cannot be imported: the column at fault ("" for the row as a whole) and the reason, in words."""

    def __init__(self, column, reason):
        super().__init__(column, reason)
        self.column, self.reason = column, reason


class Clean(NamedTuple):
    """A row after cleaning.

    ``facts`` are whatever the importer's :meth:`~Importer.plan` needs, and can be pickled. ``key`` finds rows that
    belong together with :meth:`Spool.lines_with`. Rows of a lower ``rank`` are planned first.
    """

    facts: object
    key: str = ""
    rank: int = 0


class Plan(NamedTuple):
    """What is to become of a row: one of ``OUTCOMES``, made by the functions below."""

    outcome: str
    values: dict | None = None
    pk: int | None = None
    modified: object = None
    column: str = ""
    reason: str = ""


def create(values):
    """A new object with these values of all that the importer ``writes``."""
    return Plan(CREATED, values)


def update(instance, values):
    """The object as it was read (with ``modified``), and all the values that the importer ``writes``."""
    return Plan(UPDATED, values, instance.pk, instance.modified)


def unchanged():
    return Plan(UNCHANGED)


def skip():
    return Plan(SKIPPED)


def reject(column, reason):
    return Plan(REJECTED, column=column, reason=reason)


class Importer:
    """What an import knows of one kind of table; an instance serves one import.

    ``model`` must have ``modified``. ``columns`` and ``required`` are those of :class:`policeapp.tables.Table`.
    ``writes`` names the fields that the import fills in (a foreign key with ``_id``), the derived ones too; each must
    have a value that the database accepts whatever the other fields are. ``key_column`` heads what the conflicts are
    told apart by.
    """

    model = None
    key_column = ""
    columns = {}
    required = ()
    writes = ()

    def __init__(self, *, source="", as_of="", overwrite=False, draft=False):
        self.source, self.as_of, self.overwrite, self.draft = source, as_of, overwrite, draft

    def begin(self, table, spool):
        """Called once before the first row."""
        self.table, self.spool = table, spool

    def clean(self, row):
        """The :class:`Clean` of a :class:`policeapp.tables.Row`; raises :class:`Rejected`. No query a row."""
        raise NotImplementedError

    def plan(self, rows):
        """A :class:`Plan` for each of the ``(line, facts)``, at most ``BATCH`` of them, in the same order.

        Called again for all rows, from the first, when the database has changed before the write.
        """
        raise NotImplementedError

    def written(self, created, updated):
        """Called in the transaction with the objects of each batch written."""

    def notice(self, line, column, reason):
        """Report something about a row that is imported all the same. The reason is one of few, to be counted."""
        self.spool.add_notice(line, column, reason)

    def conflict(self, line, key, name, conflicts):
        """Report what the file said and was not taken, because a person had set it; ``conflicts`` of ``take``."""
        self.spool.add_conflicts(
            [(line, key, name, column, str(ours), str(theirs), set_by) for column, ours, theirs, set_by in conflicts]
        )


class Report(NamedTuple):
    """How many rows were read, and what became of them: ``read`` is the sum of the five after it.

    ``skipped`` are rows with nothing to import: blank ones, and a header in the midst of the file. ``rejections`` and
    ``notices`` are ``(column, reason, number, first line)``, ``ignored`` the columns that mean nothing to the importer;
    ``locked`` is for how many seconds others could not write to the database.
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
    locked: float = 0.0

    def as_dict(self):
        """The numbers of rows alone."""
        return {name: getattr(self, name) for name in ("read", *OUTCOMES)}


class Stale(Exception):
    """The database is not as it was when the rows were compared with it."""


def no_progress(iterable, total, label):
    return iterable


class Import:
    """One import: ``prepare()`` reads and compares, ``apply()`` writes; use as a context manager.

    ``progress(iterable, total, label)`` returns an iterable of the same that may show how far it is.
    """

    def __init__(self, importer, table, progress=no_progress):
        self.importer, self.table, self.progress = importer, table, progress
        self.spool, self.locked = Spool(), 0.0
        self.compared = 0  # how often
        self.using = router.db_for_write(importer.model)
        self.objects = importer.model._default_manager.using(self.using)

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.spool.close()

    def prepare(self):
        """Read, clean and compare all rows; nothing is written. The :class:`Report` of what ``apply`` would do."""
        self.importer.begin(self.table, self.spool)
        for row in self.progress(self.table, self.table.lines, _("Reading")):
            if row.problem:
                self.spool.add_rejected(row.line, row.cells, "", row.problem)
            elif row.is_blank:
                self.spool.add_skipped(row.line)
            else:
                try:
                    self.spool.add(row.line, row.cells, self.importer.clean(row))
                except Rejected as problem:
                    self.spool.add_rejected(row.line, row.cells, problem.column, problem.reason)
        self._plan()
        return self.report()

    def _plan(self):
        self.compared += 1
        self.spool.forget_plans()
        self.seen = self._fingerprint()
        rows = self.progress(self.spool.unplanned(), self.spool.number_read(), _("Comparing"))
        for batch in batches(rows):
            self.spool.add_plans([line for line, _facts in batch], self.importer.plan(batch))

    def apply(self):
        """Write what was prepared, in one transaction, and report.

        What somebody saved in the meantime is compared anew first, so that it is not lost; after ``ATTEMPTS`` they
        have to wait.
        """
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._write(compare=left == 0)
            except (Stale, IntegrityError):
                if not left:
                    raise
                if left > 1:
                    self._plan()

    def _write(self, compare):
        """Write all, after comparing anew under the lock if so told."""
        if not compare and not self._to_write():
            return self.report()
        with transaction.atomic(using=self.using):
            self._lock()
            began = time.monotonic()
            if compare:
                self._plan()
            elif self._fingerprint() != self.seen:
                raise Stale
            for batch in batches(self.progress(self._objects(), self._to_write(), _("Writing"))):
                self._write_batch(batch)
        self.locked = time.monotonic() - began
        planner.learn(self.using)
        return self.report()

    def _to_write(self):
        counts = self.spool.counts()
        return counts[CREATED] + counts[UPDATED]

    def _objects(self):
        """``(object, modified)`` of what is to be written, ``modified`` None for the new ones."""
        model = self.importer.model
        # In the order of the fields, which makes an object in half the time that their names do.
        fields = model._meta.concrete_fields
        blank = {field.attname: DEFERRED if field.generated else field.get_default() for field in fields}
        for outcome in (UPDATED, CREATED):
            for pk, modified, values in self.spool.planned(outcome):
                yield model(*(blank | values | {model._meta.pk.attname: pk}).values()), modified

    def _write_batch(self, batch):
        seen = {obj.pk: modified for obj, modified in batch if obj.pk}
        if seen:
            now = dict(self.objects.filter(pk__in=seen).values_list("pk", "modified"))
            if now != seen:
                raise Stale
        updated = [obj for obj, _modified in batch if obj.pk]
        created = [obj for obj, _modified in batch if not obj.pk]
        # An upsert of rows that are known to be there: as fast as adding them, however many fields have changed.
        self.objects.bulk_create(
            updated,
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[*self.importer.writes, "modified"],
        )
        self.objects.bulk_create(created)
        self.importer.written(created, updated)

    def _lock(self):
        """Nobody else writes to the table until the transaction ends; they can read. SQLite's begin has done it."""
        connection = connections[self.using]
        if connection.vendor == "postgresql":
            table = connection.ops.quote_name(self.importer.model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    def _fingerprint(self):
        """Changes when a row is added or removed."""
        return self.objects.aggregate(number=Count("pk"), last=Max("pk"))

    def rejects(self):
        """``(header, rows)`` of the rejected rows, in the table's own columns behind the line, column and reason."""
        # When the table is a mended file of rejects, it has those already.
        kept = [place for place, name in enumerate(self.table.header) if name not in REJECT_COLUMNS]
        header = [*REJECT_COLUMNS, *(self.table.header[place] for place in kept)]
        width = len(self.table.header)
        rows = (
            [line, column, reason, *(cells[place] for place in kept if place < len(cells)), *cells[width:]]
            for line, column, reason, cells in self.spool.rejected()
        )
        return header, rows

    def conflicts(self):
        """``(header, rows)`` of where the table and what a person has set disagree."""
        header = ["line", self.importer.key_column, "name", "column", "ours", "theirs", "set_by"]
        return header, self.spool.conflicts()

    def report(self):
        return Report(
            read=self.spool.number_read(),
            **self.spool.counts(),
            conflicts=self.spool.number_of_conflicts(),
            rejections=list(self.spool.rejections()),
            notices=list(self.spool.notices()),
            ignored=self.table.ignored,
            locked=self.locked,
        )


def batches(rows, size=BATCH):
    """Lists of at most ``size``."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
        reset_queries()  # with DEBUG, Django keeps them all
