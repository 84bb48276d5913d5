"""All text of the site can be translated.

The tests use a language that puts ⟦ and ⟧ around every translated text. All data is in Greek letters, so a Latin letter
outside of these marks belongs to a text that translators would never see.
"""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone, translation
from django.utils.translation import trans_real
from icalendar import Calendar

from departments.geo.states import STATES
from departments.models import Department, Place, Specialization
from jobs.alerts.tokens import make_token
from jobs.models import Alert, Job, Subscriber
from policeapp.database import unavailable
from policeapp.operations.rate_limits import RateLimit
from policeapp.pages.policies import cookies
from policeapp.web.spam import sign_time

from .. import whole_site
from ..factories import make_alert, make_alice, make_job, make_user, today
from ..whole_site import Markup

# Other tests cover the same code.
pytestmark = [pytest.mark.any_engine, pytest.mark.unmeasured]

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")

# The attributes that people see or hear.
TEXT_ATTRIBUTES = {
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "aria-description",
    "data-use",
    "data-wait",
    "data-failed",
}

# Proper names: the site, states and their codes, time zones and cookies.
STATE_NAMES = [re.escape(name) for code, state in STATES.items() for name in (state.name, code)]
COOKIES = [name for name, *_ in cookies()]
NAMES = re.compile(rf"\b({'|'.join(['PoliceApp', 'E[SD]T', 'UTC', *STATE_NAMES, *COOKIES])})\b")


# The description of the API, and names of columns and publications, are in English in every language.
ENGLISH = ("/api/", "/data/")


class Marking(trans_real.DjangoTranslation):
    """A language that puts marks around the English text."""

    def gettext(self, message):
        message = message.rpartition(trans_real.CONTEXT_SEPARATOR)[-1]
        return f"⟦{super().gettext(message)}⟧"

    def ngettext(self, singular, plural, number):
        return f"⟦{super().ngettext(singular, plural, number)}⟧"


@pytest.fixture
def marked(monkeypatch):
    """Put every translated text between ⟦ and ⟧."""
    monkeypatch.setattr(settings, "USE_I18N", True)
    # This object caches whether to translate.
    monkeypatch.setattr(translation, "_trans", type(translation._trans)())
    # Import all modules first: texts that are translated at import time should not get marks.
    get_resolver().check()
    monkeypatch.setattr(trans_real, "_default", None)
    monkeypatch.setitem(trans_real._translations, settings.LANGUAGE_CODE, Marking(settings.LANGUAGE_CODE))
    with translation.override(settings.LANGUAGE_CODE, deactivate=True):
        yield


def texts_of(response):
    """Yield the visible text of a page as one string, because a marked text can contain tags. Then yield attributes."""
    markup = Markup(response.content.decode())
    yield "\n".join(markup.texts)
    for tag, attributes in markup.tags:
        described = tag == "meta" and attributes.get("name") == "description"
        button = tag == "input" and attributes.get("type") in ("submit", "button", "reset")
        yield from (attributes.get(name) or "" for name in TEXT_ATTRIBUTES)
        yield attributes["content"] if described else attributes.get("value", "") if button else ""


def untranslated(response):
    """Return the texts on a page that translators would not see."""
    found = []
    for text in texts_of(response):
        while text != (text := MARKED.sub(" ", text)):
            pass
        found += re.findall(r"[A-Za-z][^\n]*", NAMES.sub("", text))
    return found


def test_translators_see_all_text_of_every_public_page(marked, client, db):
    pages = [(page, client.get(page.url)) for page in whole_site.EMPTY_SITE]
    pages += [(page, client.get(page.url)) for page in whole_site.build() if page.url not in ENGLISH]
    assert {str(page): words for page, response in pages if (words := untranslated(response))} == {}


def test_translators_see_all_text_of_the_previews_that_staff_see(marked, client, public_pages):
    client.force_login(make_alice())
    answers = [(page, client.get(page.url)) for page in whole_site.previews()]
    assert len(answers) == 3
    assert {str(page): words for page, response in answers if (words := untranslated(response))} == {}


