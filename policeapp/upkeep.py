"""Deleting what has had its time, as the privacy page promises: once a day."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from jobs.alerts.models import delete_unconfirmed

from .models import CacheEntry


def forget():
    """Delete sessions that have ended, failed attempts to sign in that count no longer, counts whose time is over, and
    alerts that nobody confirmed. ``{what: number of rows}``."""
    now = timezone.now()
    attempts = AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME)
    return {
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "attempts to sign in": attempts.delete()[0],
        "counts": CacheEntry.objects.filter(expires__lt=now).delete()[0],
        "unconfirmed alerts": delete_unconfirmed(),
    }
