"""The emails of alerts, accounts and reminders, each as plain text and as HTML.

The headers follow RFC 2369 and RFC 8058 (one-click unsubscribe), RFC 3834 (automatic emails) and RFC 5322.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.geo.points import Point, miles_between
from policeapp.web.forms import printable_line
from policeapp.web.routes import absolute_url, site_host

from ..models import Job
from ..reminders.messages import reminder_context
from .matching import MAX_OPENINGS
from .messages import Message
from .tokens import make_token

MAX_SUBJECT_LENGTH = 150  # characters
MAX_LINE_LENGTH = 998  # characters (RFC 5322, 2.1.1)


class AlertEmail(EmailMultiAlternatives):
    """An email whose headers are not folded, because some programs find no URL on the second line of a header."""

    def message(self):
        message = super().message()
        message.policy = message.policy.clone(max_line_length=MAX_LINE_LENGTH)
        return message


def compose(message):
    """Return the email for a message, or None for a digest or a reminder whose openings have all closed.

    Uses the message's user, alert, subscriber and department; select them with the message.
    """
    if message.kind == Message.Kind.ACCOUNT:
        return _email(message, message.content["title"], message.content | {"site": settings.SITE_URL})
    if message.kind == Message.Kind.REMINDER:
        context = reminder_context(message)
        return context and _email(message, _reminder_subject(context), context | {"site": settings.SITE_URL})
    alert = message.alert
    openings = _openings(message) if message.kind == Message.Kind.DIGEST else []
    if message.kind == Message.Kind.DIGEST and not openings:
        return None
    # Anybody can request a confirmation to any address.
    description = alert.describe(quotes_keywords=False) if message.kind == Message.Kind.CONFIRM else alert.describe()
    context = {"description": printable_line(description), "site": settings.SITE_URL, "links": _links(alert)}
    context |= {"openings": openings, "is_full": len(openings) == MAX_OPENINGS, "is_confirmed": alert.is_confirmed}
    return _email(message, _subject(message, context["description"], len(openings)), context)


def _email(message, subject, context):
    email = AlertEmail(
        subject=printable_line(subject)[:MAX_SUBJECT_LENGTH],
        body=render_to_string(f"emails/{message.kind}.txt", context),
        to=[_recipient(message)],
        headers=_headers(message, context.get("links")),
    )
    email.attach_alternative(render_to_string(f"emails/{message.kind}.html", context), "text/html")
    return email


def _recipient(message):
    if message.alert:
        return message.alert.subscriber.email
    return message.user.email if message.user else message.recipient


def _reminder_subject(context):
    job, number = context["items"][0]["job"], len(context["items"])
    if number > 1:
        return _("%(number)d of your jobs need an answer") % {"number": number}
    if job.closes_at:
        return _("Closes %(day)s: %(job)s") % {"day": job.deadline, "job": job.title}
    return _("Still open? %(job)s") % {"job": job.title}


def message_id(message):
    """Return `<key@host of the site>`, which is the same for every attempt."""
    return f"<{message.key}@{site_host()}>"


def _subject(message, description, number):
    """Return the subject for a message about this number of openings."""
    if message.kind == Message.Kind.RENEW:
        return _("Do you still want this alert? %(alert)s") % {"alert": description}
    if message.kind == Message.Kind.DIGEST:
        subject = ngettext("%(number)s new job: %(alert)s", "%(number)s new jobs: %(alert)s", number)
        return subject % {"number": number, "alert": description}
    if message.alert.is_confirmed:
        return _("You already have this police job alert")
    return _("Confirm your police job alert")


def _headers(message, links):
    headers = {"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"}
    if message.kind in (Message.Kind.DIGEST, Message.Kind.RENEW):
        headers["List-Unsubscribe"] = f"<{links['unsubscribe']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _links(alert):
    """Return `{purpose: URL}` of the owner's pages, and of the alert's search."""
    keys = dict.fromkeys(("confirm", "renew", "unsubscribe"), alert.key) | {"manage": alert.subscriber.key}
    links = {
        purpose: absolute_url(reverse(f"alert {purpose}", args=[make_token(purpose, key)]))
        for purpose, key in keys.items()
    }
    return links | {"search": absolute_url(alert.get_absolute_url())}


def _openings(message):
    """Return the digest's openings that are still open, in the order of the search: titles, nearest or newest first."""
    # One that was withdrawn or closed meanwhile, and then opened again, is in a later digest.
    keys = message.notified_openings.filter(open_since=F("job__open_since")).values("job")
    openings = list(Job.objects.open().real().filter(pk__in=keys).listed().newest())
    for job in openings:
        job.title, job.department.name = printable_line(job.title), printable_line(job.department.name)
        job.department.city = printable_line(job.department.city)
    alert = message.alert
    titled = set(Job.objects.filter(pk__in=keys).in_titles(alert.q).values_list("pk", flat=True))
    if alert.latitude is not None:
        center = Point(alert.latitude, alert.longitude)
        for job in openings:
            job.miles = miles_between(center, job.department.point) if job.department.point else None
    return sorted(openings, key=lambda job: (job.pk not in titled, job.miles is None, job.miles))
