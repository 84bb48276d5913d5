"""What was seen, said in rows, and the one table that they make."""

from typing import NamedTuple

from ..benchmarks.table import Bar, held, missed, said


class Row(NamedTuple):
    """A line of the table: the harm, ``{figure with its unit: number}``, and the promises as bars."""

    what: str
    figures: dict[str, float]
    bars: list[Bar]


def show(row):
    """Print a row and under it its promises; True when none is broken."""
    print(f"{row.what}\n    {said(row.figures)}")
    for verdict, bars in (("kept", held(row.bars)), ("BROKEN", missed(row.bars))):
        if bars:
            print(f"    {verdict:6}  " + "; ".join(map(str, bars)))
    print(flush=True)
    return not missed(row.bars)
