"""The admin as an administrator, a department's editor and strangers meet it: departments and their openings."""

import re
from datetime import date, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from departments.models import Department, FormerAddress, Place, Specialization
from jobs.models import Job
from policeapp.models import Import, User
from tests.factories import (
    form_of,
    list_specializations,
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_division,
    make_import,
    make_job,
    make_place,
    make_specialization,
    make_unit,
    text_of,
    today,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LOGIN = "/admin/login/"


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def alice(db):
    return signed_in(make_alice())


@pytest.fixture
def own(db):
    """The department that Bob edits."""
    return make_department("Own Police", chief_name="Ann Chief", ori="CT0000001", phone="203-555-0100")


@pytest.fixture
def strange(db):
    """A department that Bob does not edit."""
    return make_department("Strange Police", chief_name="Tom Stranger", ori="CT0000002")


@pytest.fixture
def bob(own):
    return signed_in(make_bob(own))


@pytest.fixture
def charlie(db):
    return signed_in(make_charlie())


def page(thing, name="change"):
    """The address of a page of the admin about a saved object, or about all of a model."""
    options = thing._meta
    base = f"/admin/{options.app_label}/{options.model_name}/"
    return {"list": base, "add": f"{base}add/"}.get(name) or f"{base}{thing.pk}/{name}/"


def save(client, thing, **changes):
    """Open the page of the object (or the page to add one), change some fields, press Save; the last response."""
    url = page(thing) if getattr(thing, "pk", None) and not isinstance(thing, type) else page(thing, "add")
    return client.post(url, form_of(client.get(url)) | changes, follow=True)


def saved(response):
    """Whether the last response is the list that follows after saving, and not the form with errors."""
    return bool(response.redirect_chain)


def errors_of(response):
    """The messages of the form, each with the name of its field, "" for those of the whole form."""
    context = response.context
    found = {}
    for form in [
        context["adminform"].form,
        *(form for formset in context["inline_admin_formsets"] for form in formset.forms),
    ]:
        for field, messages in form.errors.items():
            found[form.add_prefix(field) if field != "__all__" else ""] = list(messages)
    return found


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def rows_of(response):
    """The texts of the first column of a list of the admin."""
    return [
        unescape(words) for words in re.findall(r'<th class="field-[^"]*"><a [^>]*>([^<]*)</a></th>', html_of(response))
    ]


def html_of(response):
    return response.content.decode()


# Who may do what


MODELS = [User, Group, Department, Specialization, Place, FormerAddress, Job, Import]
PAGES = ["list", "add", "change", "delete", "history"]

# What a GET answers: 302 to a stranger's object leads back to the start of the admin, as if there were no such object.
TABLE = {
    ("alice", User): [200, 200, 200, 200, 200],
    ("alice", Group): [200, 200, 200, 200, 200],
    ("alice", Department): [200, 200, 200, 200, 200],
    ("alice", Specialization): [200, 200, 200, 200, 200],
    ("alice", Place): [200, 403, 200, 403, 200],
    ("alice", FormerAddress): [200, 403, 200, 200, 200],
    ("alice", Job): [200, 200, 200, 200, 200],
    ("alice", Import): [200, 200, 200, 200, 200],
    ("bob", User): [403, 403, 403, 403, 403],
    ("bob", Import): [403, 403, 403, 403, 403],
    ("bob", Group): [403, 403, 403, 403, 403],
    ("bob", Department): [200, 403, 200, 403, 200],
    ("bob", Specialization): [200, 403, 200, 403, 200],
    ("bob", Place): [403, 403, 403, 403, 403],
    ("bob", FormerAddress): [403, 403, 403, 403, 403],
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
        FormerAddress: lambda: FormerAddress.objects.create(state="CT", slug="old", department=department),
        Job: lambda: make_job(department),
        Import: make_import,
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
    assert "Openings" in words
    for not_theirs in ("Users", "Groups", "Places", "Former addresses"):
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

    def test_they_add_an_opening_to_their_department(self, bob, own):
        response = save(
            bob, Job, department=own.pk, title="Own officer", description="Patrol.", apply_instructions="Write."
        )
        assert saved(response)
        assert [job.title for job in own.jobs.all()] == ["Own officer"]

    def test_they_do_not_add_an_opening_to_another_department(self, bob, own, strange):
        response = save(bob, Job, department=strange.pk, title="x", description="x", apply_instructions="x")
        assert list(errors_of(response)) == ["department"]
        assert not Job.objects.exists()

    def test_they_do_not_move_an_opening_to_another_department(self, bob, own, strange):
        job = make_job(own)
        assert list(errors_of(save(bob, job, department=strange.pk))) == ["department"]
        job.refresh_from_db()
        assert job.department == own

    def test_they_change_and_remove_their_own_openings(self, bob, own):
        job = make_job(own)
        assert saved(save(bob, job, title="Another title"))
        job.refresh_from_db()
        assert job.title == "Another title"
        assert bob.post(page(job, "delete"), {"post": "yes"}).status_code == 302
        assert not Job.objects.exists()

    def test_they_do_not_change_or_remove_others_openings(self, bob, own, strange):
        mine, job = make_job(own), make_job(strange, title="Strange officer")
        form = form_of(bob.get(page(mine))) | {"title": "Taken over"}
        assert bob.post(page(job), form)["Location"] == "/admin/"
        assert bob.post(page(job, "delete"), {"post": "yes"})["Location"] == "/admin/"
        job.refresh_from_db()
        assert job.title == "Strange officer"

    @pytest.mark.parametrize("action", ["publish", "withdraw", "delete_selected"])
    def test_actions_reach_only_their_own_openings(self, bob, own, strange, action):
        mine, job = make_job(own, status="draft"), make_job(strange, status="draft", title="Strange officer")
        chosen = {"action": action, "_selected_action": [mine.pk, job.pk], "post": "yes"}
        assert bob.post(page(Job, "list"), chosen).status_code == 302
        job.refresh_from_db()
        assert job.status == "draft"
        expected = {"publish": ["published"], "withdraw": ["withdrawn"], "delete_selected": []}[action]
        assert list(own.jobs.values_list("status", flat=True)) == expected

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


# Editing a department


EVERY_FIELD = {
    "name": "Norwalk Police Department",
    "kind": "sheriff",
    "status": "published",
    "chief_title": "Sheriff",
    "chief_name": "María O’Brien",
    "street1": "1 Monroe Street",
    "street2": "Room 5",
    "city": "Norwalk",
    "state": "CT",
    "zip": "06854-1234",
    "county": "Fairfield",
    "phone": "203-555-0123 ext. 5",
    "email": "desk@example.org",
    "website": "https://www.example.org/police?x=1&y=2",
    "sworn_officers": "178",
    "sworn_year": "2024",
    "population": "89442",
    "population_year": "2023",
    "more_specializations": "on",
    "about": "# Us\n\nWe have\n\n- boats\n- bikes",
    "mission": "To *serve*.",
    "mission_is_summary": "on",
    "special_units_intro": "Some teams:",
    "latitude": "41.096963",
    "longitude": "-73.419468",
    "precision": "building",
    "time_zone": "America/New_York",
    "ori": "CT0010300",
    "slug": "norwalk-police",
}


def stored(department):
    """The row as the form would have it typed."""
    found = {}
    for name in EVERY_FIELD:
        value = getattr(department, name)
        found[name] = "on" if value is True else "" if value is None else str(value)
    return found


def test_a_department_can_be_added_with_every_field(alice, client):
    response = save(alice, Department, **EVERY_FIELD)
    assert saved(response)
    department = Department.objects.get()
    assert stored(department) == EVERY_FIELD
    words = text_of(client.get("/departments/ct/norwalk-police/"))
    for said in (
        "Norwalk Police Department",
        "Sheriff: María O’Brien",
        "1 Monroe Street Room 5 Norwalk CT 06854-1234",
        "203-555-0123 ext. 5",
        "desk@example.org",
        "example.org",
        "Number of Officers: 178 (2024)",
        "Population Served: 89,442 (2023)",
        "Officers per 1,000 Residents: 2.0",
        "And more...",
        "Us We have boats bikes",
        "To serve.",
        "Some teams:",
    ):
        assert said in words


def test_every_field_can_be_changed_and_stands_in_the_form_again(alice):
    department = make_department("Before", state="NY", city="", kind="other")
    assert saved(save(alice, department, **EVERY_FIELD))
    department = Department.objects.get()
    assert stored(department) == EVERY_FIELD
    form = form_of(alice.get(page(department)))
    assert {name: form[name].replace("\r\n", "\n") for name in EVERY_FIELD} == EVERY_FIELD


def test_the_table_of_fields_has_every_field_of_the_form(alice):
    names = set(alice.get("/admin/departments/department/add/").context["adminform"].form.fields)
    assert names == set(EVERY_FIELD) | {"logo", "editors"}


def test_every_optional_field_can_be_emptied(alice):
    department = make_department(**{name: value for name, value in EVERY_FIELD.items() if name not in ("slug",)} | {
        "sworn_officers": 178, "sworn_year": 2024, "population": 5, "population_year": 2024, "latitude": 41.1,
        "longitude": -73.4, "more_specializations": True, "mission_is_summary": True,
    })  # fmt: skip
    needed = {"name", "kind", "status", "chief_title", "state", "slug"}
    form = form_of(alice.get(page(department)))
    form |= {name: "" for name in EVERY_FIELD if name not in needed}
    for box in ("more_specializations", "mission_is_summary"):
        del form[box]
    assert saved(alice.post(page(department), form, follow=True))
    department = Department.objects.get()
    assert (department.phone, department.sworn_officers, department.about) == ("", None, "")
    assert (department.point, department.precision) == (None, "")
    assert not department.more_specializations
    assert department.time_zone == "America/New_York"


def test_a_new_department_needs_little_more_than_its_name(alice, places):
    assert saved(save(alice, Department, name="Westport Police Department", state="CT", zip="06880"))
    department = Department.objects.get()
    assert department.get_absolute_url() == "/departments/ct/westport-police-department/"
    assert (department.status, department.precision, department.time_zone) == ("draft", "zip", "America/New_York")


def test_an_editor_can_be_named(alice, own):
    eve = User.objects.create_user("eve", is_staff=True)
    assert saved(save(alice, own, editors=[eve.pk]))
    assert list(own.editors.all()) == [eve]


class TestInlines:
    """What a department has several of is edited on its page."""

    def test_they_can_be_added(self, alice, own, client):
        drone = make_specialization("Drone")
        response = save(
            alice,
            own,
            **{
                "listed_specializations-TOTAL_FORMS": "1",
                "listed_specializations-0-specialization": drone.pk,
                "listed_specializations-0-order": "3",
                "divisions-TOTAL_FORMS": "1",
                "divisions-0-name": "Support",
                "divisions-0-responsibilities": "- Budget",
                "divisions-0-order": "1",
                "special_units-TOTAL_FORMS": "1",
                "special_units-0-name": "Dive Team",
                "special_units-0-description": "Under *water*.",
                "special_units-0-order": "2",
            },
        )
        assert saved(response), errors_of(response)
        words = text_of(client.get(own.get_absolute_url()))
        for said in ("Drone", "Support Budget", "Dive Team Under water."):
            assert said in words

    def test_they_can_be_changed_and_put_in_order(self, alice, own, client):
        for name in ("First", "Second"):
            make_division(own, name, order=1)
            make_unit(own, f"{name} team", order=1)
        list_specializations(own, "Drone", "Marine")
        response = save(
            alice,
            own,
            **{
                "divisions-0-order": "9",
                "divisions-0-name": "Renamed",
                "special_units-0-order": "9",
                "listed_specializations-0-order": "9",
            },
        )
        assert saved(response)
        assert [division.name for division in own.divisions.all()] == ["Second", "Renamed"]
        assert [unit.name for unit in own.special_units.all()] == ["Second team", "First team"]
        assert [str(listed) for listed in own.listed_specializations.all()] == ["Marine", "Drone"]

    def test_they_can_be_removed(self, alice, own):
        make_division(own)
        make_unit(own)
        list_specializations(own, "Drone")
        removed = {f"{part}-0-DELETE": "on" for part in ("divisions", "special_units", "listed_specializations")}
        assert saved(save(alice, own, **removed))
        parts = (own.divisions, own.special_units, own.listed_specializations)
        assert [part.count() for part in parts] == [0, 0, 0]
        assert Specialization.objects.count() == 1

    def test_the_same_specialization_twice_is_refused_in_words(self, alice, own):
        list_specializations(own, "Drone")
        drone = Specialization.objects.get()
        response = save(
            alice,
            own,
            **{
                "listed_specializations-TOTAL_FORMS": "2",
                "listed_specializations-1-specialization": drone.pk,
                "listed_specializations-1-order": "2",
            },
        )
        assert not saved(response)
        assert "Please correct the duplicate" in text_of(response)


class TestOpenings:
    """A department's page leads to its openings."""

    def test_those_that_are_open_planned_or_drafts_stand_there_the_newest_first(self, alice, own):
        make_job(own, title="Open", closes_on=date(2090, 1, 1))
        make_job(own, title="Planned", opens_on=date(2090, 1, 1))
        make_job(own, title="Drafted", status="draft", opens_on=date(2024, 1, 1))
        make_job(own, title="Closed", opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31))
        make_job(own, title="Withdrawn", status="withdrawn")
        words = text_of(alice.get(page(own)))
        assert "Planned: opens on January 1, 2090 Open: open until January 1, 2090 Drafted: draft" in words
        assert "Closed:" not in words and "Withdrawn:" not in words
        assert "See all 5 openings, closed ones too" in words

    def test_they_are_changed_and_added_from_there_and_all_of_them_found(self, alice, own, strange):
        job, other = make_job(own), make_job(strange, title="Strange officer")
        html = html_of(alice.get(page(own)))
        assert f'<a href="{page(job)}">' in html and page(other) not in html
        add = f"/admin/jobs/job/add/?department={own.pk}"
        assert add in html and form_of(alice.get(add))["department"] == str(own.pk)
        every = f"/admin/jobs/job/?department__id__exact={own.pk}"
        assert every in html and rows_of(alice.get(every)) == ["Police Officer"]

    def test_a_new_department_has_none_yet(self, alice, own):
        assert "Save the department first" in text_of(alice.get("/admin/departments/department/add/"))
        assert "None. Add an opening" in text_of(alice.get(page(own)))

    def test_of_three_hundred_openings_twenty_stand_there_and_the_form_stays_small(self, alice, own):
        job = make_job(own)
        copies = [Job.objects.get(pk=job.pk) for _ in range(299)]
        for number, copy in enumerate(copies):
            copy.pk, copy.title = None, f"Officer {number}"
        Job.objects.bulk_create(copies)
        response = alice.get(page(own))
        assert html_of(response).count("/admin/jobs/job/") == 20 + 4  # add and list, there and in the side bar
        assert len(form_of(response)) < 60
        assert saved(save(alice, own, chief_name="New Chief"))
        assert own.jobs.count() == 300


class TestSources:
    """Each fact that somebody sets in the admin says who set it and when; the others keep their source."""

    def by(self, name):
        return {"source": "Editor of this site", "as_of": timezone.localdate().isoformat(), "set_by": f"user:{name}"}

    def test_what_was_changed_and_nothing_else_is_attributed(self, westport):
        before = dict(westport.sources)
        client = signed_in(make_bob(westport))
        assert saved(save(client, westport, phone="203-555-0100", chief_name="Somebody Else"))
        westport.refresh_from_db()
        assert westport.sources == before | {"phone": self.by("bob"), "chief_name": self.by("bob")}

    def test_saving_without_a_change_changes_no_source_and_no_value(self, westport, alice):
        make_job(westport)
        before = Department.objects.values().get()
        assert saved(save(alice, westport))
        after = Department.objects.values().get()
        assert after | {"modified": before["modified"]} == before

    @pytest.mark.parametrize(
        ("changes", "fact"),
        [
            ({"divisions-0-name": "Field Operations"}, "divisions"),
            ({"divisions-2-DELETE": "on"}, "divisions"),
            ({"special_units-0-description": "Two dogs."}, "special_units"),
            ({"listed_specializations-0-DELETE": "on"}, "specializations"),
        ],
    )
    def test_a_list_that_was_changed_is_attributed_as_one_fact(self, westport, alice, changes, fact):
        before = dict(westport.sources)
        assert saved(save(alice, westport, **changes))
        westport.refresh_from_db()
        assert westport.sources == before | {fact: self.by("alice")}

    def test_what_is_no_fact_has_no_source(self, westport, alice):
        before = dict(westport.sources)
        assert saved(save(alice, westport, slug="another-address"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_who_published_is_remembered_but_no_source_of_the_profile(self, westport, alice):
        told = westport.facts_by_source()
        assert saved(save(alice, westport, status="draft"))
        westport.refresh_from_db()
        assert westport.sources["status"]["set_by"] == "user:alice"
        assert westport.facts_by_source() == told

    def test_a_new_department_names_its_author_for_what_was_filled_in(self, alice):
        save(alice, Department, name="New Police", state="CT", city="Bethel", phone="203-555-0100")
        sources = Department.objects.get().sources
        assert sources == {fact: self.by("alice") for fact in ("name", "state", "city", "phone")}

    def test_the_profile_and_the_form_say_so(self, westport, alice, client):
        save(alice, westport, phone="203-555-0100")
        day = timezone.localdate().isoformat()
        assert f"Editor of this site, {day} phone" in text_of(client.get(westport.get_absolute_url()))
        assert f"Editor of this site, {day}: phone" in text_of(alice.get(page(westport)))

    def test_a_form_with_an_error_attributes_nothing(self, westport, alice):
        before = dict(westport.sources)
        assert not saved(save(alice, westport, phone="203-555-0100", zip="wrong"))
        westport.refresh_from_db()
        assert westport.sources == before

    def test_the_history_tells_who_changed_what(self, own, bob):
        save(bob, own, chief_name="New Chief")
        assert "bob Changed Chief's name." in text_of(bob.get(page(own, "history")))


class TestAddresses:
    """The address of a department's page changes only when an administrator changes it."""

    def test_a_change_of_the_name_leaves_it(self, alice, own):
        save(alice, own, name="Renamed Police")
        assert Department.objects.get().get_absolute_url() == "/departments/ct/own-police/"

    def test_the_old_one_leads_to_the_new_one(self, alice, own, client):
        assert saved(save(alice, own, slug="own-pd"))
        response = client.get("/departments/ct/own-police/")
        assert (response.status_code, response["Location"]) == (301, "/departments/ct/own-pd/")
        assert client.get("/departments/ct/own-pd/").status_code == 200

    def test_after_two_changes_all_old_ones_lead_to_the_newest(self, alice, own, client):
        save(alice, own, slug="second")
        save(alice, own, slug="third")
        for old in ("own-police", "second"):
            assert client.get(f"/departments/ct/{old}/")["Location"] == "/departments/ct/third/"

    def test_a_department_may_take_its_old_one_again(self, alice, own, client):
        save(alice, own, slug="second")
        assert saved(save(alice, own, slug="own-police"))
        assert client.get("/departments/ct/own-police/").status_code == 200
        assert client.get("/departments/ct/second/")["Location"] == "/departments/ct/own-police/"

    def test_one_that_is_reserved_is_refused_at_its_field(self, alice, own, strange):
        save(alice, own, slug="second")
        response = save(alice, strange, slug="own-police")
        assert errors_of(response) == {"slug": ["This address is reserved: it leads to a department that had it."]}

    def test_one_that_is_taken_is_refused_in_our_words(self, alice, own, strange):
        response = save(alice, strange, slug="own-police")
        assert sum(errors_of(response).values(), []) == ["Another department of this state has this address."]

    @pytest.mark.parametrize("slug", ["with space", "ümlaut", "a/b", "x" * 121])
    def test_one_that_is_none_is_refused_at_its_field(self, alice, own, slug):
        assert list(errors_of(save(alice, own, slug=slug))) == ["slug"]

    def test_emptied_it_is_made_from_the_name(self, alice, own):
        assert saved(save(alice, own, slug="", name="Renamed Police"))
        assert Department.objects.get().slug == "renamed-police"


@pytest.mark.parametrize("ori", ["CT0000001", "ct0000001", " CT0000001 "])
def test_an_ori_that_another_department_has_is_refused_in_our_words(alice, own, strange, ori):
    assert sum(errors_of(save(alice, strange, ori=ori)).values(), []) == ["Another department has this ORI."]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"state": ""}, "state", "This field is required."),
        ({"state": "ZZ"}, "state", "Select a valid choice."),
        ({"ori": "short"}, "ori", "An ORI has nine letters or digits: CT0015800."),
        ({"zip": "6880"}, "zip", "A ZIP code is 06880 or 06880-1234."),
        ({"phone": "call us"}, "phone", "This is not a telephone number."),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"website": "javascript:alert(1)"}, "website", "Enter a valid URL."),
        ({"sworn_officers": "many"}, "sworn_officers", "Enter a whole number."),
        ({"sworn_officers": "-1"}, "sworn_officers", "greater than or equal to 0"),
        ({"sworn_officers": "100001"}, "sworn_officers", "less than or equal to 100000"),
        ({"sworn_officers": "5", "sworn_year": "1899"}, "sworn_year", "greater than or equal to 1900"),
        ({"latitude": "90.1", "longitude": "0"}, "latitude", "less than or equal to 90"),
        ({"latitude": "0", "longitude": "-181"}, "longitude", "greater than or equal to -180"),
        ({"time_zone": "Napakiak"}, "time_zone", "“Napakiak” is not a time zone. One is called America/New_York."),
        ({"latitude": "41"}, "", "A position needs both a latitude and a longitude."),
        ({"longitude": "-73"}, "", "A position needs both a latitude and a longitude."),
        ({"sworn_year": "2024"}, "", "There is a year but no number of officers."),
        ({"population_year": "2024"}, "", "There is a year but no population."),
    ],
)
def test_what_is_wrong_with_a_department_is_said_where_it_is(alice, own, changes, field, words):
    errors = errors_of(save(alice, own, **changes))
    assert list(errors) == [field]
    assert words in " ".join(errors[field])


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e999", "north", "41,1", "٤١°"])
def test_a_position_that_is_no_number_is_refused_at_its_field(alice, typed):
    department = make_department(at=(41.1, -73.4))
    response = save(alice, department, latitude=typed, longitude=typed)
    assert errors_of(response) == {"latitude": ["Enter a number."], "longitude": ["Enter a number."]}


