"""The pages that compare departments or jobs, their query strings and the links to them."""

import re
from datetime import time, timedelta
from html import unescape

import pytest

from departments.models import Department, SlugRedirect
from jobs.models import Job
from tests.admin import signed_in
from tests.factories import (
    list_specializations,
    make_alice,
    make_department,
    make_job,
    make_step,
    text_of,
    today,
    yesterday,
)
from tests.jobs.models.test_near import north_of
from tests.jobs.test_queries import WESTPORT

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DEPARTMENTS, JOBS = "/departments/compare/", "/jobs/compare/"


def words_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def html_of(response):
    assert response.status_code == 200
    return response.content.decode()


def headings(response):
    """Return the column headings in order."""
    found = re.findall(r'<th scope="col"[^>]*>\s*<a [^>]*>([^<]*)</a>', html_of(response))
    return [unescape(name) for name in found]


def row(response, label):
    """Return the texts of the cells in the row with this label."""
    for html in re.findall(r"<tr\b.*?</tr>", html_of(response), re.DOTALL):
        if words_of(re.search(r"<th\b.*?</th>", html, re.DOTALL)[0]) == label:
            return [words_of(cell) for cell in re.findall(r"<td\b.*?</td>", html, re.DOTALL)]
    raise AssertionError(f"No row {label}")


def messages(response):
    """Return the messages above the table."""
    found = re.search(r'<div class="notice".*?</div>', html_of(response), re.DOTALL)
    return [words_of(sentence) for sentence in re.findall(r"<p>.*?</p>", found[0])] if found else []


def links(response):
    """Return ``{text: URL}`` of all links."""
    found = re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html_of(response), re.DOTALL)
    return {words_of(words): unescape(address) for address, words in found}


def compare(client, *items, **more):
    """Return the page that compares these departments or jobs."""
    if isinstance(items[0], Job):
        return client.get(JOBS, {"j": [job.pk for job in items]} | more)
    return client.get(
        DEPARTMENTS, {"d": [f"{department.state.lower()}/{department.slug}" for department in items]} | more
    )


@pytest.fixture
def westport(db):
    return make_department(
        "Westport Police", at=WESTPORT, sworn_officers=64, sworn_year=2024, population=28_000, population_year=2023
    )


@pytest.fixture
def norwalk(db):
    return make_department("Norwalk Police", city="Norwalk", at=(41.1, -73.42), population=91_000)


# Departments


def test_it_shows_departments_in_the_order_of_the_query_string(client, westport, norwalk):
    assert headings(compare(client, westport, norwalk)) == ["Westport Police", "Norwalk Police"]
    assert headings(compare(client, norwalk, westport)) == ["Norwalk Police", "Westport Police"]


def test_it_compares_facts_about_departments(client, westport, norwalk):
    response = compare(client, westport, norwalk)
    assert row(response, "Agency type") == ["Municipal police", "Municipal police"]
    assert row(response, "Town") == ["Westport, CT", "Norwalk, CT"]
    assert row(response, "Officers") == ["64 (2024)", "not known"]
    assert row(response, "Population served") == ["28,000 (2023)", "91,000"]
    assert row(response, "Officers per 1,000 residents") == ["2.3", "not known"]


def test_it_says_which_people_a_sheriffs_population_counts(client, westport):
    sheriff = make_department("Sheriff", kind="sheriff", population=9_000, population_basis="fbi_jurisdiction")
    assert row(compare(client, westport, sheriff), "Population served") == [
        "28,000 (2023)", "9,000 in the area outside cities with their own police",
    ]  # fmt: skip


def test_it_says_which_facts_are_not_known(client):
    response = compare(client, make_department())
    unknown = ("Officers", "Population served", "Specializations", "Hiring steps", "Time until the offer", "Training")
    assert {label: row(response, label) for label in unknown} == {label: ["not known"] for label in unknown}
    assert row(response, "Yearly pay") == row(response, "Fees") == ["not stated"]
    assert row(response, "Open jobs") == ["none"]


