"""``manage.py import_openings FILE``: copies of a job, and the departments of jobs."""

import pytest

from jobs.models import Job
from tests.factories import make_department

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
        inside = post(posting_type="INTERNAL")
        numbers, _words = load(inside)
        job = Job.objects.get()
        assert numbers == counts(read=1, updated=1)
        assert job.status == Job.Status.WITHDRAWN
        assert client.get(job.get_absolute_url()).status_code == 410
        assert load(inside)[0] == counts(read=1, unchanged=1)
        load(post())
        job.refresh_from_db()
        assert job.is_open()

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

    def test_a_job_moves_to_another_employer_with_its_row(self, load, nypd):
        load(post())
        other = make_department()
        load(post(employer_ori="", employer=other.name, city="Westport", state="CT"))
        job = Job.objects.get()
        assert job.department == other and "westport" in job.words
