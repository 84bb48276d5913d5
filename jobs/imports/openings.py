"""Import openings from a CSV file: names of the columns, conversion of the cells, and matching with known openings.

A row is identified by its department, its source (the list it comes from) and its job number there. A list can contain
several copies of a row, such as one for employees and one for the public: they are one opening. Openings that are
announced to employees only are never public.
"""

from collections import defaultdict
from datetime import UTC, date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _

from departments.imports.cleaning import email, is_missing, ori, state, title, website
from departments.models import Department
from departments.names import normalize
from policeapp.imports.engine import Importer, Rejected, batches, create, reject, skip, unchanged, update
from policeapp.imports.tables import NotATable

from .. import samples
from ..models import Job
from . import cleaning, plain_text
from .employers import Employers

# Each column and its other names, such as those in NYC Open Data's "Jobs NYC Postings".
COLUMNS = {
    "job_id": (
        "external_id",
        "posting_id",
        "requisition",
        "requisition_id",
        "req_id",
        "job_number",
        "vacancy_id",
        "id",
    ),
    "title": ("job_title", "business_title", "position_title", "posting_title", "position"),
    "employer": ("agency", "agency_name", "department", "department_name", "organization"),
    "employer_ori": ("ori", "agency_ori", "ori9"),
    "city": ("employer_city", "agency_city"),
    "state": ("employer_state", "agency_state", "state_abbr"),
    "source": (),
    "snapshot_date": ("as_of", "retrieved", "process_date"),
    "kind": ("job_kind",),
    "civil_service_title": ("official_title", "class_title"),
    "category": ("job_category",),
    "posting_type": ("internal_external",),
    "positions": ("number_of_positions", "# of positions", "vacancies", "openings"),
    "full_part_time": ("full_time_part_time_indicator", "full_time_part_time", "schedule", "employment_type"),
    "salary_from": ("salary_range_from", "salary_min", "min_salary", "minimum_salary", "pay_min", "pay_from"),
    "salary_to": ("salary_range_to", "salary_max", "max_salary", "maximum_salary", "pay_max", "pay_to"),
    "salary_frequency": ("pay_frequency", "pay_period", "salary_period"),
    "salary_text": ("salary", "pay", "compensation"),
    "work_location": ("location",),
    "division": ("division_work_unit", "work_unit", "unit", "bureau"),
    "description": ("job_description", "duties"),
    "min_qualifications": ("minimum_qual_requirements", "minimum_qualifications", "qualifications", "requirements"),
    "preferred_skills": ("preferred_qualifications",),
    "additional_info": ("additional_information",),
    "to_apply": ("how_to_apply", "apply_instructions"),
    "hours_shift": ("hours", "shift", "work_hours"),
    "residency": ("residency_requirement",),
    "posting_date": ("date_posted", "posted_on", "opens_on", "open_date", "opening_date", "start_date"),
    "post_until": ("closes_on", "close_date", "closing_date", "deadline", "application_deadline", "end_date"),
    "url": ("apply_url", "job_url", "posting_url", "link"),
    "apply_email": ("application_email",),
}

DESCRIPTION = ("description", "division", "work_location", "hours_shift", "salary_text", "additional_info")
REQUIREMENTS = ("min_qualifications", "preferred_skills", "residency")
PAY = ("salary_from", "salary_to", "salary_frequency")
APPLY = ("to_apply", "url", "apply_email")
# The columns that a fact comes from. A file that has none of them doesn't change the fact.
COLUMNS_OF_FACT = {
    "positions": ("positions",), "description": DESCRIPTION, "requirements": REQUIREMENTS, "apply_url": APPLY,
    "apply_email": APPLY, "apply_instructions": APPLY, "pay_min": PAY, "pay_max": PAY, "pay_period": PAY,
    "opens_on": ("posting_date",), "opens_time": ("posting_date",), "closes_on": ("post_until",),
    "closes_time": ("post_until",),
}  # fmt: skip
# Facts that belong together: if an editor has set one, the import changes none of them.
TOGETHER = (
    ("pay_min", "pay_max", "pay_period"),
    ("apply_url", "apply_email", "apply_instructions"),
    ("opens_on", "opens_time"),
    ("closes_on", "closes_time"),
)

# The columns that are named differently from their fields.
COLUMN_OF = {
    "external_id": "job_id", "requirements": "min_qualifications", "apply_url": "url", "apply_instructions": "to_apply",
}  # fmt: skip

