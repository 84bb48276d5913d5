"""The home page, error pages, health checks, logos, robots.txt and the icon."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from PIL import Image

from departments.models import Department
from jobs.models import Job

from ...factories import make_alert, make_department, make_job, make_place, make_user, text_of, tomorrow, yesterday
from ...processes import PRODUCTION, python
from ...whole_site import Markup

LOGO = f"{'0123456789abcdef' * 2}.png"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


@pytest.fixture
def broken_database(db):
    """Every query fails, as if the database server were down."""

    def fail(*_):
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(fail):
        yield


def links_of(response):
    """Return the URLs of the links of a page."""
    return {attributes.get("href") for tag, attributes in Markup(response.content.decode()).tags if tag == "a"}


class TestHome:
    def test_it_has_a_search_for_departments_and_one_for_jobs(self, client, db):
        tags = Markup(client.get("/").content.decode()).tags
        fields = [(tag, attributes) for tag, attributes in tags if tag in ("form", "input")]
        parts = [(tag, attributes.get("action") or attributes["name"]) for tag, attributes in fields]
        tabs = [("input", "for"), ("input", "for")]
        assert parts == [*tabs, ("form", "/departments/"), ("input", "q"), ("form", "/jobs/"), ("input", "q")]

    def test_its_searches_explain_their_input(self, client, db):
        page = text_of(client.get("/"))
        assert "ZIP, city or department For example 06880, or Westport, CT" in page
        assert "ZIP, city or job title For example 06880, or dispatcher" in page

    def test_the_tabs_count_departments_and_jobs_but_no_samples_and_posts(self, client, db):
        make_job(make_department("Norwalk Police Department"))
        make_job(is_sample=True)
        force = make_department("State Police", kind="state_police")
        make_department("State Police, Fairfield County", kind="state_police", parent=force)
        page = client.get("/")
        assert "Departments (3) Jobs (1) ZIP" in text_of(page)
        assert "See the job" in text_of(page)

    def test_it_links_to_the_states_that_have_departments(self, client, db):
        make_department(state="TX")
        page = client.get("/")
        assert "Texas 1" in text_of(page) and "Wyoming 0" in text_of(page)
        assert "/departments/tx/" in links_of(page) and "/departments/wy/" not in links_of(page)

    def test_departments_can_write_to_the_contact_of_the_site(self, client, db, settings):
        settings.CONTACT_EMAIL = "office@police.example.org"
        page = client.get("/")
        assert "Work at a department? Keep its page up to date. Email us your changes" in text_of(page)
        assert "mailto:office@police.example.org" in links_of(page)

    def test_without_a_contact_there_is_no_link_to_it(self, client, db, settings):
        settings.CONTACT_EMAIL = ""
        page = client.get("/")
        assert "Work at a department? Keep its page up to date. Find your department's page" in text_of(page)

    def test_the_same_text_finds_departments_and_jobs(self, client, places):
        make_job(make_department(at=(41.14, -73.35)), "Dispatcher")
        assert "Westport Police Department" in text_of(client.get("/departments/?q=06880"))
        assert "Dispatcher" in text_of(client.get("/jobs/?q=06880"))

    def test_it_shows_the_six_latest_jobs_newest_first(self, client, db):
        department = make_department()
        for age in range(8):
            make_job(department, f"Opening {age}", opens_on=yesterday(department) - timedelta(days=age))
        page = text_of(client.get("/"))
        found = [page.index(f"Opening {age}") for age in range(6)]
        assert found == sorted(found)
        assert "Opening 6" not in page and "Opening 7" not in page

    def test_a_tab_does_not_promise_zero_jobs(self, client, db):
        make_department()
        text = text_of(client.get("/"))
        assert "Departments (1) Jobs ZIP" in text and "(0)" not in text

    def test_it_counts_departments_and_jobs(self, client, db):
        department = make_department()
        make_department("Norwalk Police Department")
        make_department("A draft", status=Department.Status.DRAFT)
        for _ in range(3):
            make_job(department)
        make_job(department, closes_on=yesterday(department))
        page = text_of(client.get("/"))
        assert "See all 3 jobs" in page
        assert "Browse all 2 departments" in page

    def test_one_department_and_one_job_are_singular(self, client, db):
        make_job(make_department())
        page = text_of(client.get("/"))
        assert "See the job" in page
        assert "Browse the only department" in page

    def test_it_hides_jobs_that_are_not_open(self, client, db):
        department = make_department()
        make_job(department, "Closed", opens_on=yesterday(department), closes_on=yesterday(department))
        make_job(department, "Planned", opens_on=tomorrow(department))
        make_job(department, "Drafted", status=Job.Status.DRAFT)
        make_job(department, "Withdrawn", status=Job.Status.WITHDRAWN)
        make_job(make_department("Hidden", status=Department.Status.DRAFT), "Of a draft")
        page = text_of(client.get("/"))
        for title in ("Closed", "Planned", "Drafted", "Withdrawn", "Of a draft"):
            assert title not in page
        assert "No jobs are posted right now." in page

    def test_a_sample_is_marked(self, client, db):
        make_job(is_sample=True)
        text = text_of(client.get("/"))
        assert "Police Officer Sample" in text
        assert text.count("Jobs marked “Sample” are not real.") == 1

    def test_it_shows_at_most_three_samples_after_the_real_jobs(self, client, db):
        for number in range(5):
            make_job(title=f"Invented {number}", is_sample=True)
        make_job(title="Real")
        text = text_of(client.get("/"))
        assert text.count("Invented") == 3
        assert text.index("Real") < text.index("Invented")

    def test_without_jobs_it_links_to_departments(self, client, db):
        response = client.get("/")
        assert "No jobs are posted right now." in text_of(response)
        assert "/departments/" in links_of(response)

    def test_all_its_links_work(self, client, db):
        make_job(make_department())
        ways = [address for address in links_of(client.get("/")) if address.startswith("/")]
        assert len(ways) >= 6
        assert {way: client.get(way).status_code for way in ways} == dict.fromkeys(ways, 200)


class TestWhenSomethingIsWrong:
    @pytest.mark.parametrize(
        "url", ["/nothing", "/nothing/", "/departments/zz/", "/departments/ct/nobody/", "/jobs/0-x/", "/jobs/?page=99"]
    )
    def test_a_missing_page_links_to_other_pages(self, client, db, url):
        make_job()
        response = client.get(url)
        assert response.status_code == 404
        assert "We can't find that page" in text_of(response)
        assert {"/", "/departments/", "/jobs/"} <= links_of(response)
        assert '<meta name="robots" content="noindex">' in response.content.decode()

    def test_a_url_without_its_slash_redirects(self, client, db):
        response = client.get("/jobs?near=06880")
        assert response.status_code == 301
        assert response["Location"] == "/jobs/?near=06880"

    def test_a_server_error_says_that_it_is_our_fault(self, client):
        """This test has no database: the home page fails, but the error page works."""
        client.raise_request_exception = False
        response = client.get("/")
        assert response.status_code == 500
        assert "It is our fault, not yours." in text_of(response)
        assert "/" in links_of(response)
        assert "Traceback" not in response.content.decode()

    def test_signed_in_visitors_get_the_503_page_too(self, client, django_user_model, db):
        client.force_login(make_user("alice"))
        client.raise_request_exception = False

        def fail(*_):
            raise OperationalError("the connection is lost")

        with connection.execute_wrapper(fail):
            for url in ("/", "/departments/ct/westport-police-department/", "/admin/"):
                response = client.get(url)
                assert response.status_code == 503
                assert "This page is temporarily unavailable" in text_of(response)
                assert "connection is lost" not in text_of(response)

    def test_a_404_needs_no_database(self, client):
        assert client.get("/nothing/").status_code == 404

    def test_a_wrong_host_gets_a_400_page(self, client):
        response = client.get("/", headers={"host": "elsewhere.example"})
        assert response.status_code == 400
        assert "We can't understand this request" in text_of(response)
        assert "elsewhere.example" not in response.content.decode()

    def test_too_many_parameters_get_a_400_page(self, client):
        response = client.get("/jobs/?" + "&".join("x" * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)))
        assert response.status_code == 400
        assert "We can't understand this request" in text_of(response)

    def test_a_form_without_a_token_must_be_sent_again(self, db):
        response = Client(enforce_csrf_checks=True).post("/admin/login/", {"login": "alice"})
        assert response.status_code == 403
        assert "Please send the form again" in text_of(response)


class TestMethods:
    URLS = ["/", "/departments/", "/departments/ct/", "/departments/ct/county/fairfield/", "/jobs/", "/robots.txt"]
    URLS += ["/departments/a-to-z/w/", "/departments/suggest/?q=westp", "/jobs/feed/", "/jobs/calendar/"]
    URLS += [f"/departments/ct/westport-police-department/{page}" for page in ("", "feed/", "calendar/")]
    URLS += [
        "/healthz",
        "/readyz",
        "/sitemap.xml",
        "/sitemap-ct.xml",
        f"/media/logos/{LOGO}",
    ]

    @pytest.fixture
    def urls(self, westport):
        default_storage.save(f"logos/{LOGO}", ContentFile(PNG))
        make_place()
        yield [*self.URLS, make_job(westport).get_absolute_url()]
        default_storage.delete(f"logos/{LOGO}")

    def test_head_works_on_every_page(self, client, urls):
        for url in urls:
            response = client.head(url)
            assert response.status_code == 200, url
            assert not response.getvalue(), url

    def test_read_only_pages_accept_only_get_and_head(self, client, urls):
        for url in urls:
            for method in ("post", "put", "patch", "delete", "options"):
                response = getattr(client, method)(url)
                assert response.status_code == 405, f"{method} {url}"
                assert response["Allow"] == "GET, HEAD"


class TestRobots:
    def test_robots_may_read_everything_except_the_admin(self, client):
        response = client.get("/robots.txt")
        assert response["Content-Type"].startswith("text/plain")
        assert response.content.decode().split("\n") == [
            "User-agent: *",
            "Disallow: /admin/",
            "Disallow: /api/v1/",
            "Disallow: /departments.csv",
            "Disallow: /jobs.csv",
            "Disallow: /data/departments.zip",
            "",
            "Sitemap: https://police.example.org/sitemap.xml",
            "",
        ]


class TestIcons:
    @pytest.mark.parametrize(
        ("url", "relation", "media_type", "beginning"),
        [
            ("/favicon.ico", "icon", "image/svg+xml", b"<svg"),
            ("/apple-touch-icon.png", "apple-touch-icon", "image/png", b"\x89PNG"),
        ],
    )
    def test_the_default_urls_redirect_to_the_icons_of_the_pages(
        self, client, db, url, relation, media_type, beginning
    ):
        response = client.get(url, follow=True)
        assert response.status_code == 200
        assert response.getvalue().startswith(beginning)
        assert response["Content-Type"] == media_type
        tags = Markup(client.get("/").content.decode()).tags
        icons = [attributes["href"] for _tag, attributes in tags if attributes.get("rel") == relation]
        assert [path for path, _ in response.redirect_chain] == icons

    @pytest.mark.parametrize(
        ("name", "size", "most"), [("share.png", (1200, 630), 60_000), ("apple-touch-icon.png", (180, 180), 5_000)]
    )
    def test_pictures_have_the_size_that_is_asked_for_and_few_bytes(self, name, size, most):
        file = settings.BASE_DIR / "static" / "img" / name
        assert file.stat().st_size < most
        with Image.open(file) as picture:
            assert (picture.format, picture.size) == ("PNG", size)

    def test_browsers_color_their_frame_like_the_top_of_the_page(self, client, db):
        tags = Markup(client.get("/").content.decode()).tags
        colors = [attributes["content"] for _tag, attributes in tags if attributes.get("name") == "theme-color"]
        css = (settings.BASE_DIR / "static" / "css" / "site.css").read_text()
        assert colors == re.findall("--top: (#[0-9a-f]{6});", css)


class TestProbes:
    """``/healthz`` and ``/readyz``."""

    def test_healthz_needs_only_the_process(self, client):
        response = client.get("/healthz")
        assert (response.status_code, response.content) == (200, b"alive\n")

    def test_healthz_works_without_the_database(self, client, broken_database):
        assert client.get("/healthz").status_code == 200

    def test_health_checks_are_not_cached(self, client, db):
        for url in ("/healthz", "/readyz"):
            assert "no-store" in client.get(url)["Cache-Control"]

    def test_readyz_with_a_migrated_database_and_places(self, client, db):
        make_place()
        response = client.get("/readyz")
        assert (response.status_code, response.content) == (200, b"ready\n")

    def test_readyz_fails_without_places(self, client, db):
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.content == b"places: run manage.py load_places\n"

    @pytest.mark.parametrize("app", ["jobs", "departments", "sessions"])
    def test_readyz_fails_with_unapplied_migrations(self, client, db, app):
        make_place()
        MigrationRecorder(connection).migration_qs.filter(app=app).delete()
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.content == b"migrations: run manage.py migrate\n"

    def test_readyz_fails_without_the_database(self, client, broken_database):
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.content == b"database: it does not answer\n"

    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("postgres://nobody@127.0.0.1:1/nothing", "database: it does not answer"),
            ("sqlite:////nowhere/at/all.sqlite3", "database: it does not answer"),
            ("sqlite:///{folder}/notes.txt", "database: it does not answer"),
            ("sqlite:///{folder}/new.sqlite3", "migrations: run manage.py migrate"),
        ],
    )
    def test_readyz_fails_with_an_unusable_database(self, tmp_path, url, problem):
        (tmp_path / "notes.txt").write_text("This is no database. " * 100)
        script = """
