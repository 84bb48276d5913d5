"""JobPosting data of careers pages becomes rows of openings."""

import json

import pytest

from jobs.imports.connectors.fetch import Failed, Page, time_limit
from jobs.imports.connectors.job_posting import MAX_PAGES, read

from .pages import URL, careers_page, page, posting

pytestmark = pytest.mark.any_engine


def no_page(url):
    raise AssertionError(url)


def rows(*values, **options):
    found, problems = read(page(careers_page(*values, **options)), no_page)
    assert problems == []
    return found


def row_of(**values):
    (row,) = rows(posting(**values))
    return row


def test_a_posting_becomes_a_row_with_our_columns():
    row = row_of(
        qualifications="A license",
        educationRequirements={"@type": "EducationalOccupationalCredential", "credentialCategory": "high school"},
        skills="Spanish",
        workHours="Rotating shifts",
        totalJobOpenings=3,
        applicationContact={"@type": "ContactPoint", "email": "jobs@example.org"},
    )
    assert {name: value for name, value in row.items() if value} == {
        "job_id": "2026-014",
        "requisition": "2026-014",
        "title": "Police Officer",
        "employer": "Westport Police Department",
        "city": "Westport",
        "state": "CT",
        "work_location": "50 Jesup Road, Westport, CT 06880",
        "full_part_time": "full time",
        "positions": "3",
        "description": "<p>Patrol the town.</p>",
        "min_qualifications": "A license\n\nhigh school",
        "preferred_skills": "Spanish",
        "hours_shift": "Rotating shifts",
        "salary_from": "72000",
        "salary_to": "98000",
        "salary_frequency": "YEAR",
        "apply_email": "jobs@example.org",
        "posting_date": "2026-11-20",
        "post_until": "2026-12-31T17:00:00-05:00",
        "url": "https://careers.example.org/police/jobs/2026-014",
    }


@pytest.mark.parametrize(
    "value",
    [
        posting(),
        [posting()],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, posting()]},
        {"@type": "WebPage", "mainEntity": posting()},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": posting()}]},
        posting(**{"@type": ["JobPosting", "Thing"]}),
        posting(**{"@type": "http://schema.org/JobPosting"}),
        posting(**{"@type": "schema:JobPosting"}),
    ],
)
def test_a_posting_is_found_wherever_a_page_has_it(value):
    assert [row["job_id"] for row in rows(value)] == ["2026-014"]


@pytest.mark.parametrize(
    "wrap",
    [
        "<!-- {} -->",
        "//<![CDATA[\n{}\n//]]>",
        "{};",
        "\n\t{}\n",
    ],
)
def test_what_sites_write_around_their_json_is_ignored(wrap):
    script = wrap.replace("{}", json.dumps(posting()))
    assert len(rows(scripts=[script])) == 1


def test_blanks_in_the_json_take_no_time():
    script = json.dumps(posting()).replace(",", "," + " " * 5_000, 1)
    with time_limit(10):
        assert len(rows(scripts=[script])) == 1


def test_a_line_break_within_a_text_is_read_although_json_forbids_it():
    script = json.dumps(posting(description="Patrol.")).replace("Patrol.", "Patrol\nthe town.")
    assert rows(scripts=[script])[0]["description"] == "Patrol\nthe town."


@pytest.mark.parametrize(
    ("place", "city", "line"),
    [
        ("50 Jesup Road, Westport, CT", "", "50 Jesup Road, Westport, CT"),
        ({"@type": "Place", "address": "Westport, CT"}, "", "Westport, CT"),
        ({"@type": "Place", "name": "Headquarters"}, "", "Headquarters"),
        ({"address": {"addressLocality": "Westport", "addressRegion": {"name": "CT"}}}, "Westport", "Westport, CT"),
        (
            [{"address": {"addressLocality": "Westport"}}, {"address": {"addressLocality": "Norwalk"}}],
            "",
            "Westport; Norwalk",
        ),
        (None, "", ""),
        ([], "", ""),
        (7, "", "7"),
    ],
)
def test_a_place_may_be_text_an_address_or_several(place, city, line):
    row = row_of(jobLocation=place)
    assert (row["city"], row["work_location"]) == (city, line)


