"""The page cache is never stale, and private pages are not cached."""

import gzip
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Department
from jobs.models import Job
from policeapp.caching.middleware import next_change

from ...factories import make_department, make_division, make_job, make_step, text_of, today
from ...processes import PRODUCTION, python
from ...server import migrated_database, running

PROFILE = "/departments/ct/westport-police-department/"


# Cached pages are never stale


@pytest.mark.parametrize("url", [PROFILE, "/", "/departments/", "/jobs/?near=06880", "/jobs/feed/", "/sitemap.xml"])
def test_a_cached_page_costs_one_query(client, westport, places, django_assert_num_queries, url):
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
def test_the_next_request_sees_a_change(client, westport, write):
    assert "Renamed Police" not in text_of(client.get(PROFILE))
    write(westport)
    assert "Renamed Police" in text_of(client.get(PROFILE))


def test_the_next_request_sees_a_deletion(client, westport):
    assert client.get(PROFILE).status_code == 200
    westport.delete()
    assert client.get(PROFILE).status_code == 404


def test_the_next_request_sees_an_import(client, db, tmp_path):
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


def test_a_page_is_valid_until_a_job_opens_or_closes_or_the_next_quarter_hour(db, monkeypatch):
    now = timezone.now().replace(minute=20, second=0, microsecond=0)
    monkeypatch.setattr(timezone, "now", lambda: now)
    assert next_change() == now + timedelta(minutes=10)
    job = make_job(make_department())
    for names, minutes in ((("closes_at", "listed_until"), 8), (("opens_at",), 5)):
        instants = dict.fromkeys(names, now + timedelta(minutes=minutes))
        Job.objects.filter(pk=job.pk).update(closes_on=today(), **instants)
        assert next_change() == now + timedelta(minutes=minutes)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Honolulu", "Asia/Kathmandu"])
@pytest.mark.parametrize("of", ["department", "job"])
def test_a_page_shows_a_hiring_step_as_past_from_its_minute_on(client, westport, monkeypatch, zone, of):
    westport.time_zone = zone
    westport.save()
    job = make_job(westport)
    make_step(westport if of == "department" else job, date=date(2027, 3, 4), time=time(9, 10))
    make_step(westport, date=date(2027, 3, 4), time=time(9, 25))
    at = datetime(2027, 3, 4, 9, 10, tzinfo=ZoneInfo(zone))
    shown = []
    for seconds in (-500, -1, 0, 1):
        monkeypatch.setattr(timezone, "now", lambda seconds=seconds: at + timedelta(seconds=seconds))
        shown.append("was on March 4, 2027, 9:10 AM" in text_of(client.get(job.get_absolute_url())))
    assert shown == [False, False, True, True]


def test_a_page_counts_the_days_left_from_midnight_in_the_departments_time_zone(client, westport, monkeypatch):
    westport.time_zone = "Asia/Kathmandu"  # 5 hours and 45 minutes before UTC
    westport.save()
    job = make_job(westport, closes_on=date(2027, 3, 6), opens_on=date(2027, 1, 1))
    midnight = datetime(2027, 3, 4, tzinfo=ZoneInfo("Asia/Kathmandu"))
    for seconds, left in ((-1, "3 days left"), (0, "2 days left")):
        monkeypatch.setattr(timezone, "now", lambda seconds=seconds: midnight + timedelta(seconds=seconds))
        assert left in text_of(client.get(job.get_absolute_url()))


@pytest.mark.django_db
def test_every_process_sees_the_writes_of_others(tmp_path, settings, django_db_setup):
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


# While the database is down


def away(execute, sql, params, many, context):
    raise OperationalError("the connection is closed")


def test_cached_pages_answer_503_while_the_database_is_down(client, westport):
    assert client.get(PROFILE).status_code == 200
    with connection.execute_wrapper(away):
        response = client.get(PROFILE)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "no-store" in response["Cache-Control"]
    assert "Content-Security-Policy" in response
    assert client.get(PROFILE).status_code == 200


def test_pages_without_data_work_while_the_database_is_down(client, db):
    with connection.execute_wrapper(away):
        assert client.get("/privacy/").status_code == 200


def test_a_wrong_query_for_the_version_is_a_server_error(westport):
    def mistaken(execute, sql, params, many, context):
        if "contentversion" in sql:
            raise ProgrammingError("no such column")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(mistaken):
        assert Client(raise_request_exception=False).get(PROFILE).status_code == 500


# How much is cached


def test_memory_is_bounded(client, westport, settings, django_assert_num_queries):
    pages = settings.CACHES["pages"] | {"OPTIONS": {"MAX_ENTRIES": 3}}
    settings.CACHES = settings.CACHES | {"pages": pages}
    urls = [f"/jobs/?q=officer{number}" for number in range(6)]
    for url in urls:
        client.get(url)
    with django_assert_num_queries(1):
        client.get(urls[-1])
    with CaptureQueriesContext(connection) as captured:
        client.get(urls[0])
    assert len(captured) > 1


