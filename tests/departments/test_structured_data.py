"""The structured data of a profile follows the rules in :mod:`tests.structured_data`."""

import re
from html import unescape
from uuid import uuid4

import pytest

from departments.models import Department
from departments.structured_data import organization
from tests.admin import page, signed_in
from tests.departments.pages import html
from tests.factories import make_alice, make_department, make_job, text_of
from tests.structured_data import RECOMMENDED, faults, missing, nodes_of

pytestmark = pytest.mark.django_db


def node_of(**values):
    """Return the node of a department."""
    node = organization(make_department(**values))
    assert faults(node) == []
    return node


@pytest.fixture
def known(db):
    """A department with all facts."""
    return make_department(
        "Saint Mary's County Sheriff's Office",
        slug="sheriff",
        kind="sheriff",
        state="MD",
        city="Leonardtown",
        county="Saint Mary's",
        street1="23150 Leonard Hall Drive",
        street2="Building 3",
        zip="20650",
        at=(38.29, -76.63),
        phone="301-475-8008 ext. 12",
        email="desk@sheriff.example",
        website="https://www.sheriff.example/recruiting",
        logo=f"logos/{uuid4().hex}.png",
        sworn_officers=145,
        population=113_777,
        chief_name="Maria Wojciechowska",
        ori="MD0190000",
    )


def test_a_department_with_all_facts_has_all_properties(client, known):
    node = nodes_of(client.get(known.get_absolute_url()))["GovernmentOrganization"]
    assert missing(node, RECOMMENDED) == missing(node["location"], RECOMMENDED) == set()
    assert node == {
        "@type": "GovernmentOrganization",
        "name": "Saint Mary's County Sheriff's Office",
        "url": "https://police.example.org/departments/md/sheriff/",
        "sameAs": "https://www.sheriff.example/recruiting",
        "logo": f"https://police.example.org{known.logo.url}",
        "telephone": "+1-301-475-8008;ext=12",
        "email": "desk@sheriff.example",
        "areaServed": {"@type": "AdministrativeArea", "name": "Saint Mary's County, MD"},
        "location": {
            "@type": "PoliceStation",
            "name": "Saint Mary's County Sheriff's Office",
            "url": "https://police.example.org/departments/md/sheriff/",
            "telephone": "+1-301-475-8008;ext=12",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "23150 Leonard Hall Drive, Building 3",
                "addressLocality": "Leonardtown",
                "addressRegion": "MD",
                "postalCode": "20650",
                "addressCountry": "US",
            },
            "geo": {"@type": "GeoCoordinates", "latitude": 38.29, "longitude": -76.63},
        },
    }


def test_every_value_is_visible_on_the_page(client, known):
    response = client.get(known.get_absolute_url())
    seen = text_of(response)
    for words in (
        "Saint Mary's County Sheriff's Office",
        "Address: 23150 Leonard Hall Drive Building 3 Leonardtown MD 20650",
        "Phone: 301-475-8008 ext. 12",
        "Email: desk@sheriff.example",
        "Website: sheriff.example",
        "Maryland › Saint Mary's County",
    ):
        assert words in seen
    assert f'src="{known.logo.url}"' in html(response)


def test_a_department_without_facts_has_only_its_name_and_url(client):
    bare = make_department("Bare Police", slug="bare", city="", kind=Department.Kind.OTHER)
    assert nodes_of(client.get(bare.get_absolute_url()))["GovernmentOrganization"] == {
        "@type": "GovernmentOrganization",
        "name": "Bare Police",
        "url": "https://police.example.org/departments/ct/bare/",
    }


def test_westport_has_its_properties(client, westport):
    node = nodes_of(client.get(westport.get_absolute_url()))["GovernmentOrganization"]
    assert node["telephone"] == "+1-203-341-6000"
    assert node["areaServed"] == {"@type": "City", "name": "Westport, CT"}
    assert node["location"]["address"]["streetAddress"] == "50 Jesup Road"
    assert "logo" not in node  # the badge in its place is the site's own


def test_officers_are_not_the_number_of_employees(client, westport):
    response = client.get(westport.get_absolute_url())
    assert "Number of Officers: 64" in text_of(response)
    assert "numberOfEmployees" not in html(response)
    assert "numberOfEmployees" not in node_of(sworn_officers=64)


@pytest.mark.parametrize("phone", "911 9-1-1 1-911 911x5 call+911 (911) +911 N11 tel:911 911-911".split())
def test_911_is_not_a_telephone_number_of_a_department(client, phone):
    """The admin's form rejects it, but code may have stored it."""
    department = make_department(phone=phone, street1="1 Main Street")
    node = nodes_of(client.get(department.get_absolute_url()))["GovernmentOrganization"]
    assert "telephone" not in node and "telephone" not in node["location"]