@pytest.mark.parametrize(
    ("salary", "expected"),
    [
        (65000, ("65000", "", "")),
        ("65000", ("65000", "", "")),
        ("$52,000 - $60,000 a year", ("52,000", "60,000", "year")),
        ({"currency": "USD", "value": 65000}, ("65000", "", "")),
        ({"currency": "USD", "value": {"value": "31.25", "unitText": "HOUR"}}, ("31.25", "", "HOUR")),
        ({"currency": "USD", "value": {"minValue": 1, "maxValue": 2}, "unitText": "MONTH"}, ("1", "2", "MONTH")),
        ({"currency": "USD", "minValue": 30, "maxValue": 40, "unitText": "HOUR"}, ("30", "40", "HOUR")),
        ([{"currency": "USD", "value": {"minValue": 5, "unitText": "YEAR"}}], ("5", "", "YEAR")),
        ({"currency": "CAD", "value": 65000}, (None, None, None)),
        (None, (None, None, None)),
        ("Depends on experience", (None, None, None)),
    ],
)
def test_pay_may_be_a_number_an_amount_or_a_range(salary, expected):
    row = row_of(baseSalary=salary)
    assert tuple(row.get(name) for name in ("salary_from", "salary_to", "salary_frequency")) == expected
    assert row.get("salary_text", "") == ("Depends on experience" if salary == "Depends on experience" else "")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-12-31", "2026-12-31"),
        ("2026-12-31T00:00", "2026-12-31T00:00"),
        ("2026-12-31T23:59:59Z", "2026-12-31"),
        ("2026-12-31T17:00:00.000-05:00", "2026-12-31T17:00:00.000-05:00"),
        ("12/31/2026", "12/31/2026"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_deadline_may_have_a_time(stated, expected):
    assert row_of(validThrough=stated)["post_until"] == expected


def test_a_posting_without_a_number_has_that_of_its_page():
    assert row_of(identifier=None)["job_id"] == "/police/jobs/2026-014"
    assert row_of(identifier="R-7")["job_id"] == "R-7"
    assert row_of(identifier=4711)["job_id"] == "4711"
    assert row_of(identifier=None, url=None)["job_id"] == "/police/jobs"


def test_the_pages_that_a_list_links_to_are_read_each_once():
    asked = []

    def get(url):
        asked.append(url)
        number = url.rpartition("/")[2]
        content = careers_page(posting(identifier=number, url=None)) if number.isdecimal() else "<p>About us</p>"
        return Page(url, 200, content.encode(), {})

    links = [
        *(
            "jobs/1",
            "/police/jobs/2#apply",
            "https://careers.example.org/police/jobs/1",
            "about",
            "#top",
            "",
            "map.pdf",
        ),
        *(
            "https://elsewhere.example/police/jobs/3",
            "/council/",
            "mailto:jobs@example.org",
            "javascript:go()",
            "http://[",
        ),
    ]
    found, problems = read(page(careers_page(links=links)), get)
    begin = "https://careers.example.org/police/"
    assert asked == [f"{begin}jobs/1", f"{begin}jobs/2", f"{begin}about"]
    assert [(row["job_id"], row["url"]) for row in found] == [("1", f"{begin}jobs/1"), ("2", f"{begin}jobs/2")]
    assert problems == []


def test_a_list_of_schema_org_names_its_pages_wherever_they_are():
    items = [
        {"@type": "ListItem", "position": 1, "url": "/openings/1"},
        {"item": {"@id": "/openings/2"}},
        "/openings/3",
    ]
    asked = []

    def get(url):
        asked.append(url)
        return Page(url, 404, b"", {})

    found, problems = read(page(careers_page({"@type": "ItemList", "itemListElement": items}, links=["other"])), get)
    assert asked == [f"https://careers.example.org/openings/{number}" for number in (1, 2, 3)]
    assert (found, problems) == ([], [])  # pages that are gone have no postings


def test_what_cannot_be_read_is_a_problem_because_it_may_be_an_opening():
    def broken(url):
        raise Failed("The website answered with status 500.")

    _found, problems = read(page(careers_page(links=["jobs/1"])), broken)
    assert problems == ["https://careers.example.org/police/jobs/1: The website answered with status 500."]
    whole = careers_page(posting(), posting(identifier="2"))
    for cut in (
        whole[: whole.rindex("2026-12")],
        careers_page(posting(), scripts=[json.dumps(posting()), '{"@type": "JobPosting",']),
    ):
        found, problems = read(page(cut), no_page)
        assert len(found) == 1 and problems
    _found, problems = read(
        page(careers_page(links=[f"jobs/{number}" for number in range(MAX_PAGES + 1)])), lambda url: page("", url)
    )
    assert problems == [f"The page has more than {MAX_PAGES} links. Only the first were read."]


@pytest.mark.parametrize(
    "content", ["", "<p>No jobs", b"\xff\xfe\x00", "[" * 100_000, careers_page(scripts=["[" * 100_000])]
)
def test_other_pages_have_no_postings(content):
    assert read(page(content, URL), no_page)[0] == []
