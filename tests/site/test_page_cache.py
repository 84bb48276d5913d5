"""The page cache: what strangers get from it is never stale, whoever writes, and goes on when the database doesn't."""

import gzip
import threading
from datetime import timedelta

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from departments.models import Department
from jobs.models import Alert, Job
from policeapp import content, page_cache
from policeapp.page_cache import Edition, Kept, Memory, PageCache, Shared

from ..factories import (
    make_alert,
    make_department,
    make_division,
    make_job,
    make_minimums,
    make_place,
    make_step,
    text_of,
    today,
)
from .processes import PRODUCTION, python
from .server import migrated_database, running

PROFILE = "/departments/ct/westport-police-department/"


# Kept, and never stale


@pytest.mark.parametrize("url", [PROFILE, "/", "/departments/", "/jobs/?near=06880", "/jobs/feed/", "/sitemap.xml"])
def test_a_page_is_made_once_and_then_costs_one_query(client, westport, places, django_assert_num_queries, url):
    first = client.get(url)
    with django_assert_num_queries(1):
        again = client.get(url)
    assert (again.status_code, again.content) == (200, first.content)
    del first["X-Request-ID"], again["X-Request-ID"]
    assert again.headers.items() == first.headers.items()


def by_saving(department):
    department.name = "Renamed Police"
    department.save()


def by_updating(department):
    Department.objects.filter(pk=department.pk).update(name="Renamed Police")


def by_another_program(department):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE departments_department SET name = 'Renamed Police' WHERE id = %s", [department.pk])


def by_adding_a_part(department):
    make_division(department, "Renamed Police")


def by_adding_an_opening(department):
    Job.objects.bulk_create([make_job(make_department("Elsewhere"), "Renamed Police")], ignore_conflicts=True)
    Job.objects.update(department=department)


@pytest.mark.parametrize("write", [by_saving, by_updating, by_another_program, by_adding_a_part, by_adding_an_opening])
def test_the_next_request_sees_what_was_written(client, westport, write):
    assert "Renamed Police" not in text_of(client.get(PROFILE))
    write(westport)
    assert "Renamed Police" in text_of(client.get(PROFILE))


def test_the_next_request_sees_that_a_department_is_gone(client, westport):
    assert client.get(PROFILE).status_code == 200
    westport.delete()
    assert client.get(PROFILE).status_code == 404


def test_an_import_is_seen(client, db, tmp_path):
    assert "Imported Police" not in text_of(client.get("/departments/"))
    path = tmp_path / "list.csv"
    path.write_text("name,city,state,ori\nImported Police,Westport,CT,CT0015800\n")
    call_command("import_departments", str(path), verbosity=0)
    assert "Imported Police" in text_of(client.get("/departments/"))


def test_the_numbers_of_the_directory_are_those_of_its_departments(client, westport):
    assert "/departments/a-to-z/z/" not in client.get("/departments/").content.decode()
    make_department("Zebulon Police", state="NC")
    assert "/departments/a-to-z/z/" in client.get("/departments/").content.decode()


def test_an_opening_opens_and_closes_by_the_clock(client, westport, clock):
    at = timezone.now()
    make_job(westport, "Planned officer", opens_on=today() + timedelta(days=2), closes_on=today() + timedelta(days=4))
    shown = []
    for hours in range(0, 24 * 6, 6):
        expected = Job.objects.open().exists()
        assert ("Planned officer" in text_of(client.get(PROFILE))) == expected, f"{hours} hours after {at}"
        shown.append(expected)
        clock(hours=6)
    assert shown[0] is False and True in shown and shown[-1] is False


def test_an_edition_ends_when_an_opening_opens_or_closes_or_at_the_quarter_of_the_hour(db):
    until, ends = page_cache._changes()
    now = timezone.now().timestamp()
    assert until % (15 * 60) == 0
    assert 0 < until - now <= 15 * 60
    assert 0 <= now + 24 * 3600 - ends < 60
    job = make_job(make_department())
    middle = timezone.now() + timedelta(seconds=(until - now) / 2)
    Job.objects.filter(pk=job.pk).update(closes_at=middle, closes_on=today())
    assert page_cache._changes() == (middle.timestamp(), middle.timestamp())
    earlier = middle - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(opens_at=earlier)
    first = (earlier if earlier > timezone.now() else middle).timestamp()
    assert page_cache._changes() == (first, first)


