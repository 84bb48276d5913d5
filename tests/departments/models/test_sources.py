"""Sources of facts."""

import json

import pytest
from django.conf import settings

from departments.models import Department
from departments.models.sources import PUBLICATIONS, publication
from tests.factories import make_department


def test_each_fact_has_its_source(db):
    department = make_department(phone="203-341-6000")
    department.set_source(["phone", "name"], "DHS HIFLD", 2009, "import")
    department.save()
    assert Department.objects.get().sources == {
        "phone": {"source": "DHS HIFLD", "as_of": "2009", "set_by": "import"},
        "name": {"source": "DHS HIFLD", "as_of": "2009", "set_by": "import"},
    }


def test_a_new_source_replaces_the_old_one_of_that_fact_only(db):
    department = make_department()
    department.set_source(["phone", "name"], "DHS HIFLD", "2009", "import")
    department.set_source(["phone"], "Editor of this site", "2026-11-23", "user:bob")
    assert department.sources["phone"]["set_by"] == "user:bob"
    assert department.sources["name"]["set_by"] == "import"


def test_a_field_that_is_not_a_fact_has_no_source(db):
    department = make_department()
    department.set_source(["modified", "slug", "editors", "phone"], "FBI", "2018", "import")
    assert list(department.sources) == ["phone"]


def test_departments_do_not_share_sources():
    first, second = Department(), Department()
    first.set_source(["phone"], "FBI", "2018", "import")
    assert second.sources == {}


def test_facts_are_grouped_by_source_in_the_order_of_the_profile(db):
    department = make_department()
    department.set_source(["latitude", "longitude", "precision", "phone"], "DHS HIFLD", "2009", "import")
    department.set_source(["divisions", "city", "street1", "chief_name"], "The department", "", "fixture")
    department.set_source(["population", "population_year"], "FBI", "2018", "import")
    department.set_source(["kind"], "FBI", "2019", "import")
    text = [(source, as_of, [str(label) for label in labels]) for source, as_of, labels in department.facts_by_source()]
    assert text == [
        ("FBI", "2019", ["agency type"]),
        ("The department", "", ["chief", "address", "divisions"]),
        ("DHS HIFLD", "2009", ["phone", "map location"]),
        ("FBI", "2018", ["population served"]),
    ]


def test_every_fact_has_a_label(db):
    department = make_department()
    department.set_source(Department.FACTS, "FBI", "2018", "import")
    ((_, _, labels),) = department.facts_by_source()
    assert all(str(label) and "_" not in str(label) for label in labels)
    assert len(labels) == len({str(label) for label in labels})


def test_a_department_without_sources_lists_none():
    assert Department().facts_by_source() == []


@pytest.mark.parametrize(
    "name",
    [
        "BJS LEAIC",
        "leaic",
        "bjs leaic",
        "LEAIC2012",
        "BJS Law Enforcement Agency  Identifiers Crosswalk",
        "leaic_local_gov",
    ],
)
def test_a_source_has_one_name_however_it_is_set(db, name):
    department = make_department()
    department.set_source(["phone"], name, "2012", "import")
    department.apply_import({"email": "a@example.org"}, {"email": (name, "2012")})
    assert department.sources["phone"] == department.sources["email"]
    assert department.sources["phone"]["source"] == "BJS LEAIC"


def test_every_publication_is_named_by_its_own_name():
    for name in PUBLICATIONS:
        assert publication(name)[0] == publication(name.upper())[0] == name


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("fbi_table78_2018", ("FBI", "2018")),
        ("hifld2009", ("DHS HIFLD", "2009")),
        ("hifld_only", ("DHS HIFLD", "2009")),
        ("census_2030", ("Census Bureau", "2030")),
        ("Yearbook 2020", ("Yearbook 2020", "")),
    ],
)
def test_a_code_says_the_year_of_the_publication(code, expected):
    assert publication(code) == expected


def test_the_samples_and_the_seed_use_the_names_of_publications():
    files = [
        (settings.BASE_DIR / "fixtures" / name).read_text(encoding="utf-8") for name in ("sample.json", "westport.json")
    ]
    samples, seed = map(json.loads, files)
    names = {name for department in samples["departments"] for name, _as_of in department["sources"].values()}
    names |= {source["source"] for row in seed for source in row["fields"].get("sources", {}).values()}
    assert "BJS LEAIC" in names and {publication(name)[0] for name in names} == names
