"""The profile of a department."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from departments.models import Department
from tests import admin
from tests.departments.pages import cards, html, links, profile
from tests.factories import (
    list_specializations,
    make_alice,
    make_bob,
    make_department,
    make_division,
    make_unit,
    text_of,
)

WESTPORT = "/departments/ct/westport-police-department/"
AT_WESTPORT, AT_NORWALK, AT_NEW_YORK = (41.1401, -73.3601), (41.0970, -73.4195), (40.7128, -74.0060)

# The facts of the seed with its labels, in the order of the page.
SEED = [
    "Westport Police Department",
    "Chief: Foti Koskinas",
    "Address: 50 Jesup Road Westport CT 06880",
    "Phone: 203-341-6000 Emergency: 911",
    "Number of Officers: 64",
    "Population Served: 28,000",
    "Specializations:",
    "Bike Patrol",
    "Computer Forensics Laboratory",
    "Crisis Negotiations",
    "Drone",
    "EMT Basic",
    "K-9 Unit",
    "Motorcycle",
    "School Resource Officer",
    "SCUBA/Dive Rescue",
    "SWAT/Tactical",
    "And more...",
    "There are currently no open jobs at this department.",
    "Search Nearby Jobs",
    "About the Westport Police Department",
    "Town of Westport",
    "24 hours",
    "365 days",
    "full-time complement",
    "64 sworn officers",
    "professional and progressive",
    "sworn and civilian",
    "greatest asset",
    "Every day",
    "quality services",
    "Mission Statement of the Westport Police Department",
    "serve the public professionally",
    "keeping the community safe",
    "lives in Westport, works there or passes through",
    "make the roads safe",
    "drivers and pedestrians",
    "other agencies",
    "the public it serves",
    "every person with respect and dignity",
    "three divisions",
    "Operations",
    "entire patrol function",
    "detective, or investigative, functions",
    "Support",
    "Railroad Parking Division",
    "mechanics garage",
    "Budget management",
    "Westport Emergency Medical Services",
    "Professional Standards",
    "civilian complaints",
    "accreditation and training",
    "Special Services",
    "specialized units",
    "most officers serve in them on top of their regular duties",
    "K9 Unit",
    "Crash Investigation Unit",
    "Tactical Team",
    "Crisis Intervention Team",
    "Dive-Rescue Team",
    "Bicycle Unit",
    "Traffic Unit",
]


@pytest.fixture
def page(client, westport):
    """The response of Westport's profile."""
    return client.get(WESTPORT)


def test_it_shows_every_fact_of_the_seed_in_order(page):
    article = text_of(page).split("Westport Police Department Municipal police", 1)
    text = "Westport Police Department" + article[1]
    for fact in SEED:
        assert fact in text, f"“{fact}” is missing, or stands before what it should follow"
        text = text.split(fact, 1)[1]


def test_it_adds_nothing_to_the_lists_of_the_seed(page):
    specializations = re.findall(r'\?specialization=[^"]*">([^<]*)<', html(page))
    assert specializations == SEED[7:17]
    divisions = html(page).split('id="divisions"')[1].split("</section>")[0]
    assert re.findall(r"<h3>([^<]*)</h3>", divisions) == ["Operations", "Support", "Professional Standards"]
    units = html(page).split('id="units"')[1].split("</section>")[0]
    assert re.findall(r"<li>\s*<strong>([^<]*)</strong>", units) == SEED[-7:]


@pytest.mark.parametrize("wanted", ["64", "28000"])
def test_figures_are_machine_readable(page, wanted):
    assert f'<data value="{wanted}">' in html(page)


def logo_of(response):
    """Return the file and the text alternative of the logo, with the hash of a static file left out."""
    [(file, text)] = re.findall(r'<img class="logo(?: plate)?" src="([^"]*)" alt="([^"]*)"', html(response))
    return re.sub(r"\.[0-9a-f]{12}\.", ".", file), text


