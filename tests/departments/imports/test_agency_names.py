"""Readable names of agencies whose source names them by unit."""

import pytest

from departments.imports.agency_names import readable
from departments.models import Department

from .agency_files import WESTPORT, import_rows, only


@pytest.mark.parametrize(
    ("name", "kind", "state", "shown"),
    [
        ("State Police: Greene County", "state_police", "IN", "Indiana State Police, Greene County"),
        ("State Police, Avondale", "state_police", "PA", "Pennsylvania State Police, Avondale"),
        ("State Troopers", "state_police", "AK", "Alaska State Troopers"),
        ("Highway Patrol: Aiken County", "state_police", "SC", "South Carolina Highway Patrol, Aiken County"),
        ("State Park Rangers: Bald Eagle", "park_wildlife", "PA", "Pennsylvania State Park Rangers, Bald Eagle"),
        ("Department of Natural Resources: Boone County", "park_wildlife", "WV",
         "West Virginia Department of Natural Resources, Boone County"),
        ("Attorney General: Kent County", "state_other", "DE", "Delaware Attorney General, Kent County"),
        ("Florida Game Commission: Glades County", "park_wildlife", "FL", "Florida Game Commission, Glades County"),
        ("Georgia Bureau of Investigation: Headquarters", "state_other", "GA",
         "Georgia Bureau of Investigation, Headquarters"),
        ("Independent School District: Aldine", "school_district", "TX", "Aldine Independent School District"),
        ("Prosecutor: Atlantic County", "other", "NJ", "Atlantic County Prosecutor"),
        ("County Detective: Beaver County", "other", "PA", "Beaver County Detective"),
        ("University of Texas: Dallas", "campus", "TX", "University of Texas at Dallas"),
        ("University of Texas: Health Science Center, Tyler", "campus", "TX",
         "University of Texas, Health Science Center, Tyler"),
        ("University of California: Berkeley", "campus", "CA", "University of California, Berkeley"),
        ("State University of New York: Albany", "campus", "NY", "State University of New York at Albany"),
        ("Tufts University: Suffolk", "campus", "MA", "Tufts University, Suffolk"),
        ("Westport Police Department", "municipal", "CT", "Westport Police Department"),
        ("State University Police Department", "campus", "NY", "State University Police Department"),
    ],
)  # fmt: skip
def test_a_name_is_built_from_its_parts(name, kind, state, shown):
    assert readable(name, kind, state) == shown


POST = {"ori": "INISP3300", "name": "State Police: Greene County", "state": "IN", "city": "Bloomington"}
FORCE = {"ori": "INISP0000", "name": "Indiana State Police", "state": "IN", "city": "Indianapolis"}


@pytest.mark.django_db
class TestImports:
    def test_the_name_in_the_file_becomes_an_alias_that_searches_find(self, client):
        import_rows(POST)
        assert only().name == "Indiana State Police, Greene County"
        assert only().alias == "State Police: Greene County"
        assert " state police greene county " in only().search_text

    def test_a_row_without_an_ori_is_recognized_by_either_name(self):
        import_rows(POST)
        for name in (POST["name"], "Indiana State Police, Greene County"):
            assert import_rows(POST | {"ori": "", "name": name})["created"] == 0

    def test_importing_again_changes_nothing(self):
        import_rows(POST, FORCE)
        assert import_rows(POST, FORCE)["unchanged"] == 2

    @pytest.mark.parametrize("rows", [(POST, FORCE), (FORCE, POST)])
    def test_a_post_belongs_to_its_headquarters(self, rows):
        import_rows(*rows)
        assert Department.objects.get(ori=POST["ori"]).parent == Department.objects.get(ori=FORCE["ori"])

    def test_a_post_that_is_imported_first_is_linked_later(self):
        import_rows(POST)
        assert only().parent is None
        import_rows(FORCE)
        assert Department.objects.get(ori=POST["ori"]).parent.name == "Indiana State Police"

    def test_a_headquarters_may_be_named_as_one(self):
        import_rows(POST, FORCE | {"name": "Indiana State Police Headquarters"})
        assert Department.objects.get(ori=POST["ori"]).parent.ori == FORCE["ori"]

    def test_a_department_of_another_state_or_kind_is_no_headquarters(self):
        import_rows(POST, FORCE | {"state": "OH"}, WESTPORT | {"name": "Indiana State Police, Greene County"})
        assert not Department.objects.exclude(parent=None).exists()

    def test_a_person_can_unlink_a_post(self):
        import_rows(POST, FORCE)
        post = Department.objects.get(ori=POST["ori"])
        post.parent = None
        post.set_source(["parent"], "Editor of this site", "2026-11-26", "user:alice")
        post.save()
        import_rows(POST | {"phone": "812-336-6100"}, FORCE)
        post.refresh_from_db()
        assert post.phone and post.parent is None
