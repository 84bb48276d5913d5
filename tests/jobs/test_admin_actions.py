"""What editors do with a job in one action: from the list, from its page and from its form."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry

from jobs.actions import MAX_ROWS
from jobs.models import Job
from tests.admin import act, ask, html_of, messages_of, page, save, saved, signed_in
from tests.factories import (
    form_of,
    make_alice,
    make_bob,
    make_department,
    make_job,
    make_requirements,
    make_step,
    text_of,
    today,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LIST = "/admin/jobs/job/"


@pytest.fixture
def own(db):
    return make_department("Own Police")


@pytest.fixture
def bob(own):
    return signed_in(make_bob(own))


# The actions of the list


@pytest.mark.any_engine
def test_the_page_that_asks_says_row_by_row_what_changes_and_what_can_not(bob, own):
    jobs = [make_job(own, "Open"), make_job(own, "Gone", status="withdrawn"), make_job(own, "New", status="draft")]
    jobs.append(make_job(own, "Not chosen"))
    words = text_of(ask(bob, "withdraw", jobs[:3]))
    assert "This changes New, Own Police, Westport, CT: Draft → Withdrawn Open, Own Police, Westport, CT:" in words
    assert "Open until filled → Withdrawn This can't change Gone, Own Police, Westport, CT: It is already with" in words
    assert "Not chosen" not in words
    assert not LogEntry.objects.exists() and Job.objects.filter(status="withdrawn").count() == 1

    messages = messages_of(act(bob, "withdraw", jobs[:3]))
    assert messages == ["2 jobs are withdrawn.", "Gone: It is already withdrawn."]
    assert list(Job.objects.exclude(status="withdrawn")) == jobs[3:]
    assert LogEntry.objects.count() == 2 and jobs[0].title in {
        entry.object_repr[:4] for entry in LogEntry.objects.all()
    }


@pytest.mark.parametrize(
    ("action", "values", "state", "words"),
    [
        ("publish", {"status": "draft"}, "until_filled", "1 job is published."),
        ("confirm", {}, "until_filled", "1 job is confirmed as still open."),
        ("extend", {}, "open", "1 job is given another deadline."),
        ("fill", {}, "filled", "1 job is marked as filled."),
        ("reopen", {"status": "filled"}, "until_filled", "1 job is reopened."),
        ("withdraw", {}, "withdrawn", "1 job is withdrawn."),
    ],
)
def test_each_action_changes_a_job_and_records_the_editor(bob, own, action, values, state, words):
    job = make_job(own, **values)
    assert messages_of(act(bob, action, [job])) == [words]
    job.refresh_from_db()
    assert job.state == state
    fact = {"confirm": None, "extend": "closes_on"}.get(action, "status")
    assert fact is None or job.sources[fact]["set_by"].startswith("user:")
    assert action != "extend" or job.closes_on == today(own) + 14 * DAY


@pytest.mark.any_engine
def test_extending_asks_for_a_date_and_refuses_impossible_ones(bob, own):
    job = make_job(own, "Soon", closes_on=today() + 3 * DAY)
    late = make_job(own, "Late", closes_on=today() + 300 * DAY)
    assert form_of(ask(bob, "extend", [job]))["closes_on"] == str(today() + 17 * DAY)
    assert "is already open until" in text_of(act(bob, "extend", [job], closes_on=str(today())))
    assert "This field is required." in text_of(act(bob, "extend", [job], closes_on=""))
    messages = messages_of(act(bob, "extend", [job, late], closes_on=str(today() + 60 * DAY)))
    assert messages[0] == "1 job is given another deadline." and messages[1].startswith(
        "Late: It is already open until"
    )
    job.refresh_from_db()
    late.refresh_from_db()
    assert (job.closes_on, late.closes_on) == (today() + 60 * DAY, today() + 300 * DAY)


def test_all_rows_of_the_filtered_list_are_those_that_the_page_names(bob, own):
    drafts = [make_job(own, f"Draft {number}", status="draft") for number in range(3)]
    make_job(own, "Withdrawn", status="withdrawn")
    url = f"{LIST}?status__exact=draft"
    question = ask(bob, "publish", drafts[:1], url, select_across="1")
    form = form_of(question)
    assert sorted(form["_selected_action"]) == sorted(str(job.pk) for job in drafts)
    assert "select_across" not in form and "Withdrawn" not in text_of(question)
    late = make_job(own, "Added after the question", status="draft")
    assert messages_of(bob.post(url, form, follow=True)) == ["3 jobs are published."]
    late.refresh_from_db()
    assert late.status == "draft"


def test_a_job_outside_of_the_list_is_never_changed(bob, own):
    draft, other = make_job(own, status="draft"), make_job(make_department("Strange"), status="draft")
    published = make_job(own)
    act(bob, "withdraw", [draft, other, published], f"{LIST}?status__exact=draft")
    assert list(Job.objects.filter(status="withdrawn")) == [draft]


@pytest.mark.parametrize("change", ["edited", "out of the list"])
def test_a_job_that_changes_after_the_question_is_asked_about_again(bob, own, change):
    job, other = make_job(own, "Changed", status="draft"), make_job(own, "Other", status="draft")
    url = f"{LIST}?status__exact=draft"
    form = form_of(ask(bob, "withdraw", [job, other], url))
    if change == "edited":
        job.title = "Changed now"
        job.save()
    else:
        job.publish()
    again = bob.post(url, form)
    assert "Nothing is changed yet, because a job was changed in the meantime." in text_of(again)
    assert ("Changed now" in text_of(again)) == (change == "edited")
    assert not Job.objects.filter(status="withdrawn").exists()
    bob.post(url, form_of(again))
    assert Job.objects.filter(status="withdrawn").count() == (2 if change == "edited" else 1)


@pytest.mark.any_engine
def test_an_action_takes_a_limited_number_of_rows_and_few_queries(bob, own, django_assert_max_num_queries):
    jobs = [make_job(own, status="draft") for _number in range(12)]
    with django_assert_max_num_queries(16):
        assert ask(bob, "publish", jobs).status_code == 200
    Job.objects.bulk_create(
        Job(department=own, title="x", slug="x", apply_instructions="x", opens_on=today(), opens_at=jobs[0].opens_at)
        for _number in range(MAX_ROWS)
    )
    response = bob.post(
        LIST, {"action": "publish", "_selected_action": [jobs[0].pk], "select_across": "1"}, follow=True
    )
    assert messages_of(response) == [f"Nothing is changed. Choose at most {MAX_ROWS} jobs at a time."]


# The page of a job


@pytest.mark.any_engine
def test_the_page_of_a_job_has_a_button_for_each_possible_action_and_comes_back(bob, own):
    job = make_job(own, closes_on=today() + 5 * DAY)
    html = html_of(bob.get(page(job)))
    buttons = re.findall(r'<button class="button" name="action" value="(\w+)">([^<]+)', html)
    assert buttons == [("extend", "Extend the deadline"), ("fill", "Mark as filled"), ("withdraw", "Withdraw")]
    response = act(bob, "fill", [job], _job="yes")
    assert response.redirect_chain[-1][0] == page(job)
    assert "1 job is marked as filled." in messages_of(response)


@pytest.mark.any_engine
def test_a_draft_is_published_from_its_form_in_one_action(bob, own):
    job = make_job(own, status="draft")
    assert 'name="_publish"' in html_of(bob.get(page(job)))
    messages = messages_of(save(bob, job, title="Sergeant", _publish="Publish"))
    assert "This job is on the site now." in messages
    job.refresh_from_db()
    assert (job.title, job.status) == ("Sergeant", "published")
    assert 'name="_publish"' not in html_of(bob.get(page(job)))
    typed = {"title": "Chief", "description": "x", "apply_instructions": "x"}
    assert saved(save(bob, Job, **typed, _publish="Publish"))
    assert Job.objects.get(title="Chief").is_open()


@pytest.mark.parametrize("is_new", [True, False])
def test_a_preview_shows_the_typed_text_as_it_will_look_and_saves_nothing(bob, own, is_new):
    job = make_job(own, "Before", status="draft", opens_on=date(2099, 1, 1))
    before = Job.objects.values().get()
    typed = {"title": "After", "description": "Ride a **zebra**.", "apply_instructions": "Call the zoo."}
    typed |= {"structured_requirements-0-minimum_age": "77", "_preview": "Preview", "opens_on": "2099-01-01"}
    response = save(bob, Job if is_new else job, **typed)
    words = text_of(response)
    assert "This is a preview. Visitors can't see it. It shows the page as it looks while the job is open." in words
    assert "How to apply Call the zoo." in words and "<strong>zebra</strong>" in html_of(response) and "77" in words
    assert "not open" not in words and "successfully" not in words
    assert Job.objects.values().get() == before and not LogEntry.objects.exists()
    assert "successfully" not in text_of(bob.get("/admin/"))
    errors = save(bob, job, title="", _preview="Preview")
    assert "Please correct the error" in text_of(errors)


# Copying


def test_a_copy_is_a_form_with_the_job_s_texts_but_no_dates_and_saves_nothing(bob, own):
    job = make_job(
        own, "Dispatcher", kind="dispatcher", pay_min=50_000, pay_max=60_000, requirements="Type.", positions=3,
        source="list", external_id="7", closes_on=today() + DAY,
    )  # fmt: skip
    make_requirements(job, minimum_age=19, education="associate")
    make_step(job, name="Typing", date=today() + DAY, place="Town Hall", fee=20, order=1)
    make_step(job, "oral_board", order=2)
    url = f"{page(Job, 'add')}?copy={job.pk}"
    assert bob.post(LIST, {"action": "copy_job", "_selected_action": [job.pk]})["Location"] == url
    assert f'href="{url}">Copy' in html_of(bob.get(page(job)))
    form = form_of(bob.get(url))
    assert Job.objects.count() == 1
    assert form["opens_on"] == form["closes_on"] == form["hiring_steps-0-date"] == ""
    assert saved(bob.post(url, form, follow=True))
    copy = Job.objects.exclude(pk=job.pk).get()
    for name in ("department", "title", "kind", "pay_min", "pay_max", "requirements", "positions"):
        assert getattr(copy, name) == getattr(job, name), name
    assert (copy.status, copy.source, copy.external_id, copy.closes_on) == ("draft", "", "", None)
    assert (copy.structured_requirements.minimum_age, copy.structured_requirements.education) == (19, "associate")
    steps = list(copy.hiring_steps.values_list("kind", "name", "date", "place", "fee"))
    assert steps == [("written_test", "Typing", None, "Town Hall", 20), ("oral_board", "", None, "", None)]


@pytest.mark.any_engine
def test_nobody_copies_a_job_that_they_cannot_edit(bob, own):
    strange = make_job(make_department("Strange"), "Secret")
    assert form_of(bob.get(f"{page(Job, 'add')}?copy={strange.pk}"))["title"] == ""
    assert bob.get(f"{page(Job, 'add')}?copy=x").status_code == 400
    two = [make_job(own), make_job(own)]
    response = bob.post(LIST, {"action": "copy_job", "_selected_action": [job.pk for job in two]}, follow=True)
    assert messages_of(response) == ["Choose one job to copy."]


@pytest.mark.any_engine
def test_an_administrator_can_do_all_of_it_too(own):
    alice, job = signed_in(make_alice()), make_job(own)
    assert messages_of(act(alice, "fill", [job])) == ["1 job is marked as filled."]
    assert form_of(alice.get(f"{page(Job, 'add')}?copy={job.pk}"))["title"] == job.title