def test_without_a_logo_the_sites_badge_says_that_it_is_the_sites(page):
    assert logo_of(page) == ("/static/img/badges/municipal.svg", "Logo for: PoliceApp")


def test_a_logo_is_named_for_its_department(client, westport):
    westport.logo = "logos/westport.png"
    westport.save()
    assert logo_of(client.get(WESTPORT)) == ("/media/logos/westport.png", "Logo for: Westport Police Department")


@pytest.mark.parametrize("kind", Department.Kind.values)
def test_each_kind_has_a_small_badge_of_its_own(client, db, kind):
    department = make_department(kind=kind)
    assert logo_of(profile(client, department))[0] == f"/static/{department.badge}"
    drawn = Path(finders.find(department.badge)).read_text()
    assert len(drawn.encode()) < 700
    others = [Path(finders.find(f"img/badges/{other}.svg")).read_text() for other in Department.Kind.values]
    assert others.count(drawn) == 1


def test_the_phone_number_and_911_are_links(page):
    assert links(page)["203-341-6000"] == "tel:+1-203-341-6000"
    assert 'Emergency: <a href="tel:911">911</a>' in html(page)


def test_it_shows_officers_per_thousand_residents(page):
    assert "Officers per 1,000 Residents: 2.3" in text_of(page)


def test_the_mission_states_that_it_is_a_summary(page):
    assert "Summarized by PoliceApp" in text_of(page)


def test_it_links_to_directions(page):
    assert "50+Jesup+Road" in links(page)["Directions"]


def test_it_lists_the_sources_of_facts_with_their_dates(page):
    text = text_of(page).split("Where these facts come from", 1)[1]
    assert "Westport Police Department, date not stated name, chief, address, phone, number of officers" in text
    assert "FBI, 2018 agency type, ORI, county" in text
    assert "DHS HIFLD, 2009 map location" in text


def test_it_links_to_its_state_and_county(client, page):
    for words in ("Departments", "Connecticut", "Fairfield County"):
        assert client.get(links(page)[words]).status_code == 200


def test_a_specialization_links_to_departments_that_have_it(client, page):
    assert cards(client.get(links(page)["K-9 Unit"])) == ["Westport Police Department"]


def test_it_has_no_script_and_sets_no_cookie(page):
    assert not re.search(r"<script(?! type=.application/ld\+json)", html(page))
    assert not page.cookies


# "And more..."


def more(response, label="And more..."):
    """Return the specializations and the text behind the label, or None if the page doesn't have it."""
    pattern = rf"<details>\s*<summary>{re.escape(label)}</summary>(.*?)</details>"
    details = re.search(pattern, html(response), re.DOTALL)
    if not details:
        return None
    words = " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<ul.*?</ul>", "", details[1], flags=re.DOTALL)).split())
    return re.findall(r'specialization=[^"]*">([^<]*)<', details[1]), words


def test_an_incomplete_list_tells_visitors_to_call_the_department(page):
    listed, words = more(page)
    assert listed == []
    assert "This list is not complete." in words and "Ask the department at 203-341-6000" in words


def test_without_a_phone_number_visitors_are_told_to_ask_the_department(client, db):
    department = make_department(more_specializations=True)
    listed, words = more(profile(client, department))
    assert listed == []
    assert "This list is not complete." in words and "Ask the department" in words


def test_ten_specializations_are_shown_and_the_rest_is_hidden(client, db):
    department = make_department()
    names = [f"Team {number:02}" for number in range(1, 14)]
    list_specializations(department, *names)
    response = profile(client, department)
    assert more(response, "Show 3 more") == (names[10:], "")
    before = html(response).split("Show 3 more")[0]
    assert re.findall(r'\?specialization=[^"]*">([^<]*)<', before) == names[:10]


