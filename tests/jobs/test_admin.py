"""Jobs in the admin: the form, messages, the list, and what editors can do."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from jobs.models import Job
from tests.admin import (
    EXTREMES,
    NO_CHOICE,
    act,
    errors_of,
    html_of,
    listed,
    messages_of,
    page,
    peel,
    save,
    saved,
    signed_in,
)
from tests.factories import form_of, make_department, make_job, make_rita, text_of, today

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


# The form


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
}


def stored_job(job):
    return {name: "" if (value := getattr(job, name)) is None else str(value) for name in JOB_FIELDS}


def test_a_job_can_be_added_with_every_field(alice, own, client):
    response = save(alice, Job, department=own.pk, **JOB_FIELDS)
    assert saved(response), errors_of(response)
    job = Job.objects.get()
    assert stored_job(job) == JOB_FIELDS
    assert not job.is_sample
    words = text_of(client.get(job.get_absolute_url()))
    for text in ("Public Safety Dispatcher", "$29.40 to $36.15 an hour", "Closes: June 1, 2099, 4:00 PM EDT"):
        assert text in words


def test_every_field_of_a_job_can_be_changed(alice, own):
    job = make_job(own)
    assert saved(save(alice, job, **JOB_FIELDS))
    job = Job.objects.get()
    assert stored_job(job) == JOB_FIELDS
    form = form_of(alice.get(page(job)))
    assert {name: form[name].replace("\r\n", "\n") for name in JOB_FIELDS} == JOB_FIELDS


def test_the_test_cases_cover_every_field_of_the_form(alice):
    names = set(alice.get("/admin/jobs/job/add/").context["adminform"].form.fields)
    assert names == set(JOB_FIELDS) | {"department"}


def test_a_deadline_can_be_typed_as_people_write_it(alice, own, client):
    job = make_job(own)
    assert saved(save(alice, job, closes_on="6/1/2099", closes_time="5 p.m."))
    assert "Closes: June 1, 2099, 5:00 PM EDT" in text_of(client.get(job.get_absolute_url()))


def test_a_time_counts_in_the_zone_of_the_chosen_department(alice, own):
    arizona = make_department("Phoenix Police", state="AZ", city="", time_zone="America/Phoenix")
    job = make_job(own, closes_on=date(2090, 3, 12))
    assert list(errors_of(save(alice, job, closes_time="2:30 AM"))) == ["closes_time"]
    assert saved(save(alice, job, closes_time="2:30 AM", department=arizona.pk))


def test_the_opening_date_defaults_to_today(alice, own):
    response = save(
        alice, Job, department=own.pk, title="Officer", description="x", apply_instructions="x", opens_on=""
    )
    assert saved(response), errors_of(response)
    assert abs(Job.objects.get().opens_on - today(own)) <= DAY


def test_moving_a_job_to_another_department_updates_its_instants(alice, own):
    arizona = make_department("Phoenix Police", state="AZ", city="", time_zone="America/Phoenix")
    job = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2099, 7, 1))
    assert saved(save(alice, job, department=arizona.pk))
    job.refresh_from_db()
    assert (job.opens_at.hour, job.closes_at.hour) == (7, 7)


def test_changing_a_departments_zone_updates_its_jobs(alice, own):
    job = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2099, 7, 1))
    closed = make_job(own, opens_on=date(2024, 7, 1), closes_on=date(2024, 7, 31))
    assert saved(save(alice, own, time_zone="America/Phoenix"))
    job.refresh_from_db()
    closed.refresh_from_db()
    assert (job.opens_at.hour, job.closes_at.hour, closed.closes_at.hour) == (7, 7, 7)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "This job is on the site now."),
        ({"status": "draft"}, "This job is a draft. Visitors will see it when you set its status to “Published”."),
        ({"status": "withdrawn"}, "This job is withdrawn. The site no longer lists it."),
        ({"opens_on": "2090-05-01"}, "This job will be on the site from May 1, 2090."),
        (
            {"opens_on": "2090-05-01", "opens_time": "09:00"},
            "This job will be on the site from May 1, 2090, 9:00 AM EDT.",
        ),
        (
            {"opens_on": "2024-01-01", "closes_on": "2024-01-31"},
            "This job has closed. Its page says so, and no list shows it.",
        ),
        ({"opens_on": "2090-05-01", "status": "draft"}, "This job is a draft."),
    ],
)
class TestMessages:
    def test_it_tells_editors_whether_an_added_job_is_visible(self, bob, own, changes, words):
        filled = {"title": "Officer", "description": "x", "apply_instructions": "x", "status": "published"}
        response = save(bob, Job, department=own.pk, **(filled | {"opens_on": "2024-05-01"} | changes))
        assert any(words in message for message in messages_of(response)), messages_of(response)

    def test_it_tells_editors_whether_a_changed_job_is_visible(self, alice, own, changes, words):
        response = save(alice, make_job(own), **changes)
        assert any(words in message for message in messages_of(response)), messages_of(response)


def test_it_tells_editors_that_the_department_is_a_draft(alice):
    job = make_job(make_department(status="draft"))
    words = "This job is not on the site, because its department is a draft."
    assert words in messages_of(save(alice, job, title="New title"))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"department": ""}, "department", "This field is required."),
        ({"description": ""}, "description", "This field is required."),
        ({"closes_on": "2001-01-01"}, "closes_on", "The closing date is before the opening date."),
        ({"closes_time": "12:00"}, "closes_time", "Enter a closing date for this closing time."),
        ({"opens_on": "9999-12-31"}, "opens_on", "less than or equal to 2100-12-31"),
        ({"closes_on": "9999-12-31"}, "closes_on", "less than or equal to 2100-12-31"),
        ({"opens_on": "0001-01-01"}, "opens_on", "greater than or equal to 2000-01-01"),
        ({"opens_on": "31.12.2030"}, "opens_on", "Enter a date such as 7/16/2026"),
        ({"closes_on": "2090-01-01", "closes_time": "25:00"}, "closes_time", "Enter a time such as 5:00 PM"),
        ({"closes_on": "2090-01-01", "closes_time": "midnight"}, "closes_time", "Midnight can be the start or the end"),
        ({"opens_on": "2090-03-12", "opens_time": "2:30 AM"}, "opens_time", "2:30 AM does not exist on March 12, 2090"),
        (
            {"closes_on": "2090-03-12", "closes_time": "2:30"},
            "closes_time",
            "clocks move ahead. Enter 3:00 AM.",
        ),
        ({"closes_on": "2090-11-05", "closes_time": "1:30"}, "closes_time", "1:30 AM comes twice on November 5, 2090"),
        ({"apply_instructions": ""}, "", "Enter how to apply: a URL, an email address or instructions."),
        ({"pay_min": "20001", "pay_max": "20000"}, "", "The maximum pay is lower than the minimum pay."),
        ({"pay_min": "-1"}, "pay_min", "is not plausible. Enter $1,000 to $1,000,000, change the pay period, or leave"),
        ({"pay_min": "0"}, "pay_min", "$0 a year is not plausible."),
        (
            {"pay_max": "52110", "pay_period": "hour"},
            "pay_max",
            "$52,110 an hour is not plausible. Enter $0.49 to $",
        ),
        ({"pay_min": "lots"}, "pay_min", "Enter a number."),
        ({"pay_max": "NaN"}, "pay_max", "Enter a number."),
        ({"positions": "0"}, "positions", "greater than or equal to 1"),
    ],
)
@pytest.mark.any_engine
def test_an_error_in_a_job_shows_at_its_field(alice, own, changes, field, words):
    job = make_job(own, opens_on=date(2024, 1, 1))
    errors = errors_of(save(alice, job, **changes))
    assert list(errors) == [field]
    assert words in " ".join(errors[field])


def test_two_errors_show_at_their_fields(alice, own):
    """Not as the violation of a constraint."""
    errors = errors_of(save(alice, make_job(own), pay_min="0", pay_max="0"))
    assert list(errors) == ["pay_min", "pay_max"]
    assert errors["pay_max"] == errors["pay_min"]


def test_an_error_in_a_job_keeps_the_other_input(alice, own):
    url = "/admin/jobs/job/add/"
    typed = form_of(alice.get(url)) | {
        "department": str(own.pk),
        "title": "<b>Officer</b>",
        "description": "- One\r\n- Two",
        "apply_email": "nobody",
        "pay_min": "a lot",
        "opens_on": "tomorrow",
        "closes_time": "soon",
        "positions": "0",
    }
    again = form_of(alice.post(url, typed))
    for name in typed.keys() - {"csrfmiddlewaretoken"}:
        assert again[name] == typed[name], name


def test_the_department_is_filled_in_for_people_who_have_only_one(own, strange):
    rita = make_rita(own)
    assert form_of(signed_in(rita).get(page(Job, "add")))["department"] == str(own.pk)
    strange.recruiters.add(rita)
    assert not form_of(signed_in(rita).get(page(Job, "add")))["department"]


def test_a_recruiter_adds_and_changes_jobs_and_their_parts(own, strange):
    rita = signed_in(make_rita(own))
    add = html_of(rita.get(page(Job, "add")))
    assert f'<option value="{own.pk}" selected>Own Police, Westport, CT</option>' in add and "Strange Police" not in add
    typed = {"title": "Officer", "description": "x", "apply_instructions": "x"}
    parts = {"structured_requirements-0-minimum_age": "21"}
    assert saved(save(rita, Job, department=own.pk, **typed, **parts))
    job = Job.objects.get()
    assert job.structured_requirements.minimum_age == 21
    assert "This job is on the site now." in messages_of(save(rita, job, title="Sergeant", status="published"))
    assert not saved(save(rita, Job, department=strange.pk, **typed))


def test_nobody_can_type_what_identifies_an_imported_job(alice, bob, own, strange):
    strange.editors.add(*own.editors.all())
    job = make_job(own, is_sample=True, source="state list", external_id="7")
    forged = {"is_sample": "", "source": "city list", "external_id": "778", "department": strange.pk}
    for person in (alice, bob):
        assert saved(save(person, job, **forged, title="Sergeant"))
        job.refresh_from_db()
        assert (job.title, job.is_sample, job.source, job.external_id) == ("Sergeant", True, "state list", "7")
        assert job.department == own
        assert "state list" in html_of(person.get(page(job)))


def test_nobody_can_add_a_job_under_the_number_of_an_imported_one(bob, own):
    typed = {"title": "Officer", "description": "x", "apply_instructions": "x", "is_sample": "on"}
    assert saved(save(bob, Job, department=own.pk, source="city list", external_id="778", **typed))
    job = Job.objects.get()
    assert (job.source, job.external_id, job.is_sample) == ("", "", False)


@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: value[:12])
@pytest.mark.unmeasured
def test_extreme_values_are_saved_or_refused_with_a_message(alice, own, value):
    job = make_job(own)
    form = form_of(alice.get(page(job)))
    peel(alice, page(job), form, list(JOB_FIELDS), value)


@pytest.mark.parametrize("value", NO_CHOICE, ids=lambda value: value[:12])
@pytest.mark.parametrize("field", ["department", "kind"])
@pytest.mark.unmeasured
@pytest.mark.any_engine
def test_forged_choices_of_a_job_are_refused(alice, own, field, value):
    job = make_job(own)
    response = alice.post(page(job), form_of(alice.get(page(job))) | {field: value})
    assert response.status_code in (200, 400)
    job.refresh_from_db()
    assert (job.department, job.kind) == (own, "entry_level")


# The list


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
        ("q=NY", set()),
        ("q=draft", {"Drafted"}),
        ("q=number-7", {"Withdrawn"}),
        ("q=own", {"Open", "Closed", "Drafted", "Planned", "Withdrawn"}),
        ("opens_on__year=2090", {"Planned"}),
    ],
)
def test_jobs_can_be_searched_and_filtered(alice, own, query, found):
    make_job(own, title="Open")
    make_job(own, title="Closed", opens_on=date(2024, 1, 1), closes_on=date(2024, 1, 31), is_sample=True)
    make_job(own, title="Drafted", status="draft")
    make_job(own, title="Planned", opens_on=date(2090, 1, 1), kind="cadet")
    make_job(own, title="Withdrawn", status="withdrawn", external_id="number-7")
    assert set(listed(alice, Job, query)) == found


def test_the_list_shows_which_jobs_are_open(alice, own):
    make_job(own, title="Drafted", status="draft")
    make_job(own, title="Open")
    html = html_of(alice.get(page(Job, "list")))
    assert re.findall(r'field-is_open_now"><img src="[^"]*icon-(yes|no)', html) == ["yes", "no"]


def test_the_list_wraps_long_names_of_departments(alice, own):
    make_job(own)
    assert f'class="field-employer">{own}</td>' in html_of(alice.get(page(Job, "list")))


@pytest.mark.parametrize(
    ("action", "before", "after", "one", "two"),
    [
        ("publish", "draft", "published", "1 job is published.", "2 jobs are published."),
        ("withdraw", "published", "withdrawn", "1 job is withdrawn.", "2 jobs are withdrawn."),
    ],
)
@pytest.mark.parametrize("query", ["", "?status__exact={before}", "?open=yes"])
def test_actions_publish_and_withdraw_several_jobs(alice, own, action, before, after, one, two, query):
    if query == "?open=yes" and before == "draft":
        query = "?open=no"
    jobs = [make_job(own, status=before) for _ in range(4)]
    url = page(Job, "list") + query.format(before=before)
    for chosen, words in ((jobs[:1], one), (jobs[1:3], two)):
        assert messages_of(act(alice, action, chosen, url)) == [words]
    assert list(Job.objects.order_by("pk").values_list("status", flat=True)) == [after] * 3 + [before]
    assert LogEntry.objects.count() == 3


class TestEditors:
    """Bob can edit the jobs of his department and no others."""

    def test_they_can_add_a_job_to_their_department(self, bob, own):
        response = save(
            bob, Job, department=own.pk, title="Own officer", description="Patrol.", apply_instructions="Write."
        )
        assert saved(response)
        assert [job.title for job in own.jobs.all()] == ["Own officer"]

    def test_they_cannot_add_a_job_to_another_department(self, bob, own, strange):
        response = save(bob, Job, department=strange.pk, title="x", description="x", apply_instructions="x")
        assert list(errors_of(response)) == ["department"]
        assert not Job.objects.exists()

    def test_they_cannot_move_a_job_to_another_department(self, bob, own, strange):
        job = make_job(own)
        assert list(errors_of(save(bob, job, department=strange.pk))) == ["department"]
        job.refresh_from_db()
        assert job.department == own

    def test_they_can_change_and_delete_their_own_jobs(self, bob, own):
        job = make_job(own)
        assert saved(save(bob, job, title="Another title"))
        job.refresh_from_db()
        assert job.title == "Another title"
        assert bob.post(page(job, "delete"), {"post": "yes"}).status_code == 302
        assert not Job.objects.exists()

    def test_they_cannot_change_or_delete_other_jobs(self, bob, own, strange):
        mine, job = make_job(own), make_job(strange, title="Strange officer")
        form = form_of(bob.get(page(mine))) | {"title": "Taken over"}
        assert bob.post(page(job), form)["Location"] == "/admin/"
        assert bob.post(page(job, "delete"), {"post": "yes"})["Location"] == "/admin/"
        job.refresh_from_db()
        assert job.title == "Strange officer"

    @pytest.mark.parametrize("action", ["publish", "withdraw", "delete_selected"])
    def test_their_actions_affect_only_their_own_jobs(self, bob, own, strange, action):
        mine, job = make_job(own, status="draft"), make_job(strange, status="draft", title="Strange officer")
        if action == "delete_selected":
            chosen = {"action": action, "_selected_action": [mine.pk, job.pk], "post": "yes"}
            assert bob.post(page(Job, "list"), chosen).status_code == 302
        else:
            act(bob, action, [mine, job])
        job.refresh_from_db()
        assert job.status == "draft"
        expected = {"publish": ["published"], "withdraw": ["withdrawn"], "delete_selected": []}[action]
        assert list(own.jobs.values_list("status", flat=True)) == expected