# Foreign keys are looked at when the transaction ends, and this one does not.
DEFERRED = {"postgresql": "SET CONSTRAINTS ALL DEFERRED", "sqlite": "PRAGMA defer_foreign_keys = ON"}


def watched():
    models = [model for app in content.APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in models if getattr(model, "IS_SHOWN", True)]


@pytest.mark.parametrize("model", watched(), ids=lambda model: model._meta.label)
def test_every_write_to_what_pages_show_makes_another_version(westport, model):
    table, key = model._meta.db_table, model._meta.pk.column
    make_everything(westport)
    with connection.cursor() as cursor:
        for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table} WHERE {key} = {key}"):
            before = content.version()
            with transaction.atomic():
                cursor.execute(DEFERRED[connection.vendor])
                try:
                    cursor.execute(statement)
                    assert content.version() != before, statement
                finally:
                    transaction.set_rollback(True)


def make_everything(westport):
    make_place()
    make_minimums(make_job(westport))
    make_step(westport)
    westport.slug = "a-new-address"
    westport.save()


def test_what_no_page_shows_changes_nothing(db, django_user_model):
    make_alert()
    before = content.version()
    django_user_model.objects.create_user("someone", password="x")
    Alert.objects.update(q="officer")
    assert content.version() == before


def test_only_what_is_sent_to_one_person_says_that_it_is_not_shown():
    unwatched = {model.__name__ for app in content.APPS for model in apps.get_app_config(app).get_models()}
    unwatched -= {model.__name__ for model in watched()}
    assert unwatched == {"Subscriber", "Alert", "Message", "Told", "Run"}


def test_a_rolled_back_change_leaves_the_version(transactional_db):
    department = make_department()
    before = content.version()
    with transaction.atomic():
        by_saving(department)
        transaction.set_rollback(True)
    assert content.version() == before
    by_saving(department)
    assert content.version() != before


def test_triggers_that_a_migration_took_along_are_there_again_after_migrate(transactional_db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER departments_division_content_insert")
        else:
            cursor.execute("DROP TRIGGER departments_division_content ON departments_division")
    call_command("migrate", verbosity=0)
    department = make_department()
    before = content.version()
    make_division(department)
    assert content.version() != before


def test_on_postgresql_no_writer_waits_for_another_and_every_commit_is_another_version(postgresql):
    """Two who write at the same time, in tables that have nothing in common."""

    def versions(watcher):
        return watcher.execute("SELECT token FROM policeapp_contentversion ORDER BY token").fetchall()

    with (
        psycopg.connect(postgresql, autocommit=True) as watcher,
        psycopg.connect(postgresql, options="-c lock_timeout=5s") as one,
        psycopg.connect(postgresql, options="-c lock_timeout=5s") as other,
    ):
        seen = [versions(watcher)]
        for _ in range(3):
            one.execute("UPDATE departments_department SET name = name")
            other.execute("UPDATE jobs_job SET title = title")
            one.execute("UPDATE departments_division SET name = name")
            assert versions(watcher) == seen[-1]
            for writer in (other, one):
                writer.commit()
                seen.append(versions(watcher))
        assert len({tuple(version) for version in seen}) == len(seen)
        assert all(len(version) <= 3 for version in seen)


# Whose it is


def test_whoever_is_signed_in_gets_a_page_of_their_own(client, westport, alice):
    draft = make_job(westport, "Draft officer", status=Job.Status.DRAFT)
    mine = alice.get(draft.get_absolute_url())
    assert mine.status_code == 200 and "private" in mine["Cache-Control"] and "public" not in mine["Cache-Control"]
    assert client.get(draft.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", ["/admin/login/", "/alerts/new/", "/jobs/eligible/?age=30", "/healthz", "/readyz"])
def test_what_is_not_for_everybody_is_not_kept(client, db, path):
    assert "public" not in client.get(path).headers.get("Cache-Control", "")


@pytest.mark.parametrize("path", ["/departments/ct/nowhere/", "/jobs/1-x/", "/departments/?page=99"])
def test_what_is_not_there_is_looked_for_each_time(client, westport, path):
    assert client.get(path).status_code == 404
    assert not page_cache.pages.pages


# One address, one page


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("/jobs/?utm_source=x&near=06880&fbclid=1", "/jobs/?near=06880"),
        ("/jobs/?kind=lateral&near=06880", "/jobs/?near=06880&kind=lateral"),
        ("/jobs/?q=&near=06880&pay=&state=&sort=", "/jobs/?near=06880"),
        ("/jobs/?near=10001&near=06880", "/jobs/?near=06880"),
        ("/jobs/?near=06880&", "/jobs/?near=%30%36880"),
        (f"{PROFILE}?anything=1", PROFILE),
        ("/?", "/"),
    ],
)
def test_an_address_is_one_page_however_it_is_written(
    client, westport, places, django_assert_num_queries, written, plain
):
    page = client.get(written)
    with django_assert_num_queries(1):
        assert client.get(plain).content == page.content


