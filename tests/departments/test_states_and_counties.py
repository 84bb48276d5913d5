"""What the pages of states and counties say beyond their lists: figures, parts of the list and other counties."""

import pytest

from departments.models import Department
from departments.search import counts
from tests.departments.pages import cards, html, links
from tests.factories import make_department, make_job, text_of, yesterday

pytestmark = pytest.mark.django_db

STATE, COUNTY = "/departments/in/", "/departments/in/county/marion/"


def make(name, kind="municipal", **values):
    """Create a department in Marion County, Indiana."""
    return make_department(name, kind=kind, **({"state": "IN", "city": "Indianapolis", "county": "Marion"} | values))


@pytest.fixture
def indiana():
    """Departments of each kind of overlap. The value is the headquarters of the state police."""
    make("Indianapolis Police", sworn_officers=1_500, population=870_000, population_basis="fbi_jurisdiction")
    make("Lawrence Police", sworn_officers=60, population=49_000)
    make("Speedway Police", population=12_000, population_basis="local_government")
    make("Marion County Sheriff", "sheriff", sworn_officers=700, population=970_000, population_basis="whole_county")
    make("Butler University", "campus", sworn_officers=20, population=5_000)
    make("Bureau of Investigation", "federal", sworn_officers=13_000)
    make("Hidden Police", sworn_officers=99, population=99, status="draft")
    force = make("Indiana State Police", "state_police", sworn_officers=1_100, population=6_000_000)
    make("Indiana State Police, Lowell", "state_police", sworn_officers=100, parent=force, county="Lake")
    return force


# Figures


def test_a_state_counts_officers_once_and_says_in_how_many_departments(client, indiana):
    # 1,500 + 60 + 700 + 20 + 1,100: neither the post nor the federal agency
    text = text_of(client.get(STATE))
    assert "Departments 7 Sworn officers 3,380 in 5 of 6 departments (without federal agencies)" in text


def test_a_county_leaves_out_officers_of_the_state(client, indiana):
    text = text_of(client.get(COUNTY))
    assert "Sworn officers 2,280 in 4 of 5 departments (without state and federal agencies)" in text


@pytest.mark.parametrize("url", [STATE, COUNTY])
def test_populations_that_overlap_are_not_added(client, indiana, url):
    # 870,000 + 49,000: not the whole town or county, nor the residents of the state or a campus
    assert "People served by municipal police 919,000 in 2 of 3 departments" in text_of(client.get(url))


def test_a_figure_that_all_departments_state_needs_no_second_number(client):
    make("Indianapolis Police", sworn_officers=1_500)
    make("Lawrence Police", sworn_officers=0)
    text = text_of(client.get(STATE))
    assert "Sworn officers 1,500 in 2 departments" in text
    assert "without federal agencies" not in text and "People served" not in text


def test_unknown_figures_are_left_out(client):
    make("Indianapolis Police")
    make("Lawrence Police")
    for url in (STATE, COUNTY):
        assert "Sworn officers" not in text_of(client.get(url))


