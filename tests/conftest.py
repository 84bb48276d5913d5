"""Fixtures and settings for all tests."""

import gc
import os
import sys
from collections import Counter
from datetime import timedelta

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test import client as test_client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from whitenoise.base import WhiteNoise

from departments.search import spelling

from . import factories, whole_site
from .admin import signed_in
from .mail_server import MailServer
from .postgres import find_programs, private_server
from .processes import PRODUCTION, python

# Use the same examples in each run, so that a failure has a cause and not bad luck.
# --hypothesis-profile=default looks for new ones.
hypothesis.settings.register_profile("the same", derandomize=True)
hypothesis.settings.load_profile("the same")


def pytest_sessionstart(session):
    """Collect static files under hashed names, as in production.

    This happens once for all workers, and for all runs with the same TESTS_STATIC_ROOT.
    """
    if not hasattr(session.config, "workerinput") and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


# Measuring coverage doubles the time of a test, so only this many cases of a parametrized test are measured, and no
# random ones.
MEASURED = 1


def pytest_collection_modifyitems(config, items):
    """Run tests that use no database, and the browser tests, only on SQLite, and those of PostgreSQL only there."""
    cases = Counter()
    for item in items:
        cases[item.function] += 1
        if cases[item.function] > MEASURED or hasattr(item.function, "hypothesis"):
            item.add_marker("unmeasured")
    runs_here = runs_on_sqlite if connection.vendor == "sqlite" else uses_the_database
    config.hook.pytest_deselected(items=[item for item in items if not runs_here(item)])
    items[:] = filter(runs_here, items)


def pytest_collection_finish(session):
    """Let the garbage collector skip the modules and tests, which stay until the end. It took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Don't trace tests marked ``unmeasured``.

    pytest-cov's ``no_cover`` restarts coverage for each test, which is slower than measuring it.
    """
    if not item.get_closest_marker("unmeasured"):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def runs_on_sqlite(item):
    return not item.get_closest_marker("postgresql")


def uses_the_database(item):
    if "browser" in item.path.parts or item.get_closest_marker("any_engine"):
        return False
    return item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Read static files from the disk once, not for each client."""
    scan, scanned = WhiteNoise.update_files_dictionary, {}

    def scan_once(self, root, prefix):
        if (root, prefix) not in scanned:
            scan(self, root, prefix)
            scanned[root, prefix] = dict(self.files)
        self.files.update(scanned[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", scan_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages():
    """Leave the templates of form fields out of ``response.context``: Django copies a context for each of hundreds."""
    store = test_client.store_rendered_templates

    def store_pages(stored, signal, sender, template, context, **kwargs):
        if not (template.name or "").startswith("django/forms/"):
            store(stored, signal, sender, template, context, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test_client, "store_rendered_templates", store_pages)
        yield


@pytest.fixture(autouse=True)
def clear_caches():
    """Clear the caches of the process after each test."""
    yield
    for cache in caches.all():
        cache.clear()
    spelling.clear_cache()


@pytest.fixture
def without_statistics(db):
    """Remove the statistics of the tables, which SQLite keeps from earlier tests."""
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
    """``queries_of(url)``: the number of queries for an uncached page, without the one for the version of the content.

    It fails unless the status is 200.
    """

    def count(url):
        client.get("/privacy/")  # let the page cache learn when the next job opens or closes
        for cache in caches.all():
            cache.clear()
        assert connection.features.supports_json_field  # Django checks this once, with a query
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
    return factories.make_department("Own Police", chief_name="Ann Chief", ori="CT0000001", phone="203-341-6100")


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
    """A staff member who edits nothing, signed in."""
    return signed_in(factories.make_charlie())


@pytest.fixture
def smtp(settings):
    """A running SMTP server that receives the site's email; see :class:`tests.mail_server.MailServer`."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_TIMEOUT = 60  # seconds; a busy machine must not look like a broken server
    yield server
    server.stop()


@pytest.fixture
def clock(monkeypatch):
    """``clock(days=1)`` advances Django's clock by this time."""
    passed = timedelta()
    now = timezone.now

    def let_pass(**time):
        nonlocal passed
        passed += timedelta(**time)

    monkeypatch.setattr(timezone, "now", lambda: now() + passed)
    return let_pass


@pytest.fixture
def public_pages(db):
    """A site with every public page in every state, as a list of ``whole_site.Page``."""
    return whole_site.build()


@pytest.fixture(scope="session")
def answers(django_db_setup, django_db_blocker):
    """``[(page, response)]`` of every public page in every state for a stranger. The database stays empty."""
    client = Client()
    with django_db_blocker.unblock(), transaction.atomic():
        found = [(page, client.get(page.url)) for page in whole_site.EMPTY_SITE]
        found += [(page, client.get(page.url)) for page in whole_site.build()]
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="session")
def postgresql():
    """The URL of a migrated PostgreSQL database, whatever engine the other tests use."""
    with private_server() as url:
        done = python("manage.py", "migrate", "--verbosity=0", env=PRODUCTION | {"DATABASE_URL": url})
        assert done.returncode == 0, done.stderr
        yield url


@pytest.fixture
def postgres_programs(monkeypatch):
    """Add PostgreSQL's programs to PATH, here and in processes that the test starts."""
    monkeypatch.setenv("PATH", f"{find_programs()}:{os.environ['PATH']}")
