"""Signing up for an alert as a person does, and the links that their mail would have."""

from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from jobs.alerts import forms
from jobs.alerts.tokens import make_token
from tests.factories import form_of

EMAIL = "jane@example.com"
WESTPORT = "near=06880&within=25&kind=entry_level"
FORM = "/alerts/new/"


def sign_up(client, query=WESTPORT, *, seconds=20, **typed):
    """The answer to a form that was open for so many seconds."""
    url = f"{FORM}?{query}"
    shown = forms.stamp(timezone.now() - timedelta(seconds=seconds))
    return client.post(url, form_of(client.get(url)) | {"email": EMAIL, "shown": shown} | typed)


def link(purpose, row, ago=timedelta(0)):
    """The path of a link for an alert, or a subscriber, that was made so long ago."""
    then = (timezone.now() - ago).timestamp()
    with patch("django.core.signing.time.time", return_value=then):
        return f"/alerts/{purpose}/{make_token(purpose, row.key)}/"
