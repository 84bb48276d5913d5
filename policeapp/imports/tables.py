"""Tables in CSV: read as people, spreadsheets and agencies save them, written so that no spreadsheet runs a cell.

Read are UTF-8 (with or without its mark) and Windows-1252, with commas, semicolons or tabs, in any order of columns.
"""

import codecs
import csv
import io
import os
import re
from collections import Counter, deque
from contextlib import ExitStack
from functools import partial
from typing import NamedTuple

import ftfy
from django.utils.translation import gettext as _

DELIMITERS = ",;\t"
CHUNK = 1 << 16  # bytes
LONGEST_LINE = 1 << 20  # characters
MOST_LINES = 200_000  # after the header: an import holds all rows in memory

# What a spreadsheet takes for the beginning of a formula, and what is only a number.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z", re.ASCII)

NOT_LETTERS = re.compile(r"[\W_]+")

# The first bytes of what people take for a table.
BEGINNINGS = {
    b"PK\x03\x04": "an Excel workbook or another archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"\x1f\x8b": "a compressed file",
    b"%PDF": "a PDF document",
    b"\xff\xfe": "a file in UTF-16",
    b"\xfe\xff": "a file in UTF-16",
    b"{": "a JSON file",
    b"[": "a JSON file",
    b"<": "an HTML or XML file",
}

# Quotation marks stay as they are; everything else that ftfy mends was not meant.
MENDING = ftfy.TextFixerConfig(uncurl_quotes=False)
# What it mends: mojibake, which is two letters beyond ASCII in a row or one before a lost blank, and odd forms of
# letters. To look for it first spares ftfy's time on long texts with curly quotation marks.
PERHAPS_BROKEN = re.compile("[^\x00-\x7f]{2}|[\x80-\x9f\u0300-\u036f\ufb00-\ufb06\uff01-\uffee]|[ÂÃ] ")


class NotATable(Exception):
    """The file cannot be read as a table with the columns that are needed; says so in a sentence."""


class Row(NamedTuple):
    """A row of a table.

    ``line`` is the line of the file that it begins on, counted from 1. ``values`` maps our names of columns to the
    cells' text, without blanks around it, "" where there is none; ``cells`` are all cells as they stand in the file.
    ``problem`` says why the row cannot be read; it then has no values.
    """

    line: int
    values: dict
    cells: list
    problem: str = ""

    @property
    def is_blank(self):
        return not self.problem and not any(map(str.strip, self.cells))


class Table:
    """A CSV file whose header is understood; iterating gives its :class:`Row` s, from the first on.

    ``file`` is a path or a binary file object that can seek. ``columns`` maps our names of columns to the other names
    they go by, compared without regard to case, blanks and punctuation. ``required`` names columns, each a name or a
    tuple of names of which one is enough. :class:`NotATable` when it is none; ``OSError`` never.

    ``header`` has the columns' names as they stand in the file, ``found`` maps our names to their places in it, and
    ``ignored`` are the names that mean nothing to us. ``lines`` is the number of lines after the first, at most
    ``MOST_LINES``.
    """

    def __init__(self, file, columns, required=()):
        self._closing = ExitStack()
        try:
            self._open(file)
            self._look_into()
            self._read_header(columns, required)
        except OSError as problem:
            self.close()
            raise NotATable(_("%s cannot be read: %s.") % (self.name, problem.strerror or problem)) from problem
        except NotATable:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.close()

    def close(self):
        self._closing.close()

    def _open(self, file):
        if isinstance(file, (str, os.PathLike)):
            self.name = str(file)
            if os.path.isdir(file):
                raise NotATable(_("%s is a directory, not a file.") % file)
            if not os.path.exists(file):
                raise NotATable(_("There is no file %s.") % file)
            if not os.path.isfile(file):
                raise NotATable(_("%s is not a file.") % file)
            self._file = self._closing.enter_context(open(file, "rb"))
        else:
            self._file, self.name = file, str(getattr(file, "name", "") or _("The file"))

    def _look_into(self):
        """Find out the encoding and the number of lines, and what is no text at all."""
        self._file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        self.encoding = "utf-8"
        head = self._file.read(CHUNK)
        self._start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        start = head[self._start :].lstrip()
        if not start:
            raise NotATable(_("%s is empty.") % self.name)
        for beginning, what in BEGINNINGS.items():
            if start.startswith(beginning):
                raise NotATable(_("%s is %s, not a CSV file: save it as CSV.") % (self.name, what))
        if b"\0" in head:
            raise NotATable(_("%s is not a text file: it has NUL bytes.") % self.name)
        chunk, ends = head, Counter()
        while True:
            ends.update({end: chunk.count(end) for end in (b"\n", b"\r")})
            if self.encoding == "utf-8":
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    self.encoding = "cp1252"
            if not chunk:
                break
            last, chunk = chunk[-1:], self._file.read(CHUNK)
        self.lines = max(ends.values()) - (last in ends)
        if self.lines > MOST_LINES:
            raise NotATable(
                _("%(file)s has more than %(number)s lines: split it into several files.")
                % {"file": self.name, "number": f"{MOST_LINES:,}"}
            )

    def _text(self):
        """The file from its beginning as lines, each with its end as in the file."""
        self._file.seek(self._start)
        # A detached wrapper leaves the file open for whoever opened it.
        text = io.TextIOWrapper(self._file, encoding=self.encoding, errors="replace", newline="")
        try:
            for line in iter(partial(text.readline, LONGEST_LINE), ""):
                if len(line) == LONGEST_LINE:
                    raise NotATable(_("%s is not a CSV file: it has a line of a million characters.") % self.name)
                yield line
        finally:
            text.detach()

    def _read_header(self, columns, required):
        ours = {_plain(name): column for column, names in columns.items() for name in (column, *names)}
        readings = [(delimiter, self._first_record(delimiter)) for delimiter in DELIMITERS]
        self.delimiter, self.header = max(
            readings, key=lambda reading: (sum(_plain(name) in ours for name in reading[1]), len(reading[1]))
        )
        self.found, self.ignored = {}, []
        for place, name in enumerate(self.header):
            column = ours.get(_plain(name))
            if column in self.found:
                same = {"file": self.name, "one": self.header[self.found[column]], "other": name}
                raise NotATable(_("%(file)s has two columns that mean the same: “%(one)s” and “%(other)s”.") % same)
            if column:
                self.found[column] = place
            elif name.strip():
                self.ignored.append(name)
        for needed in required:
            names = (needed,) if isinstance(needed, str) else needed
            if not any(name in self.found for name in names):
                raise NotATable(
                    _("%(file)s has no column “%(name)s”.") % {"file": self.name, "name": _("” or “").join(names)}
                )

    def _first_record(self, delimiter):
        records = _Records(self._text(), delimiter)
        _line, cells, _problem = next(records, (0, [], ""))
        records.close()
        return [_unescape(cell) for cell in cells]

    def __iter__(self):
        width, found = len(self.header), list(self.found.items())
        records = _Records(self._text(), self.delimiter, width)
        self._closing.callback(records.close)
        next(records)
        for line, cells, problem in records:
            cells = [_unescape(cell) if cell[:1] == "'" else cell for cell in cells]
            if problem:
                yield Row(line, {}, cells, problem)
            elif cells == self.header:  # files that were joined
                yield Row(line, {}, [""] * width)
            else:
                yield Row(line, {column: _tidy(cells[place]) for column, place in found}, cells)