def test_an_incomplete_list_can_have_more_than_ten(client, db):
    department = make_department(more_specializations=True, phone="203-341-6000")
    list_specializations(department, *[f"Team {number:02}" for number in range(1, 12)])
    listed, words = more(profile(client, department))
    assert listed == ["Team 11"]
    assert "This list is not complete." in words


def test_ten_specializations_have_nothing_hidden(client, db):
    department = make_department()
    list_specializations(department, *[f"Team {number:02}" for number in range(1, 11)])
    assert "<details>" not in html(profile(client, department))


def test_no_specializations_have_no_label(client, db):
    assert "Specializations" not in text_of(profile(client, make_department()))


# Unknown facts


def test_a_department_with_few_facts_has_no_empty_headings(client, db):
    text = text_of(profile(client, make_department("Plain Police", city="", county="", phone="")))
    assert "Phone: No phone number yet Emergency: 911" in text
    for words in (
        "Chief:", "Address:", "Number of Officers:", "Population Served:", "per 1,000", "Specializations:", "About the",
        "Mission Statement", "Divisions", "Special Services", "Where these facts come from", "Directions", "None",
    ):  # fmt: skip
        assert words not in text


def test_a_sheriff_is_called_sheriff(client, db):
    response = profile(client, make_department("Sheriff", kind="sheriff", chief_title="Sheriff", chief_name="Pat Doe"))
    assert "Sheriff: Pat Doe" in text_of(response)


def test_figures_have_their_year(client, db):
    department = make_department(sworn_officers=1064, sworn_year=2018, population=28_000, population_year=2020)
    text = text_of(profile(client, department))
    assert "Number of Officers: 1,064 (2018)" in text
    assert "Population Served: 28,000 (2020)" in text
    assert "Officers per 1,000 Residents: 38.0" in text


def test_zero_officers_are_shown(client, db):
    assert "Number of Officers: 0" in text_of(profile(client, make_department(sworn_officers=0)))


def test_officers_per_thousand_are_hidden_if_years_are_far_apart(client, db):
    department = make_department(sworn_officers=64, sworn_year=2008, population=28_000, population_year=2020)
    assert "per 1,000" not in text_of(profile(client, department))


SHERIFF = {"kind": "sheriff", "county": "Fairfield", "sworn_officers": 64, "sworn_year": 2025, "population": 28_000}


def test_a_sheriffs_population_says_which_area_it_counts(client, db):
    department = make_department(
        **SHERIFF, population_year=2025, population_basis="fbi_jurisdiction", county_population=960_000,
        county_population_year=2025,
    )  # fmt: skip
    text = text_of(profile(client, department))
    assert "Population Served: 28,000 (2025) in the area outside cities with their own police" in text
    assert "County Population: 960,000 (2025)" in text
    assert "per 1,000" not in text, "deputies also serve the cities: in the jail and the courts"


def test_the_area_of_a_police_department_goes_without_saying(client, db):
    department = make_department(population=28_000, population_basis="fbi_jurisdiction")
    text = text_of(profile(client, department))
    assert "Population Served: 28,000" in text and "outside cities" not in text and "County Population" not in text


@pytest.mark.parametrize(
    ("kind", "basis", "shown"),
    [
        ("sheriff", "fbi_jurisdiction", False),
        ("sheriff", "", True),
        ("sheriff", "whole_county", False),
        ("sheriff", "local_government", False),
        ("municipal", "local_government", True),
        ("municipal", "whole_county", False),
        ("county_police", "whole_county", False),
        ("county_police", "fbi_jurisdiction", True),
        ("campus", "fbi_jurisdiction", False),
    ],
)
def test_officers_per_thousand_count_the_people_that_the_department_serves(client, db, kind, basis, shown):
    department = make_department(**SHERIFF | {"kind": kind}, population_year=2025, population_basis=basis)
    assert ("per 1,000" in text_of(profile(client, department))) == shown


