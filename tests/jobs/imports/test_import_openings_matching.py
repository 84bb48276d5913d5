"""``manage.py import_openings FILE``: copies of a job, and the departments of jobs."""

import pytest

from jobs.models import Job
from tests.factories import make_department, make_job

from .rows import counts, post

pytestmark = pytest.mark.django_db


class TestCopies:
    """Several rows with one job number are one job."""

    def test_the_public_copy_wins_in_any_order(self, load, nypd):
        inside = {"posting_type": "Internal", "description": "For colleagues.", "title": "Inside"}
        numbers, words = load(post(**inside), post(), post(job_id="2"), post(**inside, job_id="2"))
        assert numbers == counts(read=4, created=2, skipped=2)
        assert "Noticed 2 × job_id: is another copy of a job in this file; skipped (first on line 2)" in words
        assert set(Job.objects.values_list("title", "description")) == {("Agency Attorney", "Advise.")}

    def test_the_latest_public_copy_wins(self, load, nypd):
        load(post(posting_date="2026-03-05", title="Old"), post(posting_date="2026-04-30", title="New"))
        assert Job.objects.get().title == "New"

    def test_a_valid_copy_wins_over_an_invalid_one(self, load, nypd):
        numbers, _words = load(post(post_until="31-JUN-2026"), post(posting_date="2026-01-01"))
        assert numbers == counts(read=2, created=1, skipped=1)

    def test_the_same_number_in_another_source_is_another_job(self, load, nypd):
        numbers, _words = load(post(), post(source="state_list"))
        assert numbers == counts(read=2, created=2)

    def test_a_row_for_employees_only_is_not_imported(self, load, nypd, client):
        numbers, words = load(post(posting_type="Internal"))
        assert numbers == counts(read=1, skipped=1)
        assert "posting_type: is for employees only; skipped" in words
        assert not Job.objects.exists()

    def test_a_job_that_becomes_internal_is_withdrawn_and_can_come_back(self, load, nypd, client):
        load(post())
        first = Job.objects.get()
        inside = post(posting_type="INTERNAL")
        numbers, _words = load(inside)
        job = Job.objects.get()
        assert (job.published_at, job.open_since) == (first.open_since, None)
        assert numbers == counts(read=1, updated=1)
        assert job.status == Job.Status.WITHDRAWN
        assert client.get(job.get_absolute_url()).status_code == 410
        assert load(inside)[0] == counts(read=1, unchanged=1)
        load(post())
        job.refresh_from_db()
        assert job.is_open()
        assert job.published_at == first.published_at < job.open_since

    def test_a_draft_that_becomes_internal_was_never_public(self, load, nypd, client):
        load(post(), draft=True)
        load(post(posting_type="INTERNAL"))
        job = Job.objects.get()
        assert (job.status, job.published_at) == (Job.Status.WITHDRAWN, None)
        assert client.get(job.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("words", ["The public", "GENERAL PUBLIC", "Open to the public", "Internal and External"])
    def test_a_posting_type_may_say_in_other_words_that_it_is_public(self, load, nypd, words):
        assert load(post(posting_type=words))[0] == counts(read=1, created=1)

    @pytest.mark.parametrize("words", ["Employees only", "Current Employees"])
    def test_or_that_it_is_for_employees(self, load, nypd, words):
        assert load(post(posting_type=words))[0] == counts(read=1, skipped=1)

    def test_a_row_with_an_unknown_posting_type_is_not_public(self, load, nypd):
        numbers, words = load(post(posting_type="Level 3"))
        assert numbers == counts(read=1, rejected=1)
        assert "posting_type: must be “External” or “Internal”" in words


class TestEmployers:
    """A row belongs to a department of the directory, or it is rejected."""

    def test_a_department_is_found_by_ori_despite_its_name(self, load, nypd):
        load(post(employer="", employer_ori="ny0303000"))
        assert Job.objects.get().department == nypd

    @pytest.mark.parametrize("name", ["Westport Police Department", "WESTPORT POLICE DEPT.", "Westport PD"])
    @pytest.mark.parametrize("state", ["CT", "Connecticut"])
    def test_a_department_is_found_by_name_city_and_state(self, load, name, state):
        westport = make_department()
        make_department(state="MA")
        load(post(employer_ori="", employer=name, city="WESTPORT", state=state))
        assert Job.objects.get().department == westport

    @pytest.mark.parametrize(
        "employer, words",
        [
            ({"employer_ori": "NY9999999"}, "POLICE DEPARTMENT, New York, NY9999999 is not in the directory"),
            ({"employer_ori": ""}, "POLICE DEPARTMENT, New York, NY is not in the directory"),
            ({"employer": "", "employer_ori": ""}, "New York, NY is not in the directory"),
            ({"employer": "", "employer_ori": "", "city": "", "state": ""}, "An employer without a name is not in"),
            (
                {"employer": "Westport Police Department", "employer_ori": "", "city": "Boston", "state": "CT"},
                "Westport Police Department, Boston, CT is not in the directory",
            ),
            (
                {"employer": "Westport Police Department", "employer_ori": "", "city": "", "state": ""},
                "Westport Police Department is not in the directory",
            ),
            (
                {"employer": "Twin Police", "employer_ori": "", "city": "", "state": "CT"},
                "Twin Police, CT is the name of several departments; add employer_ori",
            ),
        ],
    )
    def test_an_unknown_employer_is_rejected_by_name(self, load, nypd, employer, words):
        make_department()
        make_department("Twin Police", city="Avon")
        make_department("Twin Police", city="Bethel")
        numbers, report = load(post(**employer))
        assert numbers == counts(read=1, rejected=1)
        assert f"employer: {words}" in report


AT_WESTPORT = {"employer_ori": "", "employer": "Westport Police Department", "city": "Westport", "state": "CT"}
OTHER_DEPARTMENT = "job_id: is also the number of a job of another department; if the job has moved, withdraw the old"


class TestIdentity:
    """A job is known by its department, its source and its number. Only importers set them."""

    def test_a_job_of_another_department_is_never_the_same_job(self, load, nypd, westport_police):
        theirs = make_job(westport_police, "Captain", source="city_list", external_id="757172")
        before = Job.objects.values().get()
        numbers, words = load(post())
        assert numbers == counts(read=1, created=1)
        assert OTHER_DEPARTMENT in words
        assert nypd.jobs.get().title == "Agency Attorney"
        assert Job.objects.filter(pk=theirs.pk).values().get() == before
        numbers, words = load(post())
        assert numbers == counts(read=1, unchanged=1)
        assert OTHER_DEPARTMENT not in words

    def test_a_row_that_moves_to_another_department_becomes_a_job_there(self, load, nypd, westport_police):
        load(post())
        numbers, words = load(post(**AT_WESTPORT))
        assert numbers == counts(read=1, created=1)
        assert OTHER_DEPARTMENT in words
        assert westport_police.jobs.get().is_open() and nypd.jobs.get().is_open()

    def test_two_departments_can_use_one_number_in_one_file(self, load, nypd, westport_police):
        assert load(post(), post(**AT_WESTPORT))[0] == counts(read=2, created=2)
        assert load(post(), post(**AT_WESTPORT))[0] == counts(read=2, unchanged=2)

    def test_a_row_for_employees_withdraws_only_the_job_of_its_department(self, load, nypd, westport_police):
        load(post(), post(**AT_WESTPORT))
        load(post(posting_type="Internal"))
        assert (nypd.jobs.get().status, westport_police.jobs.get().status) == ("withdrawn", "published")

    def test_a_row_for_employees_of_an_unknown_department_is_skipped(self, load, nypd):
        numbers, words = load(post(posting_type="Internal", employer_ori="NY9999999"))
        assert numbers == counts(read=1, skipped=1)
        assert "posting_type: is for employees only; skipped" in words

    def test_the_name_of_the_samples_is_no_source(self, load, nypd):
        numbers, words = load(post(source="samples", job_id="sample-1"))
        assert numbers == counts(read=1, rejected=1)
        assert "source: is the name of this site's samples; use another name" in words
