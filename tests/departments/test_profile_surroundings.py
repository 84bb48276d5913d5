"""What a profile shows beside its facts: neighbors, the age of facts, what is unknown, and its description."""

import re
from html import unescape

import pytest
from django.utils import timezone

from tests import admin
from tests.departments.pages import html, links, profile
from tests.factories import list_specializations, make_alice, make_department, make_division, make_job, text_of
from tests.structured_data import nodes_of

pytestmark = pytest.mark.django_db

AT_WESTPORT = (41.14, -73.36)
MILE = 1 / 69.1  # degrees of latitude


def make_neighbor(name, miles, **values):
    """Create a department this many miles north of Westport."""
    return make_department(name, at=(AT_WESTPORT[0] + miles * MILE, AT_WESTPORT[1]), **values)


def neighbors(response):
    """Return ``[(name, text below it)]`` of the nearby departments."""
    listed = re.search(r'<ul class="neighbors">(.*?)</ul>', html(response), re.DOTALL)
    items = re.findall(r"<a [^>]*>([^<]*)</a>\s*<p[^>]*>(.*?)</p>", listed[1] if listed else "", re.DOTALL)
    return [(name, " ".join(re.sub("<[^>]*>", "", text).split())) for name, text in items]


# Nearby departments


def test_it_lists_the_five_nearest_departments_with_kind_town_and_distance(client):
    westport = make_department(at=AT_WESTPORT)
    for miles in (40, 6, 20, 12, 30, 0.5):
        make_neighbor(f"Police {miles}", miles, city="Weston")
    make_neighbor("Fairfield County Sheriff", 3, kind="sheriff", city="Bridgeport")
    assert neighbors(profile(client, westport)) == [
        ("Police 0.5", "Municipal police · Weston, CT · less than a mile"),
        ("Fairfield County Sheriff", "Sheriff · Bridgeport, CT · 3 miles"),
        ("Police 6", "Municipal police · Weston, CT · 6 miles"),
        ("Police 12", "Municipal police · Weston, CT · 12 miles"),
        ("Police 20", "Municipal police · Weston, CT · 20 miles"),
    ]


def test_neighbors_link_to_their_profiles(client):
    westport = make_department(at=AT_WESTPORT)
    make_neighbor("Weston Police", 5)
    assert client.get(links(profile(client, westport))["Weston Police"]).status_code == 200


def test_drafts_posts_and_departments_far_away_are_no_neighbors(client):
    westport = make_department(at=AT_WESTPORT)
    make_neighbor("Draft Police", 1, status="draft")
    force = make_neighbor("State Police", 90, kind="state_police")
    make_neighbor("State Police, Troop G", 2, kind="state_police", parent=force)
    make_neighbor("Far Police", 110)
    assert [name for name, _ in neighbors(profile(client, westport))] == ["State Police"]


def test_a_department_without_a_location_has_no_neighbors_but_links_to_its_state(client):
    make_neighbor("Weston Police", 5)
    response = profile(client, make_department("Atlantis Police", city="Atlantis"))
    assert neighbors(response) == []
    assert "More departments All departments in: Connecticut" in text_of(response)


def test_it_links_to_all_departments_of_its_county_and_state(client):
    westport = make_department(at=AT_WESTPORT, county="Fairfield")
    response = profile(client, westport)
    assert "All departments in: Fairfield County · Connecticut" in text_of(response)
    [section] = re.findall(r'<section aria-labelledby="nearby">.*?</section>', html(response), re.DOTALL)
    assert re.findall('href="([^"]*)"', section) == ["/departments/ct/county/fairfield/", "/departments/ct/"]


def test_a_post_a_headquarters_and_a_draft_have_neighbors_too(client):
    force = make_department("State Police", kind="state_police", at=AT_WESTPORT)
    post = make_neighbor("State Police, Troop G", 2, kind="state_police", parent=force)
    draft = make_neighbor("Draft Police", 1, status="draft")
    make_neighbor("Weston Police", 5)
    assert neighbors(profile(client, force)) == [("Weston Police", "Municipal police · Westport, CT · 5 miles")]
    assert [name for name, _ in neighbors(profile(client, post))] == ["State Police", "Weston Police"]
    preview = admin.signed_in(make_alice()).get(admin.page(draft, "preview"))
    assert [name for name, _ in neighbors(preview)] == ["State Police", "Weston Police"]


# The map


def dots(response):
    """Return the texts of the map's links in order."""
    return re.findall(r'<a href="[^"]*" tabindex="-1">\s*<title>([^<]*)</title>', html(response))


def test_the_map_shows_the_neighbors_and_names_the_county(client):
    westport = make_department(at=AT_WESTPORT, county="Fairfield")
    make_neighbor("Weston Police", 5)
    make_neighbor("Danbury Police", 15)
    response = profile(client, westport)
    assert dots(response) == ["Weston Police", "Danbury Police"]
    assert "Shaded: Fairfield County." in text_of(response)


