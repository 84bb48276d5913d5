"""Imports uploaded files in the same way as the import commands: first a preview, then the import."""

from contextlib import contextmanager
from io import BytesIO

from ..database.timeouts import without_time_limit
from ..history.models import Change
from ..history.records import change_by
from .engine import ImportRun
from .tables import Table, csv_bytes

# The importer class for each kind of file (Import.Kind). Apps add theirs in AppConfig.ready().
IMPORTERS = {}


def preview(upload):
    """Fill in the report of what the import would do. Raises :class:`policeapp.imports.tables.NotATable`."""
    with _opened(upload) as run:
        save_results(upload, run, run.prepare())


def apply(upload):
    """Import the file, all or nothing. Return False if it was applied before or is being applied now."""
    if not upload.claim():
        return False
    try:
        with _opened(upload) as run:
            run.prepare()
            with change_by(upload.by, Change.Kind.IMPORT, upload, upload.file_name):
                report = run.apply()
            save_results(upload, run, report)
    except BaseException:
        upload.release()
        raise
    upload.finish()
    return True


@contextmanager
def _opened(upload):
    importer_class = IMPORTERS[upload.kind]
    importer = importer_class(
        only_fields=importer_class.split_limits(upload.only_fields),
        **{name: getattr(upload, name) for name in ("source", "as_of", "overwrite", "draft", "update_only")},
    )
    file = BytesIO(upload.content)
    file.name = upload.file_name
    with without_time_limit(), Table(file, importer.columns, importer.required) as table:
        yield ImportRun(importer, table)


def save_results(upload, run, report):
    upload.report = report._asdict()
    upload.rejects = csv_bytes(*run.rejects()) if report.rejected else b""
    upload.conflicts = csv_bytes(*run.conflicts()) if report.conflicts else b""
