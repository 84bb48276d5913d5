"""The directory and its search at /departments/."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from departments.models import Specialization
from tests.departments.pages import cards, html, links, message_at, value_of
from tests.factories import (
    list_specializations,
    make_charlie,
    make_department,
    make_job,
    make_place,
    make_specialization,
    text_of,
    tomorrow,
    yesterday,
)

WESTPORT, NORWALK, NEW_YORK = (41.1401, -73.3601), (41.0970, -73.4195), (40.7128, -74.0060)


@pytest.fixture
def search(client, db):
    """``search(near="06880")``: the directory's page for this search."""

    def search(**parameters):
        response = client.get(f"/departments/?{urlencode(parameters)}")
        assert response.status_code == 200
        return response

    return search


@pytest.fixture
def departments(places):
    """Westport, Norwalk and New York at their locations, and a department without a location."""
    make_department("Westport Police Department", at=WESTPORT, zip="06880", county="Fairfield", population=28_000)
    make_department("Norwalk Police Department", at=NORWALK, city="Norwalk", county="Fairfield", population=89_000)
    make_department("New York Police Department", at=NEW_YORK, city="New York", state="NY", population=8_400_000)
    make_department("Atlantis Police Department", city="Atlantis")


# All departments


def test_it_lists_every_department_by_name(search, departments):
    page = search()
    assert cards(page) == [
        "Atlantis Police Department",
        "New York Police Department",
        "Norwalk Police Department",
        "Westport Police Department",
    ]
    assert "4 departments" in text_of(page)


def test_a_card_shows_town_agency_type_and_open_jobs(search, db):
    westport = make_department(population=28_000)
    make_job(westport)
    make_department("Fairfield County Sheriff", kind="sheriff", city="")
    text = text_of(search())
    assert "Westport, CT Municipal police · serves 28,000 people · 1 open job" in text
    assert "Connecticut Sheriff" in text and "No open jobs" not in text


def test_it_counts_open_jobs_only(search, db):
    westport = make_department()
    for title in ("One", "Two"):
        make_job(westport, title)
    make_job(westport, "Closed", closes_on=yesterday())
    make_job(westport, "Not yet open", opens_on=tomorrow())
    make_job(westport, "Draft", status="draft")
    make_job(westport, "Withdrawn", status="withdrawn")
    assert "2 open jobs" in text_of(search())


def test_an_empty_directory_links_to_other_pages(search):
    text = text_of(search())
    assert "No departments" in text
    assert "Try fewer words" in text
    assert "Connecticut" in text


def test_it_hides_drafts_from_everyone(search, client):
    make_department("Secret Police", status="draft")
    assert cards(search()) == []
    client.force_login(make_charlie())
    assert cards(search()) == []


def test_it_links_to_every_state_with_departments(search, client):
    for state in ("CT", "DC", "GU"):
        make_department(state=state)
    ways = links(search())
    for name in ("Connecticut", "District of Columbia", "Guam"):
        assert client.get(ways[name]).status_code == 200
    assert "Wyoming" not in ways


def test_search_results_are_not_indexed_but_the_directory_is(search):
    assert "noindex" in html(search(q="westport"))
    assert "noindex" not in html(search())


# Words


@pytest.mark.parametrize("q", ["norwalk", "NORW", "police norwalk", "norwalk pd", "norwalk fairfield county"])
def test_words_find_departments(search, departments, q):
    page = search(q=q)
    assert cards(page) == ["Norwalk Police Department"]
    assert "One department" in text_of(page)
    assert value_of(page, "q") == q


def test_a_search_without_results_makes_suggestions(search, departments):
    page = search(q="zzz")
    assert cards(page) == []
    assert "No matching departments" in text_of(page)
    assert links(page)["All departments"] == "/departments/"


@pytest.mark.parametrize("q", ["06880", "06880-1234", "Westport, CT", "westport connecticut"])
def test_a_place_in_the_search_text_is_used_as_a_place(search, departments, q):
    page = search(q=q)
    assert cards(page) == ["Westport Police Department", "Norwalk Police Department"]
    assert "within 25 miles of Westport, CT" in text_of(page)


def test_a_town_without_a_state_is_text_if_a_department_has_its_name(search, departments):
    assert cards(search(q="westport")) == ["Westport Police Department"]


def test_a_town_without_a_state_is_a_place_if_no_department_has_its_name(search, departments):
    make_place("Saugatuck", zip_codes=0)
    page = search(q="saugatuck")
    assert cards(page) == ["Westport Police Department", "Norwalk Police Department"]
    assert "within 25 miles of Saugatuck, CT" in text_of(page)


def test_a_town_in_several_states_asks_which_one(search, departments):
    page = search(q="springfield", hiring="on")
    assert "More than one place has this name." in message_at(page, "q")
    assert value_of(page, "q") == "springfield"
    choice = links(page)["Springfield, Hampden County, MA"]
    assert parse_qs(urlsplit(choice).query) == {"near": ["Springfield, Hampden County, MA"], "hiring": ["on"]}


