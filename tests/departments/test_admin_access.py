"""Access to the admin: administrators, editors of a department, and others."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.test import Client

from departments.models import Department, Place, SlugRedirect, Specialization
from jobs.models import Alert, Job, Message, Subscriber
from policeapp.models import Import, User
from tests.admin import errors_of, html_of, page, rows_of, save, saved, signed_in
from tests.factories import (
    form_of,
    make_alert,
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_division,
    make_import,
    make_job,
    make_place,
    make_specialization,
    text_of,
)

# Other tests cover the same lines, so measuring this one adds nothing.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

LOGIN = "/admin/login/"

ALERTS = [Subscriber, Alert, Message]
MODELS = [User, Group, Department, Specialization, Place, SlugRedirect, Job, Import, *ALERTS]
PAGES = ["list", "add", "change", "delete", "history"]

# The status of a GET. A 302 for another department's object redirects to the index, as if it didn't exist.
TABLE = {
    ("alice", User): [200, 200, 200, 200, 200],
    ("alice", Group): [200, 200, 200, 200, 200],
    ("alice", Department): [200, 200, 200, 200, 200],
    ("alice", Specialization): [200, 200, 200, 200, 200],
    ("alice", Place): [200, 403, 200, 403, 200],
    ("alice", SlugRedirect): [200, 403, 200, 200, 200],
    ("alice", Job): [200, 200, 200, 200, 200],
    ("alice", Import): [200, 200, 200, 200, 200],
    # Only superusers can see subscribers and alerts, and delete them.
    **{("alice", model): [200, 403, 200, 200, 200] for model in ALERTS},
    **{("bob", model): [403] * 5 for model in ALERTS},
    ("bob", User): [403, 403, 403, 403, 403],
    ("bob", Import): [403, 403, 403, 403, 403],
    ("bob", Group): [403, 403, 403, 403, 403],
    ("bob", Department): [200, 403, 200, 403, 200],
    ("bob", Specialization): [200, 403, 200, 403, 200],
    ("bob", Place): [403, 403, 403, 403, 403],
    ("bob", SlugRedirect): [403, 403, 403, 403, 403],
    ("bob", Job): [200, 200, 200, 200, 200],
    ("bob at a strange", Department): [200, 403, 302, 403, 302],
    ("bob at a strange", Job): [200, 200, 302, 302, 302],
    **{("charlie", model): [403, 403, 403, 403, 403] for model in MODELS},
    ("charlie", Department): [403, 403, 403, 403, 302],
    ("charlie", Job): [403, 403, 403, 403, 302],
    **{("an ordinary user", model): [LOGIN] * 5 for model in MODELS},
    **{("nobody", model): [LOGIN] * 5 for model in MODELS},
}


def test_every_model_of_the_admin_is_in_the_table():
    assert set(admin.site._registry) == set(MODELS)
    assert {model for person, model in TABLE} == set(MODELS)


@pytest.mark.parametrize(("person", "model"), TABLE, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_the_access_table(person, model, own, strange):
    visitor = {
        "alice": make_alice,
        "bob": lambda: make_bob(own),
        "bob at a strange": lambda: make_bob(own),
        "charlie": make_charlie,
        "an ordinary user": lambda: User.objects.create_user("dora"),
        "nobody": lambda: None,
    }[person]()
    client = signed_in(visitor) if visitor else Client()
    department = strange if "strange" in person else own
    thing = {
        User: lambda: User.objects.create_user("eve"),
        Group: lambda: Group.objects.create(name="Clerks"),
        Department: lambda: department,
        Specialization: make_specialization,
        Place: make_place,
        SlugRedirect: lambda: SlugRedirect.objects.create(state="CT", slug="old", department=department),
        Job: lambda: make_job(department),
        Import: make_import,
        Subscriber: lambda: make_alert().subscriber,
        Alert: make_alert,
        Message: lambda: make_alert().messages.create(kind="digest"),
    }[model]()
    answers = []
    for name in PAGES:
        response = client.get(page(thing, name))
        to_login = response.status_code == 302 and response["Location"].startswith(LOGIN)
        answers.append(LOGIN if to_login else response.status_code)
        # An empty POST has the same status and changes nothing.
        if answers[-1] in (302, 403, LOGIN):
            posted = client.post(page(thing, name), {"post": "yes", "name": "Taken over", "title": "Taken over"})
            assert posted.status_code in (302, 403)
            assert model.objects.filter(pk=thing.pk).values().get() == rows_before(thing)
    assert answers == TABLE[person, model]


def rows_before(thing):
    """Return the row of the object."""
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields} | (
        {"pay_yearly": None} if isinstance(thing, Job) else {}
    )


def test_the_index_asks_others_to_sign_in_too(charlie):
    assert Client().get("/admin/")["Location"].startswith(LOGIN)
    ordinary = signed_in(User.objects.create_user("dora"))
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
    person = User.objects.get(username="charlie")
    person.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    job = make_job(strange)
    assert rows_of(charlie.get("/admin/departments/department/")) == ["Own Police", "Strange Police"]
    assert saved(save(charlie, strange, chief_name="New Chief"))
    assert saved(save(charlie, job, title="New title"))
    assert charlie.get("/admin/departments/department/add/").status_code == 403


def test_model_permissions_alone_give_access_to_no_department(charlie, own):
    person = User.objects.get(username="charlie")
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
        eve = User.objects.create_user("eve")
        assert saved(save(bob, own, **forged, editors=[eve.pk], chief_name="New Chief"))
        own.refresh_from_db()
        assert {name: getattr(own, name) for name in before} == before
        assert [person.username for person in own.editors.all()] == ["bob"]
        assert own.chief_name == "New Chief"

    def test_they_cannot_change_another_department(self, bob, own, strange):
        form = form_of(bob.get(page(own))) | {"chief_name": "Taken over"}
        response = bob.post(page(strange), form)
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        strange.refresh_from_db()
        assert strange.chief_name == "Tom Stranger"

    @pytest.mark.parametrize("action", ["publish", "unpublish", "delete_selected"])
    def test_they_cannot_publish_or_delete_departments_by_a_forged_action(self, bob, own, strange, action):
        draft = make_department("Own Draft", status="draft")
        draft.editors.add(User.objects.get(username="bob"))
        for department in (own, strange, draft):
            bob.post(page(Department, "list"), {"action": action, "_selected_action": department.pk, "post": "yes"})
        assert Department.objects.published().count() == 2
        assert Department.objects.count() == 3
        assert "Publish the selected departments" not in html_of(bob.get(page(Department, "list")))

    def test_they_can_choose_only_their_own_department(self, bob, own, strange, alice):
        url = "/admin/autocomplete/?app_label=jobs&model_name=job&field_name=department&term=police"
        assert [found["text"] for found in bob.get(url).json()["results"]] == ["Own Police"]
        assert len(alice.get(url).json()["results"]) == 2

    def test_they_cannot_look_up_users(self, bob):
        url = "/admin/autocomplete/?app_label=departments&model_name=department&field_name=editors&term="
        assert bob.get(url).status_code == 403

    def test_others_can_look_up_nothing(self, charlie, own):
        for query in (
            "jobs&model_name=job&field_name=department",
            "departments&model_name=department&field_name=editors",
        ):
            url = f"/admin/autocomplete/?app_label={query}&term="
            assert charlie.get(url).status_code == 403
            assert Client().get(url).status_code == 302

    def test_they_cannot_move_parts_of_another_department(self, bob, own, strange):
        make_division(own, "Own division")
        division = make_division(strange, "Strange division")
        save(bob, own, **{"divisions-0-id": division.pk, "divisions-0-name": "Taken over"})
        assert [division.name for division in own.divisions.all()] == ["Own division"]
        assert [division.name for division in strange.divisions.all()] == ["Strange division"]


def test_a_form_from_another_site_is_rejected(own):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_alice())
    form = form_of(strict.get(page(own))) | {"chief_name": "Taken over"}
    del form["csrfmiddlewaretoken"]
    assert strict.post(page(own), form).status_code == 403
    own.refresh_from_db()
    assert own.chief_name == "Ann Chief"
