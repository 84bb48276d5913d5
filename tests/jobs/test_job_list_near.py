"""Job search near a place: places, distances, and suggestions if nothing is near."""

from datetime import timedelta

import pytest

from tests.factories import make_department, make_job, make_place, text_of, today

from .pages import hiring_at, html_of, link_of, links, search, titles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("within", "miles"), [("", 25), ("10", 10), ("50", 50), ("100", 100), ("250", 250)])
def test_it_lists_only_jobs_within_the_radius(client, places, within, miles):
    hiring_at(miles - 0.1, "Inside")
    hiring_at(miles + 0.1, "Outside")
    page = search(client, near="06880", within=within)
    assert titles(page) == ["Inside"]
    assert f"One job within {miles} miles of Westport, CT 06880" in text_of(page)


def test_the_default_radius_is_twenty_five_miles(client, places):
    hiring_at(24, "Inside")
    hiring_at(26, "Outside")
    assert titles(search(client, near="06880")) == ["Inside"]
    assert titles(search(client, near="06880", within="25")) == ["Inside"]


def test_anywhere_lists_all_by_distance(client, places):
    hiring_at(1_300, "Far")
    hiring_at(0.2, "Here")
    hiring_at(12, "Near")
    page = search(client, near="06880", within="any")
    assert titles(page) == ["Here", "Near", "Far"]
    text = text_of(page)
    assert "3 jobs nearest to Westport, CT 06880 first" in text
    for words in ("less than a mile", "12 miles", "1,300 miles"):
        assert words in text


@pytest.mark.parametrize("within", ["", "250", "any"])
def test_jobs_without_a_location_never_come_before_nearby_jobs(client, places, within):
    make_job(make_department("Nowhere Police", city=""), title="Nowhere")
    hiring_at(3, "Near")
    hiring_at(5, "Nearly")
    assert titles(search(client, near="06880", within=within))[:2] == ["Near", "Nearly"]
    assert "Nowhere" not in titles(search(client, near="06880"))


@pytest.mark.parametrize("typed", ["06880", "06880-1234", "Westport, CT", "westport ct", "Westport, Connecticut"])
def test_a_place_can_be_a_zip_code_or_a_town_and_state(client, places, typed):
    hiring_at(3, "Near")
    hiring_at(90, "Far")
    assert titles(search(client, near=typed)) == ["Near"]


def test_a_place_can_be_coordinates(client, places):
    hiring_at(3, "Near")
    hiring_at(90, "Far")
    page = search(client, near="41.14, -73.35")
    assert titles(page) == ["Near"]
    assert "within 25 miles of 41.14, -73.35" in text_of(page)


def test_a_place_and_a_keyword_are_combined(client, places):
    hiring_at(3, "Dispatcher")
    hiring_at(4, "Officer")
    hiring_at(90, "Dispatcher far away")
    assert titles(search(client, near="06880", q="dispatcher")) == ["Dispatcher"]


@pytest.mark.parametrize("typed", ["06880", " 06880 ", "Westport, CT", "westport ct"])
def test_a_place_in_the_keyword_field_counts_as_a_place(client, places, typed):
    hiring_at(3, "Near")
    hiring_at(90, "Far")
    page = search(client, q=typed)
    assert titles(page) == ["Near"]
    assert "within 25 miles of Westport, CT" in text_of(page)


def test_a_town_in_the_keyword_field_is_a_place_if_no_keyword_matches(client, places):
    hiring_at(3, "Near")
    hiring_at(900, "Far")
    page = search(client, q="Norwalk")
    assert titles(page) == ["Near"]
    assert "within 25 miles of Norwalk, CT" in text_of(page)


def test_a_town_in_the_keyword_field_is_a_keyword_if_it_matches(client, places):
    make_job(make_department("Norwalk Police Department", city="Norwalk", at=(35, -90)), title="Far Norwalk")
    hiring_at(3, "Near")
    assert titles(search(client, q="Norwalk")) == ["Far Norwalk"]


def test_several_towns_in_the_keyword_field_are_offered_as_choices(client, places):
    make_job(title="Officer")
    page = search(client, q="Springfield", kind="entry_level")
    assert titles(page) == []
    assert "Which place do you mean?" in text_of(page)
    assert link_of(page, "Springfield, Hampden County, MA") == {
        "near": ["Springfield, Hampden County, MA"],
        "kind": ["entry_level"],
    }


def test_a_zip_code_in_the_keyword_field_does_not_replace_the_place(client, places):
    hiring_at(3, "Near")
    assert titles(search(client, q="10001", near="06880")) == []
    assert "within 25 miles of Westport, CT 06880" in text_of(search(client, q="10001", near="06880"))


def test_towns_of_one_name_are_offered_largest_first(client, places):
    make_job(title="Officer")
    page = search(client, near="Springfield", within="50", q="officer", pay="1")
    assert titles(page) == []
    assert "Which place do you mean?" in text_of(page)
    offered = [words for words, href in links(page) if words.startswith("Springfield")]
    assert offered == [
        "Springfield, Sangamon County, IL",
        "Springfield, Hampden County, MA",
        "Springfield, Greene County, MO",
    ]
    assert link_of(page, "Springfield, Greene County, MO") == {
        "near": ["Springfield, Greene County, MO"],
        "within": ["50"],
        "q": ["officer"],
        "pay": ["1"],
    }


