"""The admin's form of a department and its parts."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Department, Specialization
from jobs.models import Job
from tests.admin import EXTREMES, NO_CHOICE, errors_of, html_of, page, peel, rows_of, save, saved
from tests.factories import (
    form_of,
    list_specializations,
    make_department,
    make_division,
    make_job,
    make_specialization,
    make_step,
    make_unit,
    make_user,
    text_of,
)

pytestmark = pytest.mark.django_db

EVERY_FIELD = {
    "name": "Norwalk Police Department",
    "alias": "NPD",
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
    "phone": "203-341-6123 ext. 5",
    "email": "desk@example.org",
    "website": "https://www.example.org/police?x=1&y=2",
    "website_kind": "parent_government",
    "sworn_officers": "178",
    "sworn_year": "2024",
    "population": "89442",
    "population_year": "2023",
    "population_basis": "fbi_jurisdiction",
    "county_population": "957419",
    "county_population_year": "2025",
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
    """Return the row as form values."""
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
    for text in (
        "Norwalk Police Department",
        "Sheriff: María O’Brien",
        "1 Monroe Street Room 5 Norwalk CT 06854-1234",
        "203-341-6123 ext. 5",
        "desk@example.org",
        "Number of Officers: 178 (2024)",
        "County website: example.org",
        "Population Served: 89,442 (2023)",
        "County Population: 957,419 (2025)",
        "And more...",
        "Us We have boats bikes",
        "To serve.",
        "Some teams:",
    ):
        assert text in words


def test_every_field_can_be_changed_and_the_form_shows_the_change(alice):
    department = make_department("Before", state="NY", city="", kind="other")
    assert saved(save(alice, department, **EVERY_FIELD))
    department = Department.objects.get()
    assert stored(department) == EVERY_FIELD
    form = form_of(alice.get(page(department)))
    assert {name: form[name].replace("\r\n", "\n") for name in EVERY_FIELD} == EVERY_FIELD


def test_the_table_of_fields_is_complete(alice):
    names = set(alice.get("/admin/departments/department/add/").context["adminform"].form.fields)
    lists = {"listed_specializations", "new_specialization", "editors", "recruiters"}
    assert names == set(EVERY_FIELD) | {"logo", "parent"} | lists


def test_every_optional_field_can_be_cleared(alice):
    department = make_department(**{name: value for name, value in EVERY_FIELD.items() if name not in ("slug",)} | {
        "sworn_officers": 178, "sworn_year": 2024, "population": 5, "population_year": 2024,
        "county_population": 9, "county_population_year": 2025, "latitude": 41.1, "longitude": -73.4,
        "more_specializations": True, "mission_is_summary": True,
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


def test_a_new_department_needs_little_more_than_a_name(alice, places):
    assert saved(save(alice, Department, name="Westport Police Department", state="CT", zip="06880"))
    department = Department.objects.get()
    assert department.get_absolute_url() == "/departments/ct/westport-police-department/"
    assert (department.status, department.precision, department.time_zone) == ("draft", "zip", "America/New_York")


def test_an_editor_can_be_added(alice, own):
    eve = make_user("eve", is_staff=True)
    assert saved(save(alice, own, editors=[eve.pk]))
    assert list(own.editors.all()) == [eve]


class TestInlines:
    """Divisions and special units are edited on the department's page."""

    def test_they_can_be_added(self, alice, own, client):
        response = save(
            alice,
            own,
            **{
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
        for text in ("Support Budget", "Dive Team Under water."):
            assert text in words

    def test_they_can_be_changed_and_put_in_order(self, alice, own, client):
        for name in ("First", "Second"):
            make_division(own, name, order=1)
            make_unit(own, f"{name} team", order=1)
        response = save(
            alice, own, **{"divisions-0-order": "9", "divisions-0-name": "Renamed", "special_units-0-order": "9"}
        )
        assert saved(response)
        assert [division.name for division in own.divisions.all()] == ["Second", "Renamed"]
        assert [unit.name for unit in own.special_units.all()] == ["Second team", "First team"]

    def test_they_can_be_removed(self, alice, own):
        make_division(own)
        make_unit(own)
        assert saved(save(alice, own, **{f"{part}-0-DELETE": "on" for part in ("divisions", "special_units")}))
        assert not own.divisions.exists() and not own.special_units.exists()


class TestSpecializations:
    """Specializations are checked in a list that all departments share, and put in order."""

    def listed(self, department):
        return list(department.listed_specializations.values_list("specialization__name", "order"))

    def test_they_are_checked_and_put_in_order_by_their_positions(self, bob, own, client):
        drone, boat, dogs = (make_specialization(name) for name in ("Drone", "Boat", "K-9"))
        choices = {drone: "2", boat: "", dogs: "1"}
        response = save(
            bob, own, **{f"listed_specializations-{each.pk}": [each.name, at] for each, at in choices.items()}
        )
        assert saved(response), errors_of(response)
        assert self.listed(own) == [("K-9", 1), ("Drone", 2), ("Boat", 3)]
        assert "K-9 Drone Boat" in text_of(client.get(own.get_absolute_url())).replace(",", "")

    def test_saving_writes_only_the_rows_that_changed(self, bob, own):
        drone, boat, dogs = (make_specialization(name) for name in ("Drone", "Boat", "K-9"))
        for order, each in ((1, drone), (4, boat), (7, dogs)):
            own.listed_specializations.create(specialization=each, order=order)
        with CaptureQueriesContext(connection) as captured:
            assert saved(save(bob, own, **{f"listed_specializations-{boat.pk}": "4"}))
        writes = [each["sql"] for each in captured if re.match(r'\S+ (INTO |FROM )?"departments_depa\w+s', each["sql"])]
        assert [sql.split()[0] for sql in writes if not sql.startswith("SELECT")] == ["DELETE"]
        assert self.listed(own) == [("Drone", 1), ("K-9", 7)]

    def test_the_form_shows_the_checked_ones_in_their_order_below_the_others_from_a_to_z(self, bob, own):
        for name in ("Zebra", "Air"):
            make_specialization(name)
        list_specializations(own, "Mounted", "Boat")
        html = html_of(bob.get(page(own)))
        assert re.findall(r'type="checkbox" name="listed[^"]*" value="([^"]*)"', html) == [
            "Air", "Zebra", "Mounted", "Boat"
        ]  # fmt: skip

    @pytest.mark.any_engine
    def test_a_position_that_is_not_a_number_is_a_form_error_and_stays(self, bob, own):
        drone = make_specialization("Drone")
        name = f"listed_specializations-{drone.pk}"
        response = save(bob, own, **{name: ["Drone", "first"]})
        assert errors_of(response) == {"listed_specializations": ["Enter positions from 1 to 9,999."]}
        assert form_of(response)[name] == ["Drone", "first"]

    def test_an_administrator_adds_one_to_the_shared_list(self, alice, own):
        list_specializations(own, "Drone")
        assert saved(save(alice, own, new_specialization="Mounted Unit"))
        assert self.listed(own) == [("Drone", 1), ("Mounted Unit", 2)]
        response = save(alice, own, new_specialization="mounted unit")
        assert errors_of(response) == {
            "new_specialization": ["A specialization with almost the same name exists already."]
        }

    def test_an_editor_does_not_change_the_shared_list(self, bob, own):
        assert saved(save(bob, own, new_specialization="Mounted Unit"))
        assert not Specialization.objects.exists()
        assert "Only administrators add to the list" in text_of(bob.get(page(own)))


class TestOpenings:
    """The department's page links to its jobs."""

    def test_open_planned_and_draft_jobs_are_listed_newest_first(self, alice, own):
        make_job(own, title="Open", closes_on=date(2090, 1, 1))
        make_job(own, title="Planned", opens_on=date(2090, 1, 1))
        make_job(own, title="Drafted", status="draft", opens_on=date(2024, 1, 1))
        make_job(own, title="Closed", opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31))
        make_job(own, title="Withdrawn", status="withdrawn")
        words = text_of(alice.get(page(own)))
        assert "Planned: opens on January 1, 2090 Open: open until January 1, 2090 Drafted: draft" in words
        assert "Closed:" not in words and "Withdrawn:" not in words
        assert "View all jobs, including closed ones" in words

    def test_it_links_to_each_job_to_a_new_one_and_to_the_list(self, alice, own, strange):
        job, other = make_job(own), make_job(strange, title="Strange officer")
        html = html_of(alice.get(page(own)))
        assert f'<a href="{page(job)}">' in html and page(other) not in html
        add = f"/admin/jobs/job/add/?department={own.pk}"
        assert add in html and form_of(alice.get(add))["department"] == str(own.pk)
        every = f"/admin/jobs/job/?department__id__exact={own.pk}"
        assert every in html and rows_of(alice.get(every)) == ["Police Officer"]

    def test_a_new_department_has_no_jobs_yet(self, alice, own):
        assert "Save the department to add jobs." in text_of(alice.get("/admin/departments/department/add/"))
        assert "No jobs. Add a job" in text_of(alice.get(page(own)))

    def test_of_three_hundred_jobs_it_lists_twenty(self, alice, own):
        job = make_job(own)
        copies = [Job.objects.get(pk=job.pk) for _ in range(299)]
        for number, copy in enumerate(copies):
            copy.pk, copy.title = None, f"Officer {number}"
        Job.objects.bulk_create(copies)
        response = alice.get(page(own))
        assert html_of(response).count("/admin/jobs/job/") == 20 + 4  # add and list, there and in the side bar
        assert len(form_of(response)) < 80
        assert saved(save(alice, own, chief_name="New Chief"))
        assert own.jobs.count() == 300


@pytest.mark.parametrize("ori", ["CT0000001", "ct0000001", " CT0000001 "])
def test_the_ori_of_another_department_is_a_form_error(alice, own, strange, ori):
    assert sum(errors_of(save(alice, strange, ori=ori)).values(), []) == ["Another department has this ORI."]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"state": ""}, "state", "This field is required."),
        ({"state": "ZZ"}, "state", "Select a valid choice."),
        ({"ori": "short"}, "ori", "Enter nine letters or digits, such as CT0015800."),
        ({"zip": "6880"}, "zip", "Enter a ZIP code such as 06880 or 06880-1234."),
        ({"phone": "call us"}, "phone", "Enter a phone number such as 203-341-6000."),
        ({"email": "nobody"}, "email", "Enter a valid email address."),
        ({"website": "javascript:alert(1)"}, "website", "Enter a valid URL."),
        ({"sworn_officers": "many"}, "sworn_officers", "Enter a whole number."),
        ({"sworn_officers": "-1"}, "sworn_officers", "greater than or equal to 0"),
        ({"sworn_officers": "100001"}, "sworn_officers", "less than or equal to 100000"),
        ({"sworn_officers": "5", "sworn_year": "1899"}, "sworn_year", "greater than or equal to 1900"),
        ({"latitude": "90.1", "longitude": "0"}, "latitude", "less than or equal to 90"),
        ({"latitude": "0", "longitude": "-181"}, "longitude", "greater than or equal to -180"),
        ({"time_zone": "Napakiak"}, "time_zone", "“Napakiak” is not a time zone."),
        ({"latitude": "41"}, "", "Enter both a latitude and a longitude, or neither."),
        ({"longitude": "-73"}, "", "Enter both a latitude and a longitude, or neither."),
        ({"sworn_year": "2024"}, "", "Enter the number of officers for this year."),
        ({"population_year": "2024"}, "", "Enter the population for this year."),
        ({"county_population_year": "2024"}, "", "Enter the county population for this year."),
    ],
)
@pytest.mark.any_engine
def test_errors_are_shown_at_their_field(alice, own, changes, field, words):
    errors = errors_of(save(alice, own, **changes))
    assert list(errors) == [field]
    assert words in " ".join(errors[field])


