"""``manage.py import_openings FILE``: it imports jobs, reports every row and keeps edits."""

import csv
import random
from datetime import date, time, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from departments.models import Department
from jobs.imports.openings import PostingImporter
from jobs.models import Job
from tests.admin import act
from tests.factories import form_of, make_alice, make_department, make_job, set_by, text_of, today

from .rows import ORI, counts, post

pytestmark = pytest.mark.django_db


def snapshot():
    return list(Job.objects.order_by("pk").values())


def test_search_finds_an_imported_job_by_its_description(load, nypd):
    load(post(description="Advise on narcotics.", min_qualifications="A diploma"))
    assert Job.objects.open().matching("narcotics diploma").count() == 1
    load(post(description="Advise on traffic.", min_qualifications="A diploma"))
    assert Job.objects.open().matching("narcotics").count() == 0
    assert Job.objects.open().matching("traffic").count() == 1


def test_a_row_becomes_a_job_that_visitors_see(load, nypd, client):
    numbers, _words = load(
        post(
            title="P/T Radio Dispatcher",
            full_part_time="P",
            salary_from="26.0722",
            salary_to="33.7504",
            salary_frequency="Hourly",
            description="You will:  •\tAnswer calls. •\tStay calm.",
            hours_shift="Nights",
            min_qualifications="1. A diploma; or  2. An exam.",
            preferred_skills="Patience",
            to_apply="Please visit: http://jobs.example and search.",
        )
    )
    assert numbers == counts(read=1, created=1)
    job = Job.objects.get()
    assert (job.department, job.source, job.external_id, job.is_sample) == (nypd, "city_list", "757172", False)
    assert (job.opens_on, job.closes_on, job.closes_at.isoformat()) == (
        date(2026, 6, 16),
        date(2099, 7, 16),
        "2099-07-17T04:00:00+00:00",
    )
    words = text_of(client.get(job.get_absolute_url()))
    for text in (
        "P/T Radio Dispatcher",
        "Dispatcher or call taker, part time",
        "$26.07 to $33.75 an hour",
        "Positions: 2",
        "You will: Answer calls. Stay calm. Hours Nights",
        "A diploma; or An exam. Preferred skills Patience",
        "Please visit: http://jobs.example and search.",
    ):
        assert text in words
    assert job.apply_url == "http://jobs.example"
    assert "P/T Radio Dispatcher" in text_of(client.get("/jobs/?q=dispatcher new york"))


def test_importing_a_file_again_only_confirms_that_jobs_are_open(load, nypd):
    row, sparse = post(), post(job_id="2", posting_date="", post_until="")
    load(row, sparse)
    before = snapshot()
    numbers, _words = load(row, sparse)
    assert numbers == counts(read=2, unchanged=2)
    after = snapshot()
    assert after[0] == before[0] and after[1]["confirmed_at"] > before[1]["confirmed_at"]
    confirmed = ("confirmed_at", "listed_until")
    assert after[1] | dict.fromkeys(confirmed) == before[1] | dict.fromkeys(confirmed)


def test_a_row_without_an_opening_date_opens_on_the_date_of_the_list(load, nypd):
    load(post(posting_date="", post_until="Until filled"))
    job = Job.objects.get()
    assert (job.opens_on, job.closes_on) == (date(2026, 6, 23), None)


def test_a_newer_list_updates_the_facts_that_differ(load, nypd):
    load(post(), post(job_id="2"), post(job_id="3"))
    numbers, _words = load(post(salary_to="70000"), post(job_id="2"), name="newer.csv")
    assert numbers == counts(read=2, updated=1, unchanged=1)
    changed, same, missing = Job.objects.order_by("external_id").order_by("pk")
    assert changed.external_id == "757172" and changed.pay_max == 70000 and changed.pay_yearly == 70000
    assert same.modified < changed.modified
    assert missing.is_open(), "Openings that a newer list lacks stay: their closing day ends them."