class _Records:
    """Iterates over ``(line, cells, problem)`` of lines of CSV.

    A quotation mark that is never closed would swallow the rows after it: when a record is none, only the line that
    it begins on is given up, and reading goes on with the next.
    """

    def __init__(self, lines, delimiter, width=None):
        self.lines, self.delimiter, self.width = lines, delimiter, width
        self.again, self.taken = deque(), []
        self.line = 0  # of the file, the last that belongs to a finished record
        self._start()

    def close(self):
        self.lines.close()

    def _feed(self):
        while True:
            line = self.again.popleft() if self.again else next(self.lines, None)
            if line is None:
                return
            self.taken.append(line)
            yield line

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            try:
                cells, problem = next(self.reader), ""
            except csv.Error as error:
                cells, problem = [], _explain(error)
            taken, self.taken = self.taken, []
            first = self.line + 1
            self.line += len(taken)
            if not cells and not problem:
                continue  # an empty line is no row
            problem = problem or self._check(cells, taken)
            if problem and len(taken) > 1:
                problem = _("has a quotation mark that is never closed")
                self._give_back(taken[1:])
                cells = []
            return first, cells or [taken[0].rstrip("\r\n")], problem

    def _check(self, cells, lines):
        """What is wrong with the record; blank cells beyond the header's are cut off."""
        if any("\0" in line for line in lines):
            return _("has a NUL character")
        if self.width is None or len(cells) == self.width:
            return ""
        if len(cells) > self.width and not any(map(str.strip, cells[self.width :])):
            del cells[self.width :]
            return ""
        return _("has %(cells)d cells, the header has %(width)d") % {"cells": len(cells), "width": self.width}

    def _give_back(self, lines):
        self.again.extendleft(reversed(lines))
        self.line -= len(lines)
        self._start()

    def _start(self):
        self.reader = csv.reader(self._feed(), delimiter=self.delimiter, strict=True)


def _explain(error):
    if "field larger" in str(error):
        return _("has a cell that is too long")
    if "unexpected end" in str(error):
        return _("has a quotation mark that is never closed")
    return _("has a quotation mark that is not doubled inside a quoted cell")


def _plain(name):
    """A column's name as it is compared: letters and digits in lower case."""
    return NOT_LETTERS.sub("", name.casefold())


def _tidy(cell):
    cell = cell.strip()
    if cell.isascii() or not PERHAPS_BROKEN.search(cell):
        return cell
    return ftfy.fix_text(cell, MENDING).strip()


def neutral(cell):
    """The cell so that a spreadsheet shows it and does not run it: behind an apostrophe if it begins as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def _unescape(cell):
    """What :func:`neutral` was given."""
    return cell[1:] if ESCAPED.match(cell) else cell


def write(file, header, rows):
    """Write a CSV file for people: ``file`` is a text file, opened with ``newline=""``; the cells become neutral."""
    writer = csv.writer(file)
    writer.writerow(map(neutral, header))
    writer.writerows(map(neutral, row) for row in rows)
