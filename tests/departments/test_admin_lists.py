"""The lists of the admin and their actions."""

import re
from datetime import date

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client

from departments.models import Department, Jurisdiction, Place, SlugRedirect
from jobs.models import Job
from tests.admin import html_of, listed, messages_of, page, save, signed_in
from tests.factories import make_charlie, make_department, make_job, make_jurisdiction, make_place, text_of, tomorrow

pytestmark = pytest.mark.django_db


def test_view_on_site_shows_a_preview_of_what_visitors_cannot_see(alice, own):
    draft = make_department("Draft", status="draft")
    withdrawn = make_job(own, status="draft")
    withdrawn.withdraw()
    public = [own, make_job(own), make_job(own, status="withdrawn")]
    hidden = [draft, make_job(draft), make_job(own, status="draft"), withdrawn, make_job(own, opens_on=tomorrow())]
    for thing in (*public, *hidden):
        [link] = re.findall(r'<a href="([^"]*)" class="viewsitelink">', html_of(alice.get(page(thing))))
        assert link == (page(thing, "preview") if thing in hidden else thing.get_absolute_url())
        assert (Client().get(thing.get_absolute_url()).status_code == 404) == (thing in hidden)
        assert text_of(alice.get(page(thing, "preview"))).count(thing.title if isinstance(thing, Job) else thing.name)


def test_departments_are_listed_sorted_and_filtered_by_open_jobs(alice, own, strange):
    for values in ({}, {}, {"status": "draft"}, {"opens_on": date(2090, 1, 1)}):
        make_job(own, **values)
    make_job(strange, opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31))
    words = html_of(alice.get(page(Department, "list")))
    assert re.findall(r'class="field-open_jobs">(\d+)</td>', words) == ["2", "0"]
    columns = ["action_checkbox", *admin.site._registry[Department].list_display]
    by_jobs = columns.index("open_jobs")
    assert listed(alice, Department, f"o={by_jobs}") == ["Strange Police", "Own Police"]
    assert listed(alice, Department, f"o=-{by_jobs}") == ["Own Police", "Strange Police"]
    assert listed(alice, Department, "openings=yes") == ["Own Police"]
    assert listed(alice, Department, "openings=no") == ["Strange Police"]
    assert listed(alice, Department, "openings=perhaps") == ["Own Police", "Strange Police"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=own", ["Own Police"]),
        ("q=CT0000002", ["Strange Police"]),
        ("q=bethel", ["Strange Police"]),
        ("q=06801", ["Strange Police"]),
        ("q=police", ["Own Police", "Strange Police"]),
        ("q=nothing", []),
        ("status__exact=draft", ["Strange Police"]),
        ("kind__exact=sheriff", ["Strange Police"]),
        ("state__exact=NY", ["Strange Police"]),
    ],
)
def test_departments_can_be_searched_and_filtered(alice, own, strange, query, found):
    for name, value in {"city": "Bethel", "zip": "06801", "status": "draft", "kind": "sheriff", "state": "NY"}.items():
        setattr(strange, name, value)
    strange.save()
    assert listed(alice, Department, query) == found


def test_places_and_redirects_can_be_searched(alice, own):
    make_place("Norwalk")
    save(alice, own, slug="second")
    assert listed(alice, Place, "q=norwalk") == ["Norwalk"]
    assert listed(alice, SlugRedirect, "q=own") == ["/ct/own-police/"]


@pytest.mark.parametrize(
    ("action", "before", "after", "one", "two"),
    [
        ("publish", "draft", "published", "1 department is published.", "2 departments are published."),
        ("unpublish", "published", "draft", "1 department is unpublished.", "2 departments are unpublished."),
    ],
)
@pytest.mark.parametrize("query", ["", "?status__exact={before}"])
def test_departments_can_be_published_and_unpublished_together(alice, action, before, after, one, two, query):
    departments = [make_department(f"Police {number}", status=before) for number in range(4)]
    url = page(Department, "list") + query.format(before=before)
    for chosen, words in ((departments[:1], one), (departments[1:3], two)):
        data = {"action": action, "_selected_action": [department.pk for department in chosen]}
        assert messages_of(alice.post(url, data, follow=True)) == [words]
    assert list(Department.objects.order_by("pk").values_list("status", flat=True)) == [after] * 3 + [before]
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "status__exact=%00",
        "kind__exact=" + "x" * 3000,
        "state__exact=%00",
        "openings=%00",
        "unknown=1",
        "p=" + "9" * 30,
        "o=" + "9" * 30,
        "pk__in=" + "9" * 30,
        "department__state=%00",
        "opens_on__year=" + "9" * 30,
        "opens_on__year=-1",
        "is_sample__exact=maybe",
    ],
)
@pytest.mark.parametrize("model", [Department, Job])
def test_a_list_with_invalid_parameters_is_not_a_server_error(alice, own, model, query):
    make_job(own)
    assert alice.get(f"{page(model, 'list')}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("chosen", ["9" * 30, "one", "\0", "-1"])
@pytest.mark.parametrize("model", [Department, Job])
def test_an_action_with_invalid_ids_changes_nothing(alice, own, model, chosen):
    job = make_job(own, status="draft")
    response = alice.post(page(model, "list"), {"action": "publish", "_selected_action": [chosen]})
    assert response.status_code in (200, 302, 400)
    job.refresh_from_db()
    assert job.status == "draft"


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "one", "1%00", "_3F"])
@pytest.mark.parametrize("model", [Department, Job])
def test_an_unknown_object_redirects_to_the_index(alice, model, number):
    for name in ("change", "delete", "history"):
        response = alice.get(f"{page(model, 'list')}{number}/{name}/")
        assert response.status_code in (302, 404)


def test_jurisdictions_are_listed_with_their_departments(alice, own, strange):
    make_jurisdiction("Westport", departments=[own, strange])
    make_jurisdiction("Weston")
    assert listed(alice, Jurisdiction) == ["Weston", "Westport"]
    assert "Own Police, Westport, CT; Strange Police, Westport, CT" in text_of(alice.get(page(Jurisdiction, "list")))
    assert listed(alice, Jurisdiction, "department=no") == ["Weston"]
    assert listed(alice, Jurisdiction, "department=yes") == ["Westport"]
    assert listed(alice, Jurisdiction, "department=perhaps") == ["Weston", "Westport"]
    assert listed(alice, Jurisdiction, "q=Westp") == ["Westport"]
    assert listed(alice, Jurisdiction, "kind__exact=city") == []


def test_a_saved_change_of_departments_is_a_correction(alice, own, strange):
    westport = make_jurisdiction("Westport", departments=[own])
    save(alice, westport)
    westport.refresh_from_db()
    assert not westport.is_corrected
    save(alice, westport, departments=[strange.pk])
    westport.refresh_from_db()
    assert westport.is_corrected and list(westport.departments.all()) == [strange]
    save(alice, westport, is_corrected="")
    westport.refresh_from_db()
    assert not westport.is_corrected


def test_a_department_that_is_renamed_polices_the_town_of_its_name(alice, own):
    own.county, own.state = "Fairfield", "CT"
    own.save()
    weston = make_jurisdiction("Weston")
    save(alice, own, name="Weston Police Department")
    assert list(weston.departments.all()) == [own]


def test_whoever_can_edit_every_department_corrects_jurisdictions(own, strange):
    westport = make_jurisdiction("Westport", departments=[own])
    administrator = make_charlie()
    administrator.user_permissions.set(Permission.objects.filter(codename="edit_every_department"))
    save(signed_in(administrator), westport, departments=[strange.pk])
    assert list(westport.departments.all()) == [strange]