@pytest.mark.any_engine
def test_each_error_has_a_link_to_its_field_in_the_order_of_the_page(alice, own):
    for name in ("Operations", "Support"):
        make_division(own, name)
    html = html_of(save(alice, own, population="-1", zip="wrong", **{"divisions-1-name": ""}))
    links = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>: (\w+)', html)
    assert links == [
        ("id_zip", "ZIP code", "Enter"),
        ("id_population", "Population served", "Ensure"),
        ("id_divisions-1-name", "Support: Name", "This"),
    ]
    assert all(f'id="{target}"' in html for target, *_rest in links)


@pytest.mark.any_engine
def test_sections_are_folded_unless_they_have_an_error(alice, own):
    def folded(response):
        return re.findall(r"<details><summary>\s*<h2[^>]*>([^<]+)", html_of(response))

    before = folded(alice.get(page(own)))
    assert {"Officers and population", "Divisions"} < set(before) and "Address and contact" not in before
    after = folded(save(alice, own, population="-1", **{"divisions-TOTAL_FORMS": "1", "divisions-0-order": "1"}))
    assert set(before) - set(after) == {"Officers and population", "Divisions"}


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e999", "north", "41,1", "٤١°"])
def test_a_latitude_that_is_not_a_number_is_a_form_error(alice, typed):
    department = make_department(at=(41.1, -73.4))
    response = save(alice, department, latitude=typed, longitude=typed)
    assert errors_of(response) == {"latitude": ["Enter a number."], "longitude": ["Enter a number."]}


