"""The verdict of ``make faults``, and who it has do the harm; the harm itself is not done here."""

from importlib import import_module

import pytest

from ..faults.__main__ import SUBJECTS
from ..faults.report import Bar, Row, show


def test_a_broken_promise_is_shown_and_is_a_failure(capsys):
    row = Row("a worker killed", {"answers": 1234}, [Bar("requests lost", 1, 0), Bar("s for an answer", 1.5, 3)])
    assert show(row) is False
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["a worker killed", "    1,234 answers"]
    assert lines[2] == "    kept    s for an answer 1.50 (at most 3)"
    assert lines[3] == "    BROKEN  requests lost 1 (at most 0)"


def test_promises_that_are_kept_are_a_success(capsys):
    assert show(Row("a worker killed", {"answers": 1}, [Bar("requests lost", 0, 0)])) is True
    assert "BROKEN" not in capsys.readouterr().out


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_subject_is_there(name):
    assert callable(import_module(f"tests.faults.{name}").rows)
