"""What an opening's page tells search engines, held against the rules in :mod:`tests.structured_data`."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest

from departments.models import Precision
from jobs.models import Job, Requirements
from jobs.models.requirements import Education
from jobs.structured_data import job_posting
from policeapp.web.markdown import render
from tests.factories import make_charlie, make_department, make_job, text_of, today
from tests.structured_data import RECOMMENDED, RULES, faults, missing, nodes_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def absolute(path):
    return f"https://police.example.org{path}"


def posting_of(job):
    """The node of the opening as it is in the database."""
    posting = job_posting(Job.objects.with_department().get(pk=job.pk), absolute)
    assert faults(posting) == []
    return posting


def salary_of(**pay):
    salary = posting_of(make_job(**pay)).get("baseSalary")
    return salary and {name: value for name, value in salary["value"].items() if name != "@type"}


@pytest.fixture
def norwalk(db):
    """A department of which everything is known."""
    return make_department(
        "Norwalk Police Department",
        slug="norwalk",
        city="Norwalk",
        street1="1 Monroe Street",
        street2="Suite 2",
        zip="06854",
        at=(41.097, -73.4195),
        website="https://www.norwalkpd.example/",
        phone="203-555-0100",
        email="desk@norwalkpd.example",
        logo=f"logos/{uuid4().hex}.png",
    )


@pytest.fixture
def known(norwalk):
    """An opening of which everything is known."""
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


def test_an_opening_of_which_everything_is_known_has_all_that_is_required_or_recommended(known, norwalk):
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


def test_what_nobody_knows_is_left_out():
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


def test_every_value_of_it_is_to_be_seen_on_its_page(client, known):
    """But for what is the same in other words: days, units, Google's categories; and the position of the address."""
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
    assert re.search(rf'<img class="logo" src="{known.department.logo.url}"', page)
    assert posting["url"] == f"http://testserver{known.get_absolute_url()}"


# When it stands there


OTHERWISE = {
    "closed": lambda: {"opens_on": today() - 30 * DAY, "closes_on": today() - 2 * DAY},
    "withdrawn": lambda: {"status": "withdrawn"},
    "a draft": lambda: {"status": "draft"},
    "planned": lambda: {"opens_on": date(2090, 1, 1)},
    "a sample": lambda: {"is_sample": True},
    "at a department that is a draft": lambda: {"department": make_department("Draft Police", status="draft")},
}


@pytest.mark.parametrize("kind", OTHERWISE)
@pytest.mark.parametrize("staff", [False, True], ids=["the public", "staff"])
def test_only_the_page_of_a_real_open_opening_has_any(client, kind, staff):
    if staff:
        client.force_login(make_charlie())
    job = make_job(**OTHERWISE[kind]())
    assert nodes_of(client.get(job.get_absolute_url())) == {}