@pytest.mark.parametrize(
    "values", [{"city": "Atlantis"}, {"state": "GU", "city": "Dededo", "at": (13.5, 144.8)}], ids=["unknown", "Guam"]
)
def test_without_a_location_on_the_map_there_is_none(client, values):
    response = profile(client, make_department(**values))
    assert "<svg" not in html(response) and "<figure" not in html(response)


@pytest.mark.parametrize(
    ("precision", "note"),
    [
        ("building", ""),
        ("zip", "distances are from the middle of the ZIP code"),
        ("town", "distances are from the middle of the town"),
        ("county", "distances are from the middle of the county"),
    ],
)
def test_it_says_from_where_distances_are_measured(client, precision, note):
    department = make_department(latitude=AT_WESTPORT[0], longitude=AT_WESTPORT[1], precision=precision)
    make_neighbor("Weston Police", 5)
    text = text_of(profile(client, department))
    assert note in text and (bool(note) == ("We don't know the building" in text))
    assert ("Star: this department." in text) != bool(note)


# The age of facts


def years_ago(number):
    return str(timezone.now().year - number)


@pytest.mark.parametrize("day", ["", "-03-01"])
def test_facts_older_than_five_years_have_their_year(client, day):
    values = {"phone": "203-341-6000", "street1": "50 Jesup Road", "email": "desk@example.org", "chief_name": "Pat Doe"}
    department = make_department(website="https://www.westportct.gov/", **values)
    department.set_source([*values, "website"], "DHS HIFLD", years_ago(6) + day, "import")
    department.save()
    text = text_of(profile(client, department))
    for label in ("Chief", "Address", "Phone", "Email", "Website"):
        assert f"{label}, as of {years_ago(6)}: " in text


@pytest.mark.parametrize("as_of", [years_ago(5), years_ago(0), "", "unknown"])
def test_recent_facts_and_those_without_a_date_have_no_year(client, as_of):
    department = make_department(phone="203-341-6000", street1="50 Jesup Road")
    department.set_source(["phone", "street1"], "DHS HIFLD", as_of, "import")
    department.save()
    text = text_of(profile(client, department))
    assert "Address: 50 Jesup Road" in text and "Phone: 203-341-6000" in text and "as of" not in text


def test_a_missing_phone_number_has_no_year(client):
    department = make_department(phone="")
    assert "Phone: No phone number yet" in text_of(profile(client, department))


# What is unknown


@pytest.fixture
def contact(settings):
    settings.CONTACT_EMAIL = "office+site@police.example.org"


def test_it_says_what_is_unknown_and_asks_for_it(client, contact):
    department = make_department("Smith & Sons Police", phone="203-341-6000", street1="1 Main Street", sworn_officers=0)
    response = profile(client, department)
    words = (
        "Not known yet: chief, website, population served, specializations, about, mission statement, divisions, logo."
    )
    assert f"{words} Work here?" in text_of(response)
    assert text_of(response).split("See a mistake? Tell us.")[1].startswith(" In an emergency"), "it is the last line"
    assert links(response)["Tell us"] == f"{department.get_absolute_url()}correct/"


def test_it_asks_people_who_work_there_to_keep_it_up_to_date(client, bob, own):
    assert links(profile(client, own))["Keep this page up to date"] == "/departments/ct/own-police/claim/"
    own.unpublish()
    assert "Keep this page up to date" not in text_of(bob.get(admin.page(own, "preview")))


def test_a_complete_profile_only_asks_for_mistakes(client, contact):
    department = make_department(
        chief_name="Pat Doe", street1="1 Main Street", phone="203-341-6000", sworn_officers=3, population=9,
        website="https://example.org/", about="We.", mission="To serve.", logo=f"logos/{'0' * 32}.png",
    )  # fmt: skip
    list_specializations(department, "Drone")
    make_division(department)
    text = text_of(profile(client, department))
    assert "See a mistake? Tell us." in text and "Not known yet" not in text


# The description for search engines


def description(response):
    return unescape(re.search(r'<meta name="description" content="([^"]*)"', html(response))[1])


def test_the_description_has_the_main_facts(client, westport):
    assert description(profile(client, westport)) == (
        "Westport Police Department in Westport, CT. Chief: Foti Koskinas. Address: 50 Jesup Road. "
        "Phone: 203-341-6000. Officers: 64. Population served: 28,000."
    )


def test_the_description_promises_only_what_the_page_has(client):
    bare = profile(client, make_department("Bare Police"))
    assert description(bare) == "Bare Police in Westport, CT."
    node = nodes_of(bare)["GovernmentOrganization"]
    assert not node.keys() & {"telephone", "email", "sameAs", "logo"} and "telephone" not in node["location"]
    mailbox = profile(client, make_department("Mailbox Police", street1="PO Box 1", phone="203-341-6000"))
    assert description(mailbox) == "Mailbox Police in Westport, CT. Phone: 203-341-6000."


def test_the_description_counts_no_samples(client):
    department = make_department("Hiring Police")
    make_job(department, "Cadet", is_sample=True)
    assert "Open jobs" not in description(profile(client, department))
    make_job(department, "Officer")
    assert description(profile(client, department)).endswith("Open jobs: 1.")
