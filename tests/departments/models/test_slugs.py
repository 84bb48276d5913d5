"""The address of a department's page: made once, unique in its state, and good for ever."""

import pytest
from django.core.exceptions import ValidationError

from departments.models import Department, SlugRedirect
from tests.admin import errors_of, save, saved
from tests.factories import make_department

NAME = "Springfield Police Department"


def url(slug, state="ct"):
    return f"/departments/{state}/{slug}/"


def rename_address(department, slug):
    """As an admin does it: the form checks, then saves."""
    department = Department.objects.get(pk=department.pk)
    department.slug = slug
    department.full_clean()
    department.save()
    return department


def test_it_is_made_from_the_name(db):
    assert make_department("St. John's Police Dept.").get_absolute_url() == url("st-johns-police-dept")


def test_a_name_without_a_latin_letter_has_one_too(db):
    assert make_department("警察署").slug == "department"


def test_the_same_name_in_another_state_has_the_same_address_there(db):
    assert make_department(NAME, state="CT").get_absolute_url() == url("springfield-police-department", "ct")
    assert make_department(NAME, state="MA").get_absolute_url() == url("springfield-police-department", "ma")


def test_repeated_names_take_the_city_then_the_county_then_the_ori_then_a_number(db):
    said = {"city": "Springfield", "county": "Union"}
    slugs = [
        make_department(NAME, **said, ori=ori).slug for ori in ("NJ0010000", "NJ0020000", "NJ0030000", "NJ0040000", "")
    ]
    slugs.append(make_department(NAME, **said).slug)
    assert slugs == [
        "springfield-police-department",
        "springfield-police-department-springfield",
        "springfield-police-department-union",
        "springfield-police-department-nj0040000",
        "springfield-police-department-union-2",
        "springfield-police-department-union-3",
    ]


def test_a_repeated_name_with_nothing_else_known_takes_a_number(db):
    slugs = [make_department(NAME, city="").slug for _ in range(3)]
    assert slugs == [
        "springfield-police-department",
        "springfield-police-department-2",
        "springfield-police-department-3",
    ]


def test_a_number_that_is_taken_is_passed_over(db):
    make_department(NAME, city="", slug="springfield-police-department-2")
    assert [make_department(NAME, city="").slug for _ in range(2)] == [
        "springfield-police-department",
        "springfield-police-department-3",
    ]


def test_very_long_names_have_different_addresses_too(db):
    name, city, county = "Metropolitan " * 15, "Llanfair" * 12, "Pwllgwyngyll" * 8
    departments = [make_department(name, city=city, county=county) for _ in range(5)]
    assert len({department.slug for department in departments}) == 5
    for department in departments:
        department.full_clean()


def test_one_that_is_given_is_kept(db):
    assert make_department(NAME, slug="spd").get_absolute_url() == url("spd")


def test_it_never_changes_by_itself(db):
    department = make_department("Westport Police Department", city="Westport")
    department.name, department.city, department.county = "Westport Police Service", "Norwalk", "New Haven"
    department.full_clean()
    department.save()
    assert Department.objects.get().slug == "westport-police-department"
    assert not SlugRedirect.objects.exists()


def test_when_an_admin_changes_it_the_old_one_leads_to_the_new_one(client, db):
    department = rename_address(make_department(), "westport-pd")
    answer = client.get(url("westport-police-department"))
    assert answer.status_code == 301
    assert answer["Location"] == department.get_absolute_url() == url("westport-pd")
    assert client.get(url("westport-pd")).status_code == 200


def test_after_two_changes_both_old_ones_lead_straight_to_the_new_one(client, db):
    department = make_department()
    for slug in ("westport-pd", "wpd"):
        rename_address(department, slug)
    for old in ("westport-police-department", "westport-pd"):
        assert client.get(url(old))["Location"] == url("wpd")


def test_changing_it_twice_without_looking_it_up_again_keeps_both_old_ones(client, db):
    department = make_department()
    for slug in ("westport-pd", "wpd"):
        department.slug = slug
        department.save()
    for old in ("westport-police-department", "westport-pd"):
        assert client.get(url(old))["Location"] == url("wpd")


def test_a_department_that_moves_to_another_state_is_found_at_its_old_address(client, db):
    department = make_department(state="CT")
    department.state = "NY"
    department.full_clean()
    department.save()
    assert client.get(url("westport-police-department", "ct"))["Location"] == url("westport-police-department", "ny")


def test_an_old_address_is_given_to_no_new_department(db):
    rename_address(make_department(city="Westport"), "westport-pd")
    assert make_department(city="Westport").slug == "westport-police-department-westport"