def test_it_lists_shared_specializations_first_and_marks_them(client, westport, norwalk):
    list_specializations(westport, "Bicycle", "K-9 Unit", "Drone")
    list_specializations(norwalk, "Boats", "Drone", "K-9 Unit")
    third = make_department("Third")
    list_specializations(third, "Horses")
    response = compare(client, westport, norwalk, third)
    assert row(response, "Specializations") == [
        "K-9 Unit (shared) Drone (shared) Bicycle",
        "Drone (shared) K-9 Unit (shared) Boats",
        "Horses",
    ]
    assert "Bold: a specialization that two or more share." in text_of(response)
    assert "Bold:" not in text_of(compare(client, westport, third))


def test_it_compares_the_hiring_steps_weeks_and_fees_of_departments(client, westport, norwalk):
    make_step(westport, "application", weeks=2, fee=0)
    make_step(westport, "academy", weeks=24, fee=35)
    make_step(norwalk, "oral_board", weeks=1)
    make_step(norwalk, "medical")
    response = compare(client, westport, norwalk)
    assert row(response, "Hiring steps") == ["Application Police academy", "Oral board Medical examination"]
    assert row(response, "Time until the offer") == ["About 2 weeks", "At least 1 week"]
    assert row(response, "Training") == ["About 24 weeks", "not known"]
    assert row(response, "Fees") == ["$35", "not stated"]


def test_it_shows_yearly_pay_for_each_job_type_that_a_department_hires(client, westport, norwalk):
    make_job(westport, pay_min=60_000, pay_max=70_000)
    make_job(westport, pay_min=65_000, pay_max=80_000)
    make_job(westport, kind="dispatcher", pay_max=30, pay_period="hour")
    make_job(westport, kind="command", pay_min=200_000, closes_on=yesterday(), opens_on=yesterday() - DAY)
    make_job(westport, kind="lateral", pay_min=90_000, status="draft")
    make_job(norwalk)
    response = compare(client, westport, norwalk)
    assert row(response, "Yearly pay") == [
        "Entry-level officer: $60,000 to $80,000 a year Dispatcher or call taker: $62,400 a year (converted)",
        "not stated",
    ]
    assert row(response, "Open jobs") == ["3", "1"]
    assert "converted to full-time yearly pay: 2,080 hours" in text_of(response)


def test_it_marks_pay_that_comes_from_a_sample_job(client, westport, norwalk):
    make_job(westport, pay_min=60_000, is_sample=True)
    make_job(norwalk, pay_min=61_000)
    assert row(compare(client, westport, norwalk), "Yearly pay") == [
        "Entry-level officer: $60,000 a year From a sample job, not a real one",
        "Entry-level officer: $61,000 a year",
    ]


# Jobs


def test_it_compares_facts_about_jobs(client, westport, norwalk):
    day = today(westport) + 30 * DAY
    one = make_job(
        westport, "Officer", kind="lateral", pay_min=60_000, positions=3, closes_on=day, closes_time=time(17)
    )
    two = make_job(norwalk, "Dispatcher", kind="dispatcher", schedule="part_time")
    response = compare(client, two, one)
    assert headings(response) == ["Dispatcher", "Officer"]
    assert row(response, "Department") == ["Norwalk Police", "Westport Police"]
    assert row(response, "Job type") == [
        "Dispatcher or call taker, part time",
        "Lateral or certified officer, full time",
    ]
    assert row(response, "Closes") == ["open until filled", one.deadline]
    assert row(response, "Positions") == ["1", "3"]
    assert row(response, "Town") == ["Norwalk, CT", "Westport, CT"]
    assert row(response, "Officers per 1,000 residents") == ["not known", "2.3"]
    assert row(response, "Yearly pay") == ["not stated", "from $60,000 a year"]
    assert "converted" not in text_of(response)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pay_min": 64_500, "pay_max": 81_250}, "$64,500 to $81,250 a year"),
        (
            {"pay_min": "29.40", "pay_max": "36.15", "pay_period": "hour"},
            "$61,152 to $75,192 a year (stated as $29.40 to $36.15 an hour)",
        ),
        ({"pay_max": 200, "pay_period": "day"}, "up to $52,000 a year (stated as up to $200 a day)"),
        ({"pay_min": 1000, "pay_period": "week"}, "from $52,000 a year (stated as from $1,000 a week)"),
        ({"pay_min": 5000, "pay_max": 5000, "pay_period": "month"}, "$60,000 a year (stated as $5,000 a month)"),
        ({"pay_min": "38.47", "pay_period": "two_weeks"}, "from $1,000 a year (stated as from $38.47 every two weeks)"),
    ],
)
def test_it_converts_pay_to_yearly_pay_and_says_so(client, values, expected):
    assert row(compare(client, make_job(**values)), "Yearly pay") == [expected]


