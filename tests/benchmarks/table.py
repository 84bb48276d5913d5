"""What is measured, said in rows, and the one table that they make."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Size(NamedTuple):
    """How many departments and openings a database has."""

    departments: int
    openings: int

    def __str__(self):
        return f"{self.departments:,} / {self.openings:,}"


class Case(NamedTuple):
    """One database to measure: the engine's name ("SQLite", "PostgreSQL"), its size, a directory for files."""

    engine: str
    size: Size
    folder: Path
    quick: bool = False


class Bar(NamedTuple):
    """What must hold: ``measured`` is at most ``most``. ``what`` says it in words, with the unit."""

    what: str
    measured: float
    most: float

    @property
    def is_missed(self):
        # Not "measured > most": what is not a number has not been shown to hold.
        return not self.measured <= self.most


class Row(NamedTuple):
    """A line of the table: what was measured, where, ``{figure with its unit: number}``, and the bars on it."""

    what: str
    case: Case
    figures: dict[str, float]
    bars: list[Bar] = []


def median_ms(function, times=15, seconds=3):
    """The median of the milliseconds that a call takes: ``times`` calls after one that warms up, or what fits into
    ``seconds`` of them, but three at least."""
    function()
    took, end = [], perf_counter() + seconds
    while len(took) < 3 or (len(took) < times and perf_counter() < end):
        begun = perf_counter()
        function()
        took.append((perf_counter() - begun) * 1000)
    return median(took)


def number(value):
    """Three digits that matter: "2,713", "14.2", "0.31"."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def show(rows):
    """Print the table: a line for each row, and under it one for each of its bars; True when no bar is missed."""
    columns = [(row.what, row.case.engine, str(row.case.size), said(row.figures)) for row in rows]
    heads = ("measured", "engine", "departments / openings", "figures")
    widths = [max(len(line[column]) for line in [heads, *columns]) for column in range(3)]

    def line(cells):
        return "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)), cells[3]])

    print(line(heads))
    print("-" * (sum(widths) + 70))
    for row, cells in zip(rows, columns, strict=True):
        print(line(cells))
        for bar in row.bars:
            verdict = "MISSED" if bar.is_missed else "ok"
            print(f"    {verdict:6}  {bar.what}: {number(bar.measured)}, at most {number(bar.most)}")
    bars = [bar for row in rows for bar in row.bars]
    missed = sum(bar.is_missed for bar in bars)
    print(f"\n{len(bars)} bars, {missed} missed.")
    return not missed


def said(figures):
    return ", ".join(f"{number(value)} {name}" for name, value in figures.items())