def test_an_admin_can_not_give_it_to_another_department(db):
    rename_address(make_department(), "westport-pd")
    other = make_department("Norwalk Police Department")
    with pytest.raises(ValidationError) as refused:
        rename_address(other, "westport-police-department")
    assert refused.value.message_dict["slug"] == ["This slug is taken: it redirects to another department."]


def test_in_another_state_it_is_free(db):
    rename_address(make_department(state="CT"), "westport-pd")
    assert rename_address(make_department("Other", state="MA"), "westport-police-department").slug == (
        "westport-police-department"
    )


def test_nor_can_an_admin_give_a_department_the_address_of_another(db):
    make_department()
    other = make_department("Norwalk Police Department")
    with pytest.raises(ValidationError, match="Another department in this state has this slug"):
        rename_address(other, "westport-police-department")


def test_a_department_may_take_its_own_old_address_back(client, db):
    department = make_department()
    rename_address(department, "westport-pd")
    rename_address(department, "westport-police-department")
    assert client.get(url("westport-police-department")).status_code == 200
    assert client.get(url("westport-pd"))["Location"] == url("westport-police-department")
    assert SlugRedirect.objects.count() == 1


def test_saving_without_a_change_makes_no_old_address(db):
    department = make_department()
    department.save()
    Department.objects.get().save()
    assert not SlugRedirect.objects.exists()


def test_emptied_it_is_made_from_the_name_again(client, db):
    department = make_department("Westport Police Department", slug="wpd")
    department = rename_address(department, "")
    assert department.slug == "westport-police-department"
    assert client.get(url("wpd"))["Location"] == url("westport-police-department")


def test_the_old_address_of_a_draft_leads_nowhere_for_the_public(client, db):
    rename_address(make_department(status="draft"), "westport-pd")
    assert client.get(url("westport-police-department")).status_code == 404


def test_with_the_department_its_old_addresses_go(db):
    rename_address(make_department(), "westport-pd")
    Department.objects.all().delete()
    assert not SlugRedirect.objects.exists()
    assert make_department().slug == "westport-police-department"


def test_an_old_address_reads_like_one(db):
    rename_address(make_department(), "westport-pd")
    assert str(SlugRedirect.objects.get()) == "/ct/westport-police-department/"


class TestInTheAdmin:
    """The address of a department's page changes only when an administrator changes it."""

    def test_a_change_of_the_name_leaves_it(self, alice, own):
        save(alice, own, name="Renamed Police")
        assert Department.objects.get().get_absolute_url() == "/departments/ct/own-police/"

    def test_the_old_one_leads_to_the_new_one(self, alice, own, client):
        assert saved(save(alice, own, slug="own-pd"))
        response = client.get("/departments/ct/own-police/")
        assert (response.status_code, response["Location"]) == (301, "/departments/ct/own-pd/")
        assert client.get("/departments/ct/own-pd/").status_code == 200

    def test_after_two_changes_all_old_ones_lead_to_the_newest(self, alice, own, client):
        save(alice, own, slug="second")
        save(alice, own, slug="third")
        for old in ("own-police", "second"):
            assert client.get(f"/departments/ct/{old}/")["Location"] == "/departments/ct/third/"

    def test_a_department_may_take_its_old_one_again(self, alice, own, client):
        save(alice, own, slug="second")
        assert saved(save(alice, own, slug="own-police"))
        assert client.get("/departments/ct/own-police/").status_code == 200
        assert client.get("/departments/ct/second/")["Location"] == "/departments/ct/own-police/"

    def test_one_that_is_reserved_is_refused_at_its_field(self, alice, own, strange):
        save(alice, own, slug="second")
        response = save(alice, strange, slug="own-police")
        assert errors_of(response) == {"slug": ["This slug is taken: it redirects to another department."]}

    def test_one_that_is_taken_is_refused_in_our_words(self, alice, own, strange):
        response = save(alice, strange, slug="own-police")
        assert sum(errors_of(response).values(), []) == ["Another department in this state has this slug."]

    @pytest.mark.parametrize("slug", ["with space", "ümlaut", "a/b", "x" * 121])
    def test_one_that_is_none_is_refused_at_its_field(self, alice, own, slug):
        assert list(errors_of(save(alice, own, slug=slug))) == ["slug"]

    def test_emptied_it_is_made_from_the_name(self, alice, own):
        assert saved(save(alice, own, slug="", name="Renamed Police"))
        assert Department.objects.get().slug == "renamed-police"
