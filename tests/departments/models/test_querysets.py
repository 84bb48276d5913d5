"""Which departments are published, and which a user can edit."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from departments.models import Department
from tests.factories import (
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_user,
)

NOBODY, OWN, ALL = set(), {"Hers"}, {"Hers", "Public", "Draft"}


@pytest.fixture
def three(db):
    """A department with an editor, one without, and a draft."""
    make_department("Public")
    make_department("Draft", status="draft")
    return make_department("Hers")


def anonymous(hers):
    return AnonymousUser()


def member(hers):
    return make_user("dora")


def editor_who_is_not_staff(hers):
    erin = make_user("erin")
    hers.editors.add(erin)
    return erin


def staff(hers):
    return make_charlie()


def editor(hers):
    return make_bob(hers)


def inactive_editor(hers):
    bob = make_bob(hers)
    bob.is_active = False
    bob.save()
    return bob


def administrator(hers):
    return make_alice()


def inactive_administrator(hers):
    alice = make_alice()
    alice.is_active = False
    alice.save()
    return alice


def staff_with_the_permission(hers):
    frank = make_user("frank", is_staff=True)
    frank.user_permissions.add(Permission.objects.get(codename="edit_every_department"))
    return frank


@pytest.mark.parametrize(
    ("who", "changes"),
    [
        (anonymous, NOBODY),
        (member, NOBODY),
        (editor_who_is_not_staff, NOBODY),
        (staff, NOBODY),
        (editor, OWN),
        (inactive_editor, NOBODY),
        (administrator, ALL),
        (inactive_administrator, NOBODY),
        (staff_with_the_permission, ALL),
    ],
)
def test_the_editable_departments_of_each_kind_of_user(three, who, changes):
    assert {department.name for department in Department.objects.editable_by(who(three))} == changes


def test_an_editor_of_two_departments_sees_each_once(three):
    bob = make_bob(three, Department.objects.get(name="Public"))
    three.editors.add(make_charlie())
    assert [department.name for department in Department.objects.editable_by(bob)] == ["Hers", "Public"]


def test_a_department_is_published_and_unpublished(db):
    department = make_department(status="draft")
    department.publish()
    assert department in Department.objects.published()
    department.unpublish()
    assert department not in Department.objects.published()
    assert not department.is_published
