"""The rows of an import on their way from the file to the database, and what is to become of each."""

import pickle  # nosec B403 # reads what this module wrote, from a file that nobody else opens
import sqlite3

BATCH = 1000  # rows; what a query may name on every engine, and little enough to hold

CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED = OUTCOMES = ("created", "updated", "unchanged", "skipped", "rejected")


class Spool:
    """The rows on their way, in a temporary file that the system removes even when the process is killed."""

    def __init__(self):
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript("""
            PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
            BEGIN;
            CREATE TABLE row (line INTEGER PRIMARY KEY, cells BLOB, facts BLOB, key TEXT, rank INTEGER);
            CREATE INDEX row_by_key ON row (key) WHERE key != '';
            CREATE TABLE plan (
                line INTEGER PRIMARY KEY, outcome TEXT, pk INTEGER, modified BLOB, value BLOB, field TEXT, reason TEXT
            );
            CREATE TABLE claim (kind TEXT, key TEXT, line INTEGER, PRIMARY KEY (kind, key)) WITHOUT ROWID;
            CREATE TABLE conflict (
                line INTEGER, key TEXT, name TEXT, field TEXT, ours TEXT, theirs TEXT, set_by TEXT
            );
            CREATE TABLE notice (line INTEGER, field TEXT, reason TEXT, planned INTEGER);
        """)
        self.planning, self._waiting = False, []

    def close(self):
        self._db.close()

    def add(self, line, cells, clean):
        """A row to plan."""
        self._add(line, pickle.dumps(cells), pickle.dumps(clean.facts), clean.key, clean.rank)

    def add_rejected(self, line, cells, column, reason):
        self._add(line, pickle.dumps(cells), None, "", 0)
        self._db.execute("INSERT INTO plan VALUES (?, 'rejected', NULL, NULL, NULL, ?, ?)", (line, column, reason))

    def add_skipped(self, line):
        self._add(line, None, None, "", 0)
        self._db.execute("INSERT INTO plan VALUES (?, 'skipped', NULL, NULL, NULL, '', '')", (line,))

    def _add(self, *row):
        self._waiting.append(row)
        if len(self._waiting) == BATCH:
            self.flush()

    def flush(self):
        """Everything added is there."""
        self._db.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def add_notice(self, line, column, reason):
        self._db.execute("INSERT INTO notice VALUES (?, ?, ?, ?)", (line, column, reason, self.planning))

    def add_conflicts(self, conflicts):
        self._db.executemany("INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?, ?)", conflicts)

    def claim(self, kind, key, line):
        """Take a key of a kind (an address, an object) for a row; the line that has it already, or None."""
        taken = self._db.execute("INSERT OR IGNORE INTO claim VALUES (?, ?, ?)", (kind, key, line)).rowcount
        return None if taken else self.holder(kind, key)

    def holder(self, kind, key):
        """The line that has claimed the key, or None."""
        found = self._db.execute("SELECT line FROM claim WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return found and found[0]

    def lines_with(self, key, rank, most=2):
        """The first ``most`` lines of rows with this key and rank, planned or not."""
        found = self._db.execute(
            "SELECT line FROM row WHERE key = ? AND rank = ? AND key != '' ORDER BY line LIMIT ?", (key, rank, most)
        )
        return [line for (line,) in found]

    def forget_plans(self):
        """Back to where all rows were cleaned."""
        self.flush()
        self._db.executescript("""
            DELETE FROM plan WHERE line IN (SELECT line FROM row WHERE facts IS NOT NULL);
            DELETE FROM claim; DELETE FROM conflict; DELETE FROM notice WHERE planned;
        """)
        self.planning = True

    def unplanned(self):
        """``(line, facts)`` of the rows to plan, in the order of rank and line."""
        rows = self._db.execute("SELECT line, facts FROM row WHERE facts IS NOT NULL ORDER BY rank, line")
        return ((line, pickle.loads(facts)) for line, facts in rows)  # nosec B301

    def add_plans(self, lines, plans):
        self._db.executemany(
            "INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    line,
                    plan.outcome,
                    plan.pk,
                    plan.modified and pickle.dumps(plan.modified),
                    plan.values and pickle.dumps(plan.values),
                    plan.column,
                    plan.reason,
                )
                for line, plan in zip(lines, plans, strict=True)
            ),
        )

    def planned(self, outcome):
        """``(pk, modified, values)`` of the rows with this outcome."""
        rows = self._db.execute("SELECT pk, modified, value FROM plan WHERE outcome = ? ORDER BY line", (outcome,))
        for pk, modified, value in rows:
            yield pk, modified and pickle.loads(modified), value and pickle.loads(value)  # nosec B301

    def counts(self):
        """``{outcome: number of rows}``."""
        return dict.fromkeys(OUTCOMES, 0) | dict(
            self._db.execute("SELECT outcome, count(*) FROM plan GROUP BY outcome")
        )

    def number_read(self):
        return self._db.execute("SELECT count(*) FROM row").fetchone()[0]

    def conflicts(self):
        """``(line, key, name, column, ours, theirs, set by)``, in the order of the file."""
        return self._db.execute("SELECT * FROM conflict ORDER BY line")

    def number_of_conflicts(self):
        return self._db.execute("SELECT count(*) FROM conflict").fetchone()[0]

    def rejected(self):
        """``(line, column, reason, cells)`` of each rejected row, in the order of the file."""
        rows = self._db.execute(
            "SELECT line, field, reason, cells FROM plan JOIN row USING (line) WHERE outcome = 'rejected' ORDER BY line"
        )
        return ((line, column, reason, pickle.loads(cells)) for line, column, reason, cells in rows)  # nosec B301

    def rejections(self):
        """``(column, reason, how often, the first line)``, the most frequent first."""
        return self._db.execute(
            "SELECT field, reason, count(*), min(line) FROM plan WHERE outcome = 'rejected' "
            "GROUP BY field, reason ORDER BY 3 DESC, 4"
        )

    def notices(self):
        """Like :meth:`rejections`, of what was noticed in rows that are imported."""
        return self._db.execute(
            "SELECT field, reason, count(*), min(line) FROM notice GROUP BY field, reason ORDER BY 3 DESC, 4"
        )
