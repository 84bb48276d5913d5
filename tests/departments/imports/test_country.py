"""The directory that ships with the site, loaded as a whole."""

from io import StringIO

import pytest
from django.core.management import call_command

from departments.imports import country
from departments.models import Department, Specialization
from departments.search import counts
from policeapp.imports.models import Import
from tests.factories import make_place, text_of

AGENCIES = 16_881


def load():
    output = StringIO()
    call_command("load_country", stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The output of ``load_country``. Loading takes seconds, so it runs once for this module.

    A single place stands for all places. The rows are committed, and removed after the last test.
    """
    with django_db_blocker.unblock():
        make_place(zip="06880")
        try:
            yield load()
        finally:
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def whole_country(loaded, db):
    pass


@pytest.mark.unmeasured
def test_it_reports_what_it_loaded(loaded):
    assert "Loaded the Westport Police Department." in loaded
    assert f"{AGENCIES - 1:,} added, 1 updated, 0 unchanged, 0 rejected." in loaded


def test_every_agency_is_published():
    assert Department.objects.published().count() == AGENCIES
    assert len(counts.by_state()) == 53


def test_no_name_has_a_colon():
    assert not Department.objects.filter(name__contains=":").exists()


def test_loading_again_changes_nothing():
    before = list(Department.objects.order_by("pk").values_list("pk", "modified"))
    assert load() == ""
    assert list(Department.objects.order_by("pk").values_list("pk", "modified")) == before
    assert Import.objects.count() == 1


def test_an_edit_survives_another_edition_of_the_file(monkeypatch, tmp_path):
    chief = Department.objects.get(ori="CT0010300")
    chief.phone = "203-854-3001"
    chief.set_source(["phone"], "Editor of this site", "2026-11-26", "user:alice")
    chief.save()
    lines = country.AGENCIES.read_text(encoding="utf-8").splitlines(keepends=True)
    edition = tmp_path / "agencies.csv"
    edition.write_text("".join([lines[0], *(line for line in lines if line.startswith("CT00"))]), encoding="utf-8")
    monkeypatch.setattr(country, "AGENCIES", edition)
    assert "0 added, 0 updated" in load()
    chief.refresh_from_db()
    assert chief.phone == "203-854-3001"


def test_westport_keeps_its_own_figures():
    westport = Department.objects.get(ori="CT0015800")
    assert (westport.sworn_officers, westport.population) == (64, 28_000)
    conflicts = bytes(Import.objects.get().conflicts).decode("utf-8-sig")
    assert "CT0015800,Westport Police Department,sworn_officers,64,66,fixture" in conflicts
    assert "CT0015800,Westport Police Department,population,28000,28233,fixture" in conflicts


def test_posts_of_state_police_belong_to_their_headquarters():
    michigan = Department.objects.get(name="Michigan State Police")
    assert michigan.posts.count() == 83
    assert Department.objects.exclude(parent=None).count() == 164


def test_every_specialization_has_an_explanation():
    assert 60 <= Specialization.objects.count() <= 70
    assert not Specialization.objects.filter(explanation="").exists()
    assert Specialization.objects.get(name="SWAT/Tactical").explanation.startswith("A trained team")


def test_an_administrators_explanation_stays():
    Specialization.objects.filter(name="K-9 Unit").update(explanation="Dogs.")
    Specialization.objects.filter(name="Drone").update(explanation="")
    load()
    assert Specialization.objects.get(name="K-9 Unit").explanation == "Dogs."
    assert Specialization.objects.get(name="Drone").explanation


def test_the_home_page_counts_the_departments(client):
    assert f"Browse all {Department.objects.listed().count():,} departments" in text_of(client.get("/"))


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/", 10),
        ("/departments/", 10),
        ("/departments/?q=Springfield", 10),
        ("/departments/tx/", 10),
        ("/departments/ca/los-angeles-police-department/", 10),
        # One more than other profiles, for the posts.
        ("/departments/mi/michigan-state-police/", 11),
    ],
)
def test_pages_take_few_queries(client, django_assert_max_num_queries, url, most):
    client.get("/departments/?q=Sprinfield")  # caches the counts and the words for corrections
    client.get("/departments/ct/westport-police-department/")  # learns what the database can do
    with django_assert_max_num_queries(most):
        assert client.get(url).status_code == 200


def test_the_sitemaps_have_every_department(client):
    states = [code.lower() for code in counts.by_state()]
    pages = "".join(client.get(f"/sitemap-{state}.xml").content.decode() for state in states)
    assert pages.count("-department/</loc>") > 10_000
    assert "/departments/mi/michigan-state-police-alcona-county/" in pages
