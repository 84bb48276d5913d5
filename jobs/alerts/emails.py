"""The e-mails of alerts: a request to confirm, a digest, the question after a year; each in plain text and in HTML.

Headers are those of RFC 2369 and RFC 8058 (leaving with one click), RFC 3834 (sent by a machine) and RFC 5322.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.geography import Point, miles_between

from ..models import Job
from .matching import MOST
from .messages import Message
from .tokens import make_token

LONGEST_SUBJECT = 150  # letters


def compose(message):
    """The e-mail of a message, ready to be sent; None for a digest whose openings have all closed.

    Needs the alert with its subscriber and its department.
    """
    alert = message.alert
    wish = line(alert.in_words())
    context = {"wish": wish, "site": settings.SITE_URL, "links": _links(alert)}
    if message.kind == Message.Kind.CONFIRM:
        context["is_confirmed"] = alert.is_confirmed
        subject = _("Please confirm your alert for police openings")
        if alert.is_confirmed:
            subject = _("You have this alert for police openings already")
    elif message.kind == Message.Kind.RENEW:
        subject = _("Do you still want this alert? %(alert)s") % {"alert": wish}
    else:
        openings = _openings(message)
        if not openings:
            return None
        context |= {"openings": openings, "is_full": len(openings) == MOST}
        subject = ngettext("%(number)s new opening: %(alert)s", "%(number)s new openings: %(alert)s", len(openings))
        subject %= {"number": len(openings), "alert": wish}
    letter = EmailMultiAlternatives(
        subject=subject[:LONGEST_SUBJECT],
        body=render_to_string(f"emails/{message.kind}.txt", context),
        to=[alert.subscriber.email],
        headers=_headers(message, context["links"]),
    )
    letter.attach_alternative(render_to_string(f"emails/{message.kind}.html", context), "text/html")
    return letter


def message_id(message):
    """``<key@host of the site>``, the same at every attempt."""
    return f"<{message.key}@{urlsplit(settings.SITE_URL).hostname}>"


def line(text):
    """The text on one line and without what is not printed, so that it is a part of no header but its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _headers(message, links):
    headers = {"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    if message.kind != Message.Kind.CONFIRM:
        headers["List-Unsubscribe"] = f"<{links['unsubscribe']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _links(alert):
    """``{purpose: address}`` of the pages that the alert's owner may need, and of what it asks for."""
    keys = dict.fromkeys(("confirm", "renew", "unsubscribe"), alert.key) | {"manage": alert.subscriber.key}
    links = {
        purpose: settings.SITE_URL + reverse(f"alert {purpose}", args=[make_token(purpose, key)])
        for purpose, key in keys.items()
    }
    return links | {"search": settings.SITE_URL + alert.get_absolute_url()}


def _openings(message):
    """The openings that the message tells of and that are still open, the nearest or the newest first."""
    openings = list(Job.objects.open().real().filter(pk__in=message.told.values("job")).listed().newest())
    for job in openings:
        job.title, job.department.name = line(job.title), line(job.department.name)
        job.department.city = line(job.department.city)
    alert = message.alert
    if alert.latitude is None:
        return openings
    here = Point(alert.latitude, alert.longitude)
    for job in openings:
        job.miles = miles_between(here, job.department.point) if job.department.point else None
    return sorted(openings, key=lambda job: (job.miles is None, job.miles))
