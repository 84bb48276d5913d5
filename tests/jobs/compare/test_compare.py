"""Departments or openings side by side: what is set against what, the addresses that say which, the ways there."""

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
    make_charlie,
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
DEPARTMENTS, OPENINGS = "/departments/compare/", "/jobs/compare/"


def words_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def html_of(response):
    assert response.status_code == 200
    return response.content.decode()


def heads(response):
    """The heads of the columns: what is compared, in order."""
    found = re.findall(r'<th scope="col"[^>]*><a [^>]*>([^<]*)</a>', html_of(response))
    return [unescape(name) for name in found]


def row(response, label):
    """The words of the cells of the row."""
    for html in re.findall(r"<tr\b.*?</tr>", html_of(response), re.DOTALL):
        if words_of(re.search(r"<th\b.*?</th>", html, re.DOTALL)[0]) == label:
            return [words_of(cell) for cell in re.findall(r"<td\b.*?</td>", html, re.DOTALL)]
    raise AssertionError(f"No row {label}")


def said(response):
    """The sentences above the table."""
    found = re.search(r'<div class="notice".*?</div>', html_of(response), re.DOTALL)
    return [words_of(sentence) for sentence in re.findall(r"<p>.*?</p>", found[0])] if found else []


def links(response):
    """``{words: address}``."""
    found = re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html_of(response), re.DOTALL)
    return {words_of(words): unescape(address) for address, words in found}


def compare(client, *things, **more):
    """The page that compares these saved departments or openings."""
    if isinstance(things[0], Job):
        return client.get(OPENINGS, {"j": [job.pk for job in things]} | more)
    return client.get(DEPARTMENTS, {"d": [f"{one.state.lower()}/{one.slug}" for one in things]} | more)


@pytest.fixture
def westport(db):
    return make_department(
        "Westport Police", at=WESTPORT, sworn_officers=64, sworn_year=2024, population=28_000, population_year=2023
    )


@pytest.fixture
def norwalk(db):
    return make_department("Norwalk Police", city="Norwalk", at=(41.1, -73.42), population=91_000)


# Departments


def test_departments_stand_side_by_side_in_the_order_of_the_address(client, westport, norwalk):
    assert heads(compare(client, westport, norwalk)) == ["Westport Police", "Norwalk Police"]
    assert heads(compare(client, norwalk, westport)) == ["Norwalk Police", "Westport Police"]


def test_the_facts_of_departments_are_set_against_each_other(client, westport, norwalk):
    response = compare(client, westport, norwalk)
    assert row(response, "Agency type") == ["Municipal police", "Municipal police"]
    assert row(response, "Town") == ["Westport, CT", "Norwalk, CT"]
    assert row(response, "Officers") == ["64 (2024)", "not known"]
    assert row(response, "Population served") == ["28,000 (2023)", "91,000"]
    assert row(response, "Officers per 1,000 residents") == ["2.3", "not known"]


def test_what_nobody_knows_of_a_department_is_said_so(client):
    response = compare(client, make_department())
    unknown = ("Officers", "Population served", "Specializations", "Hiring steps", "Time to be hired")
    assert {label: row(response, label) for label in unknown} == {label: ["not known"] for label in unknown}
    assert row(response, "Yearly pay") == row(response, "Fees") == ["not stated"]
    assert row(response, "Open jobs") == ["none"]


def test_specializations_that_several_have_come_first_and_are_marked(client, westport, norwalk):
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
    assert "Bold: a specialization that more than one of them has." in text_of(response)
    assert "Bold:" not in text_of(compare(client, westport, third))


def test_steps_weeks_and_fees_are_those_of_the_departments(client, westport, norwalk):
    make_step(westport, "application", weeks=2, fee=0)
    make_step(westport, "academy", weeks=24, fee=35)
    make_step(norwalk, "oral_board", weeks=1)
    make_step(norwalk, "medical")
    response = compare(client, westport, norwalk)
    assert row(response, "Hiring steps") == ["Application Police academy", "Oral board Medical examination"]
    assert row(response, "Time to be hired") == ["About 26 weeks", "At least 1 week"]
    assert row(response, "Fees") == ["$35", "not stated"]


def test_departments_pay_by_the_year_for_each_kind_that_they_look_for(client, westport, norwalk):
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
    assert "converted as if the work were full time: 2,080 hours" in text_of(response)


def test_pay_that_is_known_from_a_sample_is_marked(client, westport, norwalk):
    make_job(westport, pay_min=60_000, is_sample=True)
    make_job(norwalk, pay_min=61_000)
    assert row(compare(client, westport, norwalk), "Yearly pay") == [
        "Entry-level officer: $60,000 a year By a sample: not a real vacancy",
        "Entry-level officer: $61,000 a year",
    ]


