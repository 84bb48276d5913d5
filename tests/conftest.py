"""What all tests share."""

import sys
from collections import Counter
from datetime import timedelta

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from whitenoise.base import WhiteNoise

from departments.search import spelling

from . import factories
from .admin import signed_in
from .mail_server import MailServer

# Examples are the same in each run, so that it fails for what was changed and not by chance;
# --hypothesis-profile=default looks for new ones.
hypothesis.settings.register_profile("the same", derandomize=True)
hypothesis.settings.load_profile("the same")


def pytest_sessionstart(session):
    """Static files are hashed and compressed, as in production: pages name the hashed files. Once for all workers, and
    for all runs that are given the same TESTS_STATIC_ROOT."""
    if not hasattr(session.config, "workerinput") and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


# Measuring coverage doubles what a test takes: so many cases of a parametrized test are measured, and no random ones.
MEASURED = 1


def pytest_collection_modifyitems(config, items):
    """What asks nothing of the database, or is refused before, and the browser's tests are run once: with SQLite."""
    cases = Counter()
    for item in items:
        cases[item.function] += 1
        if cases[item.function] > MEASURED or hasattr(item.function, "hypothesis"):
            item.add_marker("unmeasured")
    if connection.vendor == "sqlite":
        return
    config.hook.pytest_deselected(items=[item for item in items if not asks_the_database(item)])
    items[:] = filter(asks_the_database, items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Nothing is traced during a test marked ``unmeasured``. (pytest-cov's ``no_cover`` would start coverage anew each
    time, which then judges every module again: slower than measuring.)
    """
    if not item.get_closest_marker("unmeasured"):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def asks_the_database(item):
    if "browser" in item.path.parts or item.get_closest_marker("any_engine"):
        return False
    return item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Read from the disk once, not per client."""
    scan, scanned = WhiteNoise.update_files_dictionary, {}

    def scan_once(self, root, prefix):
        if (root, prefix) not in scanned:
            scan(self, root, prefix)
            scanned[root, prefix] = dict(self.files)
        self.files.update(scanned[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", scan_once)
        yield


@pytest.fixture(autouse=True)
def nothing_remembered():
    """What a process keeps in its memory is from no other test."""
    yield
    for cache in caches.all():
        cache.clear()
    spelling.clear_cache()


@pytest.fixture
def plans_untaught(db):
    """Plans are made for tables of which nothing is known: SQLite keeps in mind what a test before has taught it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            if "sqlite_stat1" in connection.introspection.table_names(cursor, include_views=True):
                cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")
        else:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")


@pytest.fixture
def westport(db):
    """The seed's department, from its fixture."""
    call_command("loaddata", "westport", verbosity=0)
    return factories.Department.objects.get(slug="westport-police-department")


@pytest.fixture
def places(db):
    """A few real places: Westport CT and its ZIP code, Norwalk CT, New York NY, and three Springfields."""
    factories.make_place(zip="06880")
    factories.make_place(zip_codes=4)
    factories.make_place("Norwalk", at=(41.1177, -73.4082), zip_codes=7)
    factories.make_place("New York", "NY", at=(40.76, -73.98), county="New York County", zip_codes=165)
    factories.make_place("New York", "NY", "10001", at=(40.7484, -73.9967), county="New York County")
    for state, county, at, zone, number in (
        ("IL", "Sangamon County", (39.78, -89.62), "America/Chicago", 38),
        ("MA", "Hampden County", (42.12, -72.57), "America/New_York", 23),
        ("MO", "Greene County", (37.22, -93.30), "America/Chicago", 16),
    ):
        factories.make_place("Springfield", state, at=at, county=county, time_zone=zone, zip_codes=number)


@pytest.fixture
def queries_of(client, db):
    """``queries_of(url)``: how many database queries a GET of the page takes that finds nothing in the cache, besides
    the one for the version of the content; fails unless it answers 200."""

    def count(url):
        client.get("/privacy/")  # from now on the client's page cache knows when the next opening opens or closes
        for cache in caches.all():
            cache.clear()
        assert connection.features.supports_json_field  # of which Django assures itself once
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200, url
        return len([query for query in captured if "contentversion" not in query["sql"]])

    return count


@pytest.fixture
def alice(db):
    """An administrator, signed in."""
    return signed_in(factories.make_alice())


@pytest.fixture
def own(db):
    """The department that Bob edits."""
    return factories.make_department("Own Police", chief_name="Ann Chief", ori="CT0000001", phone="203-555-0100")


@pytest.fixture
def strange(db):
    """A department that Bob does not edit."""
    return factories.make_department("Strange Police", chief_name="Tom Stranger", ori="CT0000002")


@pytest.fixture
def bob(own):
    """An editor of the department ``own``, signed in."""
    return signed_in(factories.make_bob(own))


@pytest.fixture
def charlie(db):
    """Somebody who is staff but edits nothing, signed in."""
    return signed_in(factories.make_charlie())


@pytest.fixture
def smtp(settings):
    """A running SMTP server that the site sends its e-mail to; see :class:`tests.mail_server.MailServer`."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


@pytest.fixture
def clock(monkeypatch):
    """``clock(days=1)`` lets that time pass for Django's clock."""
    passed = timedelta()
    now = timezone.now

    def let_pass(**time):
        nonlocal passed
        passed += timedelta(**time)

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    return let_pass
