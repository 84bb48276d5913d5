"""The emails about corrections. They quote nothing that a visitor typed."""

from collections import defaultdict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policeapp.accounts.emails import administrators, send
from policeapp.operations.rate_limits import RateLimit
from policeapp.web.email_addresses import mailbox_key
from policeapp.web.routes import absolute_url

from .models import Correction

ANNOUNCEMENTS_PER_PERSON = RateLimit("emails about waiting corrections", 1, 24 * 3600)
# Protects the owner of a mailbox from others who enter its addresses.
ANSWERS_PER_ADDRESS = RateLimit("answers to corrections", 5, 24 * 3600)
# The number of corrections in one run.
MOST_ANNOUNCED = 500


def announce():
    """Write to those who can decide that corrections wait, one email a day at most. Return the number of emails.

    Administrators get it if nobody at the department can decide.
    """
    corrections = Correction.objects.waiting().filter(announced_at=None).select_related("department", "content_type")
    others, waiting = list(administrators()), defaultdict(list)
    for correction in corrections.order_by("pk")[:MOST_ANNOUNCED]:
        for person in correction.people() or others:
            waiting[person].append(correction)
    recipients = [person for person in waiting if ANNOUNCEMENTS_PER_PERSON.hit(person.pk)]
    for person in recipients:
        _send_announcement(person, waiting[person])
    announced = {correction.pk for person in recipients for correction in waiting[person]}
    Correction.objects.filter(pk__in=announced).update(announced_at=timezone.now())
    return len(recipients)


def _send_announcement(person, corrections):
    number, names = len(corrections), sorted({str(correction.department) for correction in corrections})
    paragraphs = [
        ngettext("A visitor sees a mistake on this page:", "Visitors see mistakes on these pages:", len(names)),
        *names[:10],
        _("Compare what they propose with what the page says. Nothing changes until you accept it."),
        _("You get at most one of these emails a day."),
    ]
    title = ngettext("A correction waits for you", "%(number)d corrections wait for you", number) % {"number": number}
    link = absolute_url(reverse("admin:departments_correction_changelist"))
    send(person.email, title, paragraphs, link, ngettext("See the correction", "See the corrections", number))


def send_thanks(correction):
    """Thank those who sent a correction that is accepted."""
    paragraphs = [
        _("You told us about a mistake on this page: %(page)s.") % {"page": correction.page_name},
        _("You were right, and it is corrected. Thank you for your help."),
    ]
    _answer(correction, _("Thank you for your correction"), paragraphs)


def send_refusal(correction, reason):
    """Tell those who sent a correction why it is declined. ``reason`` is the text of the person who decided."""
    paragraphs = [
        _("You told us about a mistake on this page: %(page)s. Thank you for that.") % {"page": correction.page_name},
        _("We checked it, and left the page as it is. The reason:"),
        *reason.splitlines(),
    ]
    _answer(correction, _("About your correction"), paragraphs)


def _answer(correction, title, paragraphs):
    for address in correction.addresses():
        if ANSWERS_PER_ADDRESS.hit(mailbox_key(address)):
            link = absolute_url(correction.target.get_absolute_url())
            send(address, title, paragraphs, link, _("See the page"))