def test_bad_input_keeps_everything_that_was_typed(alice, own):
    make_division(own)
    url = page(own)
    typed = form_of(alice.get(url)) | EVERY_FIELD
    typed |= {
        "zip": "wrong",
        "latitude": "north",
        "sworn_officers": "many",
        "about": "  leading\n\n<b>markup</b> & “quotes”\n",
        "divisions-0-name": "Renamed",
        "special_units-TOTAL_FORMS": "1",
        "special_units-0-name": "New team",
        "special_units-0-order": "x",
    }
    response = alice.post(url, typed)
    assert response.status_code == 200
    again = form_of(response)
    for name in typed.keys() - {"csrfmiddlewaretoken"}:
        assert again[name] == typed[name], name


def test_bad_input_about_an_opening_keeps_everything_that_was_typed(alice, own):
    url = "/admin/jobs/job/add/"
    typed = form_of(alice.get(url)) | {
        "department": str(own.pk),
        "title": "<b>Officer</b>",
        "description": "- One\n- Two",
        "apply_email": "nobody",
        "pay_min": "a lot",
        "opens_on": "tomorrow",
        "closes_time": "noon",
        "positions": "0",
    }
    again = form_of(alice.post(url, typed))
    for name in typed.keys() - {"csrfmiddlewaretoken"}:
        assert again[name] == typed[name], name


