"""The privacy policy and the accessibility statement.

The periods on the privacy page come from the constants in the code. Update these pages when the site stores something
new: tests/policeapp/pages/test_policies.py lists the models and cookies that they must describe.
"""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from departments.claims.forms import CLAIMS_PER_CLIENT
from departments.claims.forms import EMAILS_PER_ADDRESS as CLAIM_EMAILS_PER_ADDRESS
from departments.corrections.forms import CORRECTIONS_PER_CLIENT
from departments.models import Claim, Correction, Invitation
from jobs.alerts.forms import EMAILS_PER_ADDRESS, SIGN_UPS_PER_CLIENT
from jobs.alerts.messages import Message
from jobs.alerts.models import AlertQuerySet
from jobs.alerts.tokens import LIFETIMES

from ..accounts.lockout import KNOWN_TIME
from ..accounts.models import AuditEvent
from ..caching.decorators import public_page
from ..operations.rate_limits import UNCACHED_SECONDS
from ..web import unsaved
from ..web.routes import absolute_url

# RFC 9116 asks for less than a year.
SECURITY_TXT_LIFETIME = timedelta(days=180)


@public_page()
@require_safe
def privacy(request):
    """Show the privacy policy: which data about people the site stores, for how long, and who sees it."""
    context = {
        "contact": settings.CONTACT_EMAIL,
        "cookies": cookies(),
        "to_confirm": format_duration(LIFETIMES["confirm"]),
        "links": format_duration(LIFETIMES["manage"]),
        "year": format_duration(AlertQuerySet.RENEWAL_INTERVAL),
        "to_answer": format_duration(AlertQuerySet.RENEWAL_GRACE),
        "visits": format_duration(timedelta(seconds=UNCACHED_SECONDS)),
        "sign_ups": format_duration(timedelta(seconds=SIGN_UPS_PER_CLIENT.seconds)),
        "mails": format_duration(timedelta(seconds=EMAILS_PER_ADDRESS.seconds)),
        "claim_to_confirm": format_duration(Claim.LINK_LIFETIME),
        "claim_kept": format_duration(Claim.RETENTION),
        "claims": format_duration(timedelta(seconds=CLAIMS_PER_CLIENT.seconds)),
        "claim_mails": format_duration(timedelta(seconds=CLAIM_EMAILS_PER_ADDRESS.seconds)),
        "corrections": format_duration(timedelta(seconds=CORRECTIONS_PER_CLIENT.seconds)),
        "correction_kept": format_duration(Correction.RETENTION),
        "correction_waits": format_duration(Correction.WAITING_LIFETIME),
        "invitation_lifetime": format_duration(Invitation.LIFETIME),
        "invitation_kept": format_duration(Invitation.RETENTION),
        "session": format_duration(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        "session_max": format_duration(timedelta(seconds=settings.SESSION_MAX_AGE)),
        "account_emails": format_duration(Message.ACCOUNT_EMAIL_RETENTION),
        "audit": format_duration(AuditEvent.RETENTION),
        "known": format_duration(KNOWN_TIME),
        "lockout": format_duration(settings.AXES_COOLOFF_TIME),
    }
    return render(request, "pages/privacy.html", context)


@public_page()
@require_safe
def accessibility(request):
    """Show the accessibility statement: which tests are done, which are not, and how to report a problem."""
    return render(request, "pages/accessibility.html", {"contact": settings.CONTACT_EMAIL})


@require_safe
def security_txt(request):
    """Return security.txt (RFC 9116): how to report a vulnerability. Without a contact there is none."""
    if not settings.CONTACT_EMAIL:
        raise Http404(_("This site has no contact address."))
    expires = timezone.now() + SECURITY_TXT_LIFETIME
    lines = [f"Contact: mailto:{settings.CONTACT_EMAIL}", f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}"]
    lines += [f"Canonical: {absolute_url(reverse('security.txt'))}", "Preferred-Languages: en"]
    lines.append(f"Policy: {absolute_url(reverse('privacy'))}#security")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def cookies():
    """Return ``[(name, purpose, lifetime)]`` of all cookies that the site sets."""
    return [
        (
            settings.CSRF_COOKIE_NAME,
            _("protects forms: it proves that a form was sent from this site"),
            format_duration(timedelta(seconds=settings.CSRF_COOKIE_AGE)),
        ),
        (
            settings.SESSION_COOKIE_NAME,
            _("keeps editors signed in"),
            format_duration(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        ),
        (
            unsaved.COOKIE,
            _("returns what editors typed to them if they were signed out before they saved it"),
            format_duration(unsaved.COOKIE_AGE),
        ),
    ]


def format_duration(time):
    """Return a timedelta as text in its largest whole unit, such as "7 days" or "30 minutes"."""
    seconds = int(time.total_seconds())
    if seconds % 86400 == 0:
        days = seconds // 86400
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    if seconds % 60 == 0:
        minutes = seconds // 60
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}
