"""The daily clean-up deletes expired data and nothing else."""

import os
from datetime import timedelta
from io import StringIO
from time import time

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from departments.models import Department
from jobs.alerts.tokens import LIFETIMES
from jobs.models import Alert, Subscriber
from policeapp.models import RateCount
from policeapp.operations.clean_up import TASKS

from ...factories import make_alert, make_department

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def clean_up():
    output = StringIO()
    call_command("clean_up", stdout=output)
    return output.getvalue()


def test_ended_sessions_are_deleted():
    for expires in (-60, 60):
        session = SessionStore()
        session.set_expiry(expires)
        session.create()
    assert clean_up().startswith("Deleted 1 ended sessions,")
    assert Session.objects.get().expire_date > timezone.now()


def test_old_failed_sign_ins_are_deleted():
    for name in ("old", "new"):
        AccessAttempt.objects.create(username=name, failures_since_start=1)
    ago = timezone.now() - settings.AXES_COOLOFF_TIME
    AccessAttempt.objects.filter(username="old").update(attempt_time=ago - MINUTE)
    AccessAttempt.objects.filter(username="new").update(attempt_time=ago + MINUTE)
    assert "1 failed sign-ins" in clean_up()
    assert AccessAttempt.objects.get().username == "new"


def test_ended_rate_limit_counts_are_deleted():
    RateCount.objects.create(key="old", ends_at=timezone.now() - MINUTE)
    RateCount.objects.create(key="new", ends_at=timezone.now() + MINUTE)
    assert "1 rate limit counts" in clean_up()
    assert RateCount.objects.get().key == "new"


def test_unconfirmed_alerts_are_deleted_with_their_address():
    for address, confirmed in (("late@example.com", False), ("fresh@example.com", False), ("sure@example.com", True)):
        make_alert(address, confirmed=confirmed)
    long_ago = timezone.now() - LIFETIMES["confirm"] - MINUTE
    for model, owner in ((Alert, "subscriber__email"), (Subscriber, "email")):
        model.objects.exclude(**{owner: "fresh@example.com"}).update(created=long_ago)
    assert "2 unconfirmed alerts" in clean_up()  # with the address
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"fresh@example.com", "sure@example.com"}
    assert Alert.objects.count() == 2


class TestLogos:
    """A logo's file is deleted 30 days after the first run that finds that no row refers to it."""

    NEVER_AGAIN = [
        lambda department: Department.objects.filter(pk=department.pk).update(logo="logos/other.png"),
        lambda department: Department.objects.filter(pk=department.pk).update(logo=""),
        lambda department: department.delete(),
    ]

    @pytest.fixture
    def media(self, settings, tmp_path, monkeypatch):
        """MEDIA_ROOT, where new files get the date of Python's clock, which may differ from the file system's."""
        save = FileSystemStorage._save

        def save_with_date(storage, name, content):
            name = save(storage, name, content)
            os.utime(storage.path(name), (time(), time()))
            return name

        monkeypatch.setattr(FileSystemStorage, "_save", save_with_date)
        settings.MEDIA_ROOT = str(tmp_path)
        return tmp_path

    @pytest.fixture
    def days_pass(self, media):
        """``days_pass(3)`` makes all files three days older."""

        def make_older(days):
            for path in media.rglob("*"):
                date = path.stat().st_mtime - days * 24 * 3600
                os.utime(path, (date, date))

        return make_older

    @pytest.fixture
    def department(self, media):
        return make_department(logo=ContentFile(b"picture", "logo.png"))

    @pytest.fixture
    def logo(self, media, department):
        return media / department.logo.name

    @pytest.mark.parametrize("change", NEVER_AGAIN, ids=["replaced", "cleared", "department deleted"])
    def test_a_logo_that_is_unused_for_30_days_is_deleted(self, department, logo, days_pass, change):
        days_pass(400)
        clean_up()
        change(department)
        assert "0 unused files" in clean_up()
        days_pass(29)
        assert "0 unused files" in clean_up()
        assert logo.read_bytes() == b"picture"
        days_pass(2)
        assert "1 unused files" in clean_up()
        assert not logo.exists()
        assert "0 unused files" in clean_up()

    def test_the_30_days_begin_with_the_first_run(self, department, logo, days_pass):
        days_pass(400)
        department.delete()
        assert "0 unused files" in clean_up()
        assert logo.exists()

    def test_a_used_logo_stays(self, department, logo, days_pass):
        for _ in range(3):
            clean_up()
            days_pass(31)
        assert logo.exists()

    def test_using_a_logo_again_restarts_the_30_days(self, department, logo, days_pass):
        rows = Department.objects.filter(pk=department.pk)
        rows.update(logo="")
        clean_up()
        days_pass(20)
        rows.update(logo=department.logo.name)
        clean_up()
        days_pass(20)
        rows.update(logo="")
        assert "0 unused files" in clean_up()
        days_pass(29)
        assert "0 unused files" in clean_up()
        days_pass(2)
        assert "1 unused files" in clean_up()

    def test_restoring_a_file_restarts_the_30_days(self, department, logo, days_pass):
        department.delete()
        clean_up()
        days_pass(31)
        logo.write_bytes(b"picture")
        os.utime(logo, (time(), time()))
        assert "0 unused files" in clean_up()
        assert logo.exists()

    def test_files_elsewhere_are_never_deleted(self, department, media, days_pass):
        others = [media / name for name in ("other.png", "others/other.png", "logos/folder/other.png")]
        for path in others:
            path.parent.mkdir(exist_ok=True)
            path.write_text("other")
        clean_up()
        days_pass(31)
        assert "0 unused files" in clean_up()
        assert all(path.exists() for path in others)

    def test_a_file_that_cannot_be_deleted_does_not_stop_it(self, department, logo, days_pass, monkeypatch, caplog):
        for name in ("bad.png", "good.png"):
            default_storage.save(f"logos/{name}", ContentFile(b"unused"))
        clean_up()
        days_pass(31)
        delete = FileSystemStorage.delete

        def fail(storage, name):
            if name == "logos/bad.png":
                raise PermissionError(13, "Permission denied", name)
            delete(storage, name)

        with monkeypatch.context() as patch:
            patch.setattr(FileSystemStorage, "delete", fail)
            assert "1 unused files" in clean_up()
        assert sorted(path.name for path in logo.parent.iterdir()) == ["bad.png", "logo.png"]
        assert "logos/bad.png could not be deleted" in caplog.text


def test_it_works_with_nothing_to_delete():
    tasks = ["ended sessions", "failed sign-ins", "rate limit counts", "unused files"]
    tasks += ["audit log entries", "historical rows", "claims and invitations", "corrections"]
    tasks += ["unconfirmed alerts", "emails about accounts"]
    assert clean_up() == f"Deleted {', '.join(f'0 {task}' for task in tasks)}.\n"


def test_a_task_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    def fail():
        raise ZeroDivisionError("no luck")

    monkeypatch.setitem(TASKS, "ended sessions", fail)
    monkeypatch.setitem(TASKS, "unused files", fail)
    RateCount.objects.create(key="old", ends_at=timezone.now() - MINUTE)
    output = StringIO()
    with pytest.raises(CommandError, match="The clean-up of these failed: ended sessions, unused files."):
        call_command("clean_up", stdout=output)
    assert output.getvalue().startswith("Deleted 0 failed sign-ins, 1 rate limit counts, 0 audit log entries, ")
    assert not RateCount.objects.exists()
    assert caplog.text.count("ZeroDivisionError: no luck") == 2
