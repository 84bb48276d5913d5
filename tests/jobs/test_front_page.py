"""The admin's front page: what each role finds there."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from departments.models import Department
from jobs.models import Duplicate
from policeapp.models import Import

from ..admin import page, save, signed_in
from ..factories import (
    html_of,
    let_confirmation_age,
    list_specializations,
    make_alice,
    make_bob,
    make_charlie,
    make_claim,
    make_connector,
    make_correction,
    make_department,
    make_division,
    make_import,
    make_job,
    make_rita,
    make_unit,
    text_of,
    today,
    tomorrow,
)

pytestmark = pytest.mark.django_db

URL = "/admin/"


@pytest.fixture
def own(db):
    return make_department("Own Police", phone="203-341-6000", street1="1 Main Street")


@pytest.fixture
def bob(own):
    return signed_in(make_bob(own))


def front(client):
    return text_of(client.get(URL)).partition("What would you like to change?")[2]


class TestEditor:
    def test_a_card_links_to_the_page_and_to_its_form(self, bob, own):
        html = html_of(bob.get(URL))
        assert f'href="{page(own)}">Edit the page' in html
        assert f'href="{own.get_absolute_url()}">View the page' in html
        own.unpublish()
        assert f'href="{page(own, "preview")}">Preview the draft' in html_of(bob.get(URL))

    def test_a_card_counts_the_known_facts_and_links_to_the_fields_of_all(self, bob, own):
        html = html_of(bob.get(URL))
        assert "<h2>Own Police, Westport, CT</h2>" in html and "2 of 11 facts known" in html
        links = dict(re.findall(rf'<a href="{page(own)}#([\w-]+)">([^<]+)</a>', html))
        assert list(links.values()) == [
            *("chief", "website", "number of officers", "population served", "specializations"),
            *("about", "mission statement", "divisions", "logo"),
            *("street address", "phone"),
        ]
        assert "Change: street address, phone" in text_of(bob.get(URL))
        form = html_of(bob.get(page(own)))
        for anchor in links:
            assert f'id="{anchor}"' in form, anchor

    @pytest.mark.parametrize("add_part", [make_division, make_unit])
    def test_divisions_or_special_services_and_specializations_are_facts(self, bob, own, add_part):
        add_part(own)
        list_specializations(own, "K-9 Unit")
        assert "4 of 11 facts known" in front(bob)

    def test_a_complete_page_misses_nothing(self, bob, own, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        list_specializations(own, "K-9 Unit")
        make_division(own)
        values = {"chief_name": "Ann Lee", "website": "https://example.org/", "sworn_officers": 0, "population": 9}
        Department.objects.filter(pk=own.pk).update(**values, about="We.", mission="To serve.", logo="logos/x.png")
        text = front(bob)
        assert "11 of 11 facts known" in text and "Add:" not in text

    def test_the_profile_misses_the_same_facts(self, bob, own, client):
        missing = front(bob).partition("Add: ")[2].partition(" Change:")[0]
        assert f"Not known yet: {missing}." in text_of(client.get(own.get_absolute_url()))

    def test_jobs_that_close_within_a_week_come_first(self, bob, own):
        make_job(own, "Sergeant")
        make_job(own, "Captain", closes_on=today(own) + timedelta(days=20))
        make_job(own, "Officer", closes_on=tomorrow(own))
        make_job(own, "Draft Officer", status="draft", closes_on=tomorrow(own))
        make_job(own, "Closed Officer", opens_on=today() - timedelta(days=9), closes_on=today() - timedelta(days=2))
        make_job(make_department("Other Police"), "Foreign Officer", closes_on=tomorrow(own))
        text = front(bob)
        closing, others = text.partition("Closing within a week")[2].split("Other jobs")
        assert "Officer: open until" in closing and "Draft Officer" not in closing
        assert others.index("Draft Officer") < others.index("Captain") < others.index("Sergeant")
        assert "Closed Officer" not in text and "Foreign Officer" not in text

    def test_jobs_that_nobody_has_confirmed_come_before_all_others(self, bob, own):
        for title, days in (("Fresh", 29), ("Asked", 31), ("Doubted", 50), ("Unlisted", 80)):
            let_confirmation_age(make_job(own, title), days)
        confirmed, _heading, others = front(bob).partition("Still open? Confirm these jobs")[2].partition("Other jobs")
        assert "Asked: open until filled" in confirmed and "Unlisted: last confirmed on" in confirmed
        assert "Doubted: last confirmed on" in confirmed and "Fresh" not in confirmed
        assert "Fresh: open until filled" in others and "Asked" not in others

    def test_jobs_have_buttons_for_what_is_possible(self, bob, own):
        make_job(own, "Sergeant")
        make_job(own, "Captain", closes_on=tomorrow(own))
        make_job(own, "Chief", status="draft")
        text = front(bob)
        for buttons in (
            "Still open: Sergeant Set a deadline: Sergeant Mark as filled: Sergeant",
            "Extend the deadline: Captain Mark as filled: Captain",
            "Publish: Chief",
        ):
            assert buttons in text

    def test_jobs_of_several_departments_name_them(self, own):
        other = make_department("Other Police")
        make_job(own, "Sergeant"), make_job(other, "Captain")
        text = front(signed_in(make_bob(own, other)))
        assert "Sergeant, Own Police, Westport, CT: open" in text
        assert "Captain, Other Police, Westport, CT: open" in text

    def test_add_a_job_opens_the_form_for_the_department(self, bob, own):
        assert f'href="/admin/jobs/job/add/?department={own.pk}">Add a job' in html_of(bob.get(URL))
        assert "No jobs are posted right now." in front(bob)

    def test_each_department_has_a_link_that_adds_its_job(self, own):
        other = make_department("Other Police")
        html = html_of(signed_in(make_bob(own, other)).get(URL))
        for department in (own, other):
            assert html.count(f'href="/admin/jobs/job/add/?department={department.pk}">Add a job') == 1

    def test_an_editor_sees_neither_claims_nor_imports_nor_edits(self, bob, own):
        make_claim(own)
        make_import()
        text = front(bob)
        assert "Jane Doe" not in text and "openings.csv" not in text and "Edited lately" not in text

    def test_more_than_five_departments_have_a_link_to_the_list(self, own):
        others = [make_department(f"Police {number}") for number in range(5)]
        client = signed_in(make_bob(own, *others))
        html = html_of(client.get(URL))
        assert html.count("facts known") == 5
        assert f'href="{page(Department, "list")}">View all your departments' in html
        others[0].delete()
        html = html_of(client.get(URL))
        assert html.count("facts known") == 5 and "View all your departments" not in html


class TestRecruiter:
    def test_a_recruiter_sees_jobs_and_no_department(self, own):
        make_job(own, "Sergeant")
        rita = signed_in(make_rita(own))
        text = front(rita)
        assert "Sergeant: open until filled" in text and "Add a job" in text
        assert "facts known" not in text and "Edit the page" not in text


class TestAdministrator:
    @pytest.fixture
    def alice(self, db):
        return signed_in(make_alice())

    def test_waiting_claims_are_listed_oldest_first(self, alice, own):
        for number in range(7):
            make_claim(name=f"Person {number}", title="Chief")
        make_claim(own, "late@example.com", name="Unconfirmed Person", confirmed=False)
        html = html_of(alice.get(URL))
        assert re.findall(r"Person \d", html) == [f"Person {number}" for number in range(5)]
        assert "View all 7 waiting claims" in html and "Unconfirmed" not in html and "Call the department" in html

    def test_imports_say_whether_they_are_applied(self, alice):
        make_import(file_name="first.csv", applied_at=timezone.now())
        waiting = make_import(file_name="second.csv")
        text = front(alice)
        assert re.search(r"first\.csv: applied \w+", text)
        assert re.search(r"second\.csv: uploaded [\w ]+, not applied", text)
        assert page(waiting) in html_of(alice.get(URL)) and f"{page(Import, 'add')}" in html_of(alice.get(URL))

    def test_the_last_edits_say_who_and_when(self, alice, bob, own):
        save(bob, own, chief_name="Ann Lee")
        save(alice, make_charlie(), first_name="Chuck")
        edited = front(alice).partition("Edited lately")[2]
        assert edited.strip().startswith("Own Police, Westport, CT: Bob, ")
        assert html_of(alice.get(URL)).count("charlie@example.com") == 1, "only among one's own recent actions"

    def test_a_deleted_department_has_no_link(self, alice, own):
        alice.post(page(own, "delete"), {"post": "yes"})
        assert "(deleted)" in front(alice)
        assert page(own) not in html_of(alice.get(URL))

    def test_it_is_quiet_when_nothing_happened(self, alice):
        text = front(alice)
        assert "No claims are waiting." in text and "Nobody has edited a department or a job yet." in text


def test_staff_without_a_role_find_nothing_there(db):
    text = front(signed_in(make_charlie()))
    assert "Your jobs" not in text and "Claims" not in text and "permission" in text


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.parametrize("make_person", [make_bob, make_rita, lambda *_departments: make_alice()])
def test_it_needs_at_most_twelve_queries(number, make_person, django_assert_max_num_queries):
    departments = [make_department(f"Police {each}") for each in range(number)]
    for department in departments:
        jobs = [make_job(department, closes_on=tomorrow()) for _number in range(2)]
        Duplicate.objects.create(job=jobs[0], other=jobs[1])
        make_connector(department, is_on=False)
        make_correction(department)
        make_correction(jobs[0], "title", "Chief")
        make_division(department)
        list_specializations(department, "K-9 Unit")
        make_claim(department)
        make_import()
    client = signed_in(make_person(*departments))
    make_edits = signed_in(make_charlie() if make_person is make_bob else make_bob(departments[0]))
    if make_person is not make_bob:
        for department in departments:
            save(make_edits, department, chief_name="Ann Lee")
    client.get(URL)
    with django_assert_max_num_queries(12):
        client.get(URL)
