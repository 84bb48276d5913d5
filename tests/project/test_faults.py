"""The verdict of ``make faults``. No fault is injected here."""

from importlib import import_module

import pytest

from ..faults.__main__ import SUBJECTS
from ..faults.report import Bar, Row, show


def test_it_fails_and_shows_a_missed_bar(capsys):
    row = Row("a worker killed", {"responses": 1234}, [Bar("requests lost", 1, 0), Bar("s for a response", 1.5, 3)])
    assert show(row) is False
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["a worker killed", "    1,234 responses"]
    assert lines[2] == "    ok      s for a response 1.50 (at most 3)"
    assert lines[3] == "    MISSED  requests lost 1 (at most 0)"


def test_it_succeeds_when_every_bar_holds(capsys):
    assert show(Row("a worker killed", {"responses": 1}, [Bar("requests lost", 0, 0)])) is True
    assert "MISSED" not in capsys.readouterr().out


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_subject_exists(name):
    assert callable(import_module(f"tests.faults.{name}").rows)