def test_the_site_works_without_a_page_cache(client, westport, settings):
    dummy = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = settings.CACHES | {"pages": dummy}
    first, again = client.get(PROFILE), client.get(PROFILE)
    assert again.content == first.content and again["Cache-Control"] == first["Cache-Control"]


# Private pages


@pytest.mark.parametrize("path", ["/departments/?q=", "/jobs/?near=", "/jobs/feed/?q="])
def test_a_page_with_a_very_long_query_is_stored_nowhere(client, db, path):
    answer = client.get(path + "x" * 2000)
    assert answer.status_code in (200, 400)
    assert "no-store" in answer["Cache-Control"] and "public" not in answer["Cache-Control"]


@pytest.mark.parametrize(
    "url",
    [
        "/jobs/?state=ZZ",
        "/jobs/?kind=x",
        "/jobs/?within=7",
        "/jobs/?near=Atlantis",
        "/jobs/?pay=%D9%A3",
        "/jobs/?pay=%2B5",
        "/jobs/feed/?state=ZZ",
        "/departments/?specialization=x",
        "/departments/?sort=x",
        "/departments/?hiring=2",
        "/departments/compare/?d=x",
        "/departments/compare/?d=CT/westport-police-department",
        "/departments/compare/?d=ct/westport-police-department+",
        "/departments/compare/?d=ct/westport-police-department&d=ct/westport-police-department",
        "/departments/compare/?q=" + "x" * 101,
        "/jobs/compare/?j=01",
        "/jobs/compare/?j=%D9%A3",
    ],
)
def test_errors_are_stored_nowhere(client, westport, monkeypatch, url):
    stored = []
    monkeypatch.setattr(caches["pages"], "set", lambda *arguments: stored.append(arguments))
    assert "public" not in client.get(url).headers.get("Cache-Control", "")
    assert not stored


@pytest.mark.parametrize("path", ["/admin/login/", "/alerts/new/", "/jobs/eligible/?age=30", "/healthz", "/readyz"])
def test_private_responses_are_not_cached(client, db, path):
    assert "public" not in client.get(path).headers.get("Cache-Control", "")


@pytest.mark.parametrize("path", ["/departments/ct/nowhere/", "/jobs/1-x/"])
def test_missing_pages_are_not_cached(client, westport, path):
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 404
        assert len(captured) > 1


# Variants of a page


@pytest.mark.parametrize("coding", ["br", "gzip", ""])
def test_each_content_coding_has_a_cached_page_of_its_own(client, westport, coding):
    for _ in range(2):
        page = client.get(PROFILE, headers={"accept-encoding": coding})
        assert page.headers.get("Content-Encoding", "") == coding
        assert page["Vary"] == "Accept-Encoding"
    if coding == "gzip":
        assert b"Westport Police Department" in gzip.decompress(page.content)
    plain = client.get(PROFILE)
    assert b"Westport Police Department" in plain.content
    assert plain["ETag"] == page["ETag"]


def test_a_browser_with_the_page_gets_304_until_it_changes(client, westport):
    page = client.get(PROFILE)
    again = client.get(PROFILE, headers={"if-none-match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again["ETag"], again["Cache-Control"]) == (page["ETag"], page["Cache-Control"])
    by_saving(westport)
    assert client.get(PROFILE, headers={"if-none-match": page["ETag"]}).status_code == 200


def test_a_change_of_another_page_does_not_change_the_etag(client, westport):
    etag = client.get(PROFILE)["ETag"]
    make_department("Honolulu Police", state="HI")
    assert client.get(PROFILE, headers={"if-none-match": etag}).status_code == 304


def test_head_works_like_get(client, westport):
    page, head = client.get(PROFILE), client.head(PROFILE)
    assert (head.status_code, head["ETag"], head["Content-Length"]) == (200, page["ETag"], page["Content-Length"])


# Caches in front of the site


def test_proxies_must_revalidate_unless_a_setting_allows_more(client, westport, settings):
    assert client.get(PROFILE)["Cache-Control"] == "public, max-age=0"
    settings.PROXY_SECONDS = 30
    seconds = int(client.get(PROFILE)["Cache-Control"].removeprefix("public, max-age=0, s-maxage="))
    assert 0 < seconds <= 30


def test_proxies_do_not_store_a_page_beyond_the_next_opening_or_closing(client, westport, settings):
    settings.PROXY_SECONDS = 3600
    job = make_job(westport)
    soon = timezone.now() + timedelta(seconds=100)
    Job.objects.filter(pk=job.pk).update(closes_at=soon, listed_until=soon, closes_on=today())
    header = client.get(PROFILE)["Cache-Control"]
    assert 0 < int(header.rpartition("=")[2]) <= 100
