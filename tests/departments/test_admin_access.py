"""What editors and others see and change in the admin. tests/project/test_access.py has the tables of all pages."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from departments.models import Department
from jobs.models import Job
from policeapp.models import User
from tests.admin import errors_of, html_of, page, rows_of, save, saved, signed_in
from tests.factories import get_user, make_department, make_division, make_job, make_user, text_of

# Other tests cover the same lines, so measuring this one adds nothing.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

LOGIN = "/admin/login/"


def test_the_index_asks_others_to_sign_in_too(charlie):
    assert Client().get("/admin/")["Location"].startswith(LOGIN)
    ordinary = signed_in(make_user("dora"))
    assert ordinary.get("/admin/")["Location"].startswith(LOGIN)
    assert "You don’t have permission to view or edit anything." in text_of(charlie.get("/admin/"))


def test_the_index_shows_editors_only_their_models(bob):
    words = text_of(bob.get("/admin/"))
    assert "Departments" in words
    assert "Jobs" in words
    for not_theirs in ("Users", "Groups", "Places", "Redirects"):
        assert not_theirs not in words


def test_lists_show_editors_their_own_rows_only(bob, own, strange):
    make_job(own, title="Own officer")
    make_job(strange, title="Strange officer")
    assert rows_of(bob.get("/admin/departments/department/")) == ["Own Police"]
    assert rows_of(bob.get("/admin/jobs/job/")) == ["Own officer"]
    assert rows_of(bob.get("/admin/jobs/job/?q=strange")) == []


def test_a_removed_editor_can_no_longer_edit_the_department(own, bob):
    own.editors.clear()
    assert bob.get(page(own)).status_code == 403
    assert bob.get("/admin/jobs/job/").status_code == 403


def test_an_editor_who_is_no_longer_staff_has_no_access(own, bob):
    User.objects.update(is_staff=False)
    assert bob.get(page(own))["Location"].startswith(LOGIN)


def test_the_permission_to_edit_every_department_gives_access_to_all(charlie, own, strange):
    person = get_user("charlie")
    person.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    job = make_job(strange)
    assert rows_of(charlie.get("/admin/departments/department/")) == ["Own Police", "Strange Police"]
    assert saved(save(charlie, strange, chief_name="New Chief"))
    assert saved(save(charlie, job, title="New title"))
    assert charlie.get("/admin/departments/department/add/").status_code == 403


def test_model_permissions_alone_give_access_to_no_department(charlie, own):
    person = get_user("charlie")
    for codename in ("view_department", "change_department", "view_job", "add_job"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    assert rows_of(charlie.get("/admin/departments/department/")) == []
    assert charlie.get(page(own)).status_code == 302
    response = save(charlie, Job, department=own.pk, title="x", description="x", apply_instructions="x")
    assert "department" in errors_of(response)


class TestEditors:
    """What editors can and cannot do."""

    def test_they_can_change_most_facts(self, bob, own):
        response = save(bob, own, chief_name="New Chief", phone="203 341 6199", about="We *care*.")
        assert saved(response)
        own.refresh_from_db()
        assert (own.chief_name, own.phone, own.about) == ("New Chief", "203-341-6199", "We *care*.")

    def test_they_cannot_change_identifying_fields_even_by_a_forged_form(self, bob, own):
        before = {name: getattr(own, name) for name in ("name", "slug", "kind", "ori", "state", "status")}
        forged = {"name": "X", "slug": "x", "kind": "federal", "ori": "XX0000000", "state": "NY", "status": "draft"}
        eve = make_user("eve")
        assert saved(save(bob, own, **forged, editors=[eve.pk], chief_name="New Chief"))
        own.refresh_from_db()
        assert {name: getattr(own, name) for name in before} == before
        assert [person.first_name for person in own.editors.all()] == ["Bob"]
        assert own.chief_name == "New Chief"

    @pytest.mark.parametrize("action", ["publish", "unpublish", "delete_selected"])
    def test_they_cannot_publish_or_delete_departments_by_a_forged_action(self, bob, own, strange, action):
        draft = make_department("Own Draft", status="draft")
        draft.editors.add(get_user("bob"))
        for department in (own, strange, draft):
            bob.post(page(Department, "list"), {"action": action, "_selected_action": department.pk, "post": "yes"})
        assert Department.objects.published().count() == 2
        assert Department.objects.count() == 3
        assert "Publish the selected departments" not in html_of(bob.get(page(Department, "list")))

    def test_they_cannot_move_parts_of_another_department(self, bob, own, strange):
        make_division(own, "Own division")
        division = make_division(strange, "Strange division")
        save(bob, own, **{"divisions-0-id": division.pk, "divisions-0-name": "Taken over"})
        assert [division.name for division in own.divisions.all()] == ["Own division"]
        assert [division.name for division in strange.divisions.all()] == ["Strange division"]
