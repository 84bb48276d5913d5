"""Text that names a place, and the places that are found for it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.models import Place
from departments.search import places as finder
from tests.factories import make_department, make_place


def found(typed):
    return [str(place) for place in finder.find(typed)]


@pytest.mark.parametrize("typed", ["06880", " 06880 ", "06880-1234", "068801234"])
def test_find_knows_a_zip_code(places, typed):
    assert found(typed) == ["Westport, CT 06880"]


@pytest.mark.parametrize("typed", ["00000", "6880", "068", "06880-12", "0688012345", "٠٦٨٨٠"])
def test_find_knows_no_other_number(places, typed):
    assert found(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "Westport, CT",
        "westport,ct",
        "WESTPORT CT",
        "westport connecticut",
        "Westport,  Connecticut",
        " Westport , ct ",
        "Westport, Fairfield County, CT",
        "westport, fairfield county, connecticut",
        "Westport",
    ],
)
def test_find_knows_a_town(places, typed):
    assert found(typed) == ["Westport, CT"]


@pytest.mark.parametrize(
    "typed", ["New York, NY", "new york ny", "New York New York", "New York, New York", "New York"]
)
def test_find_knows_a_town_with_the_name_of_its_state(places, typed):
    assert found(typed) == ["New York, NY"]


def test_find_knows_a_town_in_a_state_with_three_words(db):
    make_place("Charlotte Amalie", "VI", county="St. Thomas", time_zone="America/St_Thomas")
    make_place("Washington", "DC", county="District of Columbia")
    assert found("charlotte amalie u.s. virgin islands") == ["Charlotte Amalie, VI"]
    assert found("Washington District of Columbia") == ["Washington, DC"]
    assert found("Washington DC") == found("Washington, D.C.") == ["Washington, DC"]


def test_a_text_is_split_before_its_state():
    texts = ("Washington DC", "Omaha NB", "Charlotte Amalie Virgin Islands", "Charleston West Virginia")
    assert [(town, state.code) for town, state in map(next, map(finder.split_state, texts))] == [
        ("Washington", "DC"), ("Omaha", "NE"), ("Charlotte Amalie", "VI"), ("Charleston", "WV"),
    ]  # fmt: skip


def test_the_longer_of_two_matching_state_names_wins(db):
    make_place("Charleston", "WV")
    make_place("Charleston West", "VA")
    assert found("charleston west virginia") == ["Charleston, WV"]
    assert found("charleston west, virginia") == ["Charleston West, VA"]


@pytest.mark.parametrize("typed", ["St. Paul, MN", "saint paul mn", "St Paul, Minnesota", "SAINT PAUL"])
def test_abbreviations_and_full_names_are_the_same(db, typed):
    make_place("Saint Paul", "MN")
    assert found(typed) == ["Saint Paul, MN"]


@pytest.mark.parametrize("typed", ["Mayagüez, PR", "mayaguez puerto rico"])
def test_accents_are_optional(db, typed):
    make_place("Mayagüez", "PR")
    assert found(typed) == ["Mayagüez, PR"]


def test_a_name_of_several_towns_returns_all_most_likely_first(places):
    assert found("springfield") == ["Springfield, IL", "Springfield, MA", "Springfield, MO"]


def test_a_state_selects_one_of_several_towns(places):
    assert found("Springfield, MO") == ["Springfield, MO"]
    assert found("springfield massachusetts") == ["Springfield, MA"]


def test_a_county_selects_one_of_two_towns_in_a_state(db):
    make_place("Springfield", "NJ", county="Union County", zip_codes=2)
    make_place("Springfield", "NJ", county="Burlington County")
    assert [place.county for place in finder.find("Springfield, NJ")] == ["Union County", "Burlington County"]
    assert [place.county for place in finder.find("Springfield, Burlington County, NJ")] == ["Burlington County"]
    assert [place.county for place in finder.find("springfield, union county, new jersey")] == ["Union County"]
    assert found("Springfield, Ocean County, NJ") == []


def test_find_returns_at_most_twelve_places(db):
    for number, state in enumerate("AL AR CO FL GA ID IL KY LA MA MI MO NE NH".split()):
        make_place("Springfield", state, zip_codes=number + 1)
    assert found("Springfield")[0] == "Springfield, NH"
    assert len(found("Springfield")) == 12


def test_a_neighborhood_is_found_if_no_town_has_its_name(db):
    make_place("Saugatuck", "CT", zip_codes=0)
    assert found("Saugatuck") == ["Saugatuck, CT"]
    make_place("Saugatuck", "MI", county="Allegan County")
    assert found("Saugatuck") == ["Saugatuck, MI"]
    assert found("Saugatuck, CT") == ["Saugatuck, CT"]


@pytest.mark.parametrize(
    ("typed", "latitude", "longitude"),
    [
        ("41.14, -73.36", 41.14, -73.36),
        ("41.140057,-73.360135", 41.14, -73.36),
        ("  41.1449 , -73.3551 ", 41.14, -73.36),
        ("51.88, 179.999", 51.88, 180.0),
        ("-14, -170", -14.0, -170.0),
        ("90, 180", 90.0, 180.0),
        ("0,0", 0.0, 0.0),
    ],
)
def test_coordinates_are_rounded_to_about_a_mile(db, typed, latitude, longitude):
    (place,) = finder.find(typed)
    assert place.point == (latitude, longitude)
    assert str(place) == f"{latitude}, {longitude}"
    assert place.pk is None and not Place.objects.exists()


@pytest.mark.parametrize(
    "typed", ["91, 0", "-90.01, 0", "0, 180.5", "41.14", "41.14, -73.36, 5", "41°N, 73°W", "nan, nan", "1e3, 0", "4²,1"]
)
def test_impossible_coordinates_are_not_a_place(db, typed):
    assert finder.find(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        ",",
        ", CT",
        "CT",
        "Atlantis",
        "Westport, XX",
        "Westport, Fairfield County, Fairfield County, CT",
        "Westport NY",
        "!!!",
        "' OR 1=1 --",
        "%",
        "west%",
        "_estport",
    ],
)
def test_unknown_text_finds_nothing(places, typed):
    assert found(typed) == []


# Forms reject NUL, and query strings can't contain half of a surrogate pair.
typeable = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)
nearly_places = st.text(alphabet="westporctny06810-.,' %_", max_size=40)


@given(typed=typeable | nearly_places)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_returns_a_list_of_places(places, typed):
    assert all(isinstance(place, Place) and place.point.is_valid() for place in finder.find(typed))


def test_text_that_may_be_words_is_not_an_exact_place(places):
    def exact(typed):
        return [str(place) for place in finder.look_up(typed).exact]

    assert exact("Westport") == exact("Springfield") == exact("New York") == []
    assert exact("Westport CT") == ["Westport, CT"]
    assert exact("06880") == ["Westport, CT 06880"]


def test_a_name_that_ends_with_a_state_may_be_a_town(db):
    make_place("Port Washington", "NY")
    make_place("Port", "WA", zip_codes=0)
    assert [str(place) for place in finder.look_up("port washington").towns] == ["Port Washington, NY"]
    assert [str(place) for place in finder.look_up("port washington").exact] == ["Port, WA"]


def test_a_place_takes_one_query(places, django_assert_max_num_queries):
    for typed in ("06880", "springfield", "springfield il", "41.1, -73.4"):
        with django_assert_max_num_queries(1):
            finder.find(typed)


def test_any_text_takes_at_most_four_queries(places, django_assert_max_num_queries):
    for typed in ("nowhere west virginia", "a, b, ct", "x county, ct", "99999 98765 near near x near y 12345 z"):
        with django_assert_max_num_queries(4):
            finder.find(typed)


def test_the_search_text_of_a_place_finds_only_that_place(places):
    make_place("Springfield", "NJ", county="Union County")
    make_place("Springfield", "NJ", county="Burlington County")
    for place in Place.objects.all():
        assert finder.find(place.search_text) == [place]


def test_the_place_of_a_department_is_its_zip_code(places):
    department = make_department(zip="06880-1234", city="Norwalk")
    assert str(department.find_place()) == "Westport, CT 06880"


def test_without_a_valid_zip_code_the_place_of_a_department_is_its_town(places):
    assert str(make_department("A", zip="06899", city="Norwalk").find_place()) == "Norwalk, CT"
    assert str(make_department("B", zip="10001", city="Norwalk").find_place()) == "Norwalk, CT"


def test_the_larger_of_two_towns_is_the_place_of_a_department(db):
    make_place("Springfield", "NJ", county="Burlington County", zip_codes=1)
    make_place("Springfield", "NJ", county="Union County", zip_codes=2)
    assert make_department(state="NJ", city="Springfield").find_place().county == "Union County"


def test_a_department_can_have_no_place(places):
    assert make_department(zip="", city="Atlantis").find_place() is None
    assert make_department("B", zip="", city="").find_place() is None


def test_a_departments_place_takes_one_query(places, django_assert_num_queries):
    for values in ({"zip": "06880"}, {"city": "Norwalk"}, {"city": "Atlantis"}):
        department = make_department(**values)
        with django_assert_num_queries(1):
            department.find_place()
