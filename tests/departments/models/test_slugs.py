"""Slugs of departments: created once, unique in their state, and redirected forever."""

import pytest
from django.core.exceptions import ValidationError

from departments.models import Department, SlugRedirect
from tests.admin import errors_of, save, saved
from tests.factories import make_department

NAME = "Springfield Police Department"


def url(slug, state="ct"):
    return f"/departments/{state}/{slug}/"


def change_slug(department, slug):
    """Change the slug and save, with the validation of the admin."""
    department = Department.objects.get(pk=department.pk)
    department.slug = slug
    department.full_clean()
    department.save()
    return department


def test_a_slug_is_created_from_the_name(db):
    assert make_department("St. John's Police Dept.").get_absolute_url() == url("st-johns-police-dept")


def test_a_name_without_latin_letters_gets_a_slug_too(db):
    assert make_department("警察署").slug == "department"


def test_the_same_name_in_another_state_has_the_same_slug(db):
    assert make_department(NAME, state="CT").get_absolute_url() == url("springfield-police-department", "ct")
    assert make_department(NAME, state="MA").get_absolute_url() == url("springfield-police-department", "ma")


def test_repeated_names_add_the_city_then_the_county_then_the_ori_then_a_number(db):
    place = {"city": "Springfield", "county": "Union"}
    slugs = [
        make_department(NAME, **place, ori=ori).slug for ori in ("NJ0010000", "NJ0020000", "NJ0030000", "NJ0040000", "")
    ]
    slugs.append(make_department(NAME, **place).slug)
    assert slugs == [
        "springfield-police-department",
        "springfield-police-department-springfield",
        "springfield-police-department-union",
        "springfield-police-department-nj0040000",
        "springfield-police-department-union-2",
        "springfield-police-department-union-3",
    ]


def test_a_repeated_name_without_other_facts_adds_a_number(db):
    slugs = [make_department(NAME, city="").slug for _ in range(3)]
    assert slugs == [
        "springfield-police-department",
        "springfield-police-department-2",
        "springfield-police-department-3",
    ]


def test_a_number_that_is_taken_is_skipped(db):
    make_department(NAME, city="", slug="springfield-police-department-2")
    assert [make_department(NAME, city="").slug for _ in range(2)] == [
        "springfield-police-department",
        "springfield-police-department-3",
    ]


def test_very_long_names_have_different_slugs_too(db):
    name, city, county = "Metropolitan " * 15, "Llanfair" * 12, "Pwllgwyngyll" * 8
    departments = [make_department(name, city=city, county=county) for _ in range(5)]
    assert len({department.slug for department in departments}) == 5
    for department in departments:
        department.full_clean()


def test_a_slug_that_was_set_stays(db):
    assert make_department(NAME, slug="spd").get_absolute_url() == url("spd")


def test_a_slug_does_not_change_with_the_name(db):
    department = make_department("Westport Police Department", city="Westport")
    department.name, department.city, department.county = "Westport Police Service", "Norwalk", "New Haven"
    department.full_clean()
    department.save()
    assert Department.objects.get().slug == "westport-police-department"
    assert not SlugRedirect.objects.exists()


def test_an_old_slug_redirects_to_the_new_one(client, db):
    department = change_slug(make_department(), "westport-pd")
    answer = client.get(url("westport-police-department"))
    assert answer.status_code == 301
    assert answer["Location"] == department.get_absolute_url() == url("westport-pd")
    assert client.get(url("westport-pd")).status_code == 200


def test_after_two_changes_both_old_slugs_redirect_to_the_newest(client, db):
    department = make_department()
    for slug in ("westport-pd", "wpd"):
        change_slug(department, slug)
    for old in ("westport-police-department", "westport-pd"):
        assert client.get(url(old))["Location"] == url("wpd")


def test_changing_a_slug_twice_on_the_same_object_keeps_both_redirects(client, db):
    department = make_department()
    for slug in ("westport-pd", "wpd"):
        department.slug = slug
        department.save()
    for old in ("westport-police-department", "westport-pd"):
        assert client.get(url(old))["Location"] == url("wpd")


def test_a_move_to_another_state_redirects_the_old_url(client, db):
    department = make_department(state="CT")
    department.state = "NY"
    department.full_clean()
    department.save()
    assert client.get(url("westport-police-department", "ct"))["Location"] == url("westport-police-department", "ny")


def test_a_new_department_never_gets_an_old_slug(db):
    change_slug(make_department(city="Westport"), "westport-pd")
    assert make_department(city="Westport").slug == "westport-police-department-westport"


