"""Response headers, and what public pages must not contain."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from ...processes import PRODUCTION, python
from ...whole_site import Markup

# Other tests cover the same code.
pytestmark = [pytest.mark.any_engine, pytest.mark.unmeasured]

# URLs that are not HTML pages.
MACHINES = ["/robots.txt", "/sitemap.xml", "/favicon.ico", "/apple-touch-icon.png", "/healthz"]
MACHINES += ["/readyz", "/jobs/feed/", "/jobs/calendar/", "/jobs.csv", "/departments.csv"]
MACHINES += ["/api/v1/departments", "/api/v1/openings", "/api/v1/places?q=x", "/api/v1/openapi.json"]

SUBRESOURCES = {
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "source": ["src", "srcset"],
    "iframe": ["src"],
    "embed": ["src"],
    "object": ["data"],
    "video": ["src", "poster"],
    "audio": ["src"],
    "track": ["src"],
    "input": ["src"],
    "form": ["action"],
    "button": ["formaction"],
}


def policy_of(response):
    """Return the Content-Security-Policy as ``{directive: [values]}``."""
    directives = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: values for name, *values in directives}


def permissions_of(response):
    return dict(part.strip().split("=", 1) for part in response["Permissions-Policy"].split(","))


def is_framed(url):
    """Return whether other sites may show the page in a frame."""
    return url.split()[0].endswith("/embed/")


def assert_guarded(response, url):
    """Assert that the response has all security headers."""
    framed = is_framed(url) and response.status_code < 400
    assert policy_of(response) == {
        "default-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["*"] if framed else ["'none'"],
        "object-src": ["'none'"],
    }, url
    assert "Content-Security-Policy-Report-Only" not in response, url
    permissions = permissions_of(response)
    assert permissions.pop("geolocation") == "(self)", url
    assert {"camera", "microphone", "payment", "usb"} <= permissions.keys(), url
    assert set(permissions.values()) == {"()"}, url
    # These URLs contain visitors' answers or signed links, so browsers never send them as referrers.
    secret = re.match(r"/jobs/eligible/|/alerts/(?!new/)|/departments/claims/|/jobs/reminders/", url)
    assert response["Referrer-Policy"] == ("no-referrer" if secret else "same-origin"), url
    assert response["X-Content-Type-Options"] == "nosniff", url
    assert response["Cross-Origin-Opener-Policy"] == "same-origin", url


def test_every_public_page_has_the_expected_status(answers):
    """The other tests in this file rely on this."""
    assert {str(page): response.status_code for page, response in answers} == {
        str(page): page.status for page, _ in answers
    }


def test_every_public_page_has_a_strict_content_security_policy(answers):
    for page, response in answers:
        assert_guarded(response, str(page))


@pytest.mark.parametrize("url", [*MACHINES, "/admin/login/", "/admin/"])
def test_the_admin_and_machine_readable_pages_have_the_same_headers(client, db, url):
    assert_guarded(client.get(url), url)


def test_the_400_page_has_the_headers_too(client, db):
    assert_guarded(client.get("/", headers={"host": "elsewhere.example"}), "/")


def test_the_500_page_has_the_headers_too(client):
    client.raise_request_exception = False
    response = client.get("/alerts/new/?near=06880")  # which fails, because this test may not use the database
    assert response.status_code == 500
    assert_guarded(response, "/alerts/new/?near=06880")


def test_only_the_jobs_of_a_department_can_be_framed(client, answers):
    framed = [page.state for page, response in answers if page.status == 200 and "X-Frame-Options" not in response]
    assert framed == ["with openings", "without openings"]
    for page, response in answers:
        if page.status != 301 and not is_framed(page.url):  # a redirect shows nothing
            assert response["X-Frame-Options"] == "DENY", str(page)
    assert client.get("/admin/login/")["X-Frame-Options"] == "DENY"


def test_public_pages_set_no_cookie(client, db, answers):
    for page, response in answers:
        form = page.url.startswith("/alerts/new/") and "form" in response.context and response.context["alert"]
        form = form or (page.url.endswith(("/claim/", "/correct/")) and page.status == 200)
        assert list(response.cookies) == (["csrftoken"] if form else []), str(page)
    for url in MACHINES:
        assert not client.get(url).cookies, url


def test_public_pages_have_no_inline_scripts_or_styles(answers):
    for page, response in answers:
        markup = Markup(response.content.decode())
        # Browsers do not run structured data.
        scripts = [attributes for tag, attributes in markup.tags if tag == "script"]
        assert all("src" in script for script in scripts if script.get("type") != "application/ld+json"), str(page)
        assert "style" not in [tag for tag, _ in markup.tags], str(page)
        for tag, attributes in markup.tags:
            unsafe = [name for name in attributes if name == "style" or name.startswith("on")]
            assert not unsafe, f"{page}: <{tag}> has {unsafe}"
            assert not (attributes.get("href") or "").lower().startswith("javascript:"), str(page)


def test_public_pages_load_nothing_from_other_sites(answers):
    for page, response in answers:
        for tag, attributes in Markup(response.content.decode()).tags:
            if tag == "link" and attributes.get("rel") in ("canonical", "alternate"):
                continue
            for name in SUBRESOURCES.get(tag, []):
                address = attributes.get(name) or "/"
                assert re.match(r"/(?!/)", address), f"{page}: <{tag} {name}={address}>"
            assert attributes.get("http-equiv") is None, f"{page}: <{tag} http-equiv>"


@pytest.mark.parametrize("name", ["css/site.css", "js/location.js", "img/icon.svg", "img/badges/municipal.svg"])
def test_static_files_load_nothing_from_other_sites(name):
    text = (Path(settings.BASE_DIR) / "static" / name).read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.findall(r"https?:|@import|['\"(]//", text)


@pytest.fixture(scope="module")
def over_https():
    """``{name: answer}`` of a site with the production settings, where HTTPS is on, without a database."""
    script = """
