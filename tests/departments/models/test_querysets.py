"""Which departments are published, and which a user can edit."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from departments.models import Department
from jobs.models import Job
from tests.factories import (
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_job,
    make_rita,
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


def recruiter(hers):
    return make_rita(hers)


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
    ("who", "changes", "recruits"),
    [
        (anonymous, NOBODY, NOBODY),
        (member, NOBODY, NOBODY),
        (editor_who_is_not_staff, NOBODY, NOBODY),
        (staff, NOBODY, NOBODY),
        (editor, OWN, OWN),
        (recruiter, NOBODY, OWN),
        (inactive_editor, NOBODY, NOBODY),
        (administrator, ALL, ALL),
        (inactive_administrator, NOBODY, NOBODY),
        (staff_with_the_permission, ALL, ALL),
    ],
)
def test_the_departments_that_each_kind_of_user_can_edit(three, who, changes, recruits):
    for department in Department.objects.all():
        make_job(department, department.name)
    user = who(three)
    assert {department.name for department in Department.objects.editable_by(user)} == changes
    assert {department.name for department in Department.objects.with_jobs_editable_by(user)} == recruits
    assert {job.title for job in Job.objects.editable_by(user)} == recruits


def test_an_editor_and_recruiter_of_one_department_sees_it_once(three):
    three.recruiters.add(bob := make_bob(three))
    assert [department.name for department in Department.objects.with_jobs_editable_by(bob)] == ["Hers"]


def test_a_department_whose_editor_is_deactivated_has_none(three):
    assert {department.name for department in Department.objects.without_editor()} == ALL
    bob, _rita = make_bob(three), make_rita(Department.objects.get(name="Public"))
    assert {department.name for department in Department.objects.without_editor()} == ALL - OWN
    bob.is_active = False
    bob.save()
    assert {department.name for department in Department.objects.without_editor()} == ALL


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
