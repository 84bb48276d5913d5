"""Imports the openings that a connector lists, through the same steps as a file of openings."""

from collections import defaultdict
from io import BytesIO
from time import monotonic

from departments.models import Department
from departments.names import name_key, normalize
from policeapp.imports.tables import Table, csv_bytes

from ..employers import Employers
from ..openings import COLUMNS, PostingImporter
from .fetch import time_limit
from .html import to_markdown

# For all texts of a list. Emails wait during a trial.
CONVERSION_SECONDS, TRIAL_SECONDS = 300, 30


class OneEmployer:
    """The employer of all openings that a department's connector lists, whatever the list calls it."""

    def __init__(self, department):
        self.department = department

    def find(self, *employer):
        return self.department


class NamedEmployers(Employers):
    """Employers by their names. Lists of the whole country often give a name but no single state."""

    def find(self, employer_ori, name, city, code):
        if not employer_ori and not code and name:
            found = list(Department.objects.filter(name_key=name_key(name))[:2])
            if len(found) == 1:
                return found[0]
        return super().find(employer_ori, name, city, code)


class ConnectorImporter(PostingImporter):
    """Imports a :func:`table` of rows. With ``is_trial`` every opening is planned as one to create, to be shown."""

    required = ("job_id", "title")

    def __init__(self, connector, is_trial=False):
        # Without a date: it would change all facts on each day.
        super().__init__(source=connector.name)
        self.department, self.is_trial = connector.department, is_trial
        self.ends = monotonic() + (TRIAL_SECONDS if is_trial else CONVERSION_SECONDS)

    def to_markdown(self, text):
        """Convert HTML. Raise ``Failed`` if that takes too long."""
        with time_limit(self.ends - monotonic()):
            return to_markdown(text)

    def employers(self, cleaned_rows):
        return OneEmployer(self.department) if self.department else NamedEmployers(cleaned_rows)

    def _present(self, cleaned_rows):
        """Other departments' lists can have the same name and the same numbers."""
        present = defaultdict(dict)
        if not self.is_trial:
            for key, jobs in super()._present(cleaned_rows).items():
                present[key] = {
                    department: job for department, job in jobs.items() if self.department in (None, department)
                }
        return present

    def finish(self):
        """Confirm nothing here: the first fetch of each day confirms, also if the list is unchanged."""

    def listed(self):
        """Return the openings of the list as a set of ``(department's key, job number)``, also those with errors."""
        return {(department, number) for kind, (department, _source, number) in self.claimed if kind == "opening"}


def table(rows):
    """Return a table of rows, which are dicts of texts, as :mod:`policeapp.imports` reads it.

    It has all columns: what a list doesn't state is stated to be blank.
    """
    names = [name for name in COLUMNS if name not in ("source", "snapshot_date")]
    content = csv_bytes(names, ([row.get(name, "").replace("\0", "") for name in names] for row in rows))
    return Table(BytesIO(content), COLUMNS, ConnectorImporter.required)


def has_words(row, words):
    """Return whether a row has one of the words, separated by commas, in its title, employer or category."""
    text = normalize(" ".join(row.get(name, "") for name in ("title", "employer", "category", "civil_service_title")))
    wanted = [normalize(word) for word in words.split(",") if normalize(word)]
    return not wanted or any(word in text for word in wanted)