class TestLogos:
    """A logo is uploaded through the form, drawn anew, and shown."""

    def picture(self, kind="PNG", size=(900, 300)):
        output = BytesIO()
        Image.new("RGB", size, "navy").save(output, kind)
        return SimpleUploadedFile(f"../../our logo.{kind.lower()}", output.getvalue(), f"image/{kind.lower()}")

    def test_a_good_one_is_stored_under_a_name_of_ours_and_shown(self, alice, own, client):
        assert "None yet: the site shows a badge of its own." in text_of(alice.get(page(own)))
        assert saved(save(alice, own, logo=self.picture("JPEG")))
        own.refresh_from_db()
        assert re.fullmatch(r"logos/[0-9a-f]{32}\.png", own.logo.name)
        assert f'<img src="{own.logo.url}" alt="" height="120">' in html_of(alice.get(page(own)))
        assert f'src="{own.logo.url}" alt="Logo for: Own Police"' in html_of(client.get(own.get_absolute_url()))
        shown = client.get(own.logo.url)
        with Image.open(BytesIO(b"".join(shown))) as picture:
            assert (picture.format, picture.size) == ("PNG", (480, 160))
        assert own.sources["logo"]["set_by"] == "user:alice"

    def test_saving_again_keeps_it(self, alice, own):
        save(alice, own, logo=self.picture())
        own.refresh_from_db()
        name = own.logo.name
        assert saved(save(alice, own, chief_name="New Chief"))
        own.refresh_from_db()
        assert own.logo.name == name

    def test_it_can_be_taken_off(self, alice, own):
        save(alice, own, logo=self.picture())
        assert saved(save(alice, own, **{"logo-clear": "on"}))
        own.refresh_from_db()
        assert not own.logo

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"#!/bin/sh\necho no picture\n", "This is not a PNG, JPEG, WebP or GIF picture."),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
                "This is not a PNG, JPEG, WebP or GIF picture.",
            ),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "This "),
            (b"", "The submitted file is empty."),
            (b"x" * (5 * 1024 * 1024 + 1), "This file is too large. A logo may have 5 MB at most."),
        ],
        ids=["script", "svg", "damaged", "empty", "too large"],
    )
    def test_what_is_no_logo_is_refused_at_its_field_and_the_old_one_stays(self, alice, own, content, words):
        save(alice, own, logo=self.picture())
        own.refresh_from_db()
        name = own.logo.name
        response = save(alice, own, logo=SimpleUploadedFile("logo.png", content, "image/png"), chief_name="New Chief")
        assert list(errors_of(response)) == ["logo"]
        assert words in errors_of(response)["logo"][0]
        own.refresh_from_db()
        assert (own.logo.name, own.chief_name) == (name, "Ann Chief")

    @pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO"])
    def test_a_picture_of_another_kind_is_refused(self, alice, own, kind):
        response = save(alice, own, logo=self.picture(kind, (64, 64)))
        assert errors_of(response) == {"logo": ["This is not a PNG, JPEG, WebP or GIF picture."]}

    def test_an_editor_may_change_it(self, bob, own):
        assert saved(save(bob, own, logo=self.picture()))
        own.refresh_from_db()
        assert own.logo