def test_a_form_with_errors_keeps_all_input(alice, own):
    make_division(own)
    url = page(own)
    typed = form_of(alice.get(url)) | EVERY_FIELD
    typed |= {
        "zip": "wrong",
        "latitude": "north",
        "sworn_officers": "many",
        "about": "  leading\r\n\r\n<b>markup</b> & “quotes”\r\n",
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


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_departments_form_takes_at_most_twelve_queries(request, own, name):
    client = request.getfixturevalue(name)
    own.recruiters.add(make_user("rita", is_staff=True))
    for number in range(3):
        make_division(own, f"Division {number}")
        make_unit(own, f"Team {number}")
        list_specializations(own, f"Skill {number}")
        make_step(own)
        make_job(own)
    client.get(page(own))  # reads the content types, which Django caches
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page(own)).status_code == 200
    assert len(captured) <= 12


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: value[:12])
@pytest.mark.unmeasured
class TestExtremeValues:
    """Any value in a field is saved or is a form error."""

    def test_in_every_field_of_a_department_and_its_parts(self, alice, own, value):
        make_division(own)
        make_unit(own)
        list_specializations(own, "Drone")
        form = form_of(alice.get(page(own)))
        unchanged = re.compile(r"csrf|__prefix__|_FORMS$|-(id|department)$|^(editors|recruiters|parent)$")
        peel(alice, page(own), form, [name for name in form if not unchanged.search(name)], value)

    def test_as_the_name_of_a_specialization(self, alice, value):
        thing = make_specialization()
        peel(alice, page(thing), form_of(alice.get(page(thing))), ["name"], value)


