"""The admin of API keys: a key is shown once, and editors manage those of their departments."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError

from jobs.models import ApiKey, Connector, Job
from policeapp.models import AuditEvent
from tests.admin import page
from tests.factories import form_of, html_of, make_api_key, make_connector, make_job, text_of

pytestmark = pytest.mark.any_engine

ADD = page(ApiKey, "add")


def secret_in(response):
    return re.search('<code class="secret">([^<]+)</code>', html_of(response))[1]


def press(client, key, button):
    url = page(key)
    return client.post(url, form_of(client.get(url)) | {button: "yes"}, follow=True)


def audited():
    return list(AuditEvent.objects.filter(about_type="apikey").order_by("pk").values_list("kind", "details"))


def test_an_editor_makes_a_key_which_is_shown_once_and_stored_nowhere(bob, own, strange):
    form = bob.get(ADD)
    assert "Own Police" in html_of(form) and "Strange Police" not in html_of(form)
    response = bob.post(ADD, form_of(form) | {"department": own.pk, "name": "NEOGOV"})
    key, secret = ApiKey.objects.get(), secret_in(response)
    assert ApiKey.objects.find(secret) == key and key.created_by.email.startswith("bob")
    assert "no-store" in response["Cache-Control"]
    assert secret not in html_of(bob.get(page(key))) and key.beginning == secret[:8]
    stored = [session.get_decoded() for session in Session.objects.all()]
    for rows in (stored, LogEntry.objects.values(), AuditEvent.objects.values(), ApiKey.objects.values()):
        assert secret not in str(list(rows))
    assert audited() == [("rights changed", "created")]


def test_replacing_a_key_stops_the_old_one_and_revoking_stops_it_for_good(bob, own):
    key = make_api_key(own)
    new = secret_in(press(bob, key, "_replace"))
    assert ApiKey.objects.find(key.secret) is None and ApiKey.objects.find(new) == key
    assert "The jobs stay." in text_of(press(bob, key, "_revoke"))
    assert ApiKey.objects.find(new) is None
    assert "Revoked on" in text_of(bob.get(page(ApiKey, "list"))) and "_revoke" not in html_of(bob.get(page(key)))
    again = secret_in(press(bob, key, "_replace"))
    assert ApiKey.objects.find(again) == key
    assert [details for _kind, details in audited()] == ["new secret", "revoked", "new secret"]


def test_making_replacing_and_revoking_a_key_asks_for_the_password_again(bob, own, clock):
    key = make_api_key(own)
    clock(hours=1)
    for url, values in ((ADD, {"name": "x", "department": own.pk}), (page(key), {"_replace": "x"})):
        assert "reauthenticate" in bob.post(url, values).url
    assert ApiKey.objects.get().digest == key.digest


def test_the_jobs_of_a_deleted_key_stay(bob, own):
    key = make_api_key(own)
    make_job(own, source=key.name, external_id="1")
    bob.post(page(key, "delete"), {"post": "yes"})
    assert not ApiKey.objects.exists() and Job.objects.exists()


def test_the_name_of_a_key_is_that_of_no_other_list(own):
    make_connector(own, name="Feed")
    make_api_key(own, "NEOGOV")
    for name in ("Feed", "NEOGOV", "samples"):
        with pytest.raises(ValidationError):
            ApiKey(department=own, name=name, digest="x", beginning="x").full_clean()
    with pytest.raises(ValidationError, match="An API key has this name"):
        Connector(department=own, name="NEOGOV", format="csv", url="https://example.org/").clean()
