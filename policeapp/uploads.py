"""Uploaded files are imported as the commands import theirs: first looked at, then applied."""

from contextlib import contextmanager
from io import BytesIO, StringIO

from departments.imports.agencies import AgencyImporter
from jobs.imports.openings import PostingImporter

from . import importing
from .models import Import
from .tables import Table, write
from .timeouts import without_time_limit

IMPORTERS = {Import.Kind.DEPARTMENTS: AgencyImporter, Import.Kind.OPENINGS: PostingImporter}


def preview(upload):
    """Fill in the report of what applying would do. Raises :class:`policeapp.tables.NotATable`."""
    with _opened(upload) as running:
        _note(upload, running, running.prepare())


def apply(upload):
    """Write what the file says, all or nothing; False if it has been applied or somebody is at it."""
    if not upload.claim():
        return False
    try:
        with _opened(upload) as running:
            running.prepare()
            _note(upload, running, running.apply())
    except BaseException:
        upload.release()
        raise
    upload.finish()
    return True


@contextmanager
def _opened(upload):
    importer = IMPORTERS[upload.kind](
        source=upload.source, as_of=upload.as_of, overwrite=upload.overwrite, draft=upload.draft
    )
    file = BytesIO(upload.content)
    file.name = upload.file_name
    with without_time_limit(), Table(file, importer.columns, importer.required) as table:
        yield importing.Import(importer, table)


def _note(upload, running, report):
    upload.report = report._asdict()
    upload.rejects = _csv(*running.rejects()) if report.rejected else b""
    upload.conflicts = _csv(*running.conflicts()) if report.conflicts else b""


def _csv(header, rows):
    file = StringIO(newline="")
    write(file, header, rows)
    return file.getvalue().encode("utf-8-sig")