# Openings


def test_openings_stand_side_by_side(client, westport, norwalk):
    day = today(westport) + 30 * DAY
    one = make_job(
        westport, "Officer", kind="lateral", pay_min=60_000, positions=3, closes_on=day, closes_time=time(17)
    )
    two = make_job(norwalk, "Dispatcher", kind="dispatcher", schedule="part_time")
    response = compare(client, two, one)
    assert heads(response) == ["Dispatcher", "Officer"]
    assert row(response, "Department") == ["Norwalk Police", "Westport Police"]
    assert row(response, "Kind") == ["Dispatcher or call taker, part time", "Lateral or certified officer, full time"]
    assert row(response, "Closes") == ["open until filled", one.deadline]
    assert row(response, "Positions") == ["1", "3"]
    assert row(response, "Town") == ["Norwalk, CT", "Westport, CT"]
    assert row(response, "Officers per 1,000 residents") == ["not known", "2.3"]
    assert row(response, "Yearly pay") == ["not stated", "from $60,000 a year"]
    assert "converted" not in text_of(response)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pay_min": 64_500, "pay_max": 81_250}, "$64,500 to $81,250 a year"),
        (
            {"pay_min": "29.40", "pay_max": "36.15", "pay_period": "hour"},
            "$61,152 to $75,192 a year (stated as $29.40 to $36.15 an hour)",
        ),
        ({"pay_max": 200, "pay_period": "day"}, "up to $52,000 a year (stated as up to $200 a day)"),
        ({"pay_min": 1000, "pay_period": "week"}, "from $52,000 a year (stated as from $1,000 a week)"),
        ({"pay_min": 5000, "pay_max": 5000, "pay_period": "month"}, "$60,000 a year (stated as $5,000 a month)"),
        ({"pay_min": "0.01", "pay_period": "two_weeks"}, "from $0 a year (stated as from $0.01 every two weeks)"),
    ],
)
def test_what_an_opening_pays_is_converted_to_a_year_and_said_so(client, values, said):
    assert row(compare(client, make_job(**values)), "Yearly pay") == [said]


def test_an_openings_hiring_steps_count_and_else_its_departments(client, westport):
    make_step(westport, "oral_board", weeks=3)
    one, two = make_job(westport), make_job(westport)
    make_step(two, "polygraph", weeks=5, fee=10)
    response = compare(client, one, two)
    assert row(response, "Hiring steps") == ["Oral board", "Polygraph"]
    assert row(response, "Time to be hired") == ["About 3 weeks", "About 5 weeks"]
    assert row(response, "Fees") == ["not stated", "$10"]


def test_a_sample_is_marked_at_its_head(client, westport):
    response = compare(client, make_job(westport, is_sample=True), make_job(westport, "Real"))
    assert text_of(response).count("Sample: not a real job") == 1
    assert "Police Officer Sample: not a real job Remove" in text_of(response)


# What an address may say


def test_nothing_is_compared_yet(client, westport):
    for url, words in ((DEPARTMENTS, "Compare up to four departments."), (OPENINGS, "Find an opening, and then")):
        response = client.get(url)
        assert words in text_of(response)
        assert "<table" not in html_of(response)
        assert "noindex" not in html_of(response)


def test_one_alone_is_shown_too(client, westport):
    assert heads(compare(client, westport)) == ["Westport Police"]


@pytest.mark.parametrize("name", ["ct/nobody", "xx/westport-police", "westport-police", "ct/", "/", "<b>", "ct/a b"])
def test_a_department_that_nobody_knows_is_said_and_the_rest_compared(client, westport, norwalk, name):
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-police", name, "ct/norwalk-police"]})
    assert heads(response) == ["Westport Police", "Norwalk Police"]
    assert said(response) == [f"We don't know the department “{name}”: it is left out."]


@pytest.mark.parametrize("number", ["999999", "0", "-1", "1.5", "x", "9" * 19, "9" * 30])
def test_an_opening_that_is_not_there_is_said_and_the_rest_compared(client, number):
    response = client.get(OPENINGS, {"j": [number, make_job().pk]})
    assert heads(response) == ["Police Officer"]
    assert said(response) == [f"The opening “{number}” isn't open any more, or never was there: it is left out."]


