"""The job search at /jobs/."""

import re
from datetime import timedelta

import pytest

from policeapp.web.pagination import PER_PAGE
from tests.factories import make_department, make_job, text_of, today

from .pages import LATITUDE, LONGITUDE, hiring_at, html_of, link_of, links, search, titles

pytestmark = pytest.mark.django_db


# List


def test_it_lists_open_jobs_with_their_main_facts(client):
    department = make_department("Norwalk Police Department", city="Norwalk", at=(41.12, -73.41))
    make_job(
        department,
        title="Public Safety Dispatcher",
        kind="dispatcher",
        schedule="part_time",
        pay_min=30,
        pay_max=36,
        pay_period="hour",
        closes_on=today() + timedelta(days=30),
    )
    page = text_of(search(client))
    assert "One job" in page
    assert "Public Safety Dispatcher" in page
    assert "Norwalk Police Department, Norwalk, CT" in page
    assert "$30 to $36 an hour Closes " in page
    assert "Dispatcher or call taker · Part time" in page


def test_a_job_without_a_closing_date_is_open_until_filled(client):
    make_job(closes_on=None)
    assert "Open until filled" in text_of(search(client))


def test_it_hides_jobs_that_are_not_open(client):
    make_job(title="Closed", closes_on=today() - timedelta(days=2))
    make_job(title="Planned", opens_on=today() + timedelta(days=2))
    make_job(title="Drafted", status="draft")
    make_job(title="Withdrawn", status="withdrawn")
    make_job(make_department(status="draft"), title="Hidden")
    page = search(client)
    assert titles(page) == []
    assert "No jobs" in text_of(page)


def test_it_links_to_all_jobs_if_none_are_open(client):
    page = search(client)
    assert "No jobs" in text_of(page)
    assert ("All jobs", "/jobs/") in links(page)


def test_samples_are_marked(client):
    make_job(title="Invented", is_sample=True)
    text = text_of(search(client))
    assert "Invented Sample" in text
    assert text.count("Jobs marked “Sample” are not real.") == 1


def test_search_engines_may_index_the_list_but_no_search(client):
    assert "noindex" not in html_of(search(client))
    assert '<meta name="robots" content="noindex, follow">' in html_of(search(client, q="officer"))


def test_titles_are_escaped(client):
    make_job(title="<script>alert(1)</script> & Co")
    page = search(client)
    assert "<script>alert" not in html_of(page)
    assert titles(page) == ["<script>alert(1)</script> & Co"]


# The keyword


@pytest.fixture
def three(db):
    """Create three jobs that differ in title, type and department."""
    stamford = make_department("Stamford Police Department", city="Stamford")
    bethel = make_department("Bethel Sheriff’s Office", city="Bethel")
    make_job(stamford, title="Patrol Officer (Lateral)", kind="lateral", opens_on=today() - timedelta(days=3))
    make_job(bethel, title="Public Safety Telecommunicator", kind="dispatcher", opens_on=today() - timedelta(days=5))
    make_job(bethel, title="Records Clerk", kind="civilian", opens_on=today() - timedelta(days=7))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("clerk", ["Records Clerk"]),
        ("CLERK", ["Records Clerk"]),
        ("cle", ["Records Clerk"]),
        ("zzzz", []),
        ("dispatcher", ["Public Safety Telecommunicator"]),
        ("call taker", ["Public Safety Telecommunicator"]),
        ("civilian", ["Records Clerk"]),
        ("bethel", ["Public Safety Telecommunicator", "Records Clerk"]),
        ("Sheriff's Office", ["Public Safety Telecommunicator", "Records Clerk"]),
        ("stamford police", ["Patrol Officer (Lateral)"]),
        ("stamford records", []),
        ("bethel records", ["Records Clerk"]),
        ("records bethel", ["Records Clerk"]),
        ("stamford pd", ["Patrol Officer (Lateral)"]),
        ("  safety   public ", ["Public Safety Telecommunicator"]),
        ("???", ["Patrol Officer (Lateral)", "Public Safety Telecommunicator", "Records Clerk"]),
        ("100%", []),
        ("_", ["Patrol Officer (Lateral)", "Public Safety Telecommunicator", "Records Clerk"]),
        ("x' OR '1'='1", []),
        ("astronaut", []),
    ],
)
def test_keywords_match_title_job_type_and_department(client, three, words, found):
    assert titles(search(client, q=words)) == found


def test_accents_do_not_matter(client):
    make_job(title="Policía Bilingüe")
    assert titles(search(client, q="policia bilingue")) == ["Policía Bilingüe"]
    assert titles(search(client, q="POLICÍA")) == ["Policía Bilingüe"]


def test_a_keyword_without_results_links_to_all_jobs(client, three):
    page = search(client, q="astronaut")
    assert "No matching jobs" in text_of(page)
    assert "Try fewer words or fewer filters." in text_of(page)
    assert ("All jobs", "/jobs/") in links(page)


