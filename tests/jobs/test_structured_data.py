"""Structured data of a job page, checked by the rules in :mod:`tests.structured_data`."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest

from departments.models import Precision
from jobs.models import Job, Requirements
from jobs.models.pay import pay_limits
from jobs.models.requirements import Education
from jobs.structured_data import job_posting
from policeapp.web.markdown import render
from tests.admin import page, signed_in
from tests.factories import make_alice, make_department, make_job, text_of, today
from tests.structured_data import RECOMMENDED, RULES, faults, missing, nodes_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def posting_of(job):
    """Return the JobPosting of the saved job."""
    posting = job_posting(Job.objects.with_department().get(pk=job.pk))
    assert faults(posting) == []
    return posting


def salary_of(**pay):
    salary = posting_of(make_job(**pay)).get("baseSalary")
    return salary and {name: value for name, value in salary["value"].items() if name != "@type"}


@pytest.fixture
def norwalk(db):
    """A department with all facts."""
    return make_department(
        "Norwalk Police Department",
        slug="norwalk",
        city="Norwalk",
        street1="1 Monroe Street",
        street2="Suite 2",
        zip="06854",
        at=(41.097, -73.4195),
        website="https://www.norwalkpd.example/",
        phone="203-341-6100",
        email="desk@norwalkpd.example",
        logo=f"logos/{uuid4().hex}.png",
    )


@pytest.fixture
def known(norwalk):
    """A job with all facts."""
    job = make_job(
        norwalk,
        "Dispatcher & Call Taker",
        schedule="part_time",
        positions=3,
        description="Take **emergency** calls.\n\n- By day\n- By night",
        requirements="1. Type quickly",
        pay_min=Decimal("30.50"),
        pay_max=36,
        pay_period="hour",
        opens_on=date(2024, 3, 1),
        closes_on=date(2099, 12, 5),
        closes_time=time(16, 0),
        source="City jobs",
        external_id="A-512",
    )
    Requirements.objects.create(job=job, education="associate", experience_years=2)
    return job


def test_a_complete_job_has_all_required_and_recommended_properties(known, norwalk):
    posting = posting_of(known)
    assert missing(posting, RECOMMENDED) == set()
    assert posting.pop("description").startswith("<p>Take <strong>emergency</strong> calls.</p>")
    assert posting == {
        "@type": "JobPosting",
        "title": "Dispatcher & Call Taker",
        "datePosted": "2024-03-01",
        "validThrough": "2099-12-05T16:00:00-05:00",
        "employmentType": "PART_TIME",
        "hiringOrganization": {
            "@type": "GovernmentOrganization",
            "name": "Norwalk Police Department",
            "url": "https://police.example.org/departments/ct/norwalk/",
            "sameAs": "https://www.norwalkpd.example/",
            "logo": f"https://police.example.org{norwalk.logo.url}",
        },
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "1 Monroe Street, Suite 2",
                "addressLocality": "Norwalk",
                "addressRegion": "CT",
                "postalCode": "06854",
                "addressCountry": "US",
            },
            "geo": {"@type": "GeoCoordinates", "latitude": 41.097, "longitude": -73.4195},
        },
        "baseSalary": {
            "@type": "MonetaryAmount",
            "currency": "USD",
            "value": {"@type": "QuantitativeValue", "minValue": 30.5, "maxValue": 36, "unitText": "HOUR"},
        },
        "identifier": {"@type": "PropertyValue", "name": "City jobs", "value": "A-512"},
        "totalJobOpenings": 3,
        "url": f"https://police.example.org{known.get_absolute_url()}",
        "directApply": False,
        "educationRequirements": {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": "associate degree",
        },
        "experienceRequirements": {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": 24},
    }


def test_unknown_facts_are_left_out():
    posting = posting_of(make_job(make_department("Somewhere", city="")))
    assert missing(posting, RECOMMENDED) == {
        "validThrough", "baseSalary", "identifier", "educationRequirements", "experienceRequirements",
    }  # fmt: skip
    assert posting["jobLocation"] == {
        "@type": "Place",
        "address": {"@type": "PostalAddress", "addressRegion": "CT", "addressCountry": "US"},
    }
    assert posting["hiringOrganization"].keys() == {"@type", "name", "url"}
    assert posting["description"] == "<p>Patrol.</p>"


def test_every_value_also_shows_on_the_page(client, known):
    """Except for values in another format: dates, units, Google's categories, and the coordinates."""
    response = client.get(known.get_absolute_url())
    page, seen = response.content.decode(), text_of(response)
    posting = nodes_of(response)["JobPosting"]
    for words in (
        posting["title"],
        posting["hiringOrganization"]["name"],
        posting["identifier"]["name"],
        posting["identifier"]["value"],
        "1 Monroe Street Suite 2 Norwalk, CT 06854",
        "Pay: $30.50 to $36.00 an hour",
        "Job type: Entry-level officer, part time",
        "Positions: 3",
        "Posted: March 1, 2024",
        "Closes: December 5, 2099, 4:00 PM EST",
    ):
        assert words in seen
    described = re.findall(r"<li>(.*?)</li>", posting["description"])
    assert {"By day", "By night", "Type quickly"} <= set(described)
    assert [words for words in described if words not in seen] == []
    for text in (known.description, known.requirements):
        assert f'<div class="prose">{render(text)}</div>' in page
        assert render(text).strip() in posting["description"]
    assert f'href="{posting["hiringOrganization"]["sameAs"]}"' in page
    assert re.search(rf'<img class="logo plate" src="{known.department.logo.url}"', page)
    assert posting["url"] == f"https://police.example.org{known.get_absolute_url()}"


