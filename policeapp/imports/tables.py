"""Reads CSV files as people, spreadsheets and agencies save them, and writes CSV files without live formulas.

Files may be UTF-8 (with or without a byte order mark) or Windows-1252, with commas, semicolons or tabs, and with their
columns in any order.
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
MAX_LINE_LENGTH = 1 << 20  # characters
MAX_LINES = 200_000  # after the header; an import holds all rows in memory

# The beginning of a formula in a spreadsheet; a number is not a formula.
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")
NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z", re.ASCII)

# A cell that a program quoted before another one wrote the file, or that keeps Excel from reading it as a number.
QUOTED = re.compile(r'=?"([^"]*)"\Z')

NOT_LETTERS = re.compile(r"[\W_]+")

# The first bytes of files that people mistake for CSV files.
SIGNATURES = {
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

# ftfy repairs errors, but curly quotation marks are not errors.
REPAIRS = ftfy.TextFixerConfig(uncurl_quotes=False)
# Text that ftfy may repair: mojibake (two non-ASCII letters in a row, or one before a lost space) and unusual forms of
# letters. This test is much faster than ftfy on long texts with curly quotation marks.
MAYBE_BROKEN = re.compile("[^\x00-\x7f]{2}|[\x80-\x9f\u0300-\u036f\ufb00-\ufb06\uff01-\uffee]|[ÂÃ] ")


class NotATable(Exception):
    """The file is not a table with the required columns. The message is a sentence for the user."""


class Row(NamedTuple):
    """A row of a table.

    ``line`` is the number of the row's first line in the file, from 1. ``values`` maps our column names to the cells'
    text, stripped, or "". ``cells`` are all cells as they are in the file. ``problem`` says why the row cannot be read;
    such a row has no values.
    """

    line: int
    values: dict
    cells: list
    problem: str = ""

    @property
    def is_blank(self):
        return not self.problem and not any(map(str.strip, self.cells))


class Table:
    """A CSV file with known columns. Iterate over it for its :class:`Row` objects.

    ``file`` is a path or a seekable binary file object. ``columns`` maps our column names to their other names; case,
    spaces and punctuation don't matter. ``required`` lists column names, or tuples of names if one of them is enough.
    Raises :class:`NotATable`, and never ``OSError``.

    ``header`` has the column names as they are in the file, ``found`` maps our names to their positions, and
    ``ignored`` are the unknown names. ``lines`` is the number of lines after the first, at most ``MAX_LINES``.
    """

    def __init__(self, file, columns, required=()):
        self._closing = ExitStack()
        try:
            self._open(file)
            self._inspect()
            self._read_header(columns, required)
        except OSError as error:
            self.close()
            raise NotATable(_("%s cannot be read: %s.") % (self.name, error.strerror or error)) from error
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

    def _inspect(self):
        """Detect the encoding, count the lines, and reject files that are not text."""
        self._file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        self.encoding = "utf-8"
        head = self._file.read(CHUNK)
        self._start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        start = head[self._start :].lstrip()
        if not start:
            raise NotATable(_("%s is empty.") % self.name)
        for signature, kind in SIGNATURES.items():
            if start.startswith(signature):
                raise NotATable(_("%s is %s, not a CSV file. Save it as CSV.") % (self.name, kind))
        if b"\0" in head:
            raise NotATable(_("%s is not a text file: it contains null bytes.") % self.name)
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
        if self.lines > MAX_LINES:
            raise NotATable(
                _("%(file)s has more than %(number)s lines. Split it into several files.")
                % {"file": self.name, "number": f"{MAX_LINES:,}"}
            )

    def _text(self):
        """Yield the lines of the file with their line endings."""
        self._file.seek(self._start)
        # Detach the wrapper, because closing it would close the caller's file.
        text = io.TextIOWrapper(self._file, encoding=self.encoding, errors="replace", newline="")
        try:
            for line in iter(partial(text.readline, MAX_LINE_LENGTH), ""):
                if len(line) == MAX_LINE_LENGTH:
                    raise NotATable(_("%s is not a CSV file: it has a line of a million characters.") % self.name)
                yield line
        finally:
            text.detach()

    def _read_header(self, columns, required):
        ours = {_normalize(name): column for column, names in columns.items() for name in (column, *names)}
        readings = [(delimiter, self._first_record(delimiter)) for delimiter in DELIMITERS]
        self.delimiter, self.header = max(
            readings, key=lambda reading: (sum(_normalize(name) in ours for name in reading[1]), len(reading[1]))
        )
        self.found, self.ignored = {}, []
        for position, name in enumerate(self.header):
            column = ours.get(_normalize(name))
            if column in self.found:
                same = {"file": self.name, "one": self.header[self.found[column]], "other": name}
                raise NotATable(_("%(file)s has two columns with the same meaning: “%(one)s” and “%(other)s”.") % same)
            if column:
                self.found[column] = position
            elif name.strip():
                self.ignored.append(name)
        for needed in required:
            names = (needed,) if isinstance(needed, str) else needed
            if not any(name in self.found for name in names):
                raise NotATable(
                    _("%(file)s has no column “%(name)s”.") % {"file": self.name, "name": _("” or “").join(names)}
                )

    def name_of(self, column):
        """Return the name of one of our columns as it is in the file, or our name if the file doesn't have it."""
        return self.header[self.found[column]] if column in self.found else column

    def _first_record(self, delimiter):
        records = _Records(self._text(), delimiter)
        cells = self._skip_to_header(records)
        records.close()
        return [_unescape(cell) for cell in cells]

    def _skip_to_header(self, records):
        """Return the cells of the first line that isn't blank, such as ``,,,``, or Excel's ``sep=;``."""
        for _line, cells, _problem in records:
            if any(cell.strip(f"{DELIMITERS} ") for cell in cells) and not cells[0].casefold().startswith("sep="):
                return cells
        return []

    def __iter__(self):
        width, found = len(self.header), list(self.found.items())
        records = _Records(self._text(), self.delimiter, width)
        self._closing.callback(records.close)
        self._skip_to_header(records)
        for line, cells, problem in records:
            cells = [_unescape(cell) if cell[:1] == "'" else cell for cell in cells]
            if problem:
                yield Row(line, {}, cells, problem)
            elif cells == self.header or len(cells) != width:  # a repeated header, as in joined files; a blank line
                yield Row(line, {}, [""] * width)
            else:
                yield Row(line, {column: _clean(cells[position]) for column, position in found}, cells)