def test_an_admin_cannot_give_an_old_slug_to_another_department(db):
    change_slug(make_department(), "westport-pd")
    other = make_department("Norwalk Police Department")
    with pytest.raises(ValidationError) as refused:
        change_slug(other, "westport-police-department")
    assert refused.value.message_dict["slug"] == ["This web address is taken: it leads to another department."]


def test_an_old_slug_is_free_in_another_state(db):
    change_slug(make_department(state="CT"), "westport-pd")
    assert change_slug(make_department("Other", state="MA"), "westport-police-department").slug == (
        "westport-police-department"
    )


def test_an_admin_cannot_give_a_department_the_slug_of_another(db):
    make_department()
    other = make_department("Norwalk Police Department")
    with pytest.raises(ValidationError, match="Another department in this state has this web address"):
        change_slug(other, "westport-police-department")


def test_a_department_can_get_its_old_slug_back(client, db):
    department = make_department()
    change_slug(department, "westport-pd")
    change_slug(department, "westport-police-department")
    assert client.get(url("westport-police-department")).status_code == 200
    assert client.get(url("westport-pd"))["Location"] == url("westport-police-department")
    assert SlugRedirect.objects.count() == 1


def test_saving_without_a_change_creates_no_redirect(db):
    department = make_department()
    department.save()
    Department.objects.get().save()
    assert not SlugRedirect.objects.exists()


def test_a_cleared_slug_is_created_from_the_name_again(client, db):
    department = make_department("Westport Police Department", slug="wpd")
    department = change_slug(department, "")
    assert department.slug == "westport-police-department"
    assert client.get(url("wpd"))["Location"] == url("westport-police-department")


def test_an_old_slug_of_a_draft_is_not_found_by_visitors(client, db):
    change_slug(make_department(status="draft"), "westport-pd")
    assert client.get(url("westport-police-department")).status_code == 404


def test_deleting_a_department_deletes_its_redirects(db):
    change_slug(make_department(), "westport-pd")
    Department.objects.all().delete()
    assert not SlugRedirect.objects.exists()
    assert make_department().slug == "westport-police-department"


def test_a_redirect_is_shown_as_a_path(db):
    change_slug(make_department(), "westport-pd")
    assert str(SlugRedirect.objects.get()) == "/ct/westport-police-department/"


class TestInTheAdmin:
    """A slug changes only when an administrator changes it."""

    def test_a_new_name_leaves_the_slug(self, alice, own):
        save(alice, own, name="Renamed Police")
        assert Department.objects.get().get_absolute_url() == "/departments/ct/own-police/"

    def test_the_old_slug_redirects_to_the_new_one(self, alice, own, client):
        assert saved(save(alice, own, slug="own-pd"))
        response = client.get("/departments/ct/own-police/")
        assert (response.status_code, response["Location"]) == (301, "/departments/ct/own-pd/")
        assert client.get("/departments/ct/own-pd/").status_code == 200

    def test_after_two_changes_all_old_slugs_redirect_to_the_newest(self, alice, own, client):
        save(alice, own, slug="second")
        save(alice, own, slug="third")
        for old in ("own-police", "second"):
            assert client.get(f"/departments/ct/{old}/")["Location"] == "/departments/ct/third/"

    def test_a_department_can_get_its_old_slug_again(self, alice, own, client):
        save(alice, own, slug="second")
        assert saved(save(alice, own, slug="own-police"))
        assert client.get("/departments/ct/own-police/").status_code == 200
        assert client.get("/departments/ct/second/")["Location"] == "/departments/ct/own-police/"

    def test_an_old_slug_of_another_department_is_a_form_error(self, alice, own, strange):
        save(alice, own, slug="second")
        response = save(alice, strange, slug="own-police")
        assert errors_of(response) == {"slug": ["This web address is taken: it leads to another department."]}

    def test_the_slug_of_another_department_is_a_form_error(self, alice, own, strange):
        response = save(alice, strange, slug="own-police")
        assert sum(errors_of(response).values(), []) == ["Another department in this state has this web address."]

    @pytest.mark.parametrize("slug", ["with space", "ümlaut", "a/b", "x" * 121])
    def test_an_invalid_slug_is_a_form_error(self, alice, own, slug):
        assert list(errors_of(save(alice, own, slug=slug))) == ["slug"]

    def test_a_blank_slug_is_created_from_the_name(self, alice, own):
        assert saved(save(alice, own, slug="", name="Renamed Police"))
        assert Department.objects.get().slug == "renamed-police"


def test_a_slug_in_capitals_is_refused(db):
    department = make_department()
    with pytest.raises(ValidationError, match="Use lowercase letters in the web address"):
        change_slug(department, "Westport-PD")
