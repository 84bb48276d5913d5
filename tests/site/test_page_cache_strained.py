"""The page cache under strain: many at once, little memory, several processes, and what is away."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from departments.models import Department
from jobs.models import Job
from policeapp import content, editions, page_cache, page_store
from policeapp.editions import Edition
from policeapp.page_cache import PageCache
from policeapp.page_store import Kept, Memory, Shared

from ..factories import make_department, make_job, text_of, today
from .processes import PRODUCTION, python
from .server import migrated_database, running

PROFILE = "/departments/ct/westport-police-department/"
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
    monkeypatch.setattr(editions, "PATIENCE", 0.01)
    with page_cache.editions.lock:  # as the one has it who is waiting for the database
        assert client.get(PROFILE).content == page.content


def test_pages_may_be_shared_by_all_processes(client, westport, monkeypatch, settings, django_assert_num_queries):
    monkeypatch.setattr(page_cache, "pages", Shared())
    monkeypatch.setattr(page_store, "caches", {"pages": caches["shared"]})
    first = client.get(PROFILE)
    monkeypatch.setattr(page_cache, "pages", Shared())
    with django_assert_num_queries(1):
        assert client.get(PROFILE).content == first.content
    Department.objects.update(name="Renamed Police")
    assert "Renamed Police" in text_of(client.get(PROFILE))


def test_a_shared_cache_that_is_away_makes_the_site_slower_and_nothing_else(client, westport, monkeypatch, caplog):
    class Gone:
        def get(self, name):
            raise ConnectionError("gone")

    monkeypatch.setattr(page_cache, "pages", Shared())
    monkeypatch.setattr(page_store, "caches", {"pages": Gone()})
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