import django
django.setup()
from django.test import Client
response = Client(headers={"host": "police.example.org"}).get("/readyz")
print(response.status_code, response.content.decode().strip())
"""
        values = {"DATABASE_URL": url.format(folder=tmp_path), "STATIC_ROOT": str(settings.STATIC_ROOT)}
        done = python("-c", script, env=PRODUCTION | values)
        assert done.stdout.strip() == f"503 {problem}", done.stderr

    def test_overdue_alerts_are_reported_but_the_site_is_ready(self, client, db, smtp, clock):
        make_place()
        make_alert()
        assert client.get("/readyz").content == b"ready\n"
        clock(days=1)
        response = client.get("/readyz")
        assert (response.status_code, response.content) == (200, b"ready\nalerts: run manage.py send_mail\n")
        call_command("send_mail", once=True, stdout=StringIO())
        assert client.get("/readyz").content == b"ready\n"
        clock(days=3, hours=2)
        assert client.get("/readyz").content == b"ready\nalerts: run manage.py send_mail\n"

    def test_without_subscribers_alerts_are_not_overdue(self, client, db, smtp, clock):
        make_place()
        call_command("send_mail", once=True, stdout=StringIO())
        clock(days=3, hours=2)
        assert client.get("/readyz").content == b"ready\n"

    def test_readyz_reveals_no_secrets(self, client, db):
        def fail(*_):
            raise OperationalError('password authentication failed for user "secret"')

        with connection.execute_wrapper(fail):
            assert b"secret" not in client.get("/readyz").content


class TestLogo:
    @pytest.fixture
    def stored(self):
        """A logo and other files in the upload folder."""
        names = [f"logos/{LOGO}", "logos/notes.png", f"logos/{LOGO}.bak", "secret.png", f"logos/{LOGO[:-4]}.svg"]
        for name in names:
            assert default_storage.save(name, ContentFile(PNG)) == name
        yield
        for name in names:
            default_storage.delete(name)

    def test_browsers_may_cache_a_logo_forever(self, client, stored):
        response = client.get(f"/media/logos/{LOGO}")
        assert response.status_code == 200
        assert response.getvalue() == PNG
        assert response["Content-Type"] == "image/png"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"

    def test_the_profile_shows_it(self, client, db, stored):
        department = make_department(logo=f"logos/{LOGO}")
        tags = Markup(client.get(department.get_absolute_url()).content.decode()).tags
        [address] = [
            attributes["src"] for tag, attributes in tags if tag == "img" and attributes.get("class") == "logo plate"
        ]
        assert client.get(address).getvalue() == PNG

    @pytest.mark.parametrize(
        "name",
        [
            "notes.png",
            f"{LOGO}.bak",
            f"{LOGO[:-4]}.svg",
            LOGO.upper(),
            f"{LOGO}%0a",
            f"{LOGO}%00",
            f"{'f' * 32}.png",
            "..",
            "../secret.png",
            "..%2fsecret.png",
            "%2e%2e%2fsecret.png",
            "..%5csecret.png",
            "..%252fsecret.png",
            f"../logos/{LOGO}",
            f"x/../{LOGO}",
            "/etc/passwd",
            "%2fetc%2fpasswd",
            "",
        ],
    )
    def test_no_other_file_is_served(self, client, stored, name):
        assert client.get(f"/media/logos/{name}").status_code == 404

    @pytest.mark.parametrize("url", ["/media/", "/media/secret.png", "/media/logos/", "/media/logos"])
    def test_the_folder_itself_is_not_served(self, client, stored, url):
        assert client.get(url).status_code == 404