# Editing an opening


JOB_FIELDS = {
    "title": "Public Safety Dispatcher",
    "kind": "dispatcher",
    "schedule": "part_time",
    "positions": "3",
    "status": "published",
    "description": "# Work\n\n- calls",
    "requirements": "- typing",
    "apply_url": "https://example.org/apply?x=1",
    "apply_email": "jobs@example.org",
    "apply_instructions": "Write to *us*.",
    "pay_min": "29.40",
    "pay_max": "36.15",
    "pay_period": "hour",
    "opens_on": "2024-05-01",
    "opens_time": "08:30:00",
    "closes_on": "2099-06-01",
    "closes_time": "16:00:00",
    "source": "state list",
    "external_id": "42/7",
}


def stored_job(job):
    return {name: "" if (value := getattr(job, name)) is None else str(value) for name in JOB_FIELDS}


def test_an_opening_can_be_added_with_every_field(alice, own, client):
    response = save(alice, Job, department=own.pk, **JOB_FIELDS)
    assert saved(response), errors_of(response)
    job = Job.objects.get()
    assert stored_job(job) == JOB_FIELDS
    assert not job.is_sample
    words = text_of(client.get(job.get_absolute_url()))
    for said in ("Public Safety Dispatcher", "$29.40 to $36.15 an hour", "Closes: June 1, 2099, 4:00 PM EDT"):
        assert said in words


