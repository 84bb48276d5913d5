"""The admin names departments with their city and state, because names repeat."""

import pytest

from departments.models import Claim, Department, SlugRedirect
from jobs.models import Job
from policeapp.accounts.models import AuditEvent
from tests.admin import html_of, page, save, signed_in
from tests.factories import (
    make_bob,
    make_claim,
    make_department,
    make_invitation,
    make_job,
    make_rita,
    make_specialization,
    text_of,
)

pytestmark = pytest.mark.django_db

FULL = "Westport Police Department, Westport, CT"


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("name", "city", "text"),
    [
        ("Westport Police Department", "Westport", FULL),
        ("University of California, Davis", "davis", "University of California, Davis, CT"),
        ("State Police", "", "State Police, CT"),
    ],
)
def test_a_name_carries_city_and_state_without_repeating_the_city_at_its_end(name, city, text):
    department = Department(name=name, city=city, state="CT")
    assert department.name_and_town == str(department) == text


def test_pages_of_the_admin_name_a_department_with_city_and_state(alice):
    department = make_department()
    job, claim = make_job(department), make_claim(department)
    save(alice, department, slug="westport-police")
    other = make_department(state="MA")
    make_job(other)
    rita = signed_in(make_rita(department, other))
    pages = {
        page(Job, "list"): 1,
        page(job): 2,  # the breadcrumbs and the heading
        page(job, "history"): 2,
        page(department, "history"): 2,
        page(department, "team"): 2,
        page(Claim, "list"): 1,
        page(claim): 2,
        page(SlugRedirect, "list"): 1,
    }
    for url, number in pages.items():
        assert text_of(alice.get(url)).count(FULL) >= number, url
    add = html_of(rita.get(page(Job, "add")))
    for text in (FULL, "Westport Police Department, Westport, MA"):
        assert f">{text}</option>" in add
    assert f"Police Officer, {FULL}" in text_of(rita.get("/admin/"))


def test_the_pages_that_ask_before_deleting_name_people_and_departments(alice):
    department = make_department()
    bob, _rita = make_bob(department), make_rita(department)
    make_job(department)
    make_invitation(department)
    words = text_of(alice.get(page(department, "delete")))
    for text in (
        f"Editors: bob@example.com ({FULL})",
        f"Recruiters: rita@example.com ({FULL})",
        f"Job: Police Officer, {FULL}",
        "Editors of departments: 1",
    ):
        assert text in words, text
    data = {"action": "delete_selected", "_selected_action": [bob.pk]}
    for response in (alice.get(page(bob, "delete")), alice.post(page(bob, "list"), data)):
        assert f"Editors: bob@example.com ({FULL})" in text_of(response)
        assert "object (" not in html_of(response)
    alice.post(page(department, "delete"), {"post": "yes"})
    assert AuditEvent.objects.filter(kind="deleted", about=FULL).exists()


def test_the_pages_that_ask_before_deleting_say_what_can_be_brought_back(alice):
    department, back = make_department("Own Police"), "For 30 days, you can bring it back"
    job, specialization = make_job(department), make_specialization()
    for thing in (department, job, specialization):
        chosen = {"action": "delete_selected", "_selected_action": [thing.pk]}
        for asked in (alice.get(page(thing, "delete")), alice.post(page(thing, "list"), chosen)):
            assert (back in text_of(asked)) == (thing is not specialization)
            assert ("This can't be undone." in text_of(asked)) == (thing is specialization)
    assert "without its editors, recruiters, claims and connectors" in text_of(alice.get(page(department, "delete")))