def test_figures_of_kinds_take_one_query(indiana, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows = Department.objects.listed().figures_by_kind()
    assert [row["kind"] for row in rows] == ["municipal", "sheriff", "state_police", "campus", "federal"]
    municipal = {"number": 3, "officers": 1_560, "with_officers": 2, "people": 919_000, "with_people": 2}
    assert rows[0] == {"kind": "municipal"} | municipal
    assert rows[1]["people"] == rows[1]["with_people"] == 0


# Parts of the list of a state


def test_a_state_links_to_its_departments_of_each_type(client, indiana):
    page = client.get(STATE)
    text = text_of(page)
    assert "By type Municipal police 3 Sheriff 1 State police 1 Campus police 1 Federal agency 1" in text
    assert links(page)["Sheriff"] == "/departments/?state=IN&kind=sheriff"
    assert cards(client.get(links(page)["Sheriff"])) == ["Marion County Sheriff"]


def test_a_state_names_its_largest_departments(client, indiana):
    make("Town Marshal", sworn_officers=0)
    text = text_of(client.get(STATE))
    first = "Indianapolis Police 1,500 officers Indiana State Police 1,100 officers Marion County Sheriff 700 officers"
    rest = "Lawrence Police 60 officers Butler University 20 officers"
    assert f"Largest departments {first} {rest} See jobs" in text


def test_at_most_ten_are_the_largest(client):
    for number in range(12):
        make(f"Department {number}", sworn_officers=100 + number)
    text = text_of(client.get(STATE))
    assert "Department 11 111 officers" in text and "Department 2 102 officers" in text
    assert "101 officers" not in text


def test_a_state_names_a_few_departments_that_are_hiring(client, indiana):
    make_job(indiana)
    make_job(make("Carmel Police", sworn_officers=1), is_sample=True)
    make_job(make("Fishers Police"), closes_on=yesterday())
    for number in range(5):
        make_job(make(f"Hiring {number}"))
    page = client.get(STATE)
    text = text_of(page)
    hiring = "Hiring now Indiana State Police Hiring 0 Hiring 1 Hiring 2 Hiring 3 All departments that are hiring"
    assert hiring in text
    assert links(page)["All departments that are hiring"] == "/departments/?state=IN&hiring=on"


def test_a_state_where_nobody_is_hiring_has_no_list_of_them(client, indiana):
    make_job(make("Carmel Police"), is_sample=True)
    page = client.get(STATE)
    assert "Hiring now" not in text_of(page)
    assert links(page)["See jobs in Indiana"] == "/jobs/?state=IN"


def test_a_state_has_a_map_and_a_list_of_its_counties(client, indiana):
    make("Gary Police", county="Lake")
    page = client.get(STATE)
    assert "List of counties Lake County 1 Marion County 7" in text_of(page)
    assert links(page)["Marion County"] == COUNTY
    assert html(page).count(f'href="{COUNTY}"') == 2, "on the map and in the list"


def test_only_the_first_page_of_a_state_has_an_overview(client, indiana):
    for number in range(20):
        make(f"Department {number}")
    assert "By type" in text_of(client.get(STATE))
    text = text_of(client.get(f"{STATE}?page=2"))
    assert "27 departments" in text and "By type" not in text and "By county" not in text


def test_a_single_department_needs_no_overview(client):
    make("Indianapolis Police", sworn_officers=1_500)
    page = client.get(STATE)
    assert cards(page) == ["Indianapolis Police"]
    assert "By type" not in text_of(page)


@pytest.mark.parametrize(("code", "name"), [("dc", "the District of Columbia"), ("mp", "the Northern Mariana Islands")])
def test_names_with_an_article_have_it(client, code, name):
    assert f"No departments in {name} yet." in text_of(client.get(f"/departments/{code}/"))
    for number in range(2):
        make_department(f"Department {number}", state=code.upper(), county="Saipan")
    page = client.get(f"/departments/{code}/")
    assert f"<title>Police departments in {name} - PoliceApp</title>" in html(page)
    assert f"<h1>Police departments in {name}</h1>" in html(page)
    assert f"See jobs in {name}" in links(page)
    assert f"Police departments in {name}: D" in html(client.get(f"/departments/{code}/a-to-z/d/"))
    assert "By county" not in text_of(page), "there is only one"


# Counties


def test_a_county_lists_its_sheriff_first_and_then_the_other_types(client, indiana):
    make("Marion County Police", "county_police")
    page = client.get(COUNTY)
    assert cards(page) == [
        "Marion County Sheriff",
        "Marion County Police",
        "Indianapolis Police",
        "Lawrence Police",
        "Speedway Police",
        "Indiana State Police",
        "Butler University",
        "Bureau of Investigation",
    ]
    headings = [rest.partition("<")[0] for rest in html(page).split("<h2>")[1:]]
    kinds = ["Sheriff", "County police", "Municipal police", "State police", "Campus police", "Federal agency"]
    assert headings == kinds


def test_a_county_says_that_the_figures_are_those_of_departments_based_there(client, indiana):
    text = text_of(client.get(COUNTY))
    assert "7 departments based in Marion County Sworn officers 2,280" in text
    make("Boone Police", county="Boone")
    assert "One department based in Boone County" in text_of(client.get("/departments/in/county/boone/"))


def test_a_county_shows_the_latest_number_of_its_residents(client):
    make("Marion County Sheriff", "sheriff", county_population=970_000, county_population_year=2025)
    make("Marion County Police", "county_police", county_population=960_000)
    make("Marion County Park Police", "county_police", county_population=950_000, county_population_year=2020)
    assert "People in the whole county 970,000 2025" in text_of(client.get(COUNTY))


def test_a_county_without_that_number_does_not_mention_it(client, indiana):
    assert "whole county" not in text_of(client.get(COUNTY))


def test_a_county_links_to_the_nearest_counties_of_its_state(client):
    make("Indianapolis Police", at=(39.77, -86.16))
    for number in range(10):
        make(f"Department {number}", county=f"County {9 - number}", at=(40 + number / 10, -86.16))
    make("Unknown Police", county="Unknown")
    make("Springfield Police", county="Sangamon", state="IL", at=(39.78, -89.65))
    page = client.get(COUNTY)
    nearest = " ".join(f"County {9 - number} County 1" for number in range(8))
    assert f"Nearby counties {nearest} All departments in Indiana" in text_of(page)
    assert links(page)["County 9 County"] == "/departments/in/county/county-9/"
    assert links(page)["All departments in Indiana"] == STATE


def test_a_county_that_is_nowhere_on_the_map_links_to_the_first_others(client):
    for county in ("Marion", "Lake", "Boone"):
        make(f"{county} Police", county=county)
    assert "Nearby counties Boone County 1 Lake County 1 All" in text_of(client.get(COUNTY))


def test_the_only_county_of_a_state_has_no_nearby_counties(client, indiana):
    assert "Nearby counties" not in text_of(client.get(COUNTY))


def test_the_nearest_counties_are_found_across_the_antimeridian():
    for name, longitude in (("West", 179.5), ("Far", 170.0), ("East", -179.5)):
        make(f"{name} Police", state="AK", county=name, at=(52.0, longitude))
    counties = list(Department.objects.filter(state="AK").counties())
    assert [county.slug for county in counts.nearest_counties(counties, "west", 2)] == ["east", "far"]


@pytest.mark.parametrize("url", [STATE, COUNTY])
def test_the_page_takes_at_most_ten_queries(indiana, queries_of, url):
    make_job(indiana)
    make("Gary Police", county="Lake", sworn_officers=5, county_population=5)
    assert queries_of(url) <= 10