def test_every_field_of_an_opening_can_be_changed_and_stands_in_the_form_again(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, **JOB_FIELDS))
    job = Job.objects.get()
    assert stored_job(job) == JOB_FIELDS
    form = form_of(alice.get(page(job)))
    assert {name: form[name] for name in JOB_FIELDS} == JOB_FIELDS
    before = Job.objects.values().get()
    assert saved(save(alice, job))
    assert Job.objects.values().get() | {"modified": before["modified"]} == before


def test_the_table_of_an_openings_fields_has_every_field_of_the_form(alice):
    names = set(alice.get("/admin/jobs/job/add/").context["adminform"].form.fields)
    assert names == set(JOB_FIELDS) | {"department"}


def test_an_opening_can_be_moved_to_another_department_and_its_instants_follow_the_zone(alice, own):
    arizona = make_department("Phoenix Police", state="AZ", city="", time_zone="America/Phoenix")
    job = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2099, 7, 1))
    assert saved(save(alice, job, department=arizona.pk))
    job.refresh_from_db()
    assert (job.opens_at.hour, job.closes_at.hour) == (7, 7)


def test_openings_follow_when_a_clerk_changes_their_departments_zone(alice, own):
    job = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2099, 7, 1))
    closed = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2024, 7, 31))
    assert saved(save(alice, own, time_zone="America/Phoenix"))
    job.refresh_from_db()
    closed.refresh_from_db()
    assert (job.opens_at.hour, job.closes_at.hour, closed.closes_at.hour) == (7, 7, 7)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "The opening is on the site now."),
        ({"status": "draft"}, "The opening is a draft: nobody sees it on the site until its status is “Published”."),
        ({"status": "withdrawn"}, "The opening is withdrawn: the site no longer lists it."),
        ({"opens_on": "2090-05-01"}, "The opening will be on the site from May 1, 2090."),
        (
            {"opens_on": "2090-05-01", "opens_time": "09:00"},
            "The opening will be on the site from May 1, 2090, 9:00 AM EDT.",
        ),
        (
            {"opens_on": "2024-01-01", "closes_on": "2024-01-31"},
            "The opening has closed: its page says so, and no list has it.",
        ),
        ({"opens_on": "2090-05-01", "status": "draft"}, "The opening is a draft: nobody sees it"),
    ],
)
class TestWhatTheClerkIsTold:
    def test_after_adding_an_opening(self, bob, own, changes, words):
        filled = {"title": "Officer", "description": "x", "apply_instructions": "x", "status": "published"}
        response = save(bob, Job, department=own.pk, **(filled | {"opens_on": "2024-05-01"} | changes))
        assert any(words in message for message in messages_of(response)), messages_of(response)

    def test_after_changing_an_opening(self, alice, own, changes, words):
        response = save(alice, make_job(own), **changes)
        assert any(words in message for message in messages_of(response)), messages_of(response)