def test_translators_see_all_text_of_feeds_and_calendars(marked, client, public_pages):
    make_job(Department.objects.get(slug="full"), "Θέση", closes_on=today(), pay_min=50_000, description="Περιγραφή")
    urls = [
        "/jobs/{}/?near=06880&pay=1&state=CT",
        "/departments/ct/full/{}/",
        "/jobs/{}/?near=99999&within=any&q=τίποτα",
    ]
    texts = []
    for url in urls:
        feed = ElementTree.fromstring(client.get(url.format("feed")).content)
        texts += [found.text for found in feed.iter() if found.tag.endswith(("}title", "}summary"))]
        texts += [found.get("term", "") for found in feed.iter()]
        calendar = Calendar.from_ical(client.get(url.format("calendar")).content)
        texts += [str(calendar["NAME"]), *(str(event["SUMMARY"]) for event in calendar.events)]
        texts += [str(event["DESCRIPTION"]).replace(event["URL"], "") for event in calendar.events]
    assert len(texts) > 20
    assert [text for text in texts if untranslated(HttpResponse(text.encode()))] == []
    refused = [client.get(f"/jobs/feed/?{query}") for query in ("near=Διπλή", "q=Διπλή", "pay=χ", "sort=distance")]
    assert [(response.status_code, untranslated(response)) for response in refused] == [(400, [])] * 4


def test_translators_see_all_text_of_the_pages_of_alerts(marked, client, db, monkeypatch):
    address = "1@βήτα.ελ"
    make_alert(address)
    alert = make_alert(address, q="θέση")
    sent = {"email": address, "frequency": "daily", "shown": sign_time(timezone.now() - timedelta(minutes=1))}
    renew, manage = make_token("renew", alert.key), make_token("manage", alert.subscriber.key)
    answers = [
        client.post("/alerts/new/", sent),
        client.post("/alerts/new/", sent | {"email": "χ"}),
        client.post("/alerts/new/", sent | {"shown": sign_time(timezone.now())}),
        client.post("/alerts/new/", sent | {"shown": ""}),
        client.post(f"/alerts/renew/{renew}/"),
        client.post(f"/alerts/manage/{manage}/", {"do": "weekly", "alert": alert.key}),
        client.post(f"/alerts/manage/{manage}/", {"do": "delete", "alert": alert.key}),
        client.post(f"/alerts/manage/{manage}/", {"do": "forget"}),
    ]
    assert [response.status_code for response in answers] == [200] * len(answers)
    assert answers[0].templates[0].name == "jobs/alert_sent.html"
    monkeypatch.setattr(RateLimit, "hit", lambda self, who: False)
    answers.append(client.post("/alerts/new/", sent))
    assert answers[-1].status_code == 429
    assert [untranslated(response) for response in answers] == [[]] * len(answers)


def test_translators_see_all_text_of_the_rate_limit_pages(marked, client, db, settings, monkeypatch):
    settings.UNCACHED_PAGE_LIMIT = 10
    monkeypatch.setattr("policeapp.operations.rate_limits.count_uncached", lambda client: False)
    settings.AXES_FAILURE_LIMIT = 1
    answers = [client.get("/jobs/"), client.post("/admin/login/", {"login": "1@βήτα.ελ", "password": "β"})]
    assert [(response.status_code, untranslated(response)) for response in answers] == [(429, [])] * 2


def test_translators_see_all_text_of_the_error_pages(marked, client):
    client.raise_request_exception = False
    requests = RequestFactory()
    answers = [
        client.get("/healthz", headers={"host": "elsewhere.example"}),
        client.get("/"),  # fails: this test may not use the database
        Client(enforce_csrf_checks=True).post("/admin/login/"),
        *map(unavailable.unavailable_page, (requests.get("/"), requests.post("/"), requests.post("/", {"q": "χ"}))),
    ]
    assert [response.status_code for response in answers] == [400, 500, 403, 503, 503, 503]
    assert [untranslated(response) for response in answers] == [[]] * len(answers)


def test_the_test_above_detects_an_untranslatable_word():
    answer = HttpResponse('<p>⟦a ⟦b⟧ <b>c</b>⟧ Ελληνικά, CT</p><p>Lost</p><img alt="Hidden"><input value="typed">')
    assert untranslated(answer) == ["Lost", "Hidden"]


# Latin text in the admin that needs no translation: data, and words in Django's own templates.
ADMIN_DATA = re.compile(
    r"iframe src=.*</iframe>|[A-Z][a-z]+/[A-Z][A-Za-z_]+|https://\S+|logos/0+\.png|^(Search|True|False)$", flags=re.M
)


@pytest.mark.parametrize("model", [Department, Specialization, Place, Job, Subscriber, Alert])
def test_translators_see_all_text_of_the_admin(marked, client, public_pages, model):
    client.force_login(make_user("alpha", first_name="Άλφα", is_staff=True, is_superuser=True))
    changelist = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    urls = [changelist, f"{changelist}{model.objects.first().pk}/change/"]
    if model not in (Place, Subscriber, Alert):
        urls.append(f"{changelist}add/")
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200
        assert [words for words in untranslated(response) if ADMIN_DATA.sub("", words).strip()] == [], url
