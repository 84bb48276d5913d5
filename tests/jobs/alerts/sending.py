"""Runs of ``manage.py send_alerts``, and what its digests tell of."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.mail_server import text_of

JANE, JOE = "jane@example.com", "joe@example.com"


def send(**options):
    """The summary line of a run that leaves nothing to be done."""
    out = StringIO()
    call_command("send_alerts", stdout=out, **options)
    return out.getvalue()


def send_in_vain(**options):
    """What a run says that ends with exit status 1: its summary line and the problem."""
    out = StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("send_alerts", stdout=out, **options)
    assert problem.value.returncode == 1
    return out.getvalue() + str(problem.value)


def told(message):
    """The titles of the openings in a digest, in order."""
    return re.findall(r"^\* (.*)$", text_of(message), flags=re.M)
