"""The admin of accounts: only superusers give rights, and nobody takes over an account with more rights."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from jobs.models import Message
from policeapp.models import User

from ...admin import page, save, saved, signed_in
from ...factories import (
    form_of,
    get_user,
    html_of,
    make_alice,
    make_bob,
    make_charlie,
    make_department,
    make_rita,
    make_user,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.unmeasured]


def give(person, *codenames):
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    return person


@pytest.fixture
def clerk(db):
    """A staff member with the permissions to add, change and delete accounts and groups."""
    names = [f"{what}_{model}" for what in ("view", "add", "change", "delete") for model in ("user", "group")]
    return give(make_user("clerk", is_staff=True), *names)


@pytest.fixture
def clerks(clerk):
    return signed_in(clerk)


def rights_of(person):
    person.refresh_from_db()
    found = (person.is_staff, person.is_superuser, person.groups.count(), person.user_permissions.count())
    return found, person.email, person.password, person.is_active


def test_a_clerk_changes_an_ordinary_account(clerks):
    sue = make_user("sue")
    assert saved(save(clerks, sue, first_name="Sue", is_active=""))
    sue.refresh_from_db()
    assert (sue.first_name, sue.is_active) == ("Sue", False)
    passwords = {"usable_password": "true", "password1": "Aq7-sent-Aq7", "password2": "Aq7-sent-Aq7"}
    clerks.post(page(sue, "password"), passwords)
    sue.refresh_from_db()
    assert sue.check_password("Aq7-sent-Aq7")
    assert Message.objects.get(recipient=sue.email).content["title"] == "Your password was changed"
    clerks.post(page(sue, "delete"), {"post": "yes"})
    assert not User.objects.filter(email="sue@example.com").exists()


def test_a_clerk_gives_no_rights_by_a_forged_form(clerks, clerk):
    group = Group.objects.create(name="Administrators")
    sue = make_user("sue")
    for person in (clerk, sue):
        before = rights_of(person)
        everything = [permission.pk for permission in Permission.objects.all()]
        forged = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": everything}
        assert saved(save(clerks, person, **forged))
        assert rights_of(person) == before


def test_a_clerk_adds_accounts_without_rights(clerks):
    passwords = {"usable_password": "true", "password1": "Aq7-sent-Aq7", "password2": "Aq7-sent-Aq7"}
    account = {"email": "sue@example.com"} | passwords
    clerks.post(page(User, "add"), account | {"is_staff": "on", "is_superuser": "on"})
    sue = get_user("sue")
    assert (sue.is_staff, sue.is_superuser) == (False, False)


def with_more_rights():
    """Return accounts that a clerk must not take over, by what they have more."""
    group = Group.objects.create(name="Importers")
    group.permissions.add(Permission.objects.get(codename="import_files"))
    member = make_user("member", is_staff=True)
    member.groups.add(group)
    asleep = give(make_user("asleep", is_active=False), "edit_every_department")
    former = make_user("former", is_staff=True, is_superuser=True, is_active=False)
    return [make_alice(), make_bob(make_department()), member, asleep, former]


def test_a_clerk_cannot_take_over_an_account_with_more_rights(clerks, clerk):
    for person in with_more_rights():
        before = rights_of(person)
        form = form_of(signed_in(make_user("root", is_staff=True, is_superuser=True)).get(page(person)))
        User.objects.filter(email="root@example.com").delete()
        passwords = {"usable_password": "true", "password1": "Aq7-sent-Aq7", "password2": "Aq7-sent-Aq7"}
        answers = [
            clerks.post(page(person), form | {"email": "taken@example.com"}),
            clerks.post(page(person, "password"), passwords),
            clerks.post(page(person, "delete"), {"post": "yes"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 3, person
        action = {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"}
        clerks.post(page(User, "list"), action)
        assert rights_of(person) == before


def test_a_clerk_manages_an_account_with_the_same_rights(clerk, clerks):
    department = make_department()
    bob, charlie = make_bob(department), make_charlie()
    assert saved(save(clerks, charlie, first_name="Charlie"))
    assert clerks.get(page(bob, "password")).status_code == 403
    department.editors.add(clerk)
    assert clerks.get(page(bob, "password")).status_code == 200
    department.editors.remove(clerk)
    assert signed_in(give(clerk, "edit_every_department")).get(page(bob, "password")).status_code == 200


def test_a_clerk_manages_a_recruiter_only_with_a_role_at_the_same_department(clerk, clerks):
    department = make_department()
    rita = make_rita(department)
    for role, status in ((department.recruiters, 200), (department.editors, 200)):
        assert clerks.get(page(rita, "password")).status_code == 403
        role.add(clerk)
        assert clerks.get(page(rita, "password")).status_code == status
        role.remove(clerk)
    department.recruiters.add(clerk)
    assert clerks.get(page(make_bob(department), "password")).status_code == 403


def test_only_superusers_change_groups(clerk, clerks):
    group = Group.objects.create(name="Clerks")
    clerk.groups.add(group)
    permission = Permission.objects.get(codename="edit_every_department").pk
    assert clerks.post(page(group), {"name": "Clerks", "permissions": [permission]}).status_code == 403
    assert clerks.post(page(Group, "add"), {"name": "More", "permissions": [permission]}).status_code == 403
    assert clerks.post(page(group, "delete"), {"post": "yes"}).status_code == 403
    clerks.post(page(Group, "list"), {"action": "delete_selected", "_selected_action": group.pk, "post": "yes"})
    assert Group.objects.get().permissions.count() == 0
    assert saved(save(signed_in(make_alice()), group, name="Renamed"))


def test_superusers_give_rights():
    alice, charlie = signed_in(make_alice()), make_charlie()
    assert saved(save(alice, charlie, is_superuser="on"))
    charlie.refresh_from_db()
    assert charlie.is_superuser


def test_colleagues_see_the_names_of_those_who_changed_a_department_and_no_email_address():
    own = make_department()
    bob, dora = make_bob(own), make_user("dora", is_staff=True, first_name="")
    own.editors.add(dora)
    for person in (bob, dora):
        assert saved(save(signed_in(person), own, chief_name=f"Chief {person.pk}"))
    words = html_of(signed_in(bob).get(page(own, "history")))
    assert "Bob" in words and f"account {dora.pk}" in words
    assert "dora@" not in words and "bob@" not in html_of(signed_in(dora).get(page(own, "history")))


def test_an_account_has_one_address_in_any_case():
    sue = make_user("sue")
    for typed in ("Sue@Example.com", " sue@example.com "):
        assert User.objects.get_by_natural_key(typed) == User.objects.find(typed) == sue, typed
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(typed)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=sue.pk).update(email="Sue@example.com")


def test_people_whose_addresses_differ_by_dots_or_a_tag_have_their_own_accounts():
    people = [User.objects.create_user(f"{name}@pd.gov") for name in ("j.doe", "jdoe", "jdoe+records")]
    assert [User.objects.get_by_natural_key(person.email) for person in people] == people


def test_the_admin_refuses_an_address_that_another_account_has_in_another_case():
    alice, bob, sue = signed_in(make_alice()), make_bob(), make_user("sue")
    answer = save(alice, sue, email="BOB@Example.com")
    assert "There is already an account with this email address." in text_of(answer)
    assert saved(save(alice, bob, email="B.O.B@Example.com"))
    bob.refresh_from_db()
    assert bob.email == "b.o.b@example.com"


def test_an_account_needs_an_email_address_at_a_public_domain():
    for address in ("", "sue", "sue@localhost", "sue@[192.0.2.1]"):
        with pytest.raises(ValidationError):
            User.objects.create_user(address)
