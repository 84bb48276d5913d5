"""Whether the site has all that it needs: each check of ``manage.py doctor`` is one function that yields findings."""

import os
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import mail
from django.core.cache import caches
from django.core.checks import ERROR, WARNING, run_checks
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.timesince import timesince

from departments.models import Department, Place
from jobs.alerts import outbox
from jobs.models import Message

from .logs import redact
from .media import named_files

# Below these, free space is a warning; where there is less than the least, writing is about to fail.
LITTLE_SPACE, LITTLE_SHARE, LEAST_SPACE = 1024**3, 0.1, 100 * 1024**2  # bytes, share of the disk, bytes
# Of PostgreSQL's connections: the rest is for commands, and for a moment when the site is being restarted.
MOST_CONNECTIONS = 0.8
# Seconds by which the clocks of two machines may differ.
CLOCK_WARNING, CLOCK_WRONG = 5, 60
# Longer than an outbox that is looked after keeps what nothing is wrong with.
LONG_WAIT = timedelta(hours=1)
# What Django says of DEBUG and of HTTPS, in several ways.
SAID_BY_DEBUG, SAID_BY_HTTPS = {"security.W018"}, {f"security.W{number}" for number in ("004", "008", "012", "016")}


class Finding(NamedTuple):
    """``state`` is "ok", "warning" or "wrong"; ``said`` is what was found of the subject, and what to do about it."""

    state: str
    subject: str
    said: str


def ok(subject, said):
    return Finding("ok", subject, said)


def warning(subject, said):
    return Finding("warning", subject, said)


def wrong(subject, said):
    return Finding("wrong", subject, said)


def examine():
    """The findings of all checks; a check that fails is one of them."""
    for check in CHECKS:
        subject = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            yield from check(subject)
        except Exception as problem:
            yield wrong(subject, f"could not be looked at: {_in_one_line(problem)}")


def unapplied_migrations():
    """The migrations that the database lacks, as text."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def check_settings(subject):
    """Django's own checks for production, and what ours say in fewer words."""
    found = []
    if settings.DEBUG:
        found.append(wrong(subject, "DEBUG is on, which shows code and settings to visitors: unset it"))
    if not settings.HTTPS:
        found.append(warning(subject, "HTTPS is off, and passwords can be overheard: set it, behind a proxy with TLS"))
    said_already = SAID_BY_DEBUG | (set() if settings.HTTPS else SAID_BY_HTTPS)
    for message in run_checks(include_deployment_checks=True):
        if message.level >= WARNING and message.id not in said_already:
            said = " ".join(filter(None, [message.msg, message.hint, f"({message.id})"]))
            found.append((wrong if message.level >= ERROR else warning)(subject, said))
    yield from found or [ok(subject, "fit for production")]


def check_database(subject):
    """It answers, and is as the site needs it."""
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        yield wrong(subject, f"it does not answer; is DATABASE_URL right, and the server up? {_in_one_line(problem)}")
        return
    yield from (_check_sqlite if connection.vendor == "sqlite" else _check_postgresql)(subject)


def _check_sqlite(subject):
    found = []
    with connection.cursor() as cursor:
        [damage] = cursor.execute("PRAGMA quick_check(1)").fetchone()
        [journal] = cursor.execute("PRAGMA journal_mode").fetchone()
    if damage != "ok":
        found.append(wrong(subject, f"it is damaged; restore the last backup (manage.py restore): {damage}"))
    if journal != "wal":
        said = f"its journal is {journal} and not WAL, so that readers and writers wait: keep it on a local disk"
        found.append(warning(subject, said))
    yield from found or [ok(subject, f"SQLite {sqlite3.sqlite_version}, whole, with its write-ahead log")]


def _check_postgresql(subject):
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_encoding'), "
            "current_setting('max_connections')::int, "
            "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
        )
        version, encoding, most, open_now = cursor.fetchone()
    if encoding != "UTF8":
        said = f"its encoding is {encoding}, which lacks letters: move to one made WITH ENCODING 'UTF8'"
        found.append(wrong(subject, said))
    if open_now > MOST_CONNECTIONS * most:
        said = f"{open_now} of {most} connections are open: raise max_connections, or lower DATABASE_CONNECTIONS"
        found.append(warning(subject, said))
    yield from found or [ok(subject, f"PostgreSQL {version}, {encoding}, {open_now} of {most} connections open")]


def check_migrations(subject):
    """All are applied."""
    if missing := unapplied_migrations():
        yield wrong(subject, f"{len(missing)} are not applied, such as {missing[0]}: run manage.py migrate")
    else:
        yield ok(subject, "all are applied")


def check_places(subject):
    """ZIP codes and towns are loaded."""
    if number := Place.objects.count():
        yield ok(subject, f"{number:,} ZIP codes and towns")
    else:
        yield wrong(subject, "there are none, so that no search near one finds anything: run manage.py load_places")


def check_cache(subject):
    """The cache that all processes share keeps what it is given, and gives a key to one only."""
    shared, key = caches["shared"], f"doctor-{get_random_string(12)}"
    try:
        shared.set(key, "kept", 60)
        works = shared.get(key) == "kept" and not shared.add(key, "again", 60)
        shared.delete(key)
    except Exception as problem:
        # Which one depends on the cache.
        yield wrong(subject, f"it does not answer; is CACHE_URL right, and the server up? {_in_one_line(problem)}")
        return
    if works:
        yield ok(subject, "it keeps what it is given")
    else:
        yield wrong(subject, "it forgets what it is given, so that nothing is limited: look at CACHE_URL")