def test_with_a_place_the_search_text_is_not_a_place(search, departments):
    assert cards(search(q="norwalk", near="06880")) == ["Norwalk Police Department"]
    assert cards(search(q="06880", near="Norwalk, CT")) == ["Westport Police Department"]


# Near


@pytest.mark.parametrize("near", ["06880", "068801234", "Westport, CT", "westport", "41.14, -73.36"])
def test_near_a_place_the_nearest_come_first_with_their_distance(search, departments, near):
    page = search(near=near)
    assert cards(page) == ["Westport Police Department", "Norwalk Police Department"]
    text = text_of(page)
    assert "2 departments within 25 miles" in text
    assert "Westport, CT · less than a mile" in text
    assert "Norwalk, CT · 4 miles" in text or "Norwalk, CT · 5 miles" in text
    assert value_of(page, "near") == near


def test_a_larger_radius_finds_more_departments(search, departments):
    assert "New York Police Department" not in cards(search(near="06880", within="25"))
    assert cards(search(near="06880", within="50"))[-1] == "New York Police Department"
    assert cards(search(near="06880", within="10")) == ["Westport Police Department", "Norwalk Police Department"]
    assert "within 50 miles of Westport, CT 06880" in text_of(search(near="06880", within="50"))


def test_near_crosses_state_lines(search, places):
    make_department("Port Chester Police Department", at=(41.0018, -73.6657), state="NY", city="Port Chester")
    assert cards(search(near="06880")) == ["Port Chester Police Department"]


def test_anywhere_sorts_all_departments_by_distance(search, departments):
    make_department("Adak Police", at=(51.88, -176.66), state="AK", city="Adak")
    page = search(near="06880", within="any")
    assert cards(page)[-2:] == ["New York Police Department", "Adak Police"]
    assert "nearest to Westport, CT 06880 first" in text_of(page)


def test_departments_without_a_location_are_listed_but_never_near(search, departments):
    assert "Atlantis Police Department" in cards(search())
    assert "Atlantis Police Department" in cards(search(state="CT"))
    assert "Atlantis Police Department" in cards(search(q="atlantis"))
    for within in ("", "10", "25", "50", "100", "250", "any"):
        assert "Atlantis Police Department" not in cards(search(near="06880", within=within))


def test_without_results_nearby_it_shows_the_nearest(search, departments):
    make_department("Draft nearby", at=(39.78, -89.62), status="draft")
    page = search(near="Springfield, IL")
    text = text_of(page)
    assert "No departments within 25 miles of Springfield, IL" in text
    assert "These are the nearest departments:" in text
    # New York is nearer to Illinois than Connecticut is.
    assert cards(page) == ["New York Police Department", "Norwalk Police Department", "Westport Police Department"]
    assert "New York, NY · 825 miles" in text


def test_if_the_text_matches_nothing_nearby_it_shows_the_nearest(search, departments):
    page = search(near="06880", q="zzz")
    assert "These are the nearest departments:" in text_of(page)
    assert cards(page)[0] == "Westport Police Department"


def test_without_any_locations_it_makes_suggestions(search, places):
    make_department("Atlantis Police Department", city="Atlantis")
    page = search(near="06880")
    assert cards(page) == []
    assert links(page)["All departments"] == "/departments/"


# Choices and mistakes


def test_choices_of_places_keep_the_rest_of_the_search(search, places):
    page = search(near="Springfield", kind="sheriff", within="50", q="county", page="1")
    assert "More than one place has this name." in message_at(page, "near")
    assert value_of(page, "near") == "Springfield"
    choices = {words: parse_qs(urlsplit(address).query) for words, address in links(page).items() if "Spring" in words}
    stored = {"kind": ["sheriff"], "within": ["50"], "q": ["county"]}
    assert choices == {
        words: stored | {"near": [words]}
        for words in (
            "Springfield, Sangamon County, IL",
            "Springfield, Hampden County, MA",
            "Springfield, Greene County, MO",
        )
    }
    assert cards(page) == []


def test_each_choice_is_one_place(search, client, departments):
    ways = links(search(near="Springfield"))
    page = client.get("/departments/" + ways["Springfield, Hampden County, MA"])
    assert "within 25 miles of Springfield, MA" in text_of(page)
    assert message_at(page, "near") == ""


def test_an_unknown_place_is_a_form_error_with_examples(search, departments):
    page = search(near="Lost <City>", kind="municipal", q="police", within="100")
    message = message_at(page, "near")
    assert message.startswith("We don't know “Lost <City>”. Try a ZIP code")
    assert "06880" in message and "Westport, CT" in message
    assert value_of(page, "near") == "Lost <City>"
    assert value_of(page, "q") == "police"
    assert '<option value="municipal" selected>' in html(page)
    assert '<option value="100" selected>' in html(page)
    assert cards(page) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("within", "7"),
        ("within", "-25"),
        ("within", "nan"),
        ("state", "XX"),
        ("kind", "bakery"),
        ("specialization", "juggling"),
        ("sort", "luck"),
    ],
)
def test_an_invalid_choice_is_a_form_error(search, departments, field, value):
    page = search(**{field: value})
    assert value in message_at(page, field) or "valid choice" in message_at(page, field)
    assert cards(page) == []


