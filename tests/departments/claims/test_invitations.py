"""Administrators and editors invite colleagues, who choose a password or sign in."""

from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from departments.claims.forms import EMAILS_PER_ADDRESS, INVITATIONS_PER_ADDRESS, INVITATIONS_PER_USER
from departments.models import Claim, Department, Invitation
from jobs.alerts.emails import compose
from jobs.models import Message
from policeapp.models import User
from policeapp.operations.clean_up import clean_up
from tests.admin import html_of, messages_of, page, signed_in
from tests.factories import form_of, get_user, make_claim, make_invitation, make_rita, make_user, text_of

from .pages import emails_to, link_in

pytestmark = pytest.mark.django_db

JANE = "jane@example.com"
PASSWORD = "a Harbor at 7 o'clock"


def invite(client, department, email=JANE, role="editor"):
    return client.post(page(department, "team"), {"email": email, "role": role}, follow=True)


def invited(client, department, **values):
    """Invite Jane and return the link in her email."""
    invite(client, department, **values)
    return link_in(emails_to(values.get("email", JANE))[-1])


def choose_password(client, link, first=PASSWORD, second=None, **values):
    return client.post(link, {"new_password1": first, "new_password2": second or first} | values)


# Inviting


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_administrators_and_editors_invite(request, own, who):
    client = request.getfixturevalue(who)
    response = invite(client, own, role="recruiter")
    assert messages_of(response) == ["The invitation is on its way."]
    invitation = Invitation.objects.get()
    assert (invitation.department, invitation.role, invitation.invited_by) == (own, "recruiter", get_user(who))
    assert invitation.state == "open" and JANE in text_of(response) and "Waiting" in text_of(response)
    assert "1 person is invited." in text_of(client.get(page(own)))
    [email] = emails_to(JANE)
    assert email.content["title"] == "You are invited: Own Police, Westport, CT"
    assert "post the department's jobs" in email.content["paragraphs"][0]


def test_an_editor_sees_names_of_colleagues_and_no_email_addresses(bob, own):
    make_rita(own)
    for url in (page(own), page(own, "team")):
        words = html_of(bob.get(url))
        assert "Rita" in words and "rita@" not in words and "bob@" not in words


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@Example.com"])
def test_nobody_is_invited_to_a_role_that_they_have(bob, own, email):
    assert "This person has this role already." in text_of(invite(bob, own, email=email))
    assert "on its way" in text_of(invite(bob, own, email=email, role="recruiter"))


@pytest.mark.parametrize(
    "values", [{"role": "administrator"}, {"email": "jane"}, {"email": "alerts@police.example.org"}]
)
def test_other_roles_and_addresses_are_mistakes(bob, own, values):
    assert 'class="errorlist"' in html_of(invite(bob, own, **values))
    assert not Invitation.objects.exists()


def test_inviting_is_limited(bob, own, monkeypatch):
    while EMAILS_PER_ADDRESS.hit("jane@example.com"):
        """A visitor has sent claims with the address. They don't count."""
    for _number in range(INVITATIONS_PER_ADDRESS.most):
        assert "on its way" in text_of(invite(bob, own))
    assert "too many invitations" in text_of(invite(bob, own))
    for number in range(INVITATIONS_PER_USER.most):
        invite(bob, own, email=f"jane{number}@example.org")
    assert Message.objects.count() == INVITATIONS_PER_USER.most - 1


def test_an_invitation_that_is_sent_again_replaces_the_first(bob, own):
    first = invited(bob, own)
    second = invited(bob, own, role="recruiter")
    assert [invitation.state for invitation in own.invitations.all()] == ["open", "withdrawn"]
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200


def test_a_department_that_nobody_edits_says_so(alice, own):
    own.editors.clear()
    assert "Only administrators." in text_of(alice.get(page(own, "team")))


def test_an_invitation_can_be_withdrawn(bob, own):
    link = invited(bob, own)
    invitation = Invitation.objects.get()
    response = bob.post(page(own, "team"), {"withdraw": invitation.pk}, follow=True)
    assert messages_of(response) == ["The invitation is withdrawn. Its link no longer works."]
    assert "Withdrawn" in text_of(response)
    response = Client().get(link)
    assert response.status_code == 410 and "It was withdrawn, or replaced" in text_of(response)
    assert choose_password(Client(), link).status_code == 410
    response = bob.post(page(own, "team"), {"withdraw": invitation.pk}, follow=True)
    assert messages_of(response) == ["This invitation has ended already."]


@pytest.mark.parametrize("key", ["{theirs}", "x", "", "9" * 30, "-1"])
def test_nobody_withdraws_invitations_of_other_departments(bob, own, strange, key):
    invitation = make_invitation(strange)
    response = bob.post(page(own, "team"), {"withdraw": key.format(theirs=invitation.pk)})
    assert response.status_code in (400, 404)
    invitation.refresh_from_db()
    assert invitation.state == "open"