def test_the_clerk_is_told_when_the_department_is_a_draft(alice):
    job = make_job(make_department(status="draft"))
    words = "The opening is not on the site, because its department is a draft."
    assert words in messages_of(save(alice, job, title="New title"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"department": ""}, "department", "This field is required."),
        ({"description": ""}, "description", "This field is required."),
        ({"closes_on": "2001-01-01"}, "closes_on", "It closes before it opens."),
        ({"closes_time": "12:00"}, "closes_time", "There is a closing time but no closing day."),
        ({"opens_on": "9999-12-31"}, "opens_on", "less than or equal to 2100-12-31"),
        ({"closes_on": "9999-12-31"}, "closes_on", "less than or equal to 2100-12-31"),
        ({"opens_on": "0001-01-01"}, "opens_on", "greater than or equal to 2000-01-01"),
        ({"opens_on": "31.12.2030"}, "opens_on", "Enter a valid date."),
        ({"closes_on": "2090-01-01", "closes_time": "25:00"}, "closes_time", "Enter a valid time."),
        ({"apply_instructions": ""}, "", "Say how to apply: an address, an e-mail address or in words."),
        ({"pay_min": "20.01", "pay_max": "20"}, "", "The highest pay is less than the lowest."),
        ({"pay_min": "-1"}, "pay_min", "greater than or equal to 0"),
        ({"pay_min": "lots"}, "pay_min", "Enter a number."),
        ({"pay_max": "NaN"}, "pay_max", "Enter a number."),
        ({"positions": "0"}, "positions", "greater than or equal to 1"),
        ({"source": "state list", "external_id": "7"}, "", "Another opening of this source has this number."),
    ],
)
def test_what_is_wrong_with_an_opening_is_said_where_it_is(alice, own, changes, field, words):
    make_job(own, source="state list", external_id="7")
    job = make_job(own, opens_on=date(2024, 1, 1))
    errors = errors_of(save(alice, job, **changes))
    assert list(errors) == [field]
    assert words in " ".join(errors[field])