def test_a_missing_column_changes_nothing(load, nypd):
    load(post())
    short = {name: post()[name] for name in ("source", "snapshot_date", "job_id", "employer_ori", "title")}
    numbers, _words = load(short | {"title": "Agency Attorney II"})
    job = Job.objects.get()
    assert numbers == counts(read=1, updated=1)
    assert (job.title, job.slug, job.closes_on, job.pay_max) == (
        "Agency Attorney II",
        "agency-attorney-ii",
        date(2099, 7, 16),
        60000,
    )
    assert (job.description, job.apply_instructions) == ("Advise.", "Write to the bureau.")


class TestBadRows:
    """An invalid required value rejects the row. An invalid optional value is left out and reported."""

    @pytest.mark.parametrize(
        "values, column, reason",
        [
            ({"job_id": ""}, "job_id", "is missing"),
            ({"title": " "}, "title", "This field cannot be blank."),
            ({"title": "x" * 201}, "title", "at most 200 characters"),
            ({"job_id": "9" * 101}, "job_id", "at most 100 characters"),
            ({"to_apply": "x" * 5001}, "to_apply", "at most 5000 characters"),
            ({"post_until": "31-JUN-2026"}, "post_until", "Enter a date"),
            ({"posting_date": "soon"}, "posting_date", "Enter a date"),
            ({"post_until": "2026-06-15"}, "post_until", "is before the opening date"),
            ({"employer_ori": "NY03"}, "employer_ori", "is not an ORI"),
            ({"employer_ori": "", "state": "XX"}, "state", "is not a state"),
        ],
    )
    def test_an_invalid_required_value_rejects_the_row(self, load, nypd, tmp_path, values, column, reason):
        numbers, words = load(post(job_id="1"), post(**values), rejects=tmp_path / "rejects.csv")
        assert numbers == counts(read=2, created=1, rejected=1)
        assert f"Rejected 1 × {column}: " in words and reason in words
        with open(tmp_path / "rejects.csv", encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        assert row["rejected_line"] == "3" and row["rejected_column"] == column and reason in row["rejected_reason"]
        assert row["employer"] == "POLICE DEPARTMENT"

    def test_rejected_rows_can_be_fixed_and_imported_again(self, load, nypd, tmp_path):
        load(post(post_until="2026-06-31"), rejects=tmp_path / "rejects.csv")
        mended = (tmp_path / "rejects.csv").read_text(encoding="utf-8-sig").replace("2026-06-31", "2099-06-30")
        (tmp_path / "mended.csv").write_text(mended, encoding="utf-8")
        call_command("import_openings", tmp_path / "mended.csv", stdout=StringIO())
        assert Job.objects.get().closes_on == date(2099, 6, 30)

    @pytest.mark.parametrize(
        "values, column, field, value",
        [
            ({"salary_frequency": "Hourly"}, "salary_from", "pay_max", None),
            ({"salary_from": "DOE"}, "salary_from", "pay_min", None),
            ({"positions": "many"}, "positions", "positions", 1),
            ({"full_part_time": "X", "title": "P/T Clerk"}, "full_part_time", "schedule", "part_time"),
            ({"kind": "Wizard", "title": "Police Officer"}, "kind", "kind", "entry_level"),
            ({"url": "see the board"}, "url", "apply_url", ""),
            ({"apply_email": "nobody"}, "apply_email", "apply_email", ""),
        ],
    )
    def test_an_invalid_optional_value_is_left_out(self, load, nypd, values, column, field, value):
        numbers, words = load(post(**values))
        assert numbers == counts(read=1, created=1)
        assert f"Noticed 1 × {column}: " in words and "; this value was left out" in words
        assert getattr(Job.objects.get(), field) == value

    def test_a_list_without_a_source_is_refused(self, load, nypd):
        row = post(snapshot_date="")
        del row["source"]
        with pytest.raises(CommandError, match="has no “source” column."):
            load(row)
        assert not Job.objects.exists()
        load(row, source="Town list", as_of="2026")
        job = Job.objects.get()
        assert job.source == "Town list"
        assert job.sources["title"] == {"source": "Town list", "as_of": "2026", "set_by": "import"}

    @pytest.mark.parametrize("missing", ["job_id", "title"])
    def test_a_missing_required_column_is_an_error(self, load, nypd, missing):
        row = post()
        del row[missing]
        with pytest.raises(CommandError, match=f"has no column “{missing}”"):
            load(row)


class TestApplying:
    """Every imported job says how to apply."""

    @pytest.mark.parametrize(
        "values, url, email, words",
        [
            (
                {"url": "jobs.example/1", "to_apply": "Or www.other.example"},
                "https://jobs.example/1",
                "",
                "Or www.other",
            ),
            ({"apply_email": "desk@a.example", "to_apply": ""}, "", "desk@a.example", ""),
            ({"to_apply": "Send it to desk@a.example"}, "", "desk@a.example", "Send it to desk@a.example"),
            ({"to_apply": "Write to a@a.example or b@a.example"}, "", "", "Write to a@a.example or"),
            ({"to_apply": ""}, "", "", "Ask the department about job number 757172"),
        ],
    )
    def test_how_to_apply_comes_from_the_row_or_is_a_default_text(self, load, nypd, values, url, email, words):
        load(post(**values))
        job = Job.objects.get()
        assert (job.apply_url, job.apply_email) == (url, email)
        assert words in job.apply_instructions and bool(job.apply_instructions) == bool(words)


class TestEdits:
    """The import keeps the facts that an editor has set, unless it is told to overwrite them."""

    @pytest.fixture
    def job(self, load, nypd):
        load(post())
        job = Job.objects.get()
        client = Client()
        client.force_login(make_alice())
        url = f"/admin/jobs/job/{job.pk}/change/"
        form = form_of(client.get(url)) | {"title": "Counsel", "pay_max": "65000", "status": "withdrawn"}
        assert client.post(url, form).status_code == 302
        return job

    def test_the_admin_records_who_set_which_fact(self, job):
        job.refresh_from_db()
        by = {name: origin["set_by"] for name, origin in job.sources.items()}
        assert by.pop("title") == by.pop("pay_max") == by.pop("status") == set_by("alice")
        assert set(by.values()) == {"import"} and by.keys() | {"title", "pay_max", "status"} == set(Job.FACTS)

    def test_an_import_keeps_an_edit_and_reports_both_values(self, load, job, tmp_path):
        numbers, words = load(post(positions="5", salary_from="53000"), conflicts=tmp_path / "conflicts.csv")
        assert numbers == counts(read=1, updated=1)
        job.refresh_from_db()
        assert (job.title, job.status, job.positions) == ("Counsel", "withdrawn", 5)
        assert (job.pay_min, job.pay_max) == (52110, 65000), "Who has set one of the amounts has set both."
        with open(tmp_path / "conflicts.csv", encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["job_id"], row["column"], row["ours"], row["theirs"], row["set_by"]) for row in rows] == [
            ("757172", "pay_min", "52110.00", "53000.00", set_by("alice")),
            ("757172", "pay_max", "65000.00", "60000.00", set_by("alice")),
            ("757172", "title", "Counsel", "Agency Attorney", set_by("alice")),
            ("757172", "status", "withdrawn", "published", set_by("alice")),
        ]
        assert "4 values were not changed because people had entered others" in words

    def test_a_second_import_changes_nothing_more(self, load, job):
        assert load(post())[0] == counts(read=1, unchanged=1)

    def test_overwriting_uses_the_files_values(self, load, job):
        load(post(), overwrite=True)
        job.refresh_from_db()
        assert (job.title, job.pay_max, job.status) == ("Agency Attorney", 60000, "published")
        assert job.sources["title"]["set_by"] == "import"

    def test_a_row_that_would_close_before_an_edited_opening_date_is_rejected(self, load, job):
        job.closes_on = date(2026, 6, 20)
        job.set_source(["closes_on"], "Editor of this site", "", "user:1")
        job.save()
        numbers, words = load(post(posting_date="2026-06-30"))
        assert numbers == counts(read=1, rejected=1) and "post_until: is before the opening date" in words

    def test_an_import_never_matches_a_job_that_was_entered_here(self, load, nypd):
        mine = make_job(nypd, title="Agency Attorney", source="", external_id="")
        assert load(post())[0] == counts(read=1, created=1)
        mine.refresh_from_db()
        assert mine.source == ""

    def test_publishing_with_an_admin_action_is_an_edit_too(self, load, nypd):
        load(post(), draft=True)
        job = Job.objects.get()
        assert job.status == "draft"
        client = Client()
        client.force_login(make_alice())
        act(client, "publish", [job])
        job.refresh_from_db()
        assert (job.status, job.sources["status"]["set_by"]) == ("published", set_by("alice"))