def test_it_is_there_from_the_instant_it_opens_to_the_instant_it_closes(client, monkeypatch):
    job = make_job(opens_on=date(2026, 3, 1), closes_on=date(2026, 3, 2))
    for now, there in (
        (job.opens_at, True),
        (job.closes_at - timedelta(microseconds=1), True),
        (job.closes_at, False),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        assert ("JobPosting" in nodes_of(client.get(job.get_absolute_url()))) is there, now


def test_lists_and_other_openings_pages_have_none_of_it(client):
    near = make_department("Near", at=(41.2, -73.36))
    job = make_job(near, title="Near officer")
    other = make_job(make_department("Here", at=(41.14, -73.36)), title="Officer here")
    for path in ("/", "/jobs/", near.get_absolute_url(), "/departments/ct/"):
        assert "JobPosting" not in nodes_of(client.get(path)), path
    response = client.get(other.get_absolute_url())
    assert "Near officer" in text_of(response)
    assert nodes_of(response)["JobPosting"]["title"] == "Officer here"
    assert nodes_of(client.get(job.get_absolute_url()))["JobPosting"]["title"] == "Near officer"


# Its parts


def test_its_description_is_the_pages_text_with_its_requirements_under_a_heading():
    job = make_job(description="Take **calls**.\n\n- By day\n- By night", requirements="1. Type quickly")
    assert posting_of(job)["description"] == (
        "<p>Take <strong>calls</strong>.</p>\n<ul>\n<li>By day</li>\n<li>By night</li>\n</ul>\n"
        "<h2>Requirements</h2>\n<ol>\n<li>Type quickly</li>\n</ol>"
    )


@pytest.mark.parametrize(
    ("schedule", "said"), [("full_time", "FULL_TIME"), ("part_time", "PART_TIME"), ("seasonal", "TEMPORARY")]
)
def test_every_schedule_has_a_word_of_googles(schedule, said):
    assert posting_of(make_job(schedule=schedule))["employmentType"] == said


PERIODS = {"hour": "HOUR", "day": "DAY", "week": "WEEK", "month": "MONTH", "year": "YEAR", "two_weeks": "WEEK"}


@pytest.mark.parametrize("period", [period for period in PERIODS if period != "two_weeks"])
def test_a_range_of_pay_is_said_in_the_period_that_the_page_says(period):
    expected = {"minValue": 50, "maxValue": 75.25, "unitText": PERIODS[period]}
    assert salary_of(pay_min=50, pay_max=Decimal("75.25"), pay_period=period) == expected


def test_pay_for_two_weeks_is_half_of_it_a_week():
    expected = {"minValue": 1250, "maxValue": 1500.25, "unitText": "WEEK"}
    assert salary_of(pay_min=2500, pay_max=Decimal("3000.50"), pay_period="two_weeks") == expected


@pytest.mark.parametrize(
    ("pay", "said"),
    [
        ({"pay_min": 60_000, "pay_max": 60_000}, {"value": 60_000}),
        ({"pay_min": 60_000}, {"minValue": 60_000}),
        ({"pay_max": 60_000}, {"maxValue": 60_000}),
        ({"pay_min": 0, "pay_max": Decimal("99999999.99")}, {"minValue": 0, "maxValue": 99_999_999.99}),
    ],
    ids=["one amount", "from", "up to", "the least and the most"],
)
def test_pay_is_said_in_numbers_and_no_end_of_a_range_is_invented(pay, said):
    assert salary_of(**pay) == said | {"unitText": "YEAR"}


def test_where_nothing_is_said_of_pay_there_is_none():
    assert salary_of() is None


@pytest.mark.parametrize(
    ("zone", "day", "at", "last"),
    [
        ("America/New_York", date(2098, 1, 15), None, "2098-01-15T23:59:59-05:00"),
        ("America/New_York", date(2036, 7, 15), None, "2036-07-15T23:59:59-04:00"),
        ("America/New_York", date(2036, 7, 15), time(16, 30), "2036-07-15T16:30:00-04:00"),
        ("Pacific/Honolulu", date(2036, 7, 15), None, "2036-07-15T23:59:59-10:00"),
        ("Pacific/Guam", date(2036, 7, 15), time(0, 0, 1), "2036-07-15T00:00:01+10:00"),
        # The clocks go back on this day: it ends in winter time.
        ("America/New_York", date(2026, 11, 1), None, "2026-11-01T23:59:59-05:00"),
    ],
)
def test_it_is_valid_through_the_deadline_on_the_departments_clocks(zone, day, at, last):
    department = make_department(time_zone=zone)
    posting = posting_of(make_job(department, opens_on=date(2024, 1, 1), closes_on=day, closes_time=at))
    assert posting["validThrough"] == last
    assert datetime.fromisoformat(last).date() == day


def test_the_number_of_an_opening_that_was_entered_here_is_its_departments():
    department = make_department("Norwalk Police")
    posting = posting_of(make_job(department, external_id="17-B"))
    assert posting["identifier"] == {"@type": "PropertyValue", "name": "Norwalk Police", "value": "17-B"}


@pytest.mark.parametrize("precision", [precision for precision in Precision.values if precision != "building"])
def test_the_middle_of_a_town_is_not_where_the_station_is(precision):
    department = make_department(latitude=41.1, longitude=-73.4, precision=precision)
    assert "geo" not in posting_of(make_job(department))["jobLocation"]


EDUCATION = {
    "": None,
    "none": "no requirements",
    "high_school": "high school",
    "some_college": None,  # of which Google has no category, and more than the one below it
    "associate": "associate degree",
    "bachelor": "bachelor degree",
    "master": "postgraduate degree",
}


@pytest.mark.parametrize("education", EDUCATION)
def test_education_is_said_in_googles_categories(education):
    job = make_job()
    Requirements.objects.create(job=job, education=education)
    said = posting_of(job).get("educationRequirements")
    assert (said["credentialCategory"] if isinstance(said, dict) else said) == EDUCATION[education]


def test_every_period_and_education_that_there_is_stands_in_the_tables_above():
    assert set(PERIODS) == set(Job.PayPeriod.values)
    assert set(EDUCATION) == {"", *Education.values}


@pytest.mark.parametrize(("years", "said"), [(None, None), (0, "no requirements"), (1, 12), (5, 60)])
def test_experience_is_counted_in_months(years, said):
    job = make_job()
    Requirements.objects.create(job=job, experience_years=years)
    found = posting_of(job).get("experienceRequirements")
    assert (found["monthsOfExperience"] if isinstance(found, dict) else found) == said


# Texts that would like to be more than texts


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "</SCRIPT ><img src=x onerror=alert(1)>",
    "]]> \u2028 \u2029 \"quoted\" 'once' \\ & &amp; &lt;",
    "\\u003C/script\\u003E",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_gets_out_of_its_script_element_and_all_come_through_whole(client, words):
    department = make_department(
        words, slug="hostile", city=words[:100], street1=words, website="https://a.example/?<&>"
    )
    job = make_job(department, words, description=words, requirements=words, source=words[:60], external_id=words)
    nodes = nodes_of(client.get(job.get_absolute_url()))
    assert nodes.keys() == {"JobPosting", "BreadcrumbList"}
    posting = nodes["JobPosting"]
    assert posting["title"] == posting["hiringOrganization"]["name"] == posting["identifier"]["value"] == words
    assert posting["jobLocation"]["address"]["streetAddress"] == words
    assert render(words) in posting["description"]
    assert "<script" not in posting["description"]
    assert unescape(re.sub(r"</?p>", "", posting["description"])).count("alert") == 2 * words.count("alert")


def test_the_rules_would_notice():
    """A check of the checks."""
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
