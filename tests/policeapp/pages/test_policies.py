"""The privacy policy describes all stored personal data with the periods of the code."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from departments.claims.forms import CLAIMS_PER_CLIENT
from departments.models import Claim, Correction, Invitation, Report
from jobs.alerts.forms import EMAILS_PER_ADDRESS, SIGN_UPS_PER_CLIENT
from jobs.alerts.models import AlertQuerySet
from jobs.alerts.tokens import LIFETIMES
from policeapp.models import AuditEvent, User
from policeapp.pages.policies import format_duration

from ...admin import page, save
from ...factories import make_alert, make_alice, make_department, make_job, text_of
from ...whole_site import Markup

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

# {model: the section of the page that describes it, or None if it has no personal data}. If you add a model, add it
# here and, if it has personal data, to the page.
DESCRIBED = {
    "account.EmailAddress": None,  # these two stay empty
    "account.EmailConfirmation": None,
    "admin.LogEntry": "editors",
    "auth.Group": None,
    "auth.Permission": None,
    "axes.AccessAttempt": "attempts",
    "axes.AccessAttemptExpiration": None,  # these three stay empty; see test_lockout
    "axes.AccessFailureLog": None,
    "axes.AccessLog": None,
    "contenttypes.ContentType": None,
    "departments.Claim": "claims",
    "departments.Correction": "corrections",
    "departments.Department": "departments",
    "departments.DepartmentSpecialization": None,
    "departments.Division": None,
    "departments.HistoricalDepartment": "departments",
    "departments.HistoricalDepartmentSpecialization": None,
    "departments.HistoricalDivision": None,
    "departments.HistoricalSlugRedirect": None,
    "departments.HistoricalSpecialUnit": None,
    "departments.Invitation": "invitations",
    "departments.Jurisdiction": None,
    "departments.Report": "corrections",
    "departments.SlugRedirect": None,
    "departments.Place": None,
    "departments.SpecialUnit": None,
    "departments.Specialization": None,
    "departments.ZipPart": None,
    "jobs.Alert": "alerts",
    "jobs.ApiKey": "editors",
    "jobs.Connector": "departments",
    "jobs.Duplicate": None,
    "jobs.HiringStep": None,
    "jobs.HistoricalHiringStep": None,
    "jobs.HistoricalJob": "departments",
    "jobs.HistoricalRequirements": None,
    "jobs.Job": "departments",
    "jobs.Listing": None,
    "jobs.Message": "account-emails",
    "jobs.NotifiedOpening": "alerts",
    "jobs.Requirements": None,
    "jobs.SendRun": None,
    "jobs.Subscriber": "alerts",
    "mfa.Authenticator": "editors",
    "policeapp.AuditEvent": "audit",
    "policeapp.Change": "editors",
    "policeapp.ContentVersion": None,
    "policeapp.Import": "editors",
    "policeapp.RateCount": "counts",
    "policeapp.User": "editors",
    "sessions.Session": "editors",
    "usersessions.UserSession": "editors",
}


@pytest.fixture
def privacy(client, db):
    return client.get("/privacy/")


def test_every_model_with_personal_data_is_described(privacy):
    assert {model._meta.label for model in apps.get_models()} == DESCRIBED.keys()
    ids = {attributes.get("id") for _, attributes in Markup(privacy.content.decode()).tags}
    assert set(filter(None, DESCRIBED.values())) <= ids


def test_all_personal_columns_are_described(privacy):
    """If you add a column to these models, describe it on the page and add it here."""
    assert {field.name for field in apps.get_model("jobs.Subscriber")._meta.concrete_fields} == {
        *("id", "key", "email", "created", "refused_at", "refusal"),
    }
    assert {field.name for field in Claim._meta.concrete_fields} == {
        *("id", "key", "department", "name", "title", "email", "proof", "created", "confirmed_at"),
        *("decision", "decided_at", "decided_by"),
    }
    assert {field.name for field in Invitation._meta.concrete_fields} == {
        *("id", "key", "department", "email", "role", "created", "invited_by"),
        *("accepted_by", "accepted_at", "withdrawn_at"),
    }
    assert {field.name for field in Report._meta.concrete_fields} == {
        *("id", "correction", "evidence", "email", "created"),
    }
    assert {field.name for field in AuditEvent._meta.concrete_fields} == {
        *("id", "at", "kind", "account", "email", "ip", "about_type", "about_id", "about", "details"),
    }
    assert {field.name for field in User._meta.concrete_fields} == {
        *("id", "first_name", "last_name", "email", "password"),
        *("is_active", "is_staff", "is_superuser", "last_login", "date_joined"),
    }
    text = text_of(privacy)
    for words in ("your email address", "the answer of your mail server", "when you last signed in", "your password"):
        assert words in text


def test_the_periods_are_those_of_the_code(client, monkeypatch, settings):
    monkeypatch.setitem(LIFETIMES, "confirm", timedelta(days=11))
    monkeypatch.setitem(LIFETIMES, "manage", timedelta(days=61))
    monkeypatch.setattr(AlertQuerySet, "RENEWAL_INTERVAL", timedelta(days=401))
    monkeypatch.setattr(AlertQuerySet, "RENEWAL_GRACE", timedelta(days=33))
    monkeypatch.setattr("policeapp.pages.policies.SIGN_UPS_PER_CLIENT", SIGN_UPS_PER_CLIENT._replace(seconds=7200))
    monkeypatch.setattr("policeapp.pages.policies.EMAILS_PER_ADDRESS", EMAILS_PER_ADDRESS._replace(seconds=2 * 86400))
    monkeypatch.setattr(Claim, "LINK_LIFETIME", timedelta(days=8))
    monkeypatch.setattr(Claim, "RETENTION", timedelta(days=91))
    monkeypatch.setattr(Correction, "RETENTION", timedelta(days=93))
    monkeypatch.setattr(Correction, "WAITING_LIFETIME", timedelta(days=370))
    monkeypatch.setattr(Invitation, "LIFETIME", timedelta(days=9))
    monkeypatch.setattr(Invitation, "RETENTION", timedelta(days=92))
    monkeypatch.setattr(AuditEvent, "RETENTION", timedelta(days=399))
    monkeypatch.setattr("policeapp.pages.policies.CLAIMS_PER_CLIENT", CLAIMS_PER_CLIENT._replace(seconds=3 * 3600))
    settings.AXES_COOLOFF_TIME = timedelta(minutes=47)
    settings.SESSION_COOKIE_AGE, settings.SESSION_MAX_AGE = 17 * 3600, 19 * 3600
    text = text_of(client.get("/privacy/"))
    for words in (
        "don't confirm is deleted after 11 days",
        "That link works for 61 days",
        "After 401 days we ask",
        "If you don't answer within 33 days",
        "count requests for pages by IP address for 1 minute, and requests for alerts by IP address for 2 hours",
        "by email address for 2 days",
        "A request that you don't confirm is deleted after 8 days",
        "A request with a decision is deleted 91 days after it",
        "It works for 9 days. If you don't accept it, we delete it 92 days later",
        "count requests by IP address for 3 hours",
        "All of it is deleted 93 days after the decision, or after 370 days without one",
        "we count corrections by IP address for 1 hour",
        "Each entry is deleted after 399 days",
        "the IP address and the department for 399 days",
        "count for 47 minutes",
        "A session ends 17 hours after your last page, and at most 19 hours after you signed in.",
        "are deleted after 30 days",
        "for 90 days after the last time",
    ):
        assert words in text, words


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ({"days": 7}, "7 days"),
        ({"days": 1}, "1 day"),
        ({"hours": 5}, "5 hours"),
        ({"minutes": 90}, "90 minutes"),
        ({"seconds": 15}, "15 seconds"),
    ],
)
def test_durations_are_formatted_in_their_largest_whole_unit(time, words):
    assert format_duration(timedelta(**time)) == words


def test_a_deleted_subscriber_leaves_no_data(client):
    client.force_login(make_alice())
    subscribers = [make_alert(f"{name}@example.com", near="Westport").subscriber for name in ("jane", "john")]
    assert client.post(page(subscribers[0], "delete"), {"post": "yes"}).status_code == 302
    chosen = {"action": "delete_selected", "_selected_action": subscribers[1].pk, "post": "yes"}
    assert client.post(page(subscribers[1], "list"), chosen).status_code == 302
    left = [repr(row) for model in apps.get_models() for row in model.objects.values_list()]
    assert not [row for row in left if "jane@" in row or "john@" in row or "'Westport'" in row]


def named(response):
    """Return ``{name of a cookie: its description}``."""
    return dict(re.findall(r"<dt><code>(.*?)</code></dt>\s*<dd>(.*?)</dd>", response.content.decode()))


def test_every_cookie_is_listed(privacy):
    """Visit everything that sets a cookie."""
    seen = {}

    class CookieRecorder(Client):
        def request(self, **request):
            response = super().request(**request)
            seen.update(response.cookies)
            return response

    visitor = CookieRecorder(enforce_csrf_checks=False)
    department = make_department()
    make_alice()
    visitor.get("/alerts/new/")
    visitor.get("/admin/login/")
    visitor.post("/admin/login/", {"login": "alice@example.com", "password": "alice-password", "next": "/admin/"})
    job = make_job(department)
    assert save(visitor, job, title="Another").status_code == 200
    visitor.post(page(job, "delete"), {"post": "yes"})
    visitor.post("/admin/logout/")
    assert {"sessionid", "csrftoken", "editor"} <= seen.keys() <= named(privacy).keys()


def test_the_session_is_for_the_admin_only(client):
    make_alice()
    client.post("/admin/login/", {"login": "alice@example.com", "password": "alice-password", "next": "/admin/"})
    client.get("/admin/")
    for name in ("sessionid", "editor"):
        assert client.cookies[name]["path"] == settings.SESSION_COOKIE_PATH == "/admin/"


def test_no_other_code_sets_cookies():
    setting = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for app in ("policeapp", "departments", "jobs")
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py")
        if re.search(r"set_cookie\(|set_signed_cookie\(|\.cookies\[", path.read_text())
    ]
    assert setting == ["policeapp/web/unsaved.py"]
    scripts = (Path(settings.BASE_DIR) / "static" / "js").glob("*.js")
    assert not [path.name for path in scripts if re.search("cookie|Storage|indexedDB", path.read_text())]


def test_the_lifetimes_of_cookies_are_listed(privacy):
    text = named(privacy)
    assert {name: words.rpartition("; ")[2] for name, words in text.items()} == {
        "csrftoken": "364 days",
        "sessionid": "2 hours",
        "editor": "7 days",
    }


def test_a_session_ends_as_described(client):
    client.force_login(make_alice())
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE == 2 * 3600
    assert client.session.get_expiry_date() > timezone.now()


@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/"])
def test_both_pages_name_the_contact(client, settings, path):
    assert "write to the operator of this site" in text_of(client.get(path)).lower()
    settings.CONTACT_EMAIL = "office@police.example.org"
    caches["pages"].clear()  # as after a restart with new settings
    answer = client.get(path)
    assert "Write to office@police.example.org." in text_of(answer) or "write to office@" in text_of(answer)
    assert 'href="mailto:office@police.example.org"' in answer.content.decode()


@pytest.mark.parametrize("url", ["/", "/departments/", "/jobs/", "/alerts/new/", "/nothing/", "/privacy/"])
def test_every_page_links_to_both(client, db, url):
    links = [attributes.get("href") for tag, attributes in Markup(client.get(url).content.decode()).tags if tag == "a"]
    assert links[-3:-1] == ["/privacy/", "/accessibility/"]


def test_they_need_no_queries(queries_of):
    assert (queries_of("/privacy/"), queries_of("/accessibility/")) == (0, 0)


def test_the_accessibility_statement_lists_what_is_not_tested(client, db):
    text = text_of(client.get("/accessibility/"))
    assert "WCAG) 2.2" in text
    assert "has audited the site" in text


def test_security_txt_says_how_to_report_a_vulnerability(client, settings):
    """RFC 9116: it expires within a year."""
    settings.CONTACT_EMAIL, settings.SITE_URL = "office@police.example.org", "https://police.example.org"
    response = client.get("/.well-known/security.txt", headers={"host": "localhost"})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    expires = datetime.fromisoformat(fields.pop("Expires").replace("Z", "+00:00"))
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)
    assert fields == {
        "Contact": "mailto:office@police.example.org",
        "Canonical": "https://police.example.org/.well-known/security.txt",
        "Policy": "https://police.example.org/privacy/#security",
        "Preferred-Languages": "en",
    }
    assert 'id="security"' in client.get("/privacy/").content.decode()


def test_without_a_contact_there_is_no_security_txt(client, settings):
    settings.CONTACT_EMAIL = ""
    assert client.get("/.well-known/security.txt").status_code == 404
