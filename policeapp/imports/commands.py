"""What the commands that import a file have in common: their options, their progress, their report."""

import json
import os
import re
from contextlib import ExitStack

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from policeapp.imports.engine import Import
from policeapp.imports.tables import NotATable, Table, write

DAY = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z", re.ASCII)


MOST_SAID = 20  # reasons


class BaseImportCommand(BaseCommand):
    """A command that imports a CSV file; ``importer`` is its class of :class:`policeapp.imports.engine.Importer`."""

    importer = None

    def add_arguments(self, parser):
        parser.add_argument("file", help="the CSV file")
        parser.add_argument("--rejects", metavar="FILE", help="write the rejected rows to FILE, to be mended")
        parser.add_argument("--conflicts", metavar="FILE", help="write to FILE where the file and an edit disagree")
        parser.add_argument("--dry-run", action="store_true", help="report the same, but change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON on the last line")
        parser.add_argument("--overwrite", action="store_true", help="replace also what people have edited")
        parser.add_argument("--draft", action="store_true", help="publish nothing that is new")
        parser.add_argument("--source", default="", help="who published the file, where its rows don't say")
        parser.add_argument(
            "--as-of", "--year", default="", help="the year (or the day) that the file is of, where its rows don't say"
        )

    def handle(self, *, file, dry_run, **options):
        if options["as_of"] and not DAY.match(options["as_of"]):
            raise CommandError("--as-of takes a year or a day: 2018 or 2018-12-31.")
        importer = self.importer(**{name: options[name] for name in ("source", "as_of", "overwrite", "draft")})
        changed = "Nothing was changed."
        try:
            with ExitStack() as stack:
                table = stack.enter_context(Table(file, importer.columns, importer.required))
                rejects = stack.enter_context(OutputFile(options["rejects"], file))
                conflicts = stack.enter_context(OutputFile(options["conflicts"], file))
                running = Import(importer, table, self.progress)
                report = running.prepare()
                rejects.write(*running.rejects())
                conflicts.write(*running.conflicts())
                if not dry_run:
                    expected, report = report, running.apply()
                    changed = "The import itself is complete."
                    if report.rejected > expected.rejected:
                        rejects.write(*running.rejects())
        except NotATable as problem:
            raise CommandError(f"{problem} {changed}") from problem
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {changed}", returncode=130) from None
        except (OSError, DatabaseError) as problem:
            said = str(problem).strip().splitlines() or [type(problem).__name__]
            raise CommandError(f"The import failed: {said[0]}. {changed}") from problem
        self.say(report, dry_run)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))

    def progress(self, iterable, total, label):
        """With a bar, where a person is looking."""
        return tqdm(iterable, total=total, desc=label, unit=" rows", disable=None)

    def say(self, report, dry_run):
        numbers = report.as_dict()
        said = ", ".join(f"{number:,} {name}" for name, number in numbers.items() if name != "read")
        self.stdout.write(f"Read {report.read:,} rows: {said}.")
        for what, found in (("Rejected", report.rejections), ("Noticed", report.notices)):
            for column, reason, number, line in found[:MOST_SAID]:
                where = f"{column}: " if column else ""
                self.stdout.write(f"  {what} {number:,} × {where}{reason} (first on line {line})")
            if len(found) > MOST_SAID:
                self.stdout.write(f"  and {len(found) - MOST_SAID:,} more reasons")
        if report.conflicts:
            self.stdout.write(f"{report.conflicts:,} values differ from what people have set, which was kept.")
        if report.ignored:
            self.stdout.write(f"Columns that mean nothing here: {', '.join(report.ignored)}.")
        if dry_run:
            self.stdout.write("Nothing was changed: this was a dry run.")
        else:
            self.stdout.write(f"Writing took {report.seconds:.1f} seconds.")


class OutputFile:
    """A file that a table may be written to; opened at once, so that a wrong name is found before the work.

    What was in it stays until it is written. ``name`` may be None, which writes nothing.
    """

    def __init__(self, name, source):
        self.name, self.written = name, False
        if not name:
            return
        self.is_new = not os.path.exists(name)
        if not self.is_new and os.path.samefile(name, source):
            raise CommandError(f"{name} is the file to be imported: give another name to write to.")
        try:
            self.file = open(name, "a", encoding="utf-8-sig", newline="")
        except OSError as problem:
            raise CommandError(f"{name} cannot be written: {problem.strerror}.") from problem

    def __enter__(self):
        return self

    def __exit__(self, *problem):
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
        write(self.file, header, rows)
        self.file.flush()
        self.written = True
