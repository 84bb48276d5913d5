"""Times in the admin are those of the department, and name their time zone."""

import re

import pytest

from departments.models import Claim, Department
from jobs.models import Job
from policeapp.accounts.models import AuditEvent
from tests.admin import html_of, page, save, signed_in
from tests.factories import make_claim, make_department, make_job, make_rita, text_of, utc

pytestmark = pytest.mark.django_db

AT = "2026-01-05 03:30"  # in UTC


@pytest.fixture
def arizona():
    """A department in Phoenix, which is seven hours behind UTC all year."""
    department = make_department("Phoenix Police", state="AZ", city="Phoenix", time_zone="America/Phoenix")
    Department.objects.filter(pk=department.pk).update(created=utc(AT), modified=utc(AT))
    return department


def offset_of(response):
    """Return the offset to UTC, in seconds, that "Today" and "Now" use."""
    return re.search(r'data-admin-utc-offset="([^"]*)"', html_of(response))[1]


def test_pages_of_a_department_show_its_times_and_their_zone(alice, arizona):
    job, claim = make_job(arizona), make_claim(arizona)
    Job.objects.update(created=utc(AT), modified=utc(AT))
    Claim.objects.update(confirmed_at=utc(AT), created=utc(AT))
    local = "Jan 4, 2026, 8:30 PM MST"
    for thing in (arizona, job, claim):
        response = alice.get(page(thing))
        assert local in text_of(response)
        assert "Times are in the department's time zone: MST." in text_of(response)
        assert offset_of(response) == "-25200"
    save(alice, job, title="Sergeant")
    assert re.search(r"Alice, .* [AP]M MST", text_of(alice.get(page(job, "history"))))
    for model in (Department, Claim):
        assert local in text_of(alice.get(page(model, "list")))


def test_other_pages_show_times_in_the_zone_of_the_site(alice):
    AuditEvent.objects.bulk_create([AuditEvent(at=utc(AT), kind="signed in")])
    assert "Jan 5, 2026, 3:30 AM UTC" in text_of(alice.get(page(AuditEvent, "list")))


def test_the_form_of_another_job_has_the_times_of_the_chosen_department(alice, arizona):
    empty = alice.get(page(Job, "add"))
    assert "Times are in the department's time zone." in text_of(empty)
    url = f"{page(Job, 'add')}?department={arizona.pk}"
    rita = signed_in(make_rita(arizona))
    for response in (alice.get(url), rita.get(page(Job, "add")), alice.post(url, {"department": arizona.pk})):
        assert "time zone: MST." in text_of(response)
        assert offset_of(response) == "-25200"
    [asked] = re.findall(r'data-zone-url="([^"]*)"', html_of(empty))
    assert rita.get(asked, {"department": arizona.pk}).json() == {"offset": -25200, "name": "MST"}
    for wrong in (make_department().pk, "", "9" * 30, "one"):
        assert rita.get(asked, {"department": wrong}).status_code in (400, 404)