def test_it_shows_a_jobs_own_hiring_steps_or_else_its_departments(client, westport):
    make_step(westport, "oral_board", weeks=3)
    one, two = make_job(westport), make_job(westport)
    make_step(two, "polygraph", weeks=5, fee=10)
    response = compare(client, one, two)
    assert row(response, "Hiring steps") == ["Oral board", "Polygraph"]
    assert row(response, "Time until the offer") == ["About 3 weeks", "About 5 weeks"]
    assert row(response, "Fees") == ["not stated", "$10"]


def test_it_marks_samples_in_their_column_headings(client, westport):
    response = compare(client, make_job(westport, is_sample=True), make_job(westport, "Real"))
    assert text_of(response).count("Sample: not a real job") == 1
    assert "Police Officer Sample: not a real job Remove" in text_of(response)


# Query strings


def test_it_explains_itself_while_nothing_is_selected(client, westport):
    for url, words in ((DEPARTMENTS, "Compare up to four departments."), (JOBS, "Compare up to four jobs.")):
        response = client.get(url)
        assert words in text_of(response)
        assert "<table" not in html_of(response)
        assert "noindex" not in html_of(response)


def test_it_shows_a_single_department(client, westport):
    assert headings(compare(client, westport)) == ["Westport Police"]


@pytest.mark.parametrize("name", ["ct/nobody", "xx/westport-police", "westport-police", "ct/", "/", "<b>", "ct/a b"])
def test_it_reports_an_unknown_department_and_compares_the_others(client, westport, norwalk, name):
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-police", name, "ct/norwalk-police"]})
    assert headings(response) == ["Westport Police", "Norwalk Police"]
    assert messages(response) == [f"No department found for “{name}”."]


@pytest.mark.parametrize("number", ["999999", "0", "-1", "1.5", "x", "9" * 19, "9" * 30])
def test_it_reports_an_unknown_job_and_compares_the_others(client, number):
    response = client.get(JOBS, {"j": [number, make_job().pk]})
    assert headings(response) == ["Police Officer"]
    assert messages(response) == [f"Job “{number}” is closed or doesn't exist."]


@pytest.mark.parametrize(
    "values",
    [{"status": "draft"}, {"status": "withdrawn"}, {"opens_on": today() + 9 * DAY}, {"closes_on": yesterday()}],
    ids=["a draft", "withdrawn", "planned", "closed"],
)
def test_nobody_can_compare_jobs_that_are_not_open(client, values):
    job = make_job(title="Unseen", **values)
    response = compare(client, job)
    assert headings(response) == []
    assert "Unseen" not in text_of(response)
    assert messages(response) == [f"Job “{job.pk}” is closed or doesn't exist."]
    assert headings(compare(signed_in(make_alice()), job)) == []


def test_nobody_can_compare_departments_that_are_drafts(client, westport):
    draft = make_department("Unseen Police", status=Department.Status.DRAFT)
    response = compare(client, westport, draft)
    assert headings(response) == ["Westport Police"]
    assert messages(response) == ["No department found for “ct/unseen-police”."]
    assert headings(compare(signed_in(make_alice()), westport, draft)) == ["Westport Police"]


def test_it_shows_a_department_once_that_is_listed_twice(client, westport, norwalk):
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-police", "CT/Westport-Police ", "ct/norwalk-police"]})
    assert headings(response) == ["Westport Police", "Norwalk Police"]
    assert messages(response) == ["“ct/westport-police” was listed twice. It is shown once."]