def test_the_form_shows_the_search_again(client, places):
    page = html_of(search(client, q='say "hi"', near="06880", within="100", kind="dispatcher", pay="50000", state="CT"))
    assert 'value="say &quot;hi&quot;"' in page
    assert 'value="06880"' in page
    assert 'value="50000"' in page
    for chosen in ("100", "dispatcher", "CT"):
        assert f'<option value="{chosen}" selected>' in page


# Filters


def test_a_job_type_filters_the_list(client, three):
    assert titles(search(client, kind="civilian")) == ["Records Clerk"]
    assert titles(search(client, kind="command")) == []


def test_an_unknown_job_type_is_an_error(client, three):
    page = search(client, kind="wizard")
    assert titles(page) == []
    assert "is not one of the available choices" in text_of(page)


def test_minimum_pay_is_compared_with_the_maximum_yearly_pay(client):
    make_job(title="Range", pay_min=40_000, pay_max=60_000, opens_on=today() - timedelta(days=2))
    make_job(title="Hourly", pay_min=30, pay_period="hour", opens_on=today() - timedelta(days=3))
    make_job(title="Unstated", opens_on=today() - timedelta(days=4))
    assert titles(search(client, pay="59999")) == ["Range", "Hourly"]
    assert titles(search(client, pay="60000")) == ["Range", "Hourly"]
    assert titles(search(client, pay="60001")) == ["Hourly"]
    assert titles(search(client, pay="62400")) == ["Hourly"]
    assert titles(search(client, pay="62401")) == []


@pytest.mark.parametrize("typed", ["60,000", "$60,000", " $60000 "])
def test_pay_can_have_dollar_signs_and_commas(client, typed):
    make_job(title="Enough", pay_max=60_000)
    make_job(title="Too little", pay_max=59_999)
    assert titles(search(client, pay=typed)) == ["Enough"]


@pytest.mark.parametrize("typed", ["", "0"])
def test_zero_pay_filters_nothing(client, typed):
    make_job(title="Unstated")
    assert titles(search(client, pay=typed)) == ["Unstated"]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("a lot", "Enter a whole number."),
        ("-1", "greater than or equal to 0"),
        ("-999999999999999999999999", "greater than or equal to 0"),
        ("10000001", "less than or equal to 10000000"),
        ("9" * 30, "less than or equal to 10000000"),
        ("9" * 5000, "Enter a whole number."),
        ("1e5", "Enter a whole number."),
        ("NaN", "Enter a whole number."),
        ("Infinity", "Enter a whole number."),
        ("50000.50", "Enter a whole number."),
        ("\0", "Enter a whole number."),
    ],
)
def test_invalid_pay_shows_an_error_beside_its_field(client, typed, message):
    make_job(title="Officer", pay_max=99_000)
    page = search(client, pay=typed)
    assert titles(page) == []
    assert message in text_of(page)
    assert re.search(r'<input[^>]*name="pay"[^>]*aria-invalid="true"', html_of(page))


def test_more_filters_are_open_if_one_is_used_or_invalid(client):
    assert '<details class="filters">' in html_of(search(client))
    assert '<details class="filters">' in html_of(search(client, q="officer"))
    for parameters in ({"pay": "5"}, {"pay": "a lot"}, {"kind": "civilian"}, {"state": "CT"}, {"sort": "pay"}):
        assert '<details class="filters" open>' in html_of(search(client, **parameters))


def test_a_state_filters_the_list(client):
    make_job(make_department("Here"), title="Connecticut")
    make_job(make_department("There", state="NY", city=""), title="New York")
    assert titles(search(client, state="NY")) == titles(search(client, state="ny")) == ["New York"]
    assert titles(search(client, state="AK")) == []


@pytest.mark.parametrize("state", ["ZZ", "New York", "<b>"])
def test_an_unknown_state_is_an_error(client, state):
    make_job(title="Officer")
    page = search(client, state=state)
    assert titles(page) == []
    assert "is not one of the available choices" in text_of(page)


def test_filters_are_combined(client, places):
    right = {"kind": "lateral", "pay_max": 80_000}
    hiring_at(5, "Right one", **right)
    hiring_at(30, "Right one too far", **right)
    hiring_at(6, "Right one, ill paid", **(right | {"pay_max": 70_000}))
    hiring_at(7, "Right one, other kind", **(right | {"kind": "cadet"}))
    hiring_at(8, "Wrong word", **right)
    parameters = {"q": "right", "near": "06880", "kind": "lateral", "pay": "75000", "state": "CT"}
    assert titles(search(client, **parameters)) == ["Right one"]
    assert titles(search(client, **(parameters | {"state": "NY"}))) == []


# Order


@pytest.fixture
def sortable(places):
    """Create four jobs that every order sorts differently."""
    day = timedelta(days=1)
    hiring_at(5, "A", opens_on=today() - 9 * day, closes_on=today() + 20 * day, pay_max=50_000)
    hiring_at(9, "B", opens_on=today() - 2 * day, closes_on=None, pay_max=70_000)
    hiring_at(7, "C", opens_on=today() - 5 * day, closes_on=today() + 3 * day, pay_min=25, pay_period="hour")
    hiring_at(2, "D", opens_on=today() - 7 * day, closes_on=today() + 9 * day)


