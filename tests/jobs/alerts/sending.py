"""Run `manage.py send_mail` and read the digests that it sends."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.mail_server import text_of

JANE, JOE = "jane@example.com", "joe@example.com"


def send():
    """Return the output of a run that succeeds."""
    out = StringIO()
    call_command("send_mail", once=True, stdout=out)
    return out.getvalue()


def send_and_fail():
    """Return the output and the error of a run that exits with status 1."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("send_mail", once=True, stdout=out)
    assert error.value.returncode == 1
    return out.getvalue() + str(error.value)


def titles_in(digest):
    """Return the titles of the openings in a digest, in order."""
    return re.findall(r"^\* (.*)$", text_of(digest), flags=re.M)
