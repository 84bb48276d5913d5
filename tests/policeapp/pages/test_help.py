"""The help page of the admin."""

from django.test import Client

from ...factories import make_user, text_of

HELP = "/admin/help/"


def test_strangers_must_sign_in_first(client, db):
    response = client.get(HELP)
    assert (response.status_code, response.url) == (302, f"/admin/login/?next={HELP}")


def test_users_who_are_not_staff_must_sign_in_as_staff(db):
    client = Client()
    client.force_login(make_user("sue"))
    assert client.get(HELP).status_code == 302


def test_staff_who_edit_nothing_can_read_it(charlie):
    assert charlie.get(HELP).status_code == 200


def test_it_explains_how_to_edit(bob):
    text = text_of(bob.get(HELP))
    assert "Without a closing date, it is open until filled." in text
    assert "Begin a line with “- ” for a list item" in text
    assert "add a passkey or an authenticator app" in text


def test_every_page_of_the_admin_links_to_it(bob):
    for url in ("/admin/", "/admin/jobs/job/", HELP):
        assert f'<a href="{HELP}">Help</a>' in bob.get(url).content.decode()


def test_it_cannot_be_posted_to(bob):
    assert bob.post(HELP).status_code == 405