@pytest.mark.parametrize(
    ("parameters", "order"),
    [
        ({}, "BCDA"),
        ({"near": "06880"}, "DACB"),
        ({"near": "06880", "sort": "distance"}, "DACB"),
        ({"near": "06880", "within": "any", "sort": "distance"}, "DACB"),
        ({"q": "06880", "sort": "distance"}, "DACB"),
        ({"sort": "newest"}, "BCDA"),
        ({"near": "06880", "sort": "newest"}, "BCDA"),
        ({"sort": "closing"}, "CDAB"),
        ({"near": "06880", "sort": "closing"}, "CDAB"),
        ({"sort": "pay"}, "BCAD"),
        ({"near": "06880", "within": "any", "sort": "pay"}, "BCAD"),
        ({"q": "police", "sort": "pay"}, "BCAD"),
    ],
)
def test_each_sort_order_works(client, sortable, parameters, order):
    page = search(client, **parameters)
    assert "".join(titles(page)) == order
    if "near" in parameters:
        assert "2 miles" in text_of(page)


def test_sorting_by_distance_needs_a_place(client, sortable):
    page = search(client, sort="distance")
    assert titles(page) == []
    assert "Enter a place to sort by distance." in text_of(page)


def test_sorting_by_distance_from_an_unknown_place_shows_one_error(client, sortable):
    page = text_of(search(client, sort="distance", near="Atlantis"))
    assert "We don't know “Atlantis”." in page
    assert "Enter a place to sort by distance." not in page


def test_sorting_by_distance_works_from_a_town_in_the_keyword_box(client, sortable):
    assert "".join(titles(search(client, sort="distance", q="Westport, CT"))) == "DACB"


def test_an_unknown_sort_order_is_an_error(client, sortable):
    assert "is not one of the available choices" in text_of(search(client, sort="random"))


# Pages


@pytest.fixture
def many(places):
    department = make_department(at=(LATITUDE, LONGITUDE))
    for number in range(2 * PER_PAGE + 1):
        make_job(department, title=f"Officer {number:02}", pay_max=100_000 - number)


def test_a_long_list_has_pages(client, many):
    page = search(client, sort="pay")
    assert titles(page) == [f"Officer {number:02}" for number in range(PER_PAGE)]
    assert "41 jobs" in text_of(page)
    assert "Page 1 of 3" in text_of(page)
    assert titles(search(client, sort="pay", page="3")) == ["Officer 40"]


def test_the_links_to_other_pages_keep_the_search(client, many):
    parameters = {"q": "officer & ?", "near": "06880", "within": "50", "kind": "entry_level", "pay": "1", "sort": "pay"}
    page = search(client, **parameters, page="2")
    query = {name: [value] for name, value in parameters.items()}
    assert link_of(page, "Previous") == query | {"page": ["1"]}
    assert link_of(page, "Next") == query | {"page": ["3"]}


def test_the_pages_together_show_every_job_once(client, many):
    for parameters in ({}, {"near": "06880"}, {"sort": "closing"}, {"sort": "newest"}):
        seen = [title for number in (1, 2, 3) for title in titles(search(client, **parameters, page=number))]
        assert sorted(seen) == [f"Officer {number:02}" for number in range(2 * PER_PAGE + 1)]


def test_a_single_page_has_no_page_links(client):
    make_job()
    assert "Page 1" not in text_of(search(client))


@pytest.mark.parametrize("page", ["0", "4", "-1", "two", "1e9", "9" * 30, "1.5"])
def test_an_unknown_page_number_answers_404(client, many, page):
    assert client.get("/jobs/", {"page": page}).status_code == 404


def test_choosing_a_place_returns_to_the_first_page(client, many):
    page = search(client, near="Springfield", page="1")
    assert "page" not in link_of(page, "Springfield, Hampden County, MA")


# Garbage


@pytest.mark.parametrize(
    "garbage",
    ["\0", "x" * 5000, "𐎀" * 101, "%", "' OR 1=1 --", "<script>alert(1)</script>", "-1", "NaN", "\u202e", "١٢٣٤٥", "​"],
)
def test_garbage_in_any_field_is_handled_and_escaped(client, places, garbage):
    make_job()
    for field in ("q", "near", "within", "kind", "pay", "state", "sort", "unknown"):
        page = search(client, **{field: garbage})
        assert "<script>alert" not in html_of(page)


@pytest.mark.parametrize("field", ["q", "near"])
def test_text_that_is_too_long_is_an_error(client, places, field):
    page = search(client, **{field: "x" * 101})
    assert "at most 100 characters" in text_of(page)


def test_a_parameter_given_twice_counts_once(client, three):
    assert titles(client.get("/jobs/?kind=lateral&kind=civilian")) == ["Records Clerk"]