import json, django
django.setup()
from django.test import Client

def ask(url, **options):
    response = Client().get(url, headers={"host": "police.example.org"}, **options)
    cookies = {name: {key: value for key, value in morsel.items()} for name, morsel in response.cookies.items()}
    return {"status": response.status_code, "headers": dict(response.headers), "cookies": cookies}

print(json.dumps({
    "plain": ask("/admin/login/?next=/admin/"),
    "plain health": ask("/healthz"),
    "plain readiness": ask("/readyz"),
    "plain, lying": ask("/admin/login/", HTTP_X_FORWARDED_PROTO="https"),
    "plain, from the proxy": ask("/admin/login/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO="https"),
    "secure": ask("/admin/login/", secure=True),
    "secure health": ask("/healthz", secure=True),
}))
"""
    done = python(
        "-c", script, env=PRODUCTION | {"TRUSTED_PROXIES": "10.0.0.1", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_with_https_http_requests_are_redirected(over_https):
    answer = over_https["plain"]
    assert answer["status"] == 301
    assert answer["headers"]["Location"] == "https://police.example.org/admin/login/?next=/admin/"


@pytest.mark.parametrize("probe", ["plain health", "plain readiness"])
def test_with_https_health_checks_are_not_redirected(over_https, probe):
    assert over_https[probe]["status"] in (200, 503)


@pytest.mark.parametrize("name", ["secure", "secure health"])
def test_with_https_browsers_must_use_it_for_a_year(over_https, name):
    header = over_https[name]["headers"]["Strict-Transport-Security"]
    assert header == "max-age=31536000"


def test_with_https_cookies_are_secure_and_http_only(over_https):
    cookie = over_https["secure"]["cookies"]["csrftoken"]
    assert cookie["secure"] and cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_only_a_trusted_proxy_can_report_https(over_https):
    assert over_https["plain, lying"]["status"] == 301
    assert over_https["plain, from the proxy"]["status"] == 200


def test_session_cookies_are_secure_too():
    done = python("manage.py", "diffsettings", env=PRODUCTION)
    assert "SESSION_COOKIE_SECURE = True" in done.stdout
    assert "SESSION_COOKIE_HTTPONLY = False" not in done.stdout
    assert "SESSION_COOKIE_SAMESITE" not in done.stdout  # Django's own, Lax