def test_each_offered_place_works(client, places):
    make_job(make_department("Springfield Police", state="MO", city="", at=(37.22, -93.3)), title="Ozark Officer")
    page = search(client, near="Springfield")
    for state, found in (("IL", []), ("MA", []), ("MO", ["Ozark Officer"])):
        [href] = [href for words, href in links(page) if words.startswith("Springfield") and words.endswith(state)]
        answer = client.get(f"/jobs/{href}")
        assert "Which place do you mean?" not in text_of(answer)
        assert f"within 25 miles of Springfield, {state}" in text_of(answer)
        assert (titles(answer) if found else []) == found


def test_towns_of_one_name_in_one_state_show_their_counties(client, db):
    make_place("Union", "NJ", county="Union County", at=(40.7, -74.3), zip_codes=2)
    make_place("Union", "NJ", county="Hunterdon County", at=(40.6, -74.95), zip_codes=1)
    page = search(client, near="Union, NJ")
    offered = [words for words, href in links(page) if words.startswith("Union,")]
    assert offered == ["Union, Union County, NJ", "Union, Hunterdon County, NJ"]
    for words in offered:
        assert "Which place do you mean?" not in text_of(search(client, near=words))


def test_an_unknown_place_shows_an_error_with_examples(client, places):
    make_job(title="Officer")
    page = search(client, near="Atlantis")
    assert titles(page) == []
    assert "We don't know “Atlantis”. Try a ZIP code (06880) or a town and state (Westport, CT)." in text_of(page)
    assert 'value="Atlantis"' in html_of(page)
    assert 'aria-invalid="true"' in html_of(page)


@pytest.mark.parametrize("typed", ["00000", "91, 10", "10, 181", "Westport, ZZ", ", CT", "Westport, CT, USA, Earth"])
def test_an_invalid_place_is_an_error(client, places, typed):
    assert "We don't know “" in text_of(search(client, near=typed))


def test_an_unknown_radius_is_an_error(client, places):
    assert "is not one of the available choices" in text_of(search(client, near="06880", within="33"))


# Nothing within the radius


def test_an_empty_radius_shows_the_nearest_jobs_and_wider_distances(client, places):
    for miles in (12, 30, 40, 90, 200, 240, 600):
        hiring_at(miles)
    page = search(client, near="06880", within="10")
    text = text_of(page)
    assert "No jobs within 10 miles of Westport, CT 06880" in text
    for words in ("Within 25 miles: 1", "Within 50 miles: 3", "Within 100 miles: 4", "Within 250 miles: 6"):
        assert words in text
    assert "Nearest jobs" in text
    assert titles(page) == [f"Officer at {miles}" for miles in (12, 30, 40, 90, 200)]
    assert "12 miles" in text


def test_wider_distances_link_to_the_number_of_jobs_they_state(client, places):
    for miles in (30, 40, 90, 600):
        hiring_at(miles)
    page = search(client, near="06880", q="officer", kind="entry_level")
    for miles, number in ((50, 2), (100, 3), (250, 3)):
        query = link_of(page, f"Within {miles} miles")
        assert query == {"near": ["06880"], "q": ["officer"], "kind": ["entry_level"], "within": [str(miles)]}
        assert len(titles(search(client, **{name: values[0] for name, values in query.items()}))) == number
    assert link_of(page, "Anywhere")["within"] == ["any"]
    offered = [words for words, href in links(page) if words.startswith("Within")]
    assert offered == ["Within 50 miles", "Within 100 miles", "Within 250 miles"]


def test_the_default_radius_is_offered_after_a_narrower_search(client, places):
    hiring_at(20, "In between")
    page = search(client, near="06880", within="10")
    assert "Within 25 miles: 1" in text_of(page)
    query = {name: values[0] for name, values in link_of(page, "Within 25 miles").items()}
    assert titles(search(client, **query)) == ["In between"]


def test_suggestions_match_the_other_filters(client, places):
    hiring_at(30, "Clerk", kind="civilian", pay_min=30_000)
    hiring_at(40, "Badly paid dispatcher", kind="dispatcher", pay_max=20_000)
    hiring_at(45, "Dispatcher", kind="dispatcher", pay_max=60_000)
    hiring_at(46, "Closed dispatcher", kind="dispatcher", pay_max=60_000, closes_on=today() - timedelta(days=2))
    page = search(client, near="06880", kind="dispatcher", pay="50000", q="dispatcher")
    assert titles(page) == ["Dispatcher"]
    assert "Within 50 miles: 1" in text_of(page)


def test_the_nearest_jobs_are_shown_at_any_distance(client, places):
    make_job(make_department("Adak Police", state="AK", city="Adak", at=(51.88, -176.65)), title="Island Officer")
    page = search(client, near="06880")
    assert titles(page) == ["Island Officer"]


def test_only_distances_that_have_jobs_are_offered(client, places):
    hiring_at(240, "Far")
    page = search(client, near="06880", within="10")
    assert [words for words, href in links(page) if words.startswith("Within")] == ["Within 250 miles"]
    assert "Anywhere" in dict(links(page))
    nothing = search(client, near="06880", within="10", q="zzzz")
    assert "Within 250 miles" not in dict(links(nothing)) and "Anywhere" not in dict(links(nothing))


def test_the_widest_radius_links_only_to_anywhere(client, places):
    hiring_at(600)
    page = search(client, near="06880", within="250")
    assert link_of(page, "Anywhere") == {"near": ["06880"], "within": ["any"]}
    assert not [words for words, href in links(page) if words.startswith("Within")]


def test_a_place_without_any_jobs_links_to_all_jobs(client, places):
    page = search(client, near="06880", q="astronaut")
    assert "No matching jobs within 25 miles of Westport, CT 06880" in text_of(page)
    assert "Try fewer words or fewer filters." in text_of(page)
    assert ("All jobs", "/jobs/") in links(page)