FOR_EMPLOYEES = {
    "internal", "internal only", "internal posting", "promotional", "employees", "employees only", "current employees",
    "city employees", "internal candidates",
}  # fmt: skip
FOR_ALL = {
    "", "external", "external posting", "public", "the public", "general public", "the general public",
    "open to the public", "open competitive", "open", "both", "internal external", "internal and external", "all",
    "everyone", "all applicants",
}  # fmt: skip
# The copies of a row are tried in order of rank: public ones by date, the latest first (negative), then these.
BAD, INTERNAL = 1, 2


class CleanedRow(NamedTuple):
    """A cleaned row.

    ``facts`` are field values of a :class:`Job`, None in a copy for employees. ``opens`` and ``closes`` are unconverted
    cells: their times need the department's time zone. ``problem`` is the ``(column, reason)`` of an invalid row.
    """

    source: str
    number: str
    as_of: str
    employer: tuple = ("", "", "", "")  # ORI, name, city, state
    facts: dict | None = None
    opens: str = ""
    closes: str = ""
    problem: tuple | None = None


class PostingImporter(Importer):
    model = Job
    key_column = "job_id"
    columns = COLUMNS
    required = ("job_id", "title", ("employer_ori", "employer"))
    to_markdown = staticmethod(plain_text.to_markdown)
    employers = Employers
    writes = tuple(dict.fromkeys((*Job.FACTS, "source", "external_id", "sources", *Job.DERIVED)))

    def __init__(self, **options):
        super().__init__(**options)
        self.still_open = []  # the keys of known openings in the file

    def begin(self, table):
        super().begin(table)
        if not self.source and "source" not in table.found:
            raise NotATable(_("%s has no “source” column. Enter a source that names the list.") % table.name)

    def clean(self, row):
        cells = defaultdict(str, {column: cell for column, cell in row.values.items() if not is_missing(cell)})
        if row.values["job_id"].isdecimal():  # even a number that means "missing" elsewhere
            cells["job_id"] = row.values["job_id"]
        cleaned = CleanedRow(
            cells["source"] or self.source, cells["job_id"], self._as_of(row.line, cells["snapshot_date"])
        )
        for column, value in (("source", cleaned.source), ("job_id", cleaned.number)):
            if not value:
                raise Rejected(self._name(column), _("is missing"))
        if cleaned.source == samples.SOURCE:
            raise Rejected(self._name("source"), _("is the name of this site's samples; use another name"))
        try:
            cleaned = cleaned._replace(employer=self._employer(cells))
            kind = normalize(cells["posting_type"])
            if kind in FOR_EMPLOYEES:
                return cleaned, INTERNAL
            if kind not in FOR_ALL:
                raise Rejected("posting_type", _("must be “External” or “Internal”"))
            opens_on, _time = self._required("posting_date", cleaning.day_and_time, cells["posting_date"], UTC)
            self._required("post_until", cleaning.day_and_time, cells["post_until"], UTC)
            cleaned = cleaned._replace(opens=cells["posting_date"], closes=cells["post_until"])
            cleaned = cleaned._replace(facts=self._facts(row.line, cleaned, cells))
        except Rejected as problem:
            return cleaned._replace(problem=(problem.column, problem.reason)), BAD
        return cleaned, -opens_on.toordinal() if opens_on else 0

    def _name(self, column):
        """Return the column's name in the file, or our name if the file lacks the column."""
        return self.table.header[self.table.found[column]] if column in self.table.found else column

    def _required(self, column, clean, *cells):
        """Return ``clean(*cells)``; reject the row if it fails."""
        try:
            return clean(*cells)
        except ValueError as problem:
            raise Rejected(column, str(problem)) from problem

    def _optional(self, line, column, otherwise, clean, *cells):
        """Return ``clean(*cells)``; if it fails, report it and return ``otherwise``, so that the rest is imported."""
        try:
            return clean(*cells)
        except ValueError as problem:
            self.notice(line, self._name(column), _("%s; this value was left out") % problem)
            return otherwise

    def _as_of(self, line, cell):
        day, _time = self._optional(line, "snapshot_date", (None, None), cleaning.day_and_time, cell, UTC)
        return day.isoformat() if day else self.as_of

    def _employer(self, cells):
        if cells["employer_ori"]:
            return self._required("employer_ori", ori, cells["employer_ori"]), cells["employer"], cells["city"], ""
        code = self._required("state", state, cells["state"]) if cells["state"] else ""
        return "", cells["employer"], cells["city"], code

    def _facts(self, line, cleaned, cells):
        name = title(" ".join(cells["title"].split()))
        other_texts = cells["civil_service_title"], cells["category"]
        kind = self._optional(line, "kind", None, cleaning.kind, cells["kind"], name, *other_texts)
        schedule = self._optional(line, "full_part_time", None, cleaning.schedule, cells["full_part_time"], name)
        pay_min, pay_max, pay_period = self._optional(
            line, "salary_from", (None, None, Job.PayPeriod.YEAR), cleaning.pay, *(cells[column] for column in PAY)
        )
        facts = {
            "title": name,
            "kind": kind or cleaning.kind("", name, *other_texts),
            "schedule": schedule or cleaning.schedule("", name),
            "positions": self._optional(line, "positions", 1, cleaning.positions, cells["positions"]),
            "description": self._description(cells),
            "requirements": self._requirements(cells),
            "pay_min": pay_min,
            "pay_max": pay_max,
            "pay_period": pay_period,
        } | self._how_to_apply(line, cleaned, cells)
        self._check(Job(source=cleaned.source, external_id=cleaned.number, **facts))
        return facts

    def _description(self, cells):
        place = "" if normalize(cells["work_location"]) == "default" else cells["work_location"]
        parts = [
            ("", cells["description"]),
            (_("Unit"), cells["division"]),
            (_("Work location"), place),
            (_("Hours"), cells["hours_shift"]),
            (_("Pay"), cells["salary_text"]),
            (_("Additional information"), cells["additional_info"]),
        ]
        return plain_text.join_sections(parts, self.to_markdown) or _("The job announcement doesn't describe the work.")

    def _requirements(self, cells):
        parts = [
            ("", cells["min_qualifications"]),
            (_("Preferred skills"), cells["preferred_skills"]),
            (_("Residency"), cells["residency"]),
        ]
        return plain_text.join_sections(parts, self.to_markdown)

    def _check(self, job):
        """Reject values that the admin would reject, too."""
        try:
            job.clean_fields(exclude=["department", "slug", "opens_on", "opens_at", "closes_at"])
            for name in ("description", "requirements", "apply_instructions"):  # models don't check this
                MaxLengthValidator(job._meta.get_field(name).max_length)(getattr(job, name))
        except ValidationError as problem:
            found = problem.message_dict if hasattr(problem, "error_dict") else {name: problem.messages}
            field, messages = next(iter(found.items()))
            raise Rejected(COLUMN_OF.get(field, field), " ".join(messages)) from problem

    def _how_to_apply(self, line, cleaned, cells):
        """Return how to apply: from the columns for it, else a link in the instructions, else a default text."""
        url = self._optional(line, "url", "", website, cells["url"])
        mail = self._optional(line, "apply_email", "", email, cells["apply_email"])
        words = self.to_markdown(cells["to_apply"])
        if not url and not mail:
            url, mail = self._optional(line, "to_apply", ("", ""), cleaning.where_to_apply, cells["to_apply"])
        if not (url or mail or words):
            words = _("The job announcement doesn't say how to apply. Ask the department about job number %s.")
            words %= plain_text.escape_markdown(cleaned.number)
        return {"apply_url": url, "apply_email": mail, "apply_instructions": words}

    def finish(self):
        """Confirm the openings that the list still has, also those that it doesn't change."""
        for batch in batches(self.still_open):
            Job.objects.filter(pk__in=batch).confirm()

    def plan(self, rows):
        cleaned_rows = [cleaned for _line, cleaned in rows]
        employers = self.employers(cleaned_rows)
        present = self._present(cleaned_rows)
        plans = []
        for line, cleaned in rows:
            try:
                plans.append(self._plan(line, cleaned, present[cleaned.source, cleaned.number], employers))
            except Rejected as problem:
                plans.append(reject(self._name(problem.column), problem.reason))
        return plans

    def _present(self, cleaned_rows):
        """Return ``{(source, number): {department: job}}`` of the jobs that exist already, with their departments."""
        sources, numbers = {cleaned.source for cleaned in cleaned_rows}, {cleaned.number for cleaned in cleaned_rows}
        jobs = list(Job.objects.filter(source__in=sources, external_id__in=numbers))
        departments = Department.objects.in_bulk({job.department_id for job in jobs})
        present = defaultdict(dict)
        for job in jobs:
            job.department = departments[job.department_id]
            present[job.source, job.external_id][job.department] = job
        return present

    def _plan(self, line, cleaned, jobs, employers):
        """``jobs`` are those with the row's source and number: ``{department: job}``."""
        is_internal = cleaned.facts is None and not cleaned.problem
        try:
            department = employers.find(*cleaned.employer)
        except Rejected as unknown:
            if is_internal:
                return self._skip_internal(line)
            raise Rejected(*(cleaned.problem or (unknown.column, unknown.reason))) from unknown
        if self.claim("opening", (department.pk, cleaned.source, cleaned.number), line):
            self.notice(line, self._name("job_id"), _("is another copy of a job in this file; skipped"))
            return skip()
        if cleaned.problem:
            raise Rejected(*cleaned.problem)
        job = jobs.get(department)
        if is_internal:
            withdrawn = {"status": Job.Status.WITHDRAWN}
            return self._update(line, cleaned, job, withdrawn) if job else self._skip_internal(line)
        facts = self._facts_of(department, cleaned)
        if job:
            self.still_open.append(job.pk)
            return self._update(line, cleaned, job, self._stated_facts(facts))
        if jobs:
            reason = _("is also the number of a job of another department; if the job has moved, withdraw the old one")
            self.notice(line, self._name("job_id"), reason)
        return self._create(cleaned, facts)

    def _skip_internal(self, line):
        self.notice(line, self._name("posting_type"), _("is for employees only; skipped"))
        return skip()

    def _facts_of(self, department, cleaned):
        """Return the facts of a row for the public, with dates and times in the time zone of its department."""
        facts = cleaned.facts | {"department": department, "status": Job.Status.PUBLISHED}
        for name, column, cell in (("opens", "posting_date", cleaned.opens), ("closes", "post_until", cleaned.closes)):
            day, at = self._required(column, cleaning.day_and_time, cell, department.zone)
            facts |= {f"{name}_on": day, f"{name}_time": at}
        return facts

    def _create(self, cleaned, facts):
        if self.draft:
            facts["status"] = Job.Status.DRAFT
        if facts["opens_on"] is None:
            facts["opens_on"] = _day_of(cleaned.as_of, facts["closes_on"])
        job = Job(source=cleaned.source, external_id=cleaned.number, **facts)
        job.set_source(Job.FACTS, cleaned.source, cleaned.as_of, "import")
        self._derive(job)
        return create(job, job.department)

    def _update(self, line, cleaned, job, facts):
        if not self.overwrite:
            facts = self._without_edited_facts(line, job, facts)
        if not job.apply_import(facts, dict.fromkeys(facts, (cleaned.source, cleaned.as_of))):
            return unchanged()
        self._derive(job)
        return update(job, job.department)

    def _stated_facts(self, facts):
        """Return the facts that the file states, for an opening that exists already."""
        stated = {
            name: value
            for name, value in facts.items()
            if name not in COLUMNS_OF_FACT or any(column in self.table.found for column in COLUMNS_OF_FACT[name])
        }
        if stated.get("opens_on", "") is None:
            del stated["opens_on"], stated["opens_time"]
        if self.draft:
            del stated["status"]
        return stated

    def _without_edited_facts(self, line, job, facts):
        """Return the facts that no editor has set, and report the others if they differ."""
        facts, differing = split_edited(job, facts)
        self.conflict(line, job.external_id, job.title, differing)
        return facts

    def _derive(self, job):
        job.derive()
        if not job.closes_after_it_opens:
            raise Rejected("post_until", _("is before the opening date"))


def split_edited(job, facts):
    """Return the facts that no editor has set, and how the others differ: ``[(name, ours, theirs, set by)]``."""
    alone = [(name,) for name in facts if not any(name in names for names in TOGETHER)]
    differing = []
    for names in (*TOGETHER, *alone):
        people = [person for name in names if (person := job.edited_by(name))]
        if people:
            both = [(name, getattr(job, name), facts[name]) for name in names if name in facts]
            differing += [(name, ours, theirs, people[0]) for name, ours, theirs in both if ours != theirs]
            facts = {name: value for name, value in facts.items() if name not in names}
    return facts, differing


def _day_of(as_of, closes_on):
    """Return the list's date, for a row without an opening date, but not after the closing date; None if unknown."""
    try:
        day = date.fromisoformat(as_of)
    except ValueError:
        return None
    return min(day, closes_on) if closes_on else day