class TestChangesDuringTheImport:
    """Edits between comparing and writing stay. The rows that they affect are rejected."""

    @pytest.fixture
    def load_while(self, load, monkeypatch):
        """``load_while(work, row, ...)``: import the rows and call ``work()`` after they are compared."""

        def load_while(work, *rows):
            plan = PostingImporter.plan
            with monkeypatch.context() as patch:
                patch.setattr(PostingImporter, "plan", lambda *args: (plan(*args), work())[0])
                return load(*rows)

        return load_while

    def test_an_opening_that_a_person_saves_stays_theirs(self, load, load_while, nypd):
        load(post(), post(job_id="2"))
        job = Job.objects.get(external_id="757172")
        job.title = "Counsel"
        numbers, words = load_while(job.save, post(positions="5"), post(job_id="2", positions="5"))
        assert numbers == counts(read=2, updated=1, rejected=1)
        assert "was changed by somebody else during the import; import the file again (first on line 2)" in words
        job.refresh_from_db()
        assert (job.title, job.positions) == ("Counsel", 2)

    def test_an_opening_whose_department_is_saved_or_deleted_is_not_written(self, load_while, nypd, westport_police):
        at_westport = post(job_id="2", employer_ori="", employer=westport_police.name, city="Westport", state="CT")
        numbers, _words = load_while(westport_police.save, post(), at_westport)
        assert numbers == counts(read=2, created=1, rejected=1)
        numbers, _words = load_while(westport_police.delete, post(), at_westport)
        assert numbers == counts(read=2, unchanged=1, rejected=1)

    def test_a_number_that_another_opening_gets_stays_its_own(self, load_while, nypd):
        def add():
            make_job(nypd, source="city_list", external_id="757172", title="Counsel")

        numbers, words = load_while(add, post(), post(job_id="2"))
        assert numbers == counts(read=2, created=1, rejected=1)
        assert "Another job of this department has this source and job number. Import the file again." in words
        assert Job.objects.get(external_id="757172").title == "Counsel"


