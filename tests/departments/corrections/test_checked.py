"""People mark a page as checked. Visitors see the day, and whether the department did it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from departments.models import Department
from tests.admin import listed, messages_of, page, save, signed_in
from tests.factories import make_bob, make_department, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_engine]

OLD = timedelta(days=366)


@pytest.fixture
def westport(db):
    return make_department(slug="westport")


@pytest.fixture
def bob(westport):
    return signed_in(make_bob(westport))


def words(client, department):
    return text_of(client.get(department.get_absolute_url()))


def day_of(department):
    return department.format_day(department.today())


def test_the_button_on_the_front_page_marks_the_page_as_checked(bob, westport, client):
    assert "Checked by" not in words(client, westport)
    assert "Nobody has marked this page as checked." in text_of(bob.get("/admin/"))
    response = bob.post(page(westport, "checked"), follow=True)
    text = f"Checked by the department on {day_of(westport)}."
    assert messages_of(response) == [f"Thank you. The page of the Westport Police Department says: {text}"]
    assert text in words(client, westport) and "since" not in words(client, westport)
    modified = westport.modified
    westport.refresh_from_db()
    assert westport.checked_by.email == "bob@example.com" and westport.modified == modified
    assert "Bob" not in words(client, westport)


def test_the_button_of_the_form_saves_too(bob, westport, client):
    save(bob, westport, chief_name="Pat Doe", _checked="x")
    westport.refresh_from_db()
    assert (westport.chief_name, westport.checked_on) == ("Pat Doe", westport.today())
    assert "Checked by the department" in words(client, westport)
    save(bob, westport, phone="nothing", _checked="x")
    assert Department.objects.get(pk=westport.pk).phone == ""


def test_an_administrator_is_not_the_department(alice, westport, client):
    alice.post(page(westport, "checked"))
    assert f"Checked by PoliceApp on {day_of(westport)}." in words(client, westport)


def test_after_a_year_the_page_says_that_nobody_has_checked_it_since(bob, westport, client):
    bob.post(page(westport, "checked"))
    day = westport.today() - OLD
    Department.objects.update(checked_on=day)
    text = f"Checked by the department on {westport.format_day(day)}. Nobody has checked it since."
    assert text in words(client, westport)


def test_the_list_finds_what_nobody_has_checked_for_a_year(alice):
    today = timezone.localdate()
    for name, day in {"Never": None, "Old": today - OLD, "Fresh": today}.items():
        make_department(name, checked_on=day)
    assert sorted(listed(alice, Department, "checked=old")) == ["Never", "Old"]
