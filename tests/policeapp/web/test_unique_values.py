"""A unique value that another request saves after the form was checked, and before it is saved, is a form error."""

import pytest

from departments.models import Department, Specialization
from policeapp.models import User
from tests.admin import errors_of, page, save, saved
from tests.factories import form_of, make_charlie, make_division, make_specialization

pytestmark = pytest.mark.django_db

TAKEN = "Somebody has just saved the same name or number. Change yours and save again."


@pytest.fixture
def first_check_passes(monkeypatch):
    """``first_check_passes(model)``: as if the other request had saved only after the form was checked."""

    def prepare(model):
        for name in ("validate_unique", "validate_constraints", "clean"):
            monkeypatch.setattr(model, name, passing_once(getattr(model, name)))

    return prepare


def passing_once(check):
    calls = []

    def replacement(*args, **kwargs):
        calls.append(1)
        return None if len(calls) == 1 else check(*args, **kwargs)

    return replacement


def test_an_ori(alice, own, strange, first_check_passes):
    first_check_passes(Department)
    response = save(alice, strange, ori=own.ori)
    assert sum(errors_of(response).values(), []) == ["Another department has this ORI."]
    assert list(Department.objects.values_list("ori", flat=True).order_by("ori")) == ["CT0000001", "CT0000002"]


def test_a_slug_that_was_typed(alice, own, strange, first_check_passes):
    first_check_passes(Department)
    response = save(alice, strange, slug=own.slug)
    assert sum(errors_of(response).values(), []) == ["Another department in this state has this web address."]


def test_a_slug_that_was_left_blank_is_another_one(alice, own, first_check_passes, monkeypatch):
    first_check_passes(Department)
    free, slugs = Department.free_slug, [own.slug]
    monkeypatch.setattr(Department, "free_slug", lambda self: slugs.pop() if slugs else free(self))
    assert saved(save(alice, Department, name=own.name, state="CT"))
    assert Department.objects.filter(name=own.name).count() == 2


def test_a_division(alice, own):
    """Django's forms don't check constraints that contain the object of the page."""
    added = {"divisions-TOTAL_FORMS": "1", "divisions-0-name": "Ops", "divisions-0-order": "1", "_version": ""}
    form = form_of(alice.get(page(own)))
    make_division(own, "Ops")
    response = alice.post(page(own), form | added)
    assert errors_of(response) == {"": [TAKEN]}


def test_a_specialization(alice, first_check_passes):
    make_specialization("Drone")
    first_check_passes(Specialization)
    assert list(errors_of(save(alice, Specialization, name="Drone"))) == ["name"]


def test_the_email_address_of_an_account(alice, first_check_passes):
    first_check_passes(User)
    charlie = make_charlie()
    assert list(errors_of(save(alice, charlie, email="alice@example.com"))) == ["email"]


def test_a_constraint_that_no_check_knows_is_a_form_error_too(alice, own, strange, monkeypatch):
    monkeypatch.setattr(Department, "validate_constraints", lambda *args, **kwargs: None)
    response = save(alice, strange, ori=own.ori)
    assert errors_of(response) == {"": [TAKEN]}