def test_new_jobs_can_be_imported_as_drafts(load, nypd, client):
    load(post())
    load(post(positions="3"), post(job_id="2"), draft=True)
    assert dict(Job.objects.values_list("external_id", "status")) == {"757172": "published", "2": "draft"}


def test_a_dry_run_reports_the_same_and_changes_nothing(load, nypd):
    rows = post(), post(job_id="2", posting_type="Internal"), post(job_id="3", employer_ori="NY9999999")
    dry, words = load(*rows, dry_run=True)
    assert "Nothing was changed" in words and not Job.objects.exists()
    assert load(*rows)[0] == dry == counts(read=3, created=1, skipped=1, rejected=1)


def test_times_are_in_the_departments_zone(load):
    make_department("Mesa Police Department", state="AZ", city="Mesa", ori="AZ0071700", time_zone="America/Phoenix")
    load(post(employer_ori="AZ0071700", post_until="2099-07-16T19:00:00Z"))
    job = Job.objects.get()
    assert (job.closes_on, job.closes_time) == (date(2099, 7, 16), time(12))
    assert job.closes_at.isoformat() == "2099-07-16T19:00:00+00:00"


def test_the_columns_of_the_new_york_export_are_known(load, nypd):
    load(
        {
            "Job ID": "1", "Agency": "New York City PD", "City": "New York", "State": "NY", "Posting Type": "External",
            "# Of Positions": "4", "Business Title": "Criminalist", "Full-Time/Part-Time indicator": "P",
            "Salary Range From": "$60,269.00", "Salary Range To": "75955", "Salary Frequency": "Annual",
            "Job Description": "Analyze.", "Minimum Qual Requirements": "A degree", "To Apply": "Click.",
            "Posting Date": "05/21/2026", "Post Until": "05-JUL-2099", "Hours/Shift": "Days",
            "Division/Work Unit": "Police Lab",
        },
        source="Jobs NYC",
    )  # fmt: skip
    job = Job.objects.get()
    assert (job.title, job.positions, job.schedule, job.kind) == ("Criminalist", 4, "part_time", "civilian")
    assert (job.pay_min, job.closes_on) == (Decimal("60269"), date(2099, 7, 5))
    assert job.description == "Analyze.\n\n## Unit\n\nPolice Lab\n\n## Hours\n\nDays"


