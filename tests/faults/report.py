"""The table that ``make faults`` prints."""

from typing import NamedTuple

from ..benchmarks.table import Bar, format_figures, held, missed


class Row(NamedTuple):
    """A line of the table: the fault, ``{unit: number}``, and the limits as bars."""

    what: str
    figures: dict[str, float]
    bars: list[Bar]


def show(row):
    """Print a row and its bars. Return True if all bars hold."""
    print(f"{row.what}\n    {format_figures(row.figures)}")
    for verdict, bars in (("ok", held(row.bars)), ("MISSED", missed(row.bars))):
        if bars:
            print(f"    {verdict:6}  " + "; ".join(map(str, bars)))
    print(flush=True)
    return not missed(row.bars)