def test_departments_to_compare_all_count(client, westport):
    other = make_department("Norwalk Police", city="Norwalk")
    first = client.get(f"/departments/compare/?d=ct/{westport.slug}&d=ct/{other.slug}")
    assert "Norwalk Police" in text_of(first) and "Westport Police Department" in text_of(first)
    assert "Westport Police Department" not in text_of(client.get(f"/departments/compare/?d=ct/{other.slug}"))


@pytest.mark.parametrize("coding", ["br", "gzip", ""])
def test_each_coding_has_its_own(client, westport, coding):
    for _ in range(2):
        page = client.get(PROFILE, headers={"accept-encoding": coding})
        assert page.headers.get("Content-Encoding", "") == coding
        assert page["Vary"] == "Accept-Encoding"
    if coding == "gzip":
        assert b"Westport Police Department" in gzip.decompress(page.content)
    plain = client.get(PROFILE)
    assert b"Westport Police Department" in plain.content
    assert plain["ETag"] == page["ETag"]


def test_who_has_the_page_gets_304_until_it_changes(client, westport):
    page = client.get(PROFILE)
    again = client.get(PROFILE, headers={"if-none-match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (page["ETag"], page["Cache-Control"])
    by_saving(westport)
    assert client.get(PROFILE, headers={"if-none-match": page["ETag"]}).status_code == 200


def test_a_change_elsewhere_leaves_the_etag(client, westport):
    etag = client.get(PROFILE)["ETag"]
    make_department("Honolulu Police", state="HI")
    assert client.get(PROFILE, headers={"if-none-match": etag}).status_code == 304


def test_head_is_answered_like_get(client, westport):
    page, head = client.get(PROFILE), client.head(PROFILE)
    assert (head.status_code, head["ETag"], head["Content-Length"]) == (200, page["ETag"], page["Content-Length"])


# Caches in front of the site


def test_caches_in_front_must_ask_each_time_unless_a_setting_allows_more(client, westport, settings):
    assert client.get(PROFILE)["Cache-Control"] == "public, max-age=0"
    settings.PROXY_SECONDS = 30
    seconds = int(client.get(PROFILE)["Cache-Control"].removeprefix("public, max-age=0, s-maxage="))
    assert 0 < seconds <= 30


def test_no_cache_in_front_keeps_a_page_beyond_the_next_opening_or_closing(client, westport, settings):
    settings.PROXY_SECONDS = 3600
    job = make_job(westport)
    Job.objects.filter(pk=job.pk).update(closes_at=timezone.now() + timedelta(seconds=100), closes_on=today())
    kept = client.get(PROFILE)["Cache-Control"]
    assert 0 < int(kept.rpartition("=")[2]) <= 100


# Many at once, little memory, and what is away

EDITION = Edition((1,), 0, 4_000_000_000, 4_000_000_000)
factory = RequestFactory()


@pytest.fixture
def fixed(monkeypatch):
    """The database always has the same version."""
    monkeypatch.setattr(page_cache.editions, "current", lambda now: EDITION)


def page_of(words):
    response = HttpResponse(words)
    response["ETag"] = 'W/"1"'
    return response


def test_of_many_who_ask_at_once_one_has_the_page_made(fixed):
    started, go_on, made = threading.Event(), threading.Event(), []

    def view(request):
        made.append(request.path)
        started.set()
        assert go_on.wait(30)
        return page_of("made once")

    cache, answers = PageCache(view), []
    threads = [threading.Thread(target=lambda: answers.append(cache(factory.get("/")).content)) for _ in range(8)]
    threads[0].start()
    assert started.wait(30)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert (answers, made) == ([b"made once"] * 8, ["/"])


def test_a_view_that_fails_lets_the_next_one_try(fixed):
    def view(request):
        raise ZeroDivisionError

    cache = PageCache(view)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            cache(factory.get("/"))


def test_memory_is_bounded_and_the_least_recently_used_goes_first():
    memory = Memory(50_000)
    for number in range(100):
        memory.set(number, Kept((1,), 0, {}, b"x" * 8_000), 60)
        memory.get(0)
    assert memory.pages.currsize <= 50_000
    assert memory.get(0) and memory.get(99) and not memory.get(1)
    memory.set("huge", Kept((1,), 0, {}, b"x" * 60_000), 60)
    assert memory.get("huge") is None and memory.get(99)


def test_without_memory_nothing_is_kept():
    memory = Memory(0)
    memory.set(1, Kept((1,), 0, {}, b""), 60)
    assert memory.get(1) is None


@pytest.fixture
def database_away(monkeypatch):
    """``database_away()``: from now on the database does not answer."""

    def fail(*args):
        raise DatabaseError("away")

    return lambda: monkeypatch.setattr(content, "version", fail)


def test_while_the_database_is_away_pages_go_on_being_sent(client, westport, database_away, django_assert_num_queries):
    page = client.get(PROFILE)
    database_away()
    with django_assert_num_queries(0):
        for _ in range(3):
            assert client.get(PROFILE).content == page.content


def test_but_none_once_an_opening_has_closed(client, westport, database_away, clock):
    job = make_job(make_department("Norwalk Police"))
    Job.objects.filter(pk=job.pk).update(closes_at=timezone.now() + timedelta(hours=3), closes_on=today())
    page = client.get(PROFILE)
    database_away()
    clock(hours=2)
    assert client.get(PROFILE).content == page.content
    clock(hours=1)
    assert page_cache.editions.current(timezone.now().timestamp()) is None


def test_a_database_that_hangs_holds_up_one_request_and_not_all(client, westport, monkeypatch):
    page = client.get(PROFILE)
    monkeypatch.setattr(page_cache, "PATIENCE", 0.01)
    with page_cache.editions.lock:  # as the one has it who is waiting for the database
        assert client.get(PROFILE).content == page.content


def test_pages_may_be_shared_by_all_processes(client, westport, monkeypatch, settings, django_assert_num_queries):
    monkeypatch.setattr(page_cache, "pages", Shared())
    monkeypatch.setattr(page_cache, "caches", {"pages": page_cache.caches["shared"]})
    first = client.get(PROFILE)
    monkeypatch.setattr(page_cache, "pages", Shared())
    with django_assert_num_queries(1):
        assert client.get(PROFILE).content == first.content
    by_saving(westport)
    assert "Renamed Police" in text_of(client.get(PROFILE))


def test_a_shared_cache_that_is_away_makes_the_site_slower_and_nothing_else(client, westport, monkeypatch, caplog):
    class Gone:
        def get(self, name):
            raise ConnectionError("gone")

    monkeypatch.setattr(page_cache, "pages", Shared())
    monkeypatch.setattr(page_cache, "caches", {"pages": Gone()})
    for _ in range(3):
        assert client.get(PROFILE).status_code == 200
    assert caplog.text.count("The cache of pages does not answer: gone") == 1


# Several processes


@pytest.mark.django_db
def test_every_process_sees_what_another_one_writes(tmp_path, settings, django_db_setup):
    static = {"STATIC_ROOT": str(settings.STATIC_ROOT)}
    with (
        migrated_database(tmp_path) as url,
        running(DATABASE_URL=url, HTTPS="0", WEB_CONCURRENCY="2", **static) as server,
    ):
        names = []
        for name in ("First Police", "Second Police", "Third Police"):
            script = "import django; django.setup(); from departments.models import Department"
            script += f"; Department.objects.update(name='{name}')"
            done = python("-c", script, env=PRODUCTION | {"DATABASE_URL": url})
            assert done.returncode == 0, done.stderr
            bodies = [server.get(PROFILE)[2].decode() for _ in range(6)]
            names.append({name in body for body in bodies})
        assert names == [{True}] * 3