class _Records:
    """Iterates over ``(line, cells, problem)`` of lines of CSV.

    A quotation mark that is never closed would swallow the following rows. So only the first line of an invalid record
    is skipped, and reading continues with the next line.
    """

    def __init__(self, lines, delimiter, width=None):
        self.lines, self.delimiter, self.width = lines, delimiter, width
        self.pushed_back, self.consumed = deque(), []
        self.line = 0  # the last line of the last complete record
        self._start()

    def close(self):
        self.lines.close()

    def _feed(self):
        while True:
            line = self.pushed_back.popleft() if self.pushed_back else next(self.lines, None)
            if line is None:
                return
            self.consumed.append(line)
            yield line

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            try:
                cells, problem = next(self.reader), ""
            except csv.Error as error:
                cells, problem = [], _explain(error)
            lines, self.consumed = self.consumed, []
            first = self.line + 1
            self.line += len(lines)
            if not cells and not problem:
                continue  # an empty line is not a row
            problem = problem or self._check(cells, lines)
            if problem and len(lines) > 1:
                problem = _("has a quotation mark that is never closed")
                self._push_back(lines[1:])
                cells = []
            return first, cells or [lines[0].rstrip("\r\n")], problem

    def _check(self, cells, lines):
        """Return the problem of a record, or "". Remove blank cells beyond the header."""
        if any("\0" in line for line in lines):
            return _("contains a null character")
        if self.width is None or len(cells) == self.width or not any(map(str.strip, cells)):
            return ""
        if len(cells) > self.width and not any(map(str.strip, cells[self.width :])):
            del cells[self.width :]
            return ""
        return _("has %(cells)d cells, but the header has %(width)d") % {"cells": len(cells), "width": self.width}

    def _push_back(self, lines):
        self.pushed_back.extendleft(reversed(lines))
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


def _normalize(name):
    """Return a column name for comparison: lowercase letters and digits."""
    return NOT_LETTERS.sub("", name.casefold())


def _clean(cell):
    cell = cell.strip()
    if cell[-1:] == '"' and (quoted := QUOTED.match(cell)):
        cell = quoted[1].strip()
    if cell.isascii() or not MAYBE_BROKEN.search(cell):
        return cell
    return ftfy.fix_text(cell, REPAIRS).strip()


def escape_formula(cell):
    """Return the text of the cell, with an apostrophe before it if a spreadsheet would run it as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def _unescape(cell):
    """Undo :func:`escape_formula`."""
    return cell[1:] if ESCAPED.match(cell) else cell


def csv_bytes(header, rows):
    """Return a CSV file with escaped formulas, in the encoding that spreadsheets recognize."""
    file = io.StringIO(newline="")
    write_csv(file, header, rows)
    return file.getvalue().encode("utf-8-sig")


def csv_chunks(header, batches):
    """Yield a CSV file like that of :func:`csv_bytes` in parts. ``batches`` are lists of rows."""
    yield csv_bytes(header, [])
    for rows in batches:
        yield csv_bytes(rows[0], rows[1:]).removeprefix(codecs.BOM_UTF8)


def write_csv(file, header, rows):
    """Write a CSV file with escaped formulas. ``file`` is a text file, opened with ``newline=""``."""
    writer = csv.writer(file)
    writer.writerow(map(escape_formula, header))
    writer.writerows(map(escape_formula, row) for row in rows)