@pytest.mark.parametrize("field", ["q", "near"])
def test_more_than_a_hundred_characters_are_too_many(search, departments, field):
    assert "at most 100 characters" in message_at(search(**{field: "x" * 101}), field)


def test_sorting_by_distance_needs_a_place(search, departments):
    assert message_at(search(sort="distance"), "near") == "Enter a place to sort by distance."


def test_unknown_parameters_are_ignored(search, departments):
    assert cards(search(utm_source="mail")) == cards(search())


# Filters


def test_by_state(search, departments):
    page = search(state="NY")
    assert cards(page) == ["New York Police Department"]
    assert '<option value="NY" selected>' in html(page)


def test_by_kind(search, db):
    make_department("Town")
    make_department("Sheriff", kind="sheriff")
    assert cards(search(kind="sheriff")) == ["Sheriff"]
    assert cards(search(kind="tribal")) == []


def test_by_specialization(search, db):
    list_specializations(make_department("With dogs"), "K-9 Unit", "Drone")
    list_specializations(make_department("With drones"), "Drone")
    make_department("With neither")
    assert cards(search(specialization="k-9-unit")) == ["With dogs"]
    assert cards(search(specialization="drone")) == ["With dogs", "With drones"]


def test_every_specialization_is_offered(search, db):
    make_specialization("K-9 Unit")
    assert Specialization.objects.count() == 1
    assert '<option value="k-9-unit">K-9 Unit</option>' in html(search())


def test_by_hiring(search, db):
    make_job(make_department("Hiring"))
    make_job(make_department("Closed"), closes_on=yesterday())
    make_job(make_department("Not yet"), opens_on=tomorrow())
    make_job(make_department("Draft opening"), status="draft")
    make_job(make_department("Withdrew"), status="withdrawn")
    make_department("Quiet")
    assert cards(search(hiring="on")) == ["Hiring"]


def test_a_department_with_two_jobs_is_listed_once(search, db):
    department = make_department("Hiring")
    make_job(department, "One")
    make_job(department, "Two")
    assert cards(search(hiring="on")) == ["Hiring"]


def test_filters_can_be_combined(search, departments):
    sheriff = make_department("Fairfield Sheriff", at=WESTPORT, kind="sheriff")
    make_department("Fairfield Sheriff without openings", at=WESTPORT, kind="sheriff")
    make_job(sheriff)
    list_specializations(sheriff, "K-9 Unit")
    page = search(near="06880", q="fairfield", kind="sheriff", hiring="on", state="CT", specialization="k-9-unit")
    assert cards(page) == ["Fairfield Sheriff"]


def test_more_filters_is_open_when_one_is_used(search, departments):
    assert '<details class="filters" open>' in html(search(kind="sheriff"))
    assert '<details class="filters" open>' in html(search(sort="luck"))
    assert '<details class="filters">' in html(search(near="06880"))


# Order


def test_by_name_even_near_a_place(search, departments):
    assert cards(search(near="06880", sort="name")) == ["Norwalk Police Department", "Westport Police Department"]


def test_by_population_largest_first_and_unknown_last(search, departments):
    assert cards(search(sort="population")) == [
        "New York Police Department",
        "Norwalk Police Department",
        "Westport Police Department",
        "Atlantis Police Department",
    ]


def test_by_distance(search, departments):
    assert cards(search(near="Norwalk, CT", sort="distance", within="any")) == [
        "Norwalk Police Department",
        "Westport Police Department",
        "New York Police Department",
    ]


# Pages of results


@pytest.fixture
def twenty_five(db):
    for number in range(25):
        make_department(f"Department {number:02}", county="Fairfield")


def test_a_page_has_twenty_results(search, twenty_five):
    first, second = search(q="department"), search(q="department", page=2)
    assert cards(first) == [f"Department {number:02}" for number in range(20)]
    assert cards(second) == [f"Department {number:02}" for number in range(20, 25)]
    assert "25 departments" in text_of(first) and "Page 1 of 2" in text_of(first)
    assert links(first)["Next"] == "?q=department&page=2" and "Previous" not in links(first)
    assert links(second)["Previous"] == "?q=department&page=1" and "Next" not in links(second)


def test_the_next_page_keeps_the_search(search, twenty_five):
    following = links(search(q="department", state="CT"))["Next"]
    assert parse_qs(urlsplit(following).query) == {"q": ["department"], "state": ["CT"], "page": ["2"]}


@pytest.mark.parametrize("page", ["3", "0", "-1", "two", "1.5", "9" * 30, "NaN", "٢٢"])
def test_a_page_after_the_last_is_not_found(client, twenty_five, page):
    answer = client.get("/departments/", {"q": "department", "page": page})
    assert answer.status_code == 404
    assert "We can't find that page" in text_of(answer)


def test_twenty_results_need_no_pages(client, db):
    for number in range(20):
        make_department(f"Department {number:02}", county="Fairfield")
    assert "Page 1" not in text_of(client.get("/departments/?q=department"))