def test_a_report_uses_the_files_column_names(load, nypd):
    _numbers, words = load(
        {"Job ID": "1", "Agency": "Nowhere PD", "Agency ORI": "", "State": "NY", "Business Title": "Clerk"},
        {"Job ID": "1", "Agency": "", "Agency ORI": nypd.ori, "State": "NY", "Business Title": "Clerk"},
        {"Job ID": "1", "Agency": "", "Agency ORI": nypd.ori, "State": "NY", "Business Title": "Clerk"},
        {"Job ID": "2", "Agency": "", "Agency ORI": "x", "State": "NY", "Business Title": "Clerk"},
        source="Jobs",
    )
    assert "Rejected 1 × Agency: Nowhere PD, NY is not in the directory (first on line 2)" in words
    assert "Rejected 1 × Agency ORI: is not an ORI" in words
    assert "Noticed 1 × Job ID: is another copy" in words


def test_capitals_and_placeholders_are_cleaned(load, nypd):
    load(post(title="RADIO REPAIR MECHANIC II, K-9 UNIT", hours_shift="TBD", min_qualifications="N/A", post_until="-"))
    job = Job.objects.get()
    assert (job.title, job.requirements, job.closes_on) == ("Radio Repair Mechanic II, K-9 Unit", "", None)
    assert job.description == "Advise."


NASTY = [
    "", " ", "-", "N/A", "0", "-1", "1e999", "NaN", "Infinity", "9" * 40, "²", "٣", "1.5.2", "$", "k", "$1,00,000k",
    "2026-02-30", "9999-12-31", "0001-01-01T00:00:00+99:99", "12/31/9999 25:61 PM", "T", "2026-07-16T10:00:00+14:00",
    "2100-12-31T23:59:00-12:00", "2000-01-01T01:00:00+05:00", "a@b", "http://", "http://[::1", "//x", "www.",
    "javascript:alert(1)", "http://a.example:99999999/", "💣\u202e", "<script>alert(1)</script>", "x" * 300,
    "1.\t1.\t2.\t", "- - -", "* " * 200, "2000-01-01T02:00:00Z",
    "\n\n\t•\n", "&#0;&#55296;&#1114112;", "Internal", "External", "NY", "Hourly", ORI, "'=1+1",
]  # fmt: skip


def test_any_cells_lead_to_a_report_of_every_row(load, nypd):
    """Unexpected cells neither stop the import nor reach the database unchecked."""
    chance = random.Random(7)
    rows = []
    for number, column in enumerate(post()):
        for other, nasty in enumerate(NASTY):
            rows.append(post(job_id=f"{number}.{other}") | {column: nasty})
    for number in range(300):
        cells = {column: chance.choice(NASTY) for column in [*post(), "url", "apply_email", "kind", "hours_shift"]}
        rows.append(post(job_id=f"r{number}") | chance.choice([cells, cells | {"employer_ori": ORI, "title": "x"}]))
    numbers, _words = load(*rows)
    assert numbers["read"] == len(rows) == sum(numbers.values()) - numbers["read"]
    assert numbers["created"] > len(rows) / 2
    for job in Job.objects.all():
        job.clean_fields(exclude=["department"])


def test_more_rows_take_no_more_queries(load, nypd):
    def queries_for(number):
        asked = []  # the import clears Django's own list of queries
        with connection.execute_wrapper(lambda execute, sql, *rest: asked.append(sql) or execute(sql, *rest)):
            load(*(post(job_id=f"{number}-{one}", title=f"Clerk {one}") for one in range(number)))
        return len(asked)

    assert queries_for(2) == queries_for(20) <= 12


def test_a_draft_department_hides_its_imported_jobs(load, nypd, client):
    Department.objects.update(status="draft")
    load(post(posting_date=str(today() - timedelta(days=1))))
    assert "Agency Attorney" not in text_of(client.get("/jobs/"))