def test_it_compares_the_first_four_jobs(client):
    jobs = [make_job(title=f"Officer {number}") for number in range(6)]
    response = compare(client, *jobs)
    assert headings(response) == ["Officer 0", "Officer 1", "Officer 2", "Officer 3"]
    assert messages(response) == ["You can compare 4 at a time. The last 2 are not shown."]
    assert messages(compare(client, *jobs[:5])) == ["You can compare 4 at a time. The last one is not shown."]
    assert messages(compare(client, *jobs[:4])) == []


def test_it_handles_a_thousand_departments_in_the_query_string(client):
    response = client.get(DEPARTMENTS, {"d": [f"ct/nobody-{number}" for number in range(1000)]})
    assert len(messages(response)) == 5


def test_it_shortens_long_names_in_messages(client):
    [sentence] = messages(client.get(DEPARTMENTS, {"d": "x" * 5000}))
    assert len(sentence) < 120


def test_it_finds_departments_by_their_former_slugs(client, westport):
    for slug in ("westport-pd", "westport-town-police"):
        SlugRedirect.objects.create(state="CT", slug=slug, department=westport)
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-pd", "ct/westport-town-police", "ct/westport-police"]})
    assert headings(response) == ["Westport Police"]
    assert messages(response) == []


def test_search_engines_may_index_only_the_empty_comparison(client, westport):
    assert '<meta name="robots" content="noindex, follow">' in html_of(compare(client, westport))
    assert '<meta name="robots" content="noindex, follow">' in html_of(client.get(JOBS, {"q": "x"}))


# Adding and removing


def test_each_column_has_a_link_that_removes_it(client, westport, norwalk):
    response = compare(client, westport, norwalk)
    assert links(response)["Remove : Westport Police"] == "?d=ct/norwalk-police"
    assert links(response)["Remove : Norwalk Police"] == "?d=ct/westport-police"
    assert links(compare(client, westport))["Remove : Westport Police"] == "?"


def test_a_search_finds_departments_to_add(client, westport, norwalk):
    response = compare(client, westport, q="norwalk")
    assert links(response)["Add Norwalk Police"] == "?d=ct/westport-police&d=ct/norwalk-police"
    assert headings(client.get(DEPARTMENTS + links(response)["Add Norwalk Police"])) == [
        "Westport Police",
        "Norwalk Police",
    ]


def test_the_search_form_keeps_the_selection(client, westport, norwalk):
    html = html_of(compare(client, westport, norwalk))
    assert '<input type="hidden" name="d" value="ct/westport-police">' in html
    assert '<input type="hidden" name="d" value="ct/norwalk-police">' in html
    job = make_job()
    assert f'<input type="hidden" name="j" value="{job.pk}">' in html_of(compare(client, job))


def test_a_search_finds_open_jobs_to_add(client):
    one, two = make_job(title="Officer"), make_job(title="Dispatcher", kind="dispatcher")
    make_job(title="Dispatcher (draft)", status="draft")
    found = links(compare(client, one, q="dispatcher"))
    assert {words: link for words, link in found.items() if words.startswith("Add ")} == {
        "Add Dispatcher": f"?j={one.pk}&j={two.pk}"
    }


def test_a_search_does_not_find_what_is_already_selected(client, westport):
    response = compare(client, westport, q="westport")
    assert "No results for “westport”." in text_of(response)


def test_an_invalid_search_shows_an_error_beside_the_field(client, westport):
    response = compare(client, westport, q="x" * 101)
    assert "Ensure this value has at most 100 characters" in text_of(response)
    assert headings(response) == ["Westport Police"]


def test_it_suggests_departments_nearby(client, westport, norwalk):
    make_department("Hidden Police", at=(41.1, -73.4), status="draft")
    make_department("Far Police", state="AK", city="", at=(61.2, -149.9))
    found = [words for words in links(compare(client, westport)) if words.startswith("Add ")]
    assert found == ["Add Norwalk Police"]