@pytest.mark.parametrize(
    "values",
    [{"status": "draft"}, {"status": "withdrawn"}, {"opens_on": today() + 9 * DAY}, {"closes_on": yesterday()}],
    ids=["a draft", "withdrawn", "planned", "closed"],
)
def test_an_opening_that_is_not_open_is_compared_for_staff_alone(client, values):
    job = make_job(title="Unseen", **values)
    response = compare(client, job)
    assert heads(response) == []
    assert "Unseen" not in text_of(response)
    assert said(response) == [f"The opening “{job.pk}” isn't open any more, or never was there: it is left out."]
    assert heads(compare(signed_in(make_charlie()), job)) == ["Unseen"]


def test_a_department_that_is_a_draft_is_compared_for_staff_alone(client, westport):
    draft = make_department("Unseen Police", status=Department.Status.DRAFT)
    response = compare(client, westport, draft)
    assert heads(response) == ["Westport Police"]
    assert said(response) == ["We don't know the department “ct/unseen-police”: it is left out."]
    response = compare(signed_in(make_charlie()), westport, draft)
    assert heads(response) == ["Westport Police", "Unseen Police"]
    assert "Unseen Police Draft Remove" in text_of(response)


def test_one_that_is_named_twice_is_shown_once(client, westport, norwalk):
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-police", "CT/Westport-Police ", "ct/norwalk-police"]})
    assert heads(response) == ["Westport Police", "Norwalk Police"]
    assert said(response) == ["“ct/westport-police” was listed twice. It is shown once."]


def test_of_more_than_four_the_first_are_compared(client):
    jobs = [make_job(title=f"Officer {number}") for number in range(6)]
    response = compare(client, *jobs)
    assert heads(response) == ["Officer 0", "Officer 1", "Officer 2", "Officer 3"]
    assert said(response) == ["We compare 4 at most: the last 2 are left out."]
    assert said(compare(client, *jobs[:5])) == ["We compare 4 at most: the last one is left out."]
    assert said(compare(client, *jobs[:4])) == []


def test_a_thousand_of_them_are_no_matter(client):
    response = client.get(DEPARTMENTS, {"d": [f"ct/nobody-{number}" for number in range(1000)]})
    assert len(said(response)) == 5


def test_a_long_name_is_shortened(client):
    [sentence] = said(client.get(DEPARTMENTS, {"d": "x" * 5000}))
    assert len(sentence) < 120


def test_a_former_address_leads_to_the_department(client, westport):
    for slug in ("westport-pd", "westport-town-police"):
        SlugRedirect.objects.create(state="CT", slug=slug, department=westport)
    response = client.get(DEPARTMENTS, {"d": ["ct/westport-pd", "ct/westport-town-police", "ct/westport-police"]})
    assert heads(response) == ["Westport Police"]
    assert said(response) == []


def test_a_comparison_is_not_for_search_engines_but_its_start_is(client, westport):
    assert '<meta name="robots" content="noindex, follow">' in html_of(compare(client, westport))
    assert '<meta name="robots" content="noindex, follow">' in html_of(client.get(OPENINGS, {"q": "x"}))


# Adding and removing


def test_each_can_be_removed_by_its_link(client, westport, norwalk):
    response = compare(client, westport, norwalk)
    assert links(response)["Remove : Westport Police"] == "?d=ct/norwalk-police"
    assert links(response)["Remove : Norwalk Police"] == "?d=ct/westport-police"
    assert links(compare(client, westport))["Remove : Westport Police"] == "?"


def test_a_department_is_found_by_words_and_added_by_its_link(client, westport, norwalk):
    response = compare(client, westport, q="norwalk")
    assert links(response)["Add Norwalk Police"] == "?d=ct/westport-police&d=ct/norwalk-police"
    assert heads(client.get(DEPARTMENTS + links(response)["Add Norwalk Police"])) == [
        "Westport Police",
        "Norwalk Police",
    ]


def test_the_search_keeps_what_is_compared(client, westport, norwalk):
    html = html_of(compare(client, westport, norwalk))
    assert '<input type="hidden" name="d" value="ct/westport-police">' in html
    assert '<input type="hidden" name="d" value="ct/norwalk-police">' in html
    job = make_job()
    assert f'<input type="hidden" name="j" value="{job.pk}">' in html_of(compare(client, job))


def test_an_opening_is_found_by_words_and_added_by_its_link(client):
    one, two = make_job(title="Officer"), make_job(title="Dispatcher", kind="dispatcher")
    make_job(title="Dispatcher (draft)", status="draft")
    found = links(compare(client, one, q="dispatcher"))
    assert {words: link for words, link in found.items() if words.startswith("Add ")} == {
        "Add Dispatcher": f"?j={one.pk}&j={two.pk}"
    }


def test_what_is_compared_already_is_not_found_again(client, westport):
    response = compare(client, westport, q="westport")
    assert "Nothing to add is called “westport”." in text_of(response)