def test_whether_an_opening_is_a_sample_is_shown_and_not_changed(alice, own):
    job = make_job(own, is_sample=True)
    assert saved(save(alice, job, is_sample=""))
    job.refresh_from_db()
    assert job.is_sample


# The lists


def test_view_on_site_leads_to_the_page_even_of_what_is_a_draft(alice, own):
    for thing in (own, make_job(own), make_department("Draft", status="draft"), make_job(own, status="draft")):
        [link] = re.findall(r'<a href="([^"]*)" class="viewsitelink">', html_of(alice.get(page(thing))))
        response = alice.get(link)
        assert response.status_code == 302
        assert response["Location"].removeprefix("http://testserver") == thing.get_absolute_url()
        assert alice.get(thing.get_absolute_url()).status_code == 200


def listed(client, model, query=""):
    response = client.get(f"{page(model, 'list')}?{query}")
    assert response.status_code == 200, response
    return rows_of(response)


def test_departments_show_their_number_of_open_jobs_and_sort_and_filter_by_it(alice, own, strange):
    for values in ({}, {}, {"status": "draft"}, {"opens_on": date(2090, 1, 1)}):
        make_job(own, **values)
    make_job(strange, opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31))
    words = html_of(alice.get(page(Department, "list")))
    assert re.findall(r'<td class="field-open_jobs">(\d+)</td>', words) == ["2", "0"]
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
    Department.objects.filter(pk=strange.pk).update(
        city="Bethel", zip="06801", status="draft", kind="sheriff", state="NY"
    )
    assert listed(alice, Department, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Open", "Closed", "Drafted", "Planned", "Withdrawn"}),
        ("open=yes", {"Open"}),
        ("open=no", {"Closed", "Drafted", "Planned", "Withdrawn"}),
        ("open=perhaps", {"Open", "Closed", "Drafted", "Planned", "Withdrawn"}),
        ("status__exact=draft", {"Drafted"}),
        ("kind__exact=cadet", {"Planned"}),
        ("is_sample__exact=1", {"Closed"}),
        ("department__state=NY", set()),
        ("q=draft", {"Drafted"}),
        ("q=number-7", {"Withdrawn"}),
        ("q=own", {"Open", "Closed", "Drafted", "Planned", "Withdrawn"}),
        ("opens_on__year=2090", {"Planned"}),
    ],
)
def test_openings_can_be_searched_and_filtered(alice, own, query, found):
    make_job(own, title="Open")
    make_job(own, title="Closed", opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31), is_sample=True)
    make_job(own, title="Drafted", status="draft")
    make_job(own, title="Planned", opens_on=date(2090, 1, 1), kind="cadet")
    make_job(own, title="Withdrawn", status="withdrawn", external_id="number-7")
    assert set(listed(alice, Job, query)) == found


def test_the_list_of_openings_says_which_are_open(alice, own):
    make_job(own, title="Drafted", status="draft")
    make_job(own, title="Open")
    html = html_of(alice.get(page(Job, "list")))
    assert re.findall(r'field-is_open_now"><img src="[^"]*icon-(yes|no)', html) == ["yes", "no"]


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
    ("action", "before", "after", "one", "two"),
    [
        ("publish", "draft", "published", "1 opening is published.", "2 openings are published."),
        ("withdraw", "published", "withdrawn", "1 opening is withdrawn.", "2 openings are withdrawn."),
    ],
)
@pytest.mark.parametrize("query", ["", "?status__exact={before}", "?open=yes"])
def test_openings_can_be_published_and_withdrawn_together(alice, own, action, before, after, one, two, query):
    if query == "?open=yes" and before == "draft":
        query = "?open=no"
    jobs = [make_job(own, status=before) for _ in range(4)]
    url = page(Job, "list") + query.format(before=before)
    for chosen, words in ((jobs[:1], one), (jobs[1:3], two)):
        data = {"action": action, "_selected_action": [job.pk for job in chosen]}
        assert messages_of(alice.post(url, data, follow=True)) == [words]
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == [after] * 3 + [before]
    assert LogEntry.objects.count() == 3


@pytest.mark.parametrize("model", [Department, Job])
def test_the_lists_take_no_more_queries_with_more_rows(alice, model, own):
    make_job(own)
    counted = []
    for more in (0, 20):
        for number in range(more):
            make_job(make_department(f"Police {number}"))
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(page(model, "list")).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1] <= 12


def test_a_departments_form_takes_no_more_queries_with_more_parts(alice, own):
    """A specialization costs one: its field looks up the name of the one that is chosen."""
    counted = []
    for number in (1, 10):
        for part in range(number):
            make_division(own, f"Division {number}.{part}")
            make_unit(own, f"Team {number}.{part}")
            list_specializations(own, f"Skill {number}.{part}")
            make_job(own)
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(page(own)).status_code == 200
        counted.append(len(captured))
    assert counted[1] <= counted[0] + 10


# Extreme values


EXTREMES = [
    "nothing\0here",
    "x" * 25_000,
    "9" * 30,
    "-" + "9" * 30,
    "99999",
    "1e999",
    "NaN",
    "-0",
    "9999-12-31",
    "0001-01-01",
    "23:59:59.999999",
    "<script>alert(1)</script>",
    "٣",
    "\u202e𐎀",
    " ",
]


