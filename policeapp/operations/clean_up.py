"""Deletes expired data once a day, as the privacy page promises."""

import logging

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from .media import delete_unused_files
from .models import RateCount

logger = logging.getLogger(__name__)


def delete_ended_sessions():
    """Delete sessions that have ended, with the client's IP address and browser, and return the number of rows."""
    number = Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]
    return number + UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def delete_old_attempts():
    """Delete failed sign-ins that no longer count and return their number."""
    return AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()[0]


def delete_ended_counts():
    """Delete the counts of rate limits whose period has ended and return their number."""
    return RateCount.objects.filter(ends_at__lt=timezone.now()).delete()[0]


# Functions that delete rows or files and return their number. Apps add theirs in AppConfig.ready().
TASKS = {
    "ended sessions": delete_ended_sessions,
    "failed sign-ins": delete_old_attempts,
    "rate limit counts": delete_ended_counts,
    "unused files": delete_unused_files,
}


def clean_up():
    """Run all tasks and return ``{name: number of deleted rows or files}``.

    A task that fails is logged, does not stop the others, and has None in place of a number.
    """
    numbers = dict.fromkeys(TASKS)
    for name, task in TASKS.items():
        try:
            numbers[name] = task()
        except Exception:
            logger.exception("The clean-up of %s failed", name)
    return numbers
