"""Hostile text in the database is escaped in pages, feeds, calendars, structured data, CSV files and emails.

tests/browser/test_hostile.py opens the same pages in a real browser.
"""

import csv
import email.policy
import json
import re
from functools import cache
from io import StringIO
from xml.etree import ElementTree

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from icalendar import Calendar

from departments.models import Department
from jobs.alerts import emails
from jobs.models import Job, Message
from policeapp.imports import uploads
from policeapp.imports.tables import NUMBER
from policeapp.models import Import

from ..factories import get_user, make_alice, make_import
from ..whole_site import Markup
from . import hostile

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

# The elements that the site uses. Hostile text must not add others.
ELEMENTS = set(
    "html head meta title link script body header nav main footer section article address div p ul ol li dl dt dd hr "
    "br h1 h2 h3 h4 h5 h6 a img strong em code span small data pre blockquote form fieldset legend input label button "
    "select optgroup option datalist details summary figure figcaption table caption thead tbody tr th td svg g path "
    "rect circle text template".split()
)
IN_ADMIN = ELEMENTS | set("textarea aside dialog abbr i b style noscript search symbol use time del ins".split())
SAFE = ("https://police.example.org/", "webcal://police.example.org/", "/", "#", "?", "../password/")
SAFE += ("https://", "http://", "mailto:", "tel:")
WORDS = re.compile(r"\w+")


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The hostile site, for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = hostile.build()
        make_alice()
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def pages(site):
    """``{URL: HTML}`` of the public pages. Only the texts that could break HTML get all kinds of pages."""
    urls = [*hostile.LISTS, *(url for each in site.values() for url in each.pages())]
    for name in ("script", "handlers", "controls"):
        urls += [*site[name].more_pages(), *hostile.searches(site[name].text)]
    client = Client()
    found = {}
    for url in urls:
        response = client.get(url)
        assert response.status_code in (200, 400), (response.status_code, url[:200])
        found[url] = response.content.decode()
    return found


markup_of = cache(Markup)


def text_of(markup):
    return " ".join(" ".join(markup.texts).split())


def dangers(html, elements=ELEMENTS):
    """Return the elements and attributes of a page that only hostile text can have added."""
    found = []
    for tag, attributes in markup_of(html).tags:
        if tag not in elements:
            found.append(f"<{tag}>")
        found += [f"{tag} {name}" for name in attributes if name.startswith("on") or name == "srcdoc"]
        found += [f"{tag} {name} style" for name in attributes if name == "style" and elements is ELEMENTS]
        for name in ("href", "src", "action", "formaction", "data", "xlink:href"):
            url = (attributes.get(name) or "").strip()
            if not url.lower().startswith(SAFE) and url or tag in ("script", "img") and "evil" in url:
                found.append(f"{tag} {name}={url[:60]}")
        if tag == "meta" and "http-equiv" in attributes:
            found.append("meta http-equiv")
    return found


def test_every_text_column_of_every_model_is_hostile(site):
    missing = []
    for model in hostile.models_of_ours():
        for field in hostile.text_fields(model):
            # As it is stored: fields of several lines have their own line breaks.
            expected = {field.to_python(hostile.fit(field, text)) for text in hostile.TEXTS.values()}
            if not expected <= set(model.objects.values_list(field.name, flat=True)):
                missing.append(f"{model._meta.label}.{field.name}")
    assert missing == []


def test_every_exception_is_an_existing_column():
    known = {f"{model._meta.label}.{field.name}" for model in hostile.models_of_ours() for field in model._meta.fields}
    assert hostile.ELSEWHERE.keys() <= known


def test_no_text_becomes_an_element_or_a_link(pages):
    own = {url: ["<textarea>"] if url.endswith("/correct/") else [] for url in pages}
    assert {url[:200]: found for url, html in pages.items() if (found := dangers(html)) != own[url]} == {}


def test_the_test_above_detects_such_elements():
    for injected in (
        "<iframe>",
        "<img src=x onerror=hit(1)>",
        "<a href=javascript:hit(1)>",
        "<script src=//evil.example>",
    ):
        assert dangers(f"<p>{injected}")


def test_only_the_sites_own_scripts_run(pages):
    for url, html in pages.items():
        scripts = [attributes for tag, attributes in markup_of(html).tags if tag == "script"]
        own = [script for script in scripts if script.get("src", "").startswith("/static/js/")]
        data = [script for script in scripts if script == {"type": "application/ld+json"}]
        assert len(own) + len(data) == len(scripts), url[:200]


def test_every_text_is_shown_unchanged(site, pages):
    for each in site.values():
        words = [WORDS.findall(text)[:9] for text in (each.department.name, each.job.title)]
        shown = [WORDS.findall(text_of(markup_of(pages[page]))) for page in each.pages()[:2]]
        for expected, found in zip(words, shown, strict=True):
            text = " ".join(found)
            assert " ".join(expected) in text, each.text[:60]


def test_structured_data_contains_the_whole_texts(site, pages):
    for each in site.values():
        for page, name, expected in (
            (0, "name", each.department.name),
            (1, "title", each.job.title),
        ):
            scripts = [script for script in markup_of(pages[each.pages()[page]]).scripts if script.startswith("{")]
            nodes = [json.loads(script) for script in scripts]
            assert len(nodes) == 2
            assert nodes[0][name] == expected


def test_template_syntax_in_texts_is_not_rendered(site, pages):
    profile = pages[site["templates"].pages()[0]]
    assert "{{ 7|add:35 }}{% load static %}" in profile
    assert "${7*6}" in profile


