"""Send a claim as a visitor, and find the links in emails."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.utils import timezone

from jobs.models import Message
from policeapp.web.spam import sign_time
from tests.factories import form_of

ANN = "ann@westportct.gov"


def send_claim(client, department, *, seconds=20, **values):
    """Submit the form after it was open for ``seconds``, and return the response."""
    url = f"{department.get_absolute_url()}claim/"
    shown = sign_time(timezone.now() - timedelta(seconds=seconds))
    typed = {"name": "Ann Lee", "title": "Records manager", "email": ANN, "shown": shown}
    return client.post(url, form_of(client.get(url)) | typed | values)


def emails_to(address):
    """Return the emails in the outbox to the address, oldest first."""
    return list(Message.objects.filter(recipient=address).order_by("pk"))


def link_in(message):
    """Return the path of the secret link in an email, which is the same in its text and its HTML."""
    return urlsplit(message.content["link"]).path
