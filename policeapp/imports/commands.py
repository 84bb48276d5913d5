"""The base class of commands that import a file: options, progress bar and report."""

import json
import os
import re
from contextlib import ExitStack

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from policeapp.history.models import Change
from policeapp.history.records import change_by
from policeapp.imports.engine import ImportRun
from policeapp.imports.tables import NotATable, Table, write_csv

YEAR_OR_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z", re.ASCII)

MAX_REASONS = 20


class BaseImportCommand(BaseCommand):
    """A command that imports a CSV file. ``importer`` is a subclass of :class:`policeapp.imports.engine.Importer`."""

    importer = None

    def add_arguments(self, parser):
        parser.add_argument("file", help="the CSV file")
        parser.add_argument("--rejects", metavar="FILE", help="write the rejected rows to FILE for correction")
        parser.add_argument("--conflicts", metavar="FILE", help="write the values that differ from edits to FILE")
        parser.add_argument("--dry-run", action="store_true", help="print the report, but change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON on the last line")
        parser.add_argument("--overwrite", action="store_true", help="also replace values that people entered")
        parser.add_argument("--update-only", action="store_true", help="create nothing")
        if self.importer.limits:
            parser.add_argument("--fields", default="", help="change only these columns, such as sworn_officers,zip")
        parser.add_argument("--draft", action="store_true", help="save new departments and jobs as drafts")
        parser.add_argument("--source", default="", help="who published the file, if its rows don't say so")
        parser.add_argument(
            "--as-of", "--year", default="", help="the year or date of the file, if its rows don't say so"
        )

    def handle(self, *, file, dry_run, **options):
        if options["as_of"] and not YEAR_OR_DATE.match(options["as_of"]):
            raise CommandError("--as-of must be a year or a date: 2018 or 2018-12-31.")
        try:
            only_fields = self.importer.split_limits(options.get("fields", ""))
        except ValueError as error:
            raise CommandError(f"--fields: {error}") from error
        names = ("source", "as_of", "overwrite", "draft", "update_only")
        importer = self.importer(only_fields=only_fields, **{name: options[name] for name in names})
        changed = "Nothing was changed."
        try:
            with ExitStack() as stack:
                table = stack.enter_context(Table(file, importer.columns, importer.required))
                rejects = stack.enter_context(OutputFile(options["rejects"], file))
                conflicts = stack.enter_context(OutputFile(options["conflicts"], file))
                run = ImportRun(importer, table, progress_bar)
                report = run.prepare()
                rejects.write(*run.rejects())
                conflicts.write(*run.conflicts())
                if not dry_run:
                    with change_by(kind=Change.Kind.IMPORT, label=os.path.basename(file)):
                        expected, report = report, run.apply()
                    changed = "The import itself is complete."
                    if report.rejected > expected.rejected:
                        rejects.write(*run.rejects())
        except NotATable as error:
            raise CommandError(f"{error} {changed}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {changed}", returncode=130) from None
        except (OSError, DatabaseError) as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise CommandError(f"The import failed: {lines[0]}. {changed}") from error
        self.print_report(report, dry_run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))

    def print_report(self, report, dry_run):
        numbers = report.as_dict()
        outcomes = ", ".join(f"{number:,} {name}" for name, number in numbers.items() if name != "read")
        self.stdout.write(f"Read {report.read:,} rows: {outcomes}.")
        kinds = (("Skipped", report.skips), ("Rejected", report.rejections), ("Noticed", report.notices))
        for label, reasons in kinds:
            for column, reason, number, line in reasons[:MAX_REASONS]:
                where = f"{column}: " if column else ""
                self.stdout.write(f"  {label} {number:,} × {where}{reason} (first on line {line})")
            if len(reasons) > MAX_REASONS:
                self.stdout.write(f"  and {len(reasons) - MAX_REASONS:,} more reasons")
        if report.conflicts:
            self.stdout.write(f"{report.conflicts:,} values were not changed because people had entered others.")
        if report.ignored:
            self.stdout.write(f"Ignored columns: {', '.join(report.ignored)}.")
        if dry_run:
            self.stdout.write("This was a dry run. Nothing was changed.")
        else:
            self.stdout.write(f"Writing took {report.seconds:.1f} seconds.")


def progress_bar(iterable, total, label):
    """Show a progress bar in a terminal."""
    return tqdm(iterable, total=total, desc=label, unit=" rows", disable=None)


class OutputFile:
    """A file for a table. It is opened at once, so that a wrong name stops the command before the import.

    Its old content stays until the table is written. If ``name`` is None, nothing is written.
    """

    def __init__(self, name, source):
        self.name, self.written = name, False
        if not name:
            return
        self.is_new = not os.path.exists(name)
        if not self.is_new and os.path.samefile(name, source):
            raise CommandError(f"{name} is the file to import. Choose another file to write to.")
        try:
            self.file = open(name, "a", encoding="utf-8-sig", newline="")
        except OSError as error:
            raise CommandError(f"{name} cannot be written: {error.strerror}.") from error

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.name:
            self.file.close()
            if self.is_new and not self.written:
                os.unlink(self.name)

    def write(self, header, rows):
        if not self.name:
            return
        if os.path.isfile(self.name):
            self.file.seek(0)
            self.file.truncate()
        write_csv(self.file, header, rows)
        self.file.flush()
        self.written = True