@pytest.mark.parametrize("value", NO_CHOICE, ids=lambda value: value[:12])
@pytest.mark.parametrize("field", ["editors", "recruiters", "parent", "state"])
@pytest.mark.unmeasured
@pytest.mark.any_engine
def test_an_invalid_choice_is_a_form_error(alice, own, field, value):
    response = alice.post(page(own), form_of(alice.get(page(own))) | {field: value})
    assert response.status_code in (200, 400)
    own.refresh_from_db()
    assert (own.state, own.editors.count()) == ("CT", 0)


@pytest.mark.parametrize("value", ["one", "-1", "", "nothing\0here"])
@pytest.mark.parametrize("hidden", [r"-id$", r"-department$", r"_FORMS$"])
@pytest.mark.unmeasured
@pytest.mark.any_engine
def test_forged_hidden_fields_change_nothing(alice, own, hidden, value):
    make_division(own)
    form = form_of(alice.get(page(own)))
    names = [name for name in form if re.search(hidden, name) and "__prefix__" not in name]
    assert alice.post(page(own), form | dict.fromkeys(names, value)).status_code in (200, 302, 400)
    assert [division.name for division in own.divisions.all()] == ["Operations"]


def test_a_specialization_with_almost_the_same_name_is_a_form_error(alice):
    make_specialization("K-9 Unit")
    response = save(alice, Specialization, name="K 9 unit")
    assert errors_of(response) == {"name": ["A specialization with almost the same name exists already."]}
    assert list(errors_of(save(alice, Specialization, name="???"))) == ["name"]
    assert saved(save(alice, Specialization, name="Drone"))


def test_deleting_a_department_warns_about_its_jobs_and_deletes_them(alice, own):
    make_job(own, title="Own officer")
    assert "Own officer" in text_of(alice.get(page(own, "delete")))
    assert alice.post(page(own, "delete"), {"post": "yes"}).status_code == 302
    assert not Department.objects.exists()
    assert not Job.objects.exists()
