"""A CSV file at a URL, with the columns that ``import_openings`` reads."""

from io import BytesIO

from django.utils.translation import gettext as _

from policeapp.imports.tables import NotATable, Table

from ..openings import COLUMNS
from .fetch import Failed


def read(page, get):
    """Return ``(rows, problems)`` of a file. A row that can't be read is a problem: its job number is unknown."""
    file = BytesIO(page.content)
    file.name = _("The file")
    try:
        with Table(file, COLUMNS, ("job_id", "title")) as table:
            rows = [row for row in table if not row.is_blank]
    except NotATable as error:
        raise Failed(str(error)) from error
    broken = [
        _("Line %(line)d %(problem)s.") % {"line": row.line, "problem": row.problem} for row in rows if row.problem
    ]
    return [row.values | {"requisition": row.values["job_id"]} for row in rows if not row.problem], broken