def test_inviting_asks_for_the_password_again_after_a_while(bob, own, clock):
    clock(minutes=20)
    response = bob.post(page(own, "team"), {"email": JANE, "role": "editor"})
    assert response["Location"].startswith("/admin/account/reauthenticate/")
    assert not Invitation.objects.exists()


# Accepting


def test_the_invited_person_chooses_a_password_and_lands_on_their_department(bob, own):
    jane = Client()
    link = invited(bob, own)
    assert "Choose a password" in text_of(jane.get(link))
    assert not User.objects.filter(email=JANE).exists()
    response = choose_password(jane, link)
    assert response["Location"] == page(own)
    assert jane.get(page(own)).status_code == 200
    account = User.objects.get(email=JANE)
    assert account.check_password(PASSWORD) and account.is_staff and not account.is_superuser
    assert list(Department.objects.editable_by(account)) == [own]
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.accepted_by) == ("accepted", account)


def test_a_recruiter_lands_on_the_jobs_of_the_department(bob, own):
    jane = Client()
    response = choose_password(jane, invited(bob, own, role="recruiter"))
    assert response["Location"] == f"/admin/jobs/job/?department__id__exact={own.pk}"
    assert jane.get(response["Location"]).status_code == 200
    assert jane.get(page(own)).status_code == 403


def test_the_invited_person_enters_a_name_which_colleagues_see(bob, own):
    jane = Client()
    choose_password(jane, invited(bob, own), name="Jane  van Doe")
    account = User.objects.get(email=JANE)
    assert (account.first_name, account.last_name) == ("Jane", "van Doe")
    assert "Jane van Doe" in text_of(bob.get(page(own, "team")))


def test_the_name_of_a_claim_is_filled_in(alice, own):
    make_claim(own, JANE)
    alice.post(page(Claim.objects.get(), "approve"))
    assert form_of(Client().get(link_in(*emails_to(JANE))))["name"] == "Jane Doe"


def test_a_password_must_not_resemble_the_name(bob, own):
    response = choose_password(Client(), invited(bob, own), "Featherstonehaugh", name="Jane Featherstonehaugh")
    assert "too similar to the last name" in text_of(response)


def test_the_invited_person_is_welcome_and_not_asked_for_the_password_again_at_once(bob, own):
    jane = Client()
    response = choose_password(jane, invited(bob, own))
    assert "Welcome. You can change the department's page here." in text_of(jane.get(response["Location"]))
    assert messages_of(invite(jane, own, "joe@example.com")) == ["The invitation is on its way."]
    assert "(this one)" in text_of(jane.get("/admin/account/sessions/"))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("password", None, "too common"),
        ("jane@example.com", None, "too similar to the email"),
        ("short", None, "too short"),
        (PASSWORD, "another", "didn’t match"),
    ],
)
def test_weak_passwords_are_refused(bob, own, first, second, words):
    response = choose_password(Client(), invited(bob, own), first, second)
    assert words in text_of(response)
    assert not User.objects.filter(email=JANE).exists()


def test_a_person_with_an_account_signs_in_and_accepts(bob, own, strange):
    jane = make_user("jane", PASSWORD, is_staff=True)
    strange.editors.add(jane)
    client, link = Client(), invited(bob, own)
    response = client.get(link)
    assert "has an account. Sign in" in text_of(response)
    assert f'href="/admin/login/?next={quote(link)}"' in html_of(response)
    assert choose_password(client, link).status_code == 200
    jane.refresh_from_db()
    assert jane.check_password(PASSWORD)
    client.force_login(jane)
    assert "Accept the invitation" in text_of(client.get(link))
    assert list(Department.objects.editable_by(jane)) == [strange]
    assert client.post(link)["Location"] == page(own)
    assert set(Department.objects.editable_by(jane)) == {own, strange}


def test_a_link_works_once(bob, own):
    link = invited(bob, own)
    choose_password(Client(), link)
    for response in (Client().get(link), choose_password(Client(), link, "Another one at 9")):
        assert response.status_code == 410 and "It was accepted before." in text_of(response)
    assert get_user("jane").check_password(PASSWORD)


def test_a_link_works_for_a_week(bob, own, clock):
    link = invited(bob, own)
    clock(days=6, hours=23)
    assert Client().get(link).status_code == 200
    clock(hours=2)
    for response in (Client().get(link), choose_password(Client(), link)):
        assert response.status_code == 410 and "It was good for one week." in text_of(response)
    assert "Expired" in text_of(signed_in(get_user("bob")).get(page(own, "team")))
    assert not User.objects.filter(email=JANE).exists()


def test_altered_links_are_refused(bob, own, strange):
    link = invited(bob, own)
    other = make_invitation(strange, "eve@example.com")
    start, _slash, token = link.rstrip("/").rpartition("/")
    key, rest = token.split(":", 1)
    for forged in (f"{other.key}:{rest}", key, f"{key}:{rest[:-2]}xx", f"{key}:{rest}x"):
        response = choose_password(Client(), f"{start}/{forged}/")
        assert response.status_code == 404, forged
    assert not Invitation.objects.exclude(accepted_at=None).exists()


