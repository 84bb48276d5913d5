"""Send a correction as a visitor, and decide it."""

from datetime import timedelta

from django.utils import timezone

from policeapp.web.spam import sign_time
from tests.admin import page
from tests.factories import form_of

ANN = "ann@example.org"
PHONE = {"fact": "phone", "value": "203-341-6100", "evidence": "https://www.westportct.gov/police says so"}


def send_correction(client, target, *, seconds=20, **values):
    """Submit the form of a page after it was open for ``seconds``, and return the response."""
    url = f"{target.get_absolute_url()}correct/"
    shown = sign_time(timezone.now() - timedelta(seconds=seconds))
    return client.post(url, form_of(client.get(url)) | PHONE | {"shown": shown} | values)


def decide(client, correction, decision, **values):
    """Press a button of the correction's page: "accept", "decline" or "edit". Return the last response."""
    url = page(correction)
    return client.post(url, form_of(client.get(url)) | values | {decision: "x"}, follow=True)