def check_mail(subject):
    """The mail server lets us in; nothing is sent."""
    if not settings.SENDS_EMAIL:
        yield warning(subject, "no e-mail is sent: set SITE_URL and EMAIL_URL for alerts")
        return
    server = mail.get_connection()
    try:
        server.open()
        server.close()
    except OSError as problem:  # smtplib's are such too
        yield wrong(subject, f"the server of EMAIL_URL does not let us in: {_in_one_line(problem)}")
    else:
        yield ok(subject, "the server lets us in")


def last_sent(run):
    """When alerts were last sent, in words, by the last :class:`~jobs.alerts.models.SendRun` or None."""
    if not run:
        return "never sent"
    return f"last sent {_ago(run.ended_at)} ago"


def check_alerts(subject):
    """They are sent all the while, and no message waits for long."""
    if not settings.SENDS_EMAIL:
        return
    now, run = timezone.now(), outbox.last_run()
    if outbox.is_overdue(run):
        yield wrong(subject, f"{last_sent(run)}, overdue: have a timer run manage.py send_alerts every ten minutes")
        return
    late = Message.objects.to_send().free(now).filter(created__lt=now - LONG_WAIT).order_by("created")
    if oldest := late.first():
        problem = oldest.problem or (run.problem if run else "") or "nobody has tried to send it"
        said = f"{late.count():,} messages wait, the oldest for {_ago(oldest.created)}"
        yield warning(subject, f"{last_sent(run)}; {said}: {redact(problem)}")
    else:
        yield ok(subject, f"{last_sent(run)}, and no message waits for long")


def _ago(instant):
    return timesince(instant, timezone.now(), depth=1).replace("\N{NO-BREAK SPACE}", " ")


def check_media(subject):
    """Uploaded files can be kept, and those that rows name are there."""
    try:
        with tempfile.NamedTemporaryFile(dir=settings.MEDIA_ROOT):
            pass
    except OSError as problem:
        yield wrong(subject, f"no file can be kept in MEDIA_ROOT, where the site's user must be let write: {problem}")
        return
    names = named_files()
    if missing := sorted(name for name in names if not default_storage.exists(name)):
        said = f"{len(missing):,} of {len(names):,} files are missing, such as {missing[0]}"
        yield warning(subject, f"{said}: take them from a backup, or upload them anew")
    else:
        yield ok(subject, f"{len(names):,} files, all there")


def check_disk(subject):
    """There is space where the site writes."""
    written = {"uploads": Path(settings.MEDIA_ROOT), "temporary files": Path(tempfile.gettempdir())}
    if connection.vendor == "sqlite":
        written["the database"] = Path(settings.DATABASES["default"]["NAME"]).parent
    disks = {}
    for what, folder in written.items():
        if folder.exists():
            disks.setdefault(os.stat(folder).st_dev, (folder, []))[1].append(what)
    for folder, what in disks.values():
        total, _, free = shutil.disk_usage(folder)
        said = f"{free / 1024**3:,.1f} GiB are free for {' and '.join(what)} ({folder})"
        if free < LEAST_SPACE:
            yield wrong(subject, f"{said}: make space now")
        elif free < LITTLE_SPACE or free < LITTLE_SHARE * total:
            yield warning(subject, f"{said}: make space soon")
        else:
            yield ok(subject, said)


def check_clock(subject):
    """The zones that openings close in are known, and the database's clock is ours."""
    zones = set(Department.objects.values_list("time_zone", flat=True)) | {"America/New_York"}
    unknown = []
    for zone in sorted(filter(None, zones)):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            unknown.append(zone)
    if unknown:
        yield wrong(subject, f"the time zone {unknown[0]} is not known: install the package tzdata")
        return
    apart = abs((_clock_of_database() - datetime.now(UTC)).total_seconds())
    if apart > CLOCK_WARNING:
        said = f"it and the database's differ by {apart:.0f} seconds: keep both machines' by NTP"
        yield (wrong if apart > CLOCK_WRONG else warning)(subject, said)
    else:
        yield ok(subject, f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC, also in the database")


def _clock_of_database():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
            return datetime.fromisoformat(cursor.fetchone()[0])
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def check_static_files(subject):
    """Those that pages name are collected under their hashed names."""
    if settings.DEBUG:
        yield ok(subject, "not collected, for DEBUG is on")
        return
    names = [name for finder in get_finders() for name, _ in finder.list(["CVS", ".*", "*~"])]
    collected = staticfiles_storage.hashed_files
    missing = [name for name in names if name not in collected or not staticfiles_storage.exists(collected[name])]
    if missing:
        said = f"{len(missing):,} of {len(names):,} are not in STATIC_ROOT, such as {missing[0]}"
        yield wrong(subject, f"{said}: run manage.py collectstatic")
    else:
        yield ok(subject, f"{len(names):,} are collected")


def _in_one_line(problem):
    return next(iter(str(problem).splitlines()), "") or type(problem).__name__


CHECKS = (
    check_settings,
    check_database,
    check_migrations,
    check_places,
    check_cache,
    check_mail,
    check_alerts,
    check_media,
    check_disk,
    check_clock,
    check_static_files,
)
