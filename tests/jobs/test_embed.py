"""A department's jobs in a frame of its own website."""

from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

from departments.models import SlugRedirect

from .. import admin
from ..factories import make_department, make_job, text_of, tomorrow
from ..whole_site import Markup

pytestmark = pytest.mark.any_engine
NONE = "There are currently no open jobs at this department."


def test_it_lists_open_jobs_and_leads_to_others(client, places, queries_of):
    department = make_department(zip="06880")
    url = f"{department.get_absolute_url()}embed/"
    assert NONE in text_of(client.get(url))
    assert queries_of(url) <= 4
    make_job(department, "Officer", closes_on=tomorrow(department), pay_min=50_000)
    for title, values in (("Sample", {"is_sample": True}), ("Draft", {"status": "draft"})):
        make_job(department, title, **values)
    page = client.get(url)
    text = text_of(page)
    assert "Officer from $50,000 a year" in text and "(tomorrow)" in text
    assert NONE not in text and "Sample" not in text and "Draft" not in text
    markup = Markup(page.content.decode())
    links = {attributes["href"]: attributes for tag, attributes in markup.tags if tag == "a"}
    assert "/jobs/?near=06880" in links and department.get_absolute_url() in links
    assert all(link["target"] == "_blank" and link["rel"] == "noopener" for link in links.values())


def test_it_is_light_and_has_no_script_and_no_cookie(client, db):
    department = make_department()
    for number in range(20):
        make_job(department, f"Officer {number}")
    page = client.get(f"{department.get_absolute_url()}embed/", headers={"accept-encoding": "gzip"})
    style = Path(settings.BASE_DIR, "static/css/embed.css").stat().st_size
    assert len(page.content) + style < 10_000
    assert not page.cookies
    text = client.get(f"{department.get_absolute_url()}embed/").content.decode()
    assert "<script" not in text and '<meta name="robots" content="noindex">' in text


def test_a_former_slug_leads_to_it(client, db):
    department = make_department()
    SlugRedirect.objects.create(state="CT", slug="former", department=department)
    response = client.get("/departments/ct/former/embed/")
    assert (response.status_code, response["Location"]) == (301, f"{department.get_absolute_url()}embed/")


def test_its_editor_finds_the_line_to_copy(bob, own):
    own.name = 'Own "Best" Police'
    own.save()
    (text,) = [
        part.partition("</code>")[0]
        for part in bob.get(admin.page(own)).content.decode().split("<code>")
        if part.startswith("&lt;iframe")
    ]
    ((tag, attributes),) = Markup(unescape(text)).tags
    assert tag == "iframe" and attributes["src"] == f"https://police.example.org{own.get_absolute_url()}embed/"
    assert attributes["title"] == 'Jobs at Own "Best" Police'
    own.unpublish()
    assert "&lt;iframe" not in bob.get(admin.page(own)).content.decode()