def test_feeds_have_no_injected_elements(site):
    known = set("feed title link id updated author name entry published summary category subtitle uri rights".split())
    for url in ["/jobs/feed/?q=zq", *(url for each in site.values() for url in each.feeds())]:
        root = ElementTree.fromstring(Client().get(url).content)
        for element in root.iter():
            space, _, name = element.tag.removeprefix("{").partition("}")
            assert space == "http://www.w3.org/2005/Atom" and name in known, url
            assert element.get("href", "https://police.example.org/").startswith("https://police.example.org/"), url
            if element.get("type") == "html":
                assert dangers(element.text or "") == [], url
        assert root.findall("{*}entry"), url


def test_sitemaps_are_xml(site):
    for url in ("/sitemap.xml", "/sitemap-ct.xml", "/sitemap-openings-0.xml", "/sitemap-pages.xml"):
        for element in ElementTree.fromstring(Client().get(url).content).iter():
            assert not element.tag.endswith("}loc") or element.text.startswith("https://police.example.org/"), url


def test_calendars_have_no_injected_properties(site):
    components = {"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"}
    for url in ["/jobs/calendar/?q=zq", *(url for each in site.values() for url in each.calendars())]:
        content = Client().get(url).content
        calendar = Calendar.from_ical(content)
        assert calendar.events, url
        for component in calendar.walk():
            assert component.name in components, url
            assert not {"ATTACH", "X-INJECTED", "ACTION", "TRIGGER"} & set(component.keys()), url
            assert component.errors == [], url
        assert all(len(line) <= 75 for line in content.split(b"\r\n")), url
        for event in calendar.events:
            assert str(event["URL"]).startswith("https://police.example.org/"), url


def test_suggestions_are_json(site):
    response = Client().get("/departments/suggest/?q=zq")
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert all(found["url"].startswith("/departments/ct/hostile-") for found in response.json()["departments"])
    assert response.json()["departments"]


def test_the_api_has_every_text_unchanged(site):
    departments = Client().get("/api/v1/departments?state=CT").json()["results"]
    openings = Client().get("/api/v1/openings?state=CT").json()["results"]
    assert {each.department.name for each in site.values()} <= {found["name"] for found in departments}
    assert {each.job.title for each in site.values()} <= {found["title"] for found in openings}


def test_emails_have_no_injected_headers(site):
    known = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    known |= {"List-Unsubscribe", "List-Unsubscribe-Post"}
    messages = Message.objects.select_related("alert__subscriber", "alert__department")
    composed = list(filter(None, map(emails.compose, messages)))
    assert len(composed) > 4 * len(hostile.TEXTS)
    for sent in composed:
        read = email.message_from_bytes(sent.message().as_bytes(), policy=email.policy.default)
        assert set(read.keys()) <= known
        assert len(read["To"].addresses) == 1 and read["To"].addresses[0].domain == "example.com"
        parts = {part.get_content_type(): part.get_content() for part in read.walk() if not part.is_multipart()}
        assert parts.keys() == {"text/plain", "text/html"}
        found = dangers(parts["text/html"], IN_ADMIN | {"center"})
        assert [danger for danger in found if "style" not in danger] == []


def test_csv_files_contain_no_formulas(site):
    texts = list(hostile.TEXTS.values())
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["name", "state", "city", "website"])
    writer.writerows([text, "no state", text, text] for text in texts)
    upload = make_import(kind=Import.Kind.DEPARTMENTS, file_name="x.csv", content=file.getvalue().encode())
    uploads.preview(upload)
    downloads = [Client().get(url).getvalue() for url in ("/departments.csv?state=CT", "/jobs.csv?state=CT")]
    for content in (bytes(upload.rejects), *downloads):
        rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) >= 1 + len(texts)
        cells = [cell for row in rows for cell in row if not NUMBER.match(cell)]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_admin_escapes_text(site):
    client = Client()
    client.force_login(get_user("alice"))
    models = [model for model in admin.site._registry if model._meta.app_label in (*hostile.OURS, "auth")]
    urls = ["/admin/"]
    for model in models:
        urls.append(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
    each = site["handlers"]
    instances = [each.department, each.job, each.specialization, each.place, each.user, each.upload, each.alerts[1]]
    instances += [
        each.alerts[0].subscriber,
        each.alerts[0].messages.first(),
        each.user.groups.get(),
        each.claim,
        each.correction,
        each.connector,
        each.api_key,
    ]
    for instance in instances:
        base = f"/admin/{instance._meta.app_label}/{instance._meta.model_name}/{instance.pk}/"
        urls += [f"{base}change/", f"{base}history/"]
    urls += [f"/admin/{item._meta.app_label}/{item._meta.model_name}/{item.pk}/delete/" for item in instances[:2]]
    urls.append(f"/admin/departments/department/{each.department.pk}/team/")
    choose = "/admin/autocomplete/?app_label=jobs&model_name=job&field_name=department&term=zq"
    assert len(client.get(choose).json()["results"]) > 3
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        html = response.content.decode()
        assert dangers(html, IN_ADMIN) == [], url
        scripts = [attributes for tag, attributes in markup_of(html).tags if tag == "script"]
        odd = [script for script in scripts if not script.get("src", "").startswith(("/static/", "/admin/jsi18n/"))]
        assert odd == [], url


@pytest.mark.parametrize(("model", "name"), [(Department, "website"), (Job, "apply_url")])
def test_forms_reject_script_urls(model, name):
    for url in (
        "javascript:hit(1)",
        "data:text/html,hit",
        "vbscript:hit(1)",
        "JaVaScRiPt:hit(1)",
        "//evil.example",
    ):
        with pytest.raises(ValidationError):
            model._meta.get_field(name).clean(url, None)
