"""Deleting what has had its time, as the privacy page promises: once a day."""

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from jobs.alerts.models import delete_unconfirmed

from .media import delete_unused_files
from .models import RateCount


def forget():
    """Delete sessions that have ended, failed attempts to sign in that count no longer, counts whose time is over, and
    alerts that nobody confirmed, and files that nothing refers to. ``{what: their number}``."""
    now = timezone.now()
    attempts = AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME)
    return {
        "sessions": Session.objects.filter(expire_date__lt=now).delete()[0],
        "attempts to sign in": attempts.delete()[0],
        "counts": RateCount.objects.filter(ends_at__lt=now).delete()[0],
        "unconfirmed alerts": delete_unconfirmed(),
        "unused files": delete_unused_files(),
    }