def test_words_that_cannot_be_searched_for_are_said_beside_the_box(client, westport):
    response = compare(client, westport, q="x" * 101)
    assert "Ensure this value has at most 100 characters" in text_of(response)
    assert heads(response) == ["Westport Police"]


def test_departments_nearby_are_offered(client, westport, norwalk):
    make_department("Hidden Police", at=(41.1, -73.4), status="draft")
    make_department("Far Police", state="AK", city="", at=(61.2, -149.9))
    found = [words for words in links(compare(client, westport)) if words.startswith("Add ")]
    assert found == ["Add Norwalk Police"]


def test_open_openings_of_the_same_kind_are_offered_nearest_first(client, westport):
    job = make_job(westport, "Here")
    for miles in (30, 10):
        make_job(make_department(f"{miles}", at=north_of(WESTPORT, miles), city=""), f"At {miles}")
    make_job(make_department("Other", at=north_of(WESTPORT, 1), city=""), "Dispatcher", kind="dispatcher")
    found = [words for words in links(compare(client, job)) if words.startswith("Add ")]
    assert found == ["Add At 10", "Add At 30"]


def test_nothing_can_be_added_to_four(client, westport):
    jobs = [make_job(westport, f"Officer {number}") for number in range(5)]
    response = compare(client, *jobs[:4])
    assert "Four is the most that fits" in text_of(response)
    assert "<form" not in html_of(response)
    assert "Add " not in text_of(response)


# The ways there


def test_a_profile_and_an_opening_lead_to_a_comparison(client, westport):
    job = make_job(westport)
    link = links(client.get(westport.get_absolute_url()))["Compare with other departments"]
    assert heads(client.get(link)) == ["Westport Police"]
    link = links(client.get(job.get_absolute_url()))["Compare with other jobs"]
    assert heads(client.get(link)) == ["Police Officer"]


def test_a_closed_opening_leads_to_none(client):
    job = make_job(closes_on=yesterday())
    assert "Compare with other jobs" not in links(client.get(job.get_absolute_url()))


def test_a_profiles_openings_can_be_compared(client, westport):
    make_job(westport, "One")
    assert "Compare side by side" not in links(client.get(westport.get_absolute_url()))
    make_job(westport, "Two")
    link = links(client.get(westport.get_absolute_url()))["Compare side by side"]
    assert sorted(heads(client.get(link))) == ["One", "Two"]


@pytest.mark.parametrize(("number", "words"), [(4, "Compare side by side"), (5, "Compare the first four side by side")])
def test_a_list_of_openings_leads_to_the_comparison_of_its_first(client, number, words):
    for name in range(number):
        make_job(title=f"Officer {name}")
    link = links(client.get("/jobs/"))[words]
    assert heads(client.get(link)) == [f"Officer {name}" for name in reversed(range(number))][:4]


def test_a_search_for_departments_leads_to_the_comparison_of_its_first(client, westport, norwalk):
    link = links(client.get("/departments/?q=police"))["Compare side by side"]
    assert sorted(heads(client.get(link))) == ["Norwalk Police", "Westport Police"]
    assert "Compare side by side" not in links(client.get("/departments/"))


# What it costs


def test_comparing_takes_eight_queries_at_most_and_four_as_many_as_one(queries_of, westport):
    others = [make_department(f"Police {number}", at=north_of(WESTPORT, number)) for number in range(1, 9)]
    for department in (westport, *others):
        list_specializations(department, "K-9 Unit", "Drone")
        make_step(department)
        for number in range(5):
            make_step(make_job(department, f"Officer {number}", pay_min=number))
    SlugRedirect.objects.create(state="CT", slug="former", department=westport)

    def cost(url, name, keys):
        return queries_of(f"{url}?q=officer&" + "&".join(f"{name}={key}" for key in keys))

    slugs = ["ct/former", *(f"ct/{department.slug}" for department in others)]
    numbers = list(Job.objects.values_list("pk", flat=True))
    for counts in (
        [cost(DEPARTMENTS, "d", slugs[:number]) for number in (1, 2, 3)],
        [cost(OPENINGS, "j", numbers[:number]) for number in (1, 2, 3)],
    ):
        assert counts[1] == counts[2] >= counts[0]
        assert max(counts) <= 8
    assert cost(DEPARTMENTS, "d", slugs[1:5]) <= 8
    assert cost(OPENINGS, "j", numbers[:4]) <= 8


def test_staff_see_the_comparison_with_everything_too(westport):
    assert heads(compare(signed_in(make_alice()), make_job(westport), make_job(westport, "Two"))) == [
        "Police Officer",
        "Two",
    ]