def peel(client, url, form, names, value):
    """Type the value into all these fields; again only into those that took it; and so on until it is saved.

    So every field meets it, and whatever a field takes has to be saved without an exception too.
    """
    while True:
        response = client.post(url, form | dict.fromkeys(names, value))
        assert response.status_code in (200, 302)
        if response.status_code == 302:
            return
        assert "<script>alert" not in html_of(response)
        errors = errors_of(response)
        refused = [name for name in names if name in errors]
        assert errors, "It is neither saved nor refused."
        if not refused:
            return
        names = [name for name in names if name not in refused]


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: value[:12])
class TestExtremeValues:
    """Whatever stands in a field is saved or refused in words."""

    def test_in_every_field_of_a_department_and_its_parts(self, alice, own, value):
        make_division(own)
        make_unit(own)
        list_specializations(own, "Drone")
        form = form_of(alice.get(page(own)))
        kept = re.compile(r"csrf|__prefix__|_FORMS$|-(id|department|specialization)$|^editors$")
        peel(alice, page(own), form, [name for name in form if not kept.search(name)], value)

    def test_in_every_field_of_an_opening(self, alice, own, value):
        job = make_job(own)
        form = form_of(alice.get(page(job)))
        peel(
            alice, page(job), form, [name for name in form if name not in ("csrfmiddlewaretoken", "department")], value
        )

    def test_as_the_name_of_a_specialization(self, alice, value):
        thing = make_specialization()
        peel(alice, page(thing), form_of(alice.get(page(thing))), ["name"], value)


NO_CHOICE = ["one", "-1", "9" * 30, "nothing\0here"]


@pytest.mark.parametrize("value", NO_CHOICE, ids=lambda value: value[:12])
@pytest.mark.parametrize("field", ["editors", "listed_specializations-0-specialization", "state"])
def test_a_choice_that_was_never_offered_is_refused_for_a_department(alice, own, field, value):
    list_specializations(own, "Drone")
    response = alice.post(page(own), form_of(alice.get(page(own))) | {field: value})
    assert response.status_code in (200, 400)
    own.refresh_from_db()
    assert (own.state, own.editors.count()) == ("CT", 0)


@pytest.mark.parametrize("value", NO_CHOICE, ids=lambda value: value[:12])
@pytest.mark.parametrize("field", ["department", "kind"])
def test_a_choice_that_was_never_offered_is_refused_for_an_opening(alice, own, field, value):
    job = make_job(own)
    response = alice.post(page(job), form_of(alice.get(page(job))) | {field: value})
    assert response.status_code in (200, 400)
    job.refresh_from_db()
    assert (job.department, job.kind) == (own, "entry_level")


@pytest.mark.parametrize("value", ["one", "-1", "", "nothing\0here"])
@pytest.mark.parametrize("hidden", [r"-id$", r"-department$", r"_FORMS$"])
def test_hidden_fields_that_somebody_tampered_with_change_nothing(alice, own, hidden, value):
    make_division(own)
    form = form_of(alice.get(page(own)))
    names = [name for name in form if re.search(hidden, name) and "__prefix__" not in name]
    assert alice.post(page(own), form | dict.fromkeys(names, value)).status_code in (200, 302, 400)
    assert [division.name for division in own.divisions.all()] == ["Operations"]


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "one", "1%00", "_3F"])
@pytest.mark.parametrize("model", [Department, Job])
def test_an_object_that_there_is_not_leads_back_to_the_start(alice, model, number):
    for name in ("change", "delete", "history"):
        response = alice.get(f"{page(model, 'list')}{number}/{name}/")
        assert response.status_code in (302, 404)


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
def test_a_list_asked_for_nonsense_is_answered(alice, own, model, query):
    make_job(own)
    assert alice.get(f"{page(model, 'list')}?{query}").status_code in (200, 302, 400)


@pytest.mark.parametrize("chosen", ["9" * 30, "one", "\0", "-1"])
@pytest.mark.parametrize("model", [Department, Job])
def test_an_action_on_nonsense_is_answered_and_changes_nothing(alice, own, model, chosen):
    job = make_job(own, status="draft")
    response = alice.post(page(model, "list"), {"action": "publish", "_selected_action": [chosen]})
    assert response.status_code in (200, 302, 400)
    job.refresh_from_db()
    assert job.status == "draft"


def test_a_specialization_of_almost_the_same_name_is_refused_at_its_field(alice):
    make_specialization("K-9 Unit")
    response = save(alice, Specialization, name="K 9 unit")
    assert errors_of(response) == {"name": ["There is a specialization of almost the same name."]}
    assert list(errors_of(save(alice, Specialization, name="???"))) == ["name"]
    assert saved(save(alice, Specialization, name="Drone"))


def test_places_and_former_addresses_can_be_looked_up(alice, own):
    make_place("Norwalk")
    save(alice, own, slug="second")
    assert listed(alice, Place, "q=norwalk") == ["Norwalk"]
    assert listed(alice, FormerAddress, "q=own") == ["/ct/own-police/"]


def test_a_form_that_was_not_sent_from_the_site_is_refused(own):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_alice())
    form = form_of(strict.get(page(own))) | {"chief_name": "Taken over"}
    del form["csrfmiddlewaretoken"]
    assert strict.post(page(own), form).status_code == 403
    own.refresh_from_db()
    assert own.chief_name == "Ann Chief"


def test_removing_a_department_takes_its_openings_and_says_so_before(alice, own):
    make_job(own, title="Own officer")
    assert "Own officer" in text_of(alice.get(page(own, "delete")))
    assert alice.post(page(own, "delete"), {"post": "yes"}).status_code == 302
    assert not Department.objects.exists()
    assert not Job.objects.exists()


def test_todays_openings_need_no_opening_day(alice, own):
    response = save(
        alice, Job, department=own.pk, title="Officer", description="x", apply_instructions="x", opens_on=""
    )
    assert saved(response), errors_of(response)
    assert abs(Job.objects.get().opens_on - today(own)) <= DAY