def test_it_suggests_open_jobs_of_the_same_type_nearest_first(client, westport):
    job = make_job(westport, "Here")
    for miles in (30, 10):
        make_job(make_department(f"{miles}", at=north_of(WESTPORT, miles), city=""), f"At {miles}")
    make_job(make_department("Other", at=north_of(WESTPORT, 1), city=""), "Dispatcher", kind="dispatcher")
    found = [words for words in links(compare(client, job)) if words.startswith("Add ")]
    assert found == ["Add At 10", "Add At 30"]


def test_nothing_can_be_added_to_four_jobs(client, westport):
    jobs = [make_job(westport, f"Officer {number}") for number in range(5)]
    response = compare(client, *jobs[:4])
    assert "You can compare four at a time." in text_of(response)
    assert "<form" not in html_of(response)
    assert "Add " not in text_of(response)


# Links to the comparison


def test_profiles_and_job_pages_link_to_a_comparison(client, westport):
    job = make_job(westport)
    link = links(client.get(westport.get_absolute_url()))["Compare with other departments"]
    assert headings(client.get(link)) == ["Westport Police"]
    link = links(client.get(job.get_absolute_url()))["Compare with other jobs"]
    assert headings(client.get(link)) == ["Police Officer"]


def test_a_closed_job_links_to_no_comparison(client):
    job = make_job(closes_on=yesterday())
    assert "Compare with other jobs" not in links(client.get(job.get_absolute_url()))


def test_a_profile_links_to_a_comparison_of_its_jobs(client, westport):
    make_job(westport, "One")
    assert "Compare side by side" not in links(client.get(westport.get_absolute_url()))
    make_job(westport, "Two")
    link = links(client.get(westport.get_absolute_url()))["Compare side by side"]
    assert sorted(headings(client.get(link))) == ["One", "Two"]


def test_a_list_of_up_to_four_jobs_links_to_their_comparison(client):
    for name in range(4):
        make_job(title=f"Officer {name}")
    link = links(client.get("/jobs/"))["Compare side by side"]
    assert headings(client.get(link)) == [f"Officer {name}" for name in reversed(range(4))]
    make_job(title="Officer 5")
    assert "Compare side by side" not in links(client.get("/jobs/"))


def test_a_department_search_links_to_a_comparison_of_its_results(client, westport, norwalk):
    link = links(client.get("/departments/?q=police"))["Compare side by side"]
    assert sorted(headings(client.get(link))) == ["Norwalk Police", "Westport Police"]
    assert "Compare side by side" not in links(client.get("/departments/"))


# Query counts


def test_a_comparison_takes_at_most_eight_queries_for_any_number_of_columns(queries_of, westport):
    others = [make_department(f"Police {number}", at=north_of(WESTPORT, number)) for number in range(1, 9)]
    for department in (westport, *others):
        list_specializations(department, "K-9 Unit", "Drone")
        make_step(department)
        for number in range(5):
            make_step(make_job(department, f"Officer {number}", pay_min=50_000 + number))
    SlugRedirect.objects.create(state="CT", slug="former", department=westport)

    def cost(url, name, keys):
        return queries_of(f"{url}?q=officer&" + "&".join(f"{name}={key}" for key in keys))

    slugs = ["ct/former", *(f"ct/{department.slug}" for department in others)]
    numbers = list(Job.objects.values_list("pk", flat=True))
    for counts in (
        [cost(DEPARTMENTS, "d", slugs[:number]) for number in (1, 2, 3)],
        [cost(JOBS, "j", numbers[:number]) for number in (1, 2, 3)],
    ):
        assert counts[1] == counts[2] >= counts[0]
        assert max(counts) <= 8
    assert cost(DEPARTMENTS, "d", slugs[1:5]) <= 8
    assert cost(JOBS, "j", numbers[:4]) <= 8


def test_staff_can_compare_jobs_too(westport):
    assert headings(compare(signed_in(make_alice()), make_job(westport), make_job(westport, "Two"))) == [
        "Police Officer",
        "Two",
    ]