def test_another_person_who_is_signed_in_cannot_accept(bob, own, strange):
    link = invited(bob, own)
    make_user("jane", is_staff=True)
    eve = make_user("eve", is_staff=True)
    client = signed_in(eve)
    for response in (client.get(link), client.post(link)):
        assert "you are signed in with another account" in text_of(response)
    assert not own.editors.filter(pk=eve.pk).exists()
    assert Invitation.objects.get().state == "open"


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_staff": False}])
def test_an_account_that_is_turned_off_stays_so(bob, own, values):
    link = invited(bob, own)
    jane = make_user("jane", PASSWORD, **({"is_staff": True} | values))
    for response in (Client().get(link), choose_password(Client(), link)):
        assert "Your account is turned off." in text_of(response)
    assert not own.editors.filter(pk=jane.pk).exists()


def test_an_invitation_ends_when_its_sender_can_no_longer_edit_the_department(bob, own):
    link = invited(bob, own)
    own.editors.remove(get_user("bob"))
    assert choose_password(Client(), link).status_code == 410
    assert not Invitation.objects.get().accept(make_user("jane"))


def test_an_invitation_that_another_request_accepts_meanwhile_gives_nothing(own):
    invitation, again = make_invitation(own), make_invitation(own, "joe@example.com")
    first = User(email=JANE, is_staff=True)
    assert invitation.accept(first)
    assert not Invitation.objects.get(pk=invitation.pk).accept(User(email="eve@example.com"))
    again.withdraw()
    again.withdrawn_at = None  # as it was read before
    assert not again.accept(User(email="joe@example.com"))
    assert not User.objects.filter(email__in=["eve@example.com", "joe@example.com"]).exists()


def test_an_account_that_another_request_creates_meanwhile_is_not_changed(bob, own, monkeypatch):
    link = invited(bob, own)
    jane = make_user("jane", PASSWORD, is_staff=True)
    with monkeypatch.context() as patch:
        patch.setattr("policeapp.accounts.models.EmailUserManager.find", lambda manager, email: None)
        assert choose_password(Client(), link, "Another one at 9")["Location"] == link
    assert User.objects.get(pk=jane.pk).check_password(PASSWORD)
    assert Invitation.objects.get().state == "open"


def test_a_form_from_another_site_is_rejected(bob, own):
    """Otherwise it could sign a visitor in to an account of somebody else."""
    link = invited(bob, own)
    client = Client(enforce_csrf_checks=True)
    assert choose_password(client, link).status_code == 403
    sent = form_of(client.get(link)) | {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert client.post(link, sent).status_code == 302


def test_deactivating_an_account_keeps_its_history(alice, bob, own):
    choose_password(Client(), invited(bob, own))
    User.objects.filter(email="bob@example.com").update(is_active=False)
    invitation = Invitation.objects.get()
    assert (invitation.invited_by, invitation.accepted_by) == (get_user("bob"), get_user("jane"))
    assert "Invited a person." in LogEntry.objects.filter(user=get_user("bob")).values_list("change_message", flat=True)
    assert "Bob (turned off)" in text_of(alice.get(page(own, "team")))


def test_invitations_go_with_the_account_of_the_person_but_not_of_the_sender(bob, own):
    choose_password(Client(), invited(bob, own))
    get_user("bob").delete()
    assert Invitation.objects.get().invited_by is None
    get_user("jane").delete()
    assert not Invitation.objects.exists()


def test_invitations_without_an_answer_are_deleted_when_the_privacy_page_says_so(bob, own, clock):
    make_invitation(own, "accepted@example.com").accept(make_user("accepted"))
    make_invitation(own)
    clock(days=96)
    assert clean_up()["claims and invitations"] == 0
    clock(days=2)
    assert clean_up()["claims and invitations"] == 1
    assert Invitation.objects.get().state == "accepted"


def test_the_number_of_queries_does_not_grow_with_the_team(bob, own, django_assert_max_num_queries):
    for number in range(5):
        make_invitation(own, f"open{number}@example.com")
        make_invitation(own, f"done{number}@example.com").accept(make_user(f"done{number}", is_staff=True))
    with django_assert_max_num_queries(14):
        assert text_of(bob.get(page(own, "team"))).count("Accepted") == 5


@pytest.mark.parametrize("name", ["<script>alert(1)</script>\r\nBcc: eve@example.com " + "x" * 140, "Ελλάς"])
def test_a_hostile_name_of_a_department_is_harmless_in_emails(alice, own, name):
    own.name = name
    own.save()
    invite(alice, own)
    email = compose(emails_to(JANE)[0])
    email.message()
    assert "\n" not in email.subject and len(email.subject) <= 150
    assert "<script>" not in email.alternatives[0].content
