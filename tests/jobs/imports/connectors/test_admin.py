"""The admin of connectors: editors propose and try, administrators turn on."""

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.imports.connectors import runs
from jobs.models import Connector, Job
from tests.factories import form_of, html_of, make_connector, text_of

from .pages import feed, feed_job

pytestmark = pytest.mark.any_engine

ADD = reverse("admin:jobs_connector_add")
LIST = reverse("admin:jobs_connector_changelist")


def page_of(connector):
    return reverse("admin:jobs_connector_change", args=[connector.pk])


def save(client, connector, button="_save", **values):
    page = page_of(connector)
    data = form_of(client.get(page)) | values | {button: "yes"}
    return client.post(page, data)


def test_an_editor_proposes_a_connector_and_an_administrator_turns_it_on(bob, alice, own, strange):
    form = bob.get(ADD)
    assert "Own Police" in html_of(form) and "Strange Police" not in html_of(form)
    values = {"department": own.pk, "format": "job_feed", "name": "Feed", "url": "careers.example.org/feed.xml"}
    # An editor can't turn it on, and can't leave the department blank.
    bob.post(ADD, form_of(form) | values | {"is_on": "on", "permission_by": "Me", "permission_how": "x"})
    connector = Connector.objects.get()
    assert (connector.url, connector.is_on, connector.permission_by) == (
        "https://careers.example.org/feed.xml",
        False,
        "",
    )
    assert bob.post(ADD, form_of(form) | values | {"department": ""}).status_code == 200
    assert bob.post(ADD, form_of(form) | values | {"department": strange.pk, "name": "B"}).status_code == 200
    assert Connector.objects.count() == 1
    assert "waits for permission" in text_of(alice.get("/admin/"))
    assert "without the owner's permission" in html_of(save(alice, connector, is_on="on")).replace("&#x27;", "'")
    permission = {"permission_by": "Ann Clerk", "permission_on": "2026-11-01", "permission_how": "email"}
    assert save(alice, connector, is_on="on", **permission).status_code == 302
    connector.refresh_from_db()
    assert connector.is_on and connector in Connector.objects.due()
    assert "waits for permission" not in text_of(alice.get("/admin/"))


def test_an_editor_sees_only_connectors_of_their_departments(bob, charlie, own, strange):
    mine, other, of_the_site = make_connector(own), make_connector(strange, name="Other"), make_connector(name="Site")
    assert "Careers page" in text_of(bob.get(LIST)) and "Other" not in text_of(bob.get(LIST))
    assert bob.get(page_of(mine)).status_code == 200
    assert {bob.get(page_of(each)).status_code for each in (other, of_the_site)} == {302}
    assert charlie.get(LIST).status_code == 403


def test_a_connector_that_an_editor_points_elsewhere_is_off_and_unverified(bob, alice, own):
    connector = make_connector(own, succeeded_at=timezone.now(), etag="x", listed=9)
    save(bob, connector, url="https://evil.example/feed.xml")
    connector.refresh_from_db()
    assert (connector.is_on, connector.is_verified, connector.etag, connector.listed) == (False, False, "", 0)
    other = make_connector(own, name="Other")
    save(alice, other, url="https://careers.example.org/new.xml")
    other.refresh_from_db()
    assert other.is_on


@pytest.mark.parametrize("url", ["ftp://careers.example.org/", "file:///etc/passwd", "javascript:alert(1)", "http://"])
def test_a_url_must_be_one_of_the_web(bob, own, url):
    values = {"department": own.pk, "format": "job_feed", "name": "Feed", "url": url}
    assert bob.post(ADD, values).status_code == 200
    assert not Connector.objects.exists()


def test_the_url_for_usajobs_leads_there(alice):
    values = {"format": "usajobs", "name": "USAJOBS", "url": "https://usajobs.example.org/api/Search"}
    assert "begins with https://data.usajobs.gov/" in html_of(alice.post(ADD, form_of(alice.get(ADD)) | values))


def test_trying_shows_the_first_openings_as_they_would_appear(bob, own, website):
    connector = make_connector(own, website.url("/feed.xml"), is_on=False)
    jobs = [feed_job(referencenumber=str(number), title=f"Officer {number}") for number in range(1, 8)]
    website.pages["/feed.xml"] = feed(*jobs)
    save(bob, connector, "_try")
    assert "The list is being fetched." in text_of(bob.get(page_of(connector)))
    assert runs.run_trials() == 1
    shown = text_of(bob.get(page_of(connector)))
    assert "7 jobs. Nothing was changed." in shown and "Officer 5" in shown and "Officer 6" not in shown
    assert "$35.50 to $48.00 an hour" in shown and "December 31, 2099" in shown and "Answer calls" in shown
    assert not Job.objects.exists()
    website.pages["/feed.xml"] = "<html></html>"
    save(bob, connector, "_try")
    runs.run_trials()
    assert "This is not a job feed" in text_of(bob.get(page_of(connector)))


def test_failures_are_shown_and_an_administrator_accepts_a_shorter_list(alice, bob, own, website):
    connector = make_connector(own, website.url("/feed.xml"))
    website.pages["/feed.xml"] = feed(*(feed_job(referencenumber=str(number)) for number in range(6)))
    runs.run_due()
    website.pages["/feed.xml"] = feed(feed_job(referencenumber="1"))
    Connector.objects.update(due_at=timezone.now())
    runs.run_due()
    assert "The list has only 1 jobs, after 6 the last time" in text_of(alice.get("/admin/"))
    assert "Failing since" in text_of(alice.get(LIST))
    assert "Save and accept a shorter list" not in html_of(bob.get(page_of(connector)))
    assert "Save and accept a shorter list" in html_of(alice.get(page_of(connector)))
    save(bob, connector, "_accept")
    assert runs.run_due() == []
    save(alice, connector, "_accept")
    assert [problem for _connector, problem in runs.run_due()] == [""]


def test_the_list_takes_as_many_queries_for_many_connectors(alice, own, django_assert_num_queries):
    make_connector(own)
    alice.get(LIST)
    with django_assert_num_queries(4):
        alice.get(LIST)
    for number in range(5):
        make_connector(own, name=f"Feed {number}")
    with django_assert_num_queries(4):
        alice.get(LIST)
