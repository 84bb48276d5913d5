"""Who may do what in the admin: an administrator, a department's editor, strangers."""

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

# What it walks through other tests ask for once: measuring the coverage of that again says nothing more.
pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]

LOGIN = "/admin/login/"

ALERTS = [Subscriber, Alert, Message]
MODELS = [User, Group, Department, Specialization, Place, SlugRedirect, Job, Import, *ALERTS]
PAGES = ["list", "add", "change", "delete", "history"]

# What a GET answers: 302 to a stranger's object leads back to the start of the admin, as if there were no such object.
TABLE = {
    ("alice", User): [200, 200, 200, 200, 200],
    ("alice", Group): [200, 200, 200, 200, 200],
    ("alice", Department): [200, 200, 200, 200, 200],
    ("alice", Specialization): [200, 200, 200, 200, 200],
    ("alice", Place): [200, 403, 200, 403, 200],
    ("alice", SlugRedirect): [200, 403, 200, 200, 200],
    ("alice", Job): [200, 200, 200, 200, 200],
    ("alice", Import): [200, 200, 200, 200, 200],
    # Who asked to be told of what is for superusers alone, who may delete it.
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
        # Posting nothing useful to it is answered no better, and changes nothing.
        if answers[-1] in (302, 403, LOGIN):
            posted = client.post(page(thing, name), {"post": "yes", "name": "Taken over", "title": "Taken over"})
            assert posted.status_code in (302, 403)
            assert model.objects.filter(pk=thing.pk).values().get() == rows_before(thing)
    assert answers == TABLE[person, model]


def rows_before(thing):
    """The row as the object at hand has it."""
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields} | (
        {"pay_yearly": None} if isinstance(thing, Job) else {}
    )


def test_strangers_meet_the_door_at_the_start_page_too(charlie):
    assert Client().get("/admin/")["Location"].startswith(LOGIN)
    ordinary = signed_in(User.objects.create_user("dora"))
    assert ordinary.get("/admin/")["Location"].startswith(LOGIN)
    assert "You don’t have permission to view or edit anything." in text_of(charlie.get("/admin/"))


def test_the_start_page_offers_editors_what_concerns_them(bob):
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


def test_an_editor_who_is_taken_off_the_department_edits_it_no_more(own, bob):
    own.editors.clear()
    assert bob.get(page(own)).status_code == 403
    assert bob.get("/admin/jobs/job/").status_code == 403


def test_an_editor_who_is_no_longer_staff_does_not_come_in(own, bob):
    User.objects.update(is_staff=False)
    assert bob.get(page(own))["Location"].startswith(LOGIN)


def test_the_right_to_edit_every_department_opens_all_of_them(charlie, own, strange):
    person = User.objects.get(username="charlie")
    for codename in ("edit_every_department", "view_department", "change_department", "view_job", "change_job"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    job = make_job(strange)
    assert saved(save(charlie, strange, chief_name="New Chief"))
    assert saved(save(charlie, job, title="New title"))
    assert charlie.get("/admin/departments/department/add/").status_code == 403


def test_the_ordinary_rights_without_that_one_open_none(charlie, own):
    person = User.objects.get(username="charlie")
    for codename in ("view_department", "change_department", "view_job", "add_job"):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    assert rows_of(charlie.get("/admin/departments/department/")) == []
    assert charlie.get(page(own)).status_code == 302
    response = save(charlie, Job, department=own.pk, title="x", description="x", apply_instructions="x")
    assert "department" in errors_of(response)


class TestEditors:
    """What Bob gets done at his department, and what he does not."""

    def test_they_change_what_their_department_knows_best(self, bob, own):
        response = save(bob, own, chief_name="New Chief", phone="203 555 0199", about="We *care*.")
        assert saved(response)
        own.refresh_from_db()
        assert (own.chief_name, own.phone, own.about) == ("New Chief", "203-555-0199", "We *care*.")

    def test_they_do_not_change_what_identifies_it_even_by_a_forged_form(self, bob, own):
        before = {name: getattr(own, name) for name in ("name", "slug", "kind", "ori", "state", "status")}
        forged = {"name": "X", "slug": "x", "kind": "federal", "ori": "XX0000000", "state": "NY", "status": "draft"}
        eve = User.objects.create_user("eve")
        assert saved(save(bob, own, **forged, editors=[eve.pk], chief_name="New Chief"))
        own.refresh_from_db()
        assert {name: getattr(own, name) for name in before} == before
        assert [person.username for person in own.editors.all()] == ["bob"]
        assert own.chief_name == "New Chief"

    def test_they_do_not_change_another_department(self, bob, own, strange):
        form = form_of(bob.get(page(own))) | {"chief_name": "Taken over"}
        response = bob.post(page(strange), form)
        assert (response.status_code, response["Location"]) == (302, "/admin/")
        strange.refresh_from_db()
        assert strange.chief_name == "Tom Stranger"

    @pytest.mark.parametrize("action", ["publish", "unpublish", "delete_selected"])
    def test_they_neither_publish_nor_remove_departments_by_a_forged_action(self, bob, own, strange, action):
        draft = make_department("Own Draft", status="draft")
        draft.editors.add(User.objects.get(username="bob"))
        for department in (own, strange, draft):
            bob.post(page(Department, "list"), {"action": action, "_selected_action": department.pk, "post": "yes"})
        assert Department.objects.published().count() == 2
        assert Department.objects.count() == 3
        assert "Publish the selected departments" not in html_of(bob.get(page(Department, "list")))

    def test_the_choice_of_a_department_offers_only_their_own(self, bob, own, strange, alice):
        asked = "/admin/autocomplete/?app_label=jobs&model_name=job&field_name=department&term=police"
        assert [found["text"] for found in bob.get(asked).json()["results"]] == ["Own Police"]
        assert len(alice.get(asked).json()["results"]) == 2

    def test_they_do_not_look_up_people(self, bob):
        asked = "/admin/autocomplete/?app_label=departments&model_name=department&field_name=editors&term="
        assert bob.get(asked).status_code == 403

    def test_strangers_look_up_nothing(self, charlie, own):
        for query in (
            "jobs&model_name=job&field_name=department",
            "departments&model_name=department&field_name=editors",
        ):
            url = f"/admin/autocomplete/?app_label={query}&term="
            assert charlie.get(url).status_code == 403
            assert Client().get(url).status_code == 302

    def test_parts_of_another_department_are_not_taken_in_either(self, bob, own, strange):
        make_division(own, "Own division")
        division = make_division(strange, "Strange division")
        save(bob, own, **{"divisions-0-id": division.pk, "divisions-0-name": "Taken over"})
        assert [division.name for division in own.divisions.all()] == ["Own division"]
        assert [division.name for division in strange.divisions.all()] == ["Strange division"]


def test_a_form_that_was_not_sent_from_the_site_is_refused(own):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_alice())
    form = form_of(strict.get(page(own))) | {"chief_name": "Taken over"}
    del form["csrfmiddlewaretoken"]
    assert strict.post(page(own), form).status_code == 403
    own.refresh_from_db()
    assert own.chief_name == "Ann Chief"