# Pages with structured data


OTHERWISE = {
    "closed": lambda: {"opens_on": today() - 30 * DAY, "closes_on": today() - 2 * DAY},
    "withdrawn": lambda: {"status": "withdrawn"},
    "a draft": lambda: {"status": "draft"},
    "planned": lambda: {"opens_on": date(2090, 1, 1)},
    "a sample": lambda: {"is_sample": True},
    "at a department that is a draft": lambda: {"department": make_department("Draft Police", status="draft")},
}


@pytest.mark.parametrize("kind", OTHERWISE)
def test_only_the_page_of_a_real_open_job_has_structured_data(client, kind):
    job = make_job(**OTHERWISE[kind]())
    assert nodes_of(client.get(job.get_absolute_url())) == {}
    assert nodes_of(signed_in(make_alice()).get(page(job, "preview"))) == {}


def test_a_page_has_structured_data_while_the_job_is_open(client, monkeypatch):
    job = make_job(opens_on=date(2026, 3, 1), closes_on=date(2026, 3, 2))
    for now, there in (
        (job.opens_at, True),
        (job.closes_at - timedelta(microseconds=1), True),
        (job.closes_at, False),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        assert ("JobPosting" in nodes_of(client.get(job.get_absolute_url()))) is there, now


def test_lists_and_other_jobs_have_none_of_it(client):
    near = make_department("Near", at=(41.2, -73.36))
    job = make_job(near, title="Near officer")
    other = make_job(make_department("Here", at=(41.14, -73.36)), title="Officer here")
    for path in ("/", "/jobs/", near.get_absolute_url(), "/departments/ct/"):
        assert "JobPosting" not in nodes_of(client.get(path)), path
    response = client.get(other.get_absolute_url())
    assert "Near officer" in text_of(response)
    assert nodes_of(response)["JobPosting"]["title"] == "Officer here"
    assert nodes_of(client.get(job.get_absolute_url()))["JobPosting"]["title"] == "Near officer"


# Properties


def test_the_description_includes_the_requirements():
    job = make_job(description="Take **calls**.\n\n- By day\n- By night", requirements="1. Type quickly")
    assert posting_of(job)["description"] == (
        "<p>Take <strong>calls</strong>.</p>\n<ul>\n<li>By day</li>\n<li>By night</li>\n</ul>\n"
        "<h2>Requirements</h2>\n<ol>\n<li>Type quickly</li>\n</ol>"
    )


@pytest.mark.parametrize(
    ("schedule", "expected"), [("full_time", "FULL_TIME"), ("part_time", "PART_TIME"), ("seasonal", "TEMPORARY")]
)
def test_every_schedule_has_an_employment_type(schedule, expected):
    assert posting_of(make_job(schedule=schedule))["employmentType"] == expected


PERIODS = {"hour": "HOUR", "day": "DAY", "week": "WEEK", "month": "MONTH", "year": "YEAR", "two_weeks": "WEEK"}


@pytest.mark.parametrize("period", [period for period in PERIODS if period != "two_weeks"])
def test_a_pay_range_has_the_same_period_as_the_page(period):
    low, high = pay_limits(period)
    expected = {"minValue": float(low), "maxValue": float(high), "unitText": PERIODS[period]}
    assert salary_of(pay_min=low, pay_max=high, pay_period=period) == expected


def test_pay_for_two_weeks_becomes_weekly_pay():
    expected = {"minValue": 1250, "maxValue": 1500.25, "unitText": "WEEK"}
    assert salary_of(pay_min=2500, pay_max=Decimal("3000.50"), pay_period="two_weeks") == expected


@pytest.mark.parametrize(
    ("pay", "expected"),
    [
        ({"pay_min": 60_000, "pay_max": 60_000}, {"value": 60_000}),
        ({"pay_min": 60_000}, {"minValue": 60_000}),
        ({"pay_max": 60_000}, {"maxValue": 60_000}),
        ({"pay_min": 1_000, "pay_max": Decimal("999999.99")}, {"minValue": 1_000, "maxValue": 999_999.99}),
    ],
    ids=["one amount", "from", "up to", "the least and the most"],
)
def test_pay_is_numeric_and_open_ranges_stay_open(pay, expected):
    assert salary_of(**pay) == expected | {"unitText": "YEAR"}


def test_unstated_pay_is_left_out():
    assert salary_of() is None


@pytest.mark.parametrize(
    ("zone", "day", "at", "last"),
    [
        ("America/New_York", date(2098, 1, 15), None, "2098-01-15T23:59:59-05:00"),
        ("America/New_York", date(2036, 7, 15), None, "2036-07-15T23:59:59-04:00"),
        ("America/New_York", date(2036, 7, 15), time(16, 30), "2036-07-15T16:30:00-04:00"),
        ("Pacific/Honolulu", date(2036, 7, 15), None, "2036-07-15T23:59:59-10:00"),
        ("Pacific/Guam", date(2036, 7, 15), time(0, 0, 1), "2036-07-15T00:00:01+10:00"),
        # The clocks go back on this day, so it ends in standard time.
        ("America/New_York", date(2026, 11, 1), None, "2026-11-01T23:59:59-05:00"),
    ],
)
def test_valid_through_is_the_deadline_in_local_time(zone, day, at, last):
    department = make_department(time_zone=zone)
    posting = posting_of(make_job(department, opens_on=date(2024, 1, 1), closes_on=day, closes_time=at))
    assert posting["validThrough"] == last
    assert datetime.fromisoformat(last).date() == day


def test_a_job_number_without_a_source_belongs_to_the_department():
    department = make_department("Norwalk Police")
    posting = posting_of(make_job(department, external_id="17-B"))
    assert posting["identifier"] == {"@type": "PropertyValue", "name": "Norwalk Police", "value": "17-B"}


@pytest.mark.parametrize("precision", [precision for precision in Precision.values if precision != "building"])
def test_the_center_of_a_town_is_not_given_as_a_location(precision):
    department = make_department(latitude=41.1, longitude=-73.4, precision=precision)
    assert "geo" not in posting_of(make_job(department))["jobLocation"]


EDUCATION = {
    "": None,
    "none": "no requirements",
    "high_school": "high school",
    "some_college": None,  # Google has no category for it
    "associate": "associate degree",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
}


@pytest.mark.parametrize("education", EDUCATION)
def test_education_uses_googles_categories(education):
    job = make_job()
    Requirements.objects.create(job=job, education=education)
    value = posting_of(job).get("educationRequirements")
    assert (value["credentialCategory"] if isinstance(value, dict) else value) == EDUCATION[education]


def test_the_test_cases_cover_every_period_and_education():
    assert set(PERIODS) == set(Job.PayPeriod.values)
    assert set(EDUCATION) == {"", *Education.values}


@pytest.mark.parametrize(("years", "expected"), [(None, None), (0, "no requirements"), (1, 12), (5, 60)])
def test_experience_is_in_months(years, expected):
    job = make_job()
    Requirements.objects.create(job=job, experience_years=years)
    found = posting_of(job).get("experienceRequirements")
    assert (found["monthsOfExperience"] if isinstance(found, dict) else found) == expected


# Escaping


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "</SCRIPT ><img src=x onerror=alert(1)>",
    "]]> \u2028 \u2029 \"quoted\" 'once' \\ & &amp; &lt;",
    "\\u003C/script\\u003E",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_texts_stay_in_the_script_element_unchanged(client, words):
    department = make_department(
        words, slug="hostile", city=words[:100], street1=words, website="https://a.example/?<&>"
    )
    job = make_job(department, words, description=words, requirements=words, source=words[:60], external_id=words)
    nodes = nodes_of(client.get(job.get_absolute_url()))
    assert nodes.keys() == {"JobPosting", "BreadcrumbList"}
    posting = nodes["JobPosting"]
    assert posting["title"] == posting["hiringOrganization"]["name"] == posting["identifier"]["value"] == words
    assert posting["jobLocation"]["address"]["streetAddress"] == words
    assert render(job.description) in posting["description"]
    assert "<script" not in posting["description"]
    assert unescape(re.sub(r"</?p>", "", posting["description"])).count("alert") == 2 * words.count("alert")


def test_the_checker_finds_errors():
    """Check the checker itself."""
    posting = {"@type": "JobPosting", "title": "", "baseSalary": {"@type": "MonetaryAmount", "value": "60000"}, "x": 1}
    found = faults(posting)
    assert "JobPosting without datePosted" in found
    assert "JobPosting.title must not be ''" in found
    assert "JobPosting.x is in no rule" in found
    assert "MonetaryAmount without currency" in found
    assert "MonetaryAmount.value must not be '60000'" in found
    assert faults({"@type": "Thing"}) == ["no rules for Thing"]
    assert {"title", "datePosted", "description", "hiringOrganization", "jobLocation"} == {
        name for name, (need, _) in RULES["JobPosting"].items() if need == "required"
    }
