"""The table that ``make bench`` prints, and functions that measure times."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Size(NamedTuple):
    """The numbers of departments and openings in a database."""

    departments: int
    openings: int

    def __str__(self):
        return f"{self.departments:,} / {self.openings:,}"


class Case(NamedTuple):
    """A database to measure: the engine ("SQLite" or "PostgreSQL"), the size, and a directory for files."""

    engine: str
    size: Size
    folder: Path
    quick: bool = False


class Bar(NamedTuple):
    """A limit: ``measured`` must be at most ``most``. ``what`` describes it with its unit."""

    what: str
    measured: float
    most: float

    def __str__(self):
        return f"{self.what} {number(self.measured)} (at most {number(self.most)})"

    @property
    def is_missed(self):
        # Not "measured > most", because NaN must miss the bar.
        return not self.measured <= self.most


class Row(NamedTuple):
    """A line of the table: what was measured, the database, ``{unit: number}``, and its bars."""

    what: str
    case: Case
    figures: dict[str, float]
    bars: list[Bar]


def median_ms(function, times=15, seconds=3):
    """Return the median time of a call in milliseconds.

    Measure ``times`` calls after a first one to warm up, or as many as fit into ``seconds``, but at least three.
    """
    return side_by_side(function, times=times, seconds=seconds)[0]


def side_by_side(*functions, times=15, seconds=3):
    """Like ``median_ms``, for several functions in turns, so that other load on the machine affects all of them."""
    for function in functions:
        function()
    took, end = [[] for _ in functions], perf_counter() + seconds * len(functions)
    while len(took[0]) < 3 or (len(took[0]) < times and perf_counter() < end):
        for function, mine in zip(functions, took, strict=True):
            began = perf_counter()
            function()
            mine.append((perf_counter() - began) * 1000)
    return [median(mine) for mine in took]


def number(value):
    """Format a number with about three significant digits: "8", "2,713", "14.2", "0.31"."""
    digits = 0 if abs(value) >= 100 or not value % 1 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def show(rows):
    """Print each row with its bars below. Return True if all bars hold."""
    heads = ("measured", "engine", "departments / openings", "figures")
    lines = [(row.what, row.case.engine, str(row.case.size), format_figures(row.figures)) for row in rows]
    widths = [max(len(line[column]) for line in [heads, *lines]) for column in range(3)]

    def show_line(cells):
        print("  ".join([*(cell.ljust(width) for cell, width in zip(cells, [*widths, 0], strict=True))]).rstrip())

    show_line(heads)
    print("-" * (sum(widths) + 60))
    for row, cells in zip(rows, lines, strict=True):
        show_line(cells)
        for verdict, bars in (("ok", held(row.bars)), ("MISSED", missed(row.bars))):
            if bars:
                print(f"    {verdict:6}  " + "; ".join(map(str, bars)))
    bars = [bar for row in rows for bar in row.bars]
    print(f"\n{len(bars)} bars, {len(missed(bars))} missed.")
    return not missed(bars)


def format_figures(figures):
    return ", ".join(f"{number(value)} {name}" for name, value in figures.items())


def held(bars):
    return [bar for bar in bars if not bar.is_missed]


def missed(bars):
    return [bar for bar in bars if bar.is_missed]