def test_a_whole_countys_population_says_so(client, db):
    department = make_department(**SHERIFF, population_basis="whole_county")
    assert "Population Served: 28,000 in the whole county" in text_of(profile(client, department))


@pytest.mark.parametrize(
    ("kind", "website_kind", "label"),
    [
        ("municipal", "", "Website"),
        ("municipal", "agency", "Website"),
        ("municipal", "parent_government", "City website"),
        ("sheriff", "parent_government", "County website"),
        ("county_police", "parent_government", "County website"),
        ("state_police", "parent_government", "State website"),
        ("park_wildlife", "parent_government", "Government website"),
        ("campus", "institution", "University website"),
        ("school_district", "institution", "School district website"),
    ],
)
def test_a_website_is_called_that_of_its_city_or_university(client, db, kind, website_kind, label):
    department = make_department(kind=kind, website="https://www.westportct.gov/", website_kind=website_kind)
    response = profile(client, department)
    assert f"{label}: westportct.gov" in text_of(response)
    # Search engines read "sameAs" as the department itself.
    assert ('"sameAs"' in html(response)) == (label == "Website")


def test_one_division_is_singular(client, db):
    department = make_department()
    make_division(department, "Patrol", responsibilities="- Everything")
    assert "The department has one division. Patrol Everything" in text_of(profile(client, department))


def test_a_special_unit_can_have_a_description(client, db):
    department = make_department()
    make_unit(department, "Dive Team", description="Divers on *call*.")
    assert "Special Services Dive Team Divers on call." in text_of(profile(client, department))


def test_it_shows_the_website_and_email_address(client, db):
    department = make_department(website="https://www.westportct.gov/police", email="desk@example.org")
    response = profile(client, department)
    assert links(response)["westportct.gov"] == "https://www.westportct.gov/police"
    assert links(response)["desk@example.org"] == "mailto:desk@example.org"
    assert "(not for emergencies)" in text_of(response)


# URLs


def test_a_former_slug_redirects_permanently(client, westport):
    westport.slug = "westport-pd"
    westport.save()
    answer = client.get(WESTPORT)
    assert (answer.status_code, answer["Location"]) == (301, "/departments/ct/westport-pd/")


@pytest.mark.parametrize(
    "address", ["/departments/ct/no-such-police/", "/departments/ny/westport-police-department/", "/departments/zz/x/"]
)
def test_an_unknown_slug_is_not_found(client, westport, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert links(answer)["Find a department"] == "/departments/"


def test_a_page_has_one_url(client, westport):
    slug = westport.slug
    for path in ("", "a-to-z/w/", "county/fairfield/", f"{slug}/", f"{slug}/feed/", f"{slug}/calendar/"):
        assert client.get(f"/departments/ct/{path}").status_code == 200
        for other in (f"CT/{path}", f"cT/{path}", f"ct/{path.upper() or '/'}"):
            assert client.get(f"/departments/{other}").status_code == 404
    assert client.get("/sitemap-ct.xml").status_code == 200
    assert client.get("/sitemap-CT.xml").status_code == client.get("/sitemap-Ct.xml").status_code == 404


# Drafts


def test_visitors_do_not_find_a_draft(client, db):
    draft = make_department(status="draft")
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_those_who_can_edit_a_draft_preview_it_with_a_notice_and_noindex(db):
    draft = make_department(status="draft")
    for who in (make_alice(), make_bob(draft)):
        response = admin.signed_in(who).get(admin.page(draft, "preview"))
        assert "This is a preview. Visitors can't see it." in text_of(response)
        assert '<meta name="robots" content="noindex">' in html(response)


def test_the_public_page_is_the_same_for_those_who_can_edit_it(client, westport):
    draft = make_department("Draft", status="draft")
    alice = admin.signed_in(make_alice())
    assert alice.get(draft.get_absolute_url()).status_code == 404
    assert alice.get(WESTPORT).content == client.get(WESTPORT).content
    assert "preview" not in text_of(client.get(WESTPORT))
