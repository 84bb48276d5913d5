"""What the site says of itself: what it keeps of people, and who can use it.

How long something is kept is said from the constants that the code goes by. Change these pages with what they are
about: tests/policeapp/pages/test_policies.py names each model and each cookie that they must tell of.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jobs.alerts.forms import EMAILS_PER_ADDRESS, SIGN_UPS_PER_CLIENT
from jobs.alerts.models import AlertQuerySet
from jobs.alerts.tokens import LIFETIMES

from ..caching.decorators import public_page
from ..operations.rate_limits import SEARCH_SECONDS


@public_page()
@require_safe
def privacy(request):
    """What is kept of people, how long, and who sees it."""
    context = {
        "contact": settings.CONTACT_EMAIL,
        "cookies": cookies(),
        "to_confirm": in_words(LIFETIMES["confirm"]),
        "links": in_words(LIFETIMES["manage"]),
        "year": in_words(AlertQuerySet.RENEWAL_INTERVAL),
        "to_answer": in_words(AlertQuerySet.RENEWAL_GRACE),
        "searches": in_words(timedelta(seconds=SEARCH_SECONDS)),
        "sign_ups": in_words(timedelta(seconds=SIGN_UPS_PER_CLIENT.seconds)),
        "mails": in_words(timedelta(seconds=EMAILS_PER_ADDRESS.seconds)),
        "session": in_words(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        "lockout": in_words(settings.AXES_COOLOFF_TIME),
    }
    return render(request, "privacy.html", context)


@public_page()
@require_safe
def accessibility(request):
    """How the site is made to be used by everybody, how that is tested, and whom to tell what does not work."""
    return render(request, "accessibility.html", {"contact": settings.CONTACT_EMAIL})


def cookies():
    """``[(name, what it is for, how long the browser keeps it)]`` of every cookie that the site ever sets."""
    return [
        (
            settings.CSRF_COOKIE_NAME,
            _("with a form: proves that what is sent comes from this site's own form"),
            in_words(timedelta(seconds=settings.CSRF_COOKIE_AGE)),
        ),
        (
            settings.SESSION_COOKIE_NAME,
            _("for who has signed in to edit: the number of the session"),
            in_words(timedelta(seconds=settings.SESSION_COOKIE_AGE)),
        ),
        (
            CookieStorage.cookie_name,
            _("for who has signed in to edit: what the next page says of what was saved"),
            _("until that page"),
        ),
    ]


def in_words(time):
    """A timedelta in the largest unit that it is a whole number of: "7 days", "30 minutes"."""
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
