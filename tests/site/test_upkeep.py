"""Once a day what has had its time is deleted, and nothing else."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.utils import timezone

from jobs.alerts.tokens import LIFETIMES
from jobs.models import Alert, Subscriber
from policeapp.models import CacheEntry

from ..factories import make_alert

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def upkeep():
    said = StringIO()
    call_command("upkeep", stdout=said)
    return said.getvalue()


def test_sessions_that_have_ended_are_deleted():
    for expires in (-60, 60):
        session = SessionStore()
        session.set_expiry(expires)
        session.create()
    assert upkeep().startswith("Deleted 1 sessions,")
    assert Session.objects.get().expire_date > timezone.now()


def test_attempts_to_sign_in_that_count_no_longer_are_deleted():
    for name in ("old", "new"):
        AccessAttempt.objects.create(username=name, failures_since_start=1)
    ago = timezone.now() - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.filter(username="old").update(attempt_time=ago - MINUTE)
    AccessAttempt.objects.filter(username="new").update(attempt_time=ago + MINUTE)
    assert "1 attempts to sign in" in upkeep()
    assert AccessAttempt.objects.get().username == "new"


def test_counts_whose_time_is_over_are_deleted(settings):
    backend = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": CacheEntry._meta.db_table}
    settings.CACHES = settings.CACHES | {"shared": backend}
    caches["shared"].set("old", 1, 60)
    CacheEntry.objects.update(expires=timezone.now() - MINUTE)
    caches["shared"].set("new", 1, 60)
    assert "1 counts" in upkeep()
    assert [key.rpartition(":")[2] for key in CacheEntry.objects.values_list("cache_key", flat=True)] == ["new"]


def test_alerts_that_nobody_confirmed_are_deleted_with_their_address():
    for address, confirmed in (("late@example.com", False), ("fresh@example.com", False), ("sure@example.com", True)):
        make_alert(address, confirmed=confirmed)
    long_ago = timezone.now() - LIFETIMES["confirm"] - MINUTE
    for model, owner in ((Alert, "subscriber__email"), (Subscriber, "email")):
        model.objects.exclude(**{owner: "fresh@example.com"}).update(created=long_ago)
    assert "2 unconfirmed alerts" in upkeep()  # with the address
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"fresh@example.com", "sure@example.com"}
    assert Alert.objects.count() == 2


def test_there_may_be_nothing_to_delete():
    assert upkeep() == "Deleted 0 sessions, 0 attempts to sign in, 0 counts, 0 unconfirmed alerts.\n"