def test_structured_data_never_contains_911(client, westport):
    nodes = nodes_of(client.get(westport.get_absolute_url()))
    assert "911" not in re.findall(r"\d+", str(nodes))


@pytest.mark.parametrize(
    ("values", "served"),
    [
        ({"kind": "municipal"}, {"@type": "City", "name": "Westport, CT"}),
        ({"kind": "municipal", "city": ""}, None),
        (
            {"kind": "county_police", "county": "Fairfield"},
            {"@type": "AdministrativeArea", "name": "Fairfield County, CT"},
        ),
        (
            {"kind": "sheriff", "state": "LA", "county": "Orleans"},
            {"@type": "AdministrativeArea", "name": "Orleans Parish, LA"},
        ),
        ({"kind": "sheriff"}, None),
        ({"kind": "state_police", "county": "Fairfield"}, {"@type": "State", "name": "Connecticut"}),
        ({"kind": "state_other", "county": "Fairfield"}, None),
        ({"kind": "campus", "county": "Fairfield"}, None),
        ({"kind": "tribal", "county": "Fairfield"}, None),
        ({"kind": "federal", "county": "Fairfield"}, None),
    ],
    ids=str,
)
def test_the_area_served_depends_on_the_kind(values, served):
    assert node_of(**values).get("areaServed") == served


@pytest.mark.parametrize("precision", ["zip", "town", "county"])
def test_only_the_location_of_the_building_is_included(precision):
    assert "geo" not in node_of(latitude=41.1, longitude=-73.4, precision=precision)["location"]


@pytest.mark.parametrize("values", [{"city": "Westport"}, {"zip": "06880"}, {"street1": "1 Main Street"}], ids=str)
def test_it_has_a_station_if_part_of_the_address_is_known(values):
    assert node_of(**({"city": ""} | values))["location"]["@type"] == "PoliceStation"


def test_a_preview_has_no_structured_data():
    draft = make_department(status="draft")
    assert nodes_of(signed_in(make_alice()).get(page(draft, "preview"))) == {}


# Breadcrumbs


def breadcrumbs_of(response):
    """Return ``[(text, URL)]`` of the links above the heading, and the heading."""
    [crumbs] = re.findall(r'<p class="breadcrumbs">(.*?)</p>', html(response), re.S)
    [heading] = re.findall(r"<h1>(.*?)</h1>", html(response), re.S)
    found = re.findall(r'<a href="([^"]*)">([^<]*)</a>', crumbs)
    return [(unescape(words), f"https://police.example.org{address}") for address, words in found], unescape(heading)


@pytest.mark.parametrize("name", ["Westport Police", "</script><script>alert(1)</script>", 'O\'Brien & "Sons" <!--'])
def test_breadcrumbs_are_those_of_the_page_and_end_with_it(client, name):
    department = make_department(name, county="Fairfield", slug="one", at=(41.1, -73.4))
    job = make_job(department, name)
    for path, last in (
        ("/departments/ct/", "Connecticut"),
        ("/departments/ct/county/fairfield/", "Fairfield County"),
        (department.get_absolute_url(), name),
        (job.get_absolute_url(), name),
    ):
        response = client.get(path)
        *way, here = nodes_of(response)["BreadcrumbList"]["itemListElement"]
        links, heading = breadcrumbs_of(response)
        assert [(crumb["name"], crumb["item"]) for crumb in way] == links
        assert here["name"] == last and last in heading
        assert here["item"] == f"https://police.example.org{path}"
        assert {client.get(crumb["item"]).status_code for crumb in way} == {200}


def test_a_letter_has_breadcrumbs_too(client):
    make_department("Bethel Police")
    for path, names in (
        ("/departments/a-to-z/b/", ["Departments", "B"]),
        ("/departments/ct/a-to-z/b/", ["Departments", "Connecticut", "B"]),
    ):
        crumbs = nodes_of(client.get(path))["BreadcrumbList"]["itemListElement"]
        assert [crumb["name"] for crumb in crumbs] == names


def test_a_profile_without_a_county_has_fewer_breadcrumbs(client):
    crumbs = nodes_of(client.get(make_department("Norwalk Police").get_absolute_url()))["BreadcrumbList"]
    assert [crumb["name"] for crumb in crumbs["itemListElement"]] == ["Departments", "Connecticut", "Norwalk Police"]


def test_a_mailbox_is_no_street_and_the_page_calls_it_a_mailing_address(client):
    address = node_of(street1="PO Box 12", zip="06880")["location"]["address"]
    assert "streetAddress" not in address and address["postalCode"] == "06880"
    page = text_of(client.get(Department.objects.get().get_absolute_url()))
    assert "Mailing address: PO Box 12 Westport CT 06880" in page
    assert "Directions" not in page
