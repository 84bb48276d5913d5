"""Sign up for alerts as a visitor, and make the links that emails contain."""

from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from jobs.alerts.tokens import make_token
from policeapp.web.spam import sign_time
from tests.factories import form_of

EMAIL = "jane@example.com"
WESTPORT = "near=06880&within=25&kind=entry_level"
FORM = "/alerts/new/"


def sign_up(client, query=WESTPORT, *, seconds=20, **values):
    """Submit the sign-up form after it was open for `seconds`, and return the response."""
    url = f"{FORM}?{query}"
    shown = sign_time(timezone.now() - timedelta(seconds=seconds))
    return client.post(url, form_of(client.get(url)) | {"email": EMAIL, "shown": shown} | values)


def link(purpose, row, ago=timedelta(0)):
    """Return the path of a link for an alert or a subscriber that was made `ago`."""
    then = (timezone.now() - ago).timestamp()
    with patch("django.core.signing.time.time", return_value=then):
        return f"/alerts/{purpose}/{make_token(purpose, row.key)}/"
