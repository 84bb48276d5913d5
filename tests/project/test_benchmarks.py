"""The verdict of ``make bench``. No benchmark runs here."""

import math
from pathlib import Path

import pytest

from ..benchmarks.table import Bar, Case, Row, Size, show, side_by_side

CASE = Case("SQLite", Size(27_000, 270_000), Path())


def test_it_succeeds_when_every_bar_holds(capsys):
    rows = [Row("near", CASE, {"ms": 12.34, "queries": 3}, [Bar("ms more", 3, 3)]), Row("by hand", CASE, {"ms": 1}, [])]
    assert show(rows) is True
    first, second = [line for line in capsys.readouterr().out.splitlines() if "SQLite" in line]
    assert first.split() == ["near", "SQLite", "27,000", "/", "270,000", "12.3", "ms,", "3", "queries"]
    assert second.startswith("by hand ")


@pytest.mark.parametrize("measured", [3.001, math.inf, math.nan])
def test_it_fails_and_shows_a_missed_bar(capsys, measured):
    rows = [Row("near", CASE, {}, [Bar("queries", 3, 8), Bar("ms more", measured, 3)])]
    assert show(rows) is False
    out = capsys.readouterr().out
    assert "ok      queries 3 (at most 8)" in out
    assert "MISSED  ms more" in out
    assert "2 bars, 1 missed." in out


def test_functions_take_turns_while_they_are_measured():
    called = []
    took = side_by_side(lambda: called.append("a"), lambda: called.append("b"), times=4)
    assert called == ["a", "b"] * 5
    assert len(took) == 2
