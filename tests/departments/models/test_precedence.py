"""Precedence of sources: which of two values of a fact counts."""

import pytest

from departments.models.precedence import is_older, reason_to_keep


def source(as_of="", guessed=False):
    return {"as_of": as_of, "guessed": guessed}


@pytest.mark.parametrize(
    ("fact", "ours", "old", "theirs", "new", "set_by", "reason"),
    [
        # A person's value wins, whatever the source says.
        ("phone", "1", source("2009"), "2", source("2025"), "user:bob", "person"),
        ("phone", "", source("2009"), "2", source("2025"), "user:bob", "person"),
        ("sworn_officers", 64, source(""), 66, source("2025"), "fixture", "person"),
        # An unknown value is no value.
        ("phone", "", source("2025"), "2", source("2009"), "", ""),
        ("population", None, source("2025"), 5, source(), "", ""),
        # The surer value wins, whatever its date.
        ("kind", "campus", source("2009"), "municipal", source("2025", guessed=True), "", "certainty"),
        ("kind", "campus", source("2025", guessed=True), "municipal", source("2009"), "", ""),
        ("name", "Anchorage Police Department", source("2009"), "Anchorage", source("2025"), "", "certainty"),
        ("name", "Anchorage", source("2025"), "Anchorage Police Department", source("2009"), "", ""),
        ("name", "Anchorage Police", source("2009"), "Anchorage Police Force", source("2025", True), "", "certainty"),
        ("name", "Anchorage", source("2025"), "Anchorage Police Department", source("2009", True), "", ""),
        ("name", "Highway Patrol", source("2025"), "Colorado State Patrol", source("2018"), "", "date"),
        ("name", "South Dakota Highway Patrol", source(), "Highway Patrol", source("2025"), "", "certainty"),
        ("name", "Highway Patrol", source("2025"), "South Dakota Highway Patrol", source(), "", ""),
        ("name", "California Highway Patrol", source(), "Highway Patrol: Napa", source("2025"), "", "certainty"),
        ("latitude", "building", source("2009"), "zip", source("2025"), "", "certainty"),
        ("latitude", "town", source("2009"), "zip", source("2025"), "", "certainty"),
        ("latitude", "zip", source("2009"), "county", source("2025"), "", "certainty"),
        ("latitude", "zip", source("2025"), "town", source("2009"), "", ""),
        ("latitude", "town", source("2025"), "building", source("2009"), "", ""),
        # Of values that are equally sure, the newer one wins.
        ("phone", "1", source("2009"), "2", source("2012"), "", ""),
        ("phone", "1", source("2009"), "2", source("1995"), "", "date"),
        ("phone", "1", source("2009"), "2", source(), "", "date"),
        ("phone", "1", source(), "2", source("1995"), "", ""),
        # Of the same date, the later import wins.
        ("phone", "1", source("2009"), "2", source("2009"), "", ""),
        ("phone", "1", source(), "2", source(), "", ""),
        ("latitude", "building", source("2009"), "building", source("1995"), "", "date"),
    ],
)  # fmt: skip
def test_which_value_counts(fact, ours, old, theirs, new, set_by, reason):
    assert reason_to_keep(fact, (ours, old), (theirs, new), set_by) == reason


@pytest.mark.parametrize(
    ("date", "other", "older"),
    [
        ("2009", "2018", True),
        ("2018", "2009", False),
        ("2018", "2018-06-30", False),
        ("2018-06-30", "2018", False),
        ("2018-06-29", "2018-06-30", True),
        ("2017-12-31", "2018", True),
        ("", "1995", True),
        ("1995", "", False),
        ("", "", False),
    ],
)
def test_dates_are_compared_as_exactly_as_both_are_known(date, other, older):
    assert is_older(date, other) == older
