"""What changed on a profile, as visitors see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from departments.changes import CHANGES_SHOWN, recent_changes
from departments.models import Department
from jobs.models import Job
from policeapp.history.records import change_by
from tests.factories import html_of, make_bob, make_department, make_job, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TITLE = "What changed in the last 12 months"


@pytest.fixture
def westport(db):
    return make_department(chief_name="Foti Koskinas", phone="203-341-6000", sworn_officers=1064)


@pytest.fixture
def bob(westport):
    return make_bob(westport)


@pytest.fixture
def edit(bob):
    """``edit(object, days ago, **values)`` saves values with a history of that time."""

    def save(instance, days, **values):
        history = type(instance).history.filter(id=instance.pk)
        known = list(history.values_list("pk", flat=True))
        with change_by(bob):
            for name, value in values.items():
                setattr(instance, name, value)
            instance.save()
        history.exclude(pk__in=known).update(history_date=timezone.now() - timedelta(days=days))

    return save


def changes_of(department):
    return [change.text for change in recent_changes(department, department.jobs.visible().real())]


def test_it_says_in_words_what_changed_and_when_but_not_who_did_it(client, westport, edit):
    edit(westport, 40, chief_name="Jane Doe", email="jane.doe@example.org")
    edit(westport, 30, sworn_officers=1065, population=27_282)
    edit(westport, 20, phone="", about="We.")
    assert changes_of(westport) == [
        "Phone removed: 203-341-6000",
        "Population served added: 27,282",
        "Number of officers: 1,064 → 1,065",
        "Chief: Foti Koskinas → Jane Doe",
    ]
    text = text_of(client.get(westport.get_absolute_url()))
    assert TITLE in text
    day = westport.format_day(timezone.localdate(timezone.now() - 40 * DAY, westport.zone))
    assert f"Chief: Foti Koskinas → Jane Doe; {day}" in text and "Bob" not in text
    edit(westport, 0, email="")
    assert "jane.doe" not in html_of(client.get(westport.get_absolute_url()))


def test_what_is_undone_within_the_hour_or_older_than_a_year_is_left_out(westport, edit):
    edit(westport, 366, phone="203-341-6111")
    edit(westport, 50, chief_name="Jan Doe")
    edit(westport, 50 - 1 / 48, chief_name="Jane Doe")
    edit(westport, 40, sworn_officers=5)
    edit(westport, 40 - 1 / 48, sworn_officers=1064)
    assert changes_of(westport) == ["Chief: Foti Koskinas → Jane Doe"]
    edit(westport, 10, sworn_officers=5)
    edit(westport, 9, sworn_officers=1064)
    assert len(changes_of(westport)) == 3


def test_it_is_absent_without_changes_and_short_with_many(client, westport, edit):
    assert changes_of(westport) == [] and TITLE not in html_of(client.get(westport.get_absolute_url()))
    for number in range(CHANGES_SHOWN + 2):
        edit(westport, 100 - number, sworn_officers=number)
    found = changes_of(westport)
    assert len(found) == CHANGES_SHOWN and found[0] == "Number of officers: 10 → 11"


def test_a_change_that_nobody_recorded_is_not_dated(westport, edit):
    edit(westport, 40, phone="203-341-6100")
    Department.objects.update(chief_name="Loaded from a file")
    westport.refresh_from_db()
    edit(westport, 30, phone="203-341-6200")
    assert changes_of(westport) == [
        "Phone: 203-341-6100 → 203-341-6200",
        "Phone: 203-341-6000 → 203-341-6100",
    ]


def test_jobs_are_posted_and_closed_and_drafts_stay_secret(westport, edit, bob):
    make_job(westport, "Never changed")
    make_job(westport, "Sample", is_sample=True, source="samples", external_id="1")
    with change_by(bob):
        posted = make_job(westport, "Dispatcher")
        draft = make_job(westport, "Draft", status=Job.Status.DRAFT)
        closed = make_job(westport, "Clerk", opens_on=westport.today() - 9 * DAY, closes_on=westport.today() - DAY)
        make_job(westport, "Planned", opens_on=westport.today() + DAY)
    edit(draft, 3, status=Job.Status.WITHDRAWN)
    Job.history.filter(id=closed.pk).update(published_at=timezone.now() - 9 * DAY)
    found = changes_of(westport)
    assert found[0] == "Job posted: Dispatcher" and sorted(found) == [
        "Job closed: Clerk",
        "Job posted: Clerk",
        "Job posted: Dispatcher",
    ]
    with change_by(bob):
        posted.withdraw()
    assert "Job posted: Dispatcher" not in changes_of(westport), "withdrawn within the hour"
    old = timezone.now() - 5 * DAY
    Job.history.filter(id=posted.pk, status="published").update(history_date=old, published_at=old)
    assert "Job closed: Dispatcher" in changes_of(westport)
