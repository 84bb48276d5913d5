"""The links in emails. Each serves one purpose, needs a button press, and works for anyone who has it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jobs.alerts.tokens import LIFETIMES
from jobs.models import Alert, Message, NotifiedOpening, Subscriber
from tests.factories import make_alert, make_department, make_job, text_of
from tests.jobs.alerts.helpers import EMAIL, link
from tests.jobs.pages import html_of, links

pytestmark = pytest.mark.django_db

PURPOSES = list(LIFETIMES)
INVALID = "This link does not work"


@pytest.fixture
def alert():
    """Jane's alert, which is not confirmed."""
    return make_alert(
        confirmed=False, kind="entry_level", near="Westport, CT", latitude=41.1, longitude=-73.3, miles=25
    )


@pytest.fixture
def strict():
    """A browser without cookies that checks CSRF tokens as in production."""
    return Client(enforce_csrf_checks=True)


def row_of(purpose, alert):
    return alert.subscriber if purpose == "manage" else alert


def stored():
    return [list(model.objects.order_by("pk").values()) for model in (Subscriber, Alert, Message, NotifiedOpening)]


def reload(alert):
    return Alert.objects.get(pk=alert.pk)


# Tokens


def wrong_links(purpose, alert):
    """Return `{description: path}` of links that must not work for this purpose."""
    good = link(purpose, row_of(purpose, alert))
    token = good.split("/")[3]
    key, time, signature = token.split(":")
    other = make_alert("other@example.com")
    begin = f"/alerts/{purpose}/"
    wrong = {
        "another key": f"{begin}{row_of(purpose, other).key}:{time}:{signature}/",
        "another time": f"{begin}{key}:{time[:-1]}{'a' if time[-1] != 'a' else 'b'}:{signature}/",
        "a changed signature": f"{begin}{token[:-2]}{'A' if token[-2] != 'A' else 'B'}{token[-1]}/",
        "a shortened signature": f"{begin}{token[:-1]}/",
        "no signature": f"{begin}{key}:{time}/",
        "the key alone": f"{begin}{key}/",
        "an empty signature": f"{begin}{key}:{time}:/",
        "a prefix": f"{begin}x{token}/",
        "a suffix": f"{begin}{token}x/",
        "capitals": f"{begin}{token.upper()}/",
        "nonsense": f"{begin}%00%F0%9F%91%AE:::/",
        "a missing row": link(purpose, Alert(key="0" * 32)) if purpose != "unsubscribe" else f"{begin}x/",
    }
    for of in PURPOSES:
        if of != purpose:
            wrong[f"a token for {of}"] = f"{begin}{link(of, row_of(of, alert)).split('/')[3]}/"
            wrong[f"a token for {of} with this row's key"] = f"{begin}{link(of, row_of(purpose, alert)).split('/')[3]}/"
    if LIFETIMES[purpose]:
        wrong["expired"] = link(purpose, row_of(purpose, alert), ago=LIFETIMES[purpose] + timedelta(minutes=1))
    return wrong


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_invalid_token_gives_the_same_404_page_and_changes_nothing(strict, alert, purpose):
    wrong = wrong_links(purpose, alert)
    before = stored()
    answers = {}
    for name, path in wrong.items():
        for button in ({}, {"do": "forget"}, {"List-Unsubscribe": "One-Click"}):
            answers[name, "POST", str(button)] = strict.post(path, button)
        answers[name, "GET", ""] = strict.get(path)
    assert stored() == before
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 404} == {}
    # The response does not reveal why a token is invalid.
    assert len({answer.content for answer in answers.values()}) == 1
    page = next(iter(answers.values()))
    assert INVALID in text_of(page) and EMAIL not in html_of(page)
    assert ("Search for jobs", "/jobs/") in links(page)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_works_until_it_expires(client, alert, purpose):
    ago = (LIFETIMES[purpose] or timedelta(days=5000)) - timedelta(minutes=1)
    assert client.get(link(purpose, row_of(purpose, alert), ago=ago)).status_code == 200


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_reveals_nothing_about_the_subscriber(alert, purpose):
    path = link(purpose, row_of(purpose, alert))
    for text in (EMAIL, "jane", f"/{alert.pk}:", "Westport"):
        assert text not in path


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_get_request_changes_nothing(strict, alert, method, confirmed):
    if confirmed:
        alert.confirm()
    before = stored()
    for purpose in PURPOSES:
        path = link(purpose, row_of(purpose, alert))
        for query in ("", "?do=forget&List-Unsubscribe=One-Click"):
            assert getattr(strict, method)(path + query).status_code == 200
    assert stored() == before


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_is_not_cached_sends_no_referrer_and_sets_no_cookie(strict, alert, purpose, method):
    good = link(purpose, row_of(purpose, alert))
    for path in (good, good[:-2] + "/"):
        response = getattr(strict, method)(path)
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in html_of(response)
        assert not response.cookies


@pytest.mark.parametrize("purpose", PURPOSES)
def test_other_methods_are_not_allowed(strict, alert, purpose):
    for method in ("put", "patch", "delete", "options"):
        assert getattr(strict, method)(link(purpose, row_of(purpose, alert))).status_code == 405


# Confirming


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_page_quotes_the_keywords_of_an_alert_only_after_it_is_confirmed(client, alert, purpose):
    """Before, they may be the words of a stranger who wants them to appear under our name."""
    Alert.objects.update(q="Verify at evil.example")
    path = link(purpose, row_of(purpose, alert))
    page = text_of(client.get(path))
    assert "evil" not in page and "Entry-level jobs matching your keywords within 25 miles" in page
    alert.confirm()
    assert "Entry-level jobs matching “Verify at evil.example” within 25 miles" in text_of(client.get(path))


def test_a_button_confirms_the_alert_and_the_page_describes_it(strict, alert):
    path = link("confirm", alert)
    page = text_of(strict.get(path))
    assert "We'll email you at jane@example.com: Entry-level jobs within 25 miles of Westport, CT, daily." in page
    answer = strict.post(path)
    assert "Your alert is on" in text_of(answer)
    assert "We'll email you at jane@example.com: Entry-level jobs within 25 miles of Westport, CT, daily." in text_of(
        answer
    )
    assert strict.get(dict(links(answer))["Pause, change or delete this alert"]).status_code == 200
    assert reload(alert).confirmed_at is not None


def test_openings_between_sign_up_and_confirmation_are_not_lost(strict, alert):
    created = timezone.now() - timedelta(days=3)
    Alert.objects.update(created=created)
    strict.post(link("confirm", alert))
    assert reload(alert).notified_until == created


def test_confirming_twice_changes_nothing_more(strict, alert):
    strict.post(link("confirm", alert))
    before = stored()
    assert "Your alert is on" in text_of(strict.post(link("confirm", alert)))
    assert stored() == before


def test_a_subscriber_whose_server_refused_an_email_can_confirm_again(strict, alert):
    strict.post(link("confirm", alert))
    alert.subscriber.mark_refused("552 5.2.2 Mailbox full")
    assert "Confirm your alert" in text_of(strict.get(link("confirm", alert)))
    assert "Your alert is on" in text_of(strict.post(link("confirm", alert)))
    assert reload(alert).subscriber.refused_at is None


# Renewing


def test_a_button_renews_the_alert(strict, alert):
    alert.confirm()
    Alert.objects.update(renewal_requested_at=timezone.now())
    assert "Keep your alert?" in text_of(strict.get(link("renew", alert)))
    assert "We'll keep your alert" in text_of(strict.post(link("renew", alert)))
    assert reload(alert).renewed_at is not None
    assert reload(alert).renewal_requested_at is None


def test_renewing_resumes_a_paused_alert(strict, alert):
    alert.confirm()
    alert.pause()
    strict.post(link("renew", alert))
    assert not reload(alert).paused


# Unsubscribing


def test_a_button_deletes_the_alert_and_with_the_last_one_the_subscriber(strict, alert):
    second = make_alert(q="dispatcher")
    assert "Entry-level jobs" in text_of(strict.get(link("unsubscribe", alert)))
    assert "You are unsubscribed" in text_of(strict.post(link("unsubscribe", alert)))
    assert list(Subscriber.objects.get().alerts.all()) == [second]
    strict.post(link("unsubscribe", second))
    assert stored() == [[], [], [], []]


def test_a_mail_program_unsubscribes_with_one_click(strict, alert):
    """RFC 8058: a POST with this body, without cookies, redirects or further steps."""
    response = strict.post(
        link("unsubscribe", alert),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200
    assert not Alert.objects.exists()


def test_unsubscribing_again_says_that_the_alert_is_deleted(strict, alert):
    path = link("unsubscribe", alert)
    for _time in range(2):
        assert "We deleted this alert" in text_of(strict.post(path))
    assert "We deleted this alert" in text_of(strict.get(path))


# Managing


def press(client, subscriber, do, alert=None):
    return client.post(link("manage", subscriber), {"do": do} | ({"alert": alert.key} if alert else {}))


def test_it_lists_only_the_alerts_of_the_subscriber(strict, alert):
    department = make_department()
    make_alert(department=department, frequency="weekly")
    make_alert("john@example.com", q="dispatcher")
    page = strict.get(link("manage", alert.subscriber))
    assert "We send your alerts to jane@example.com." in text_of(page)
    assert dict(links(page))["New jobs at the Westport Police Department, weekly"] == department.get_absolute_url()
    assert "Entry-level jobs within 25 miles of Westport, CT, daily" in text_of(page)
    assert "Not confirmed" in text_of(page)
    assert "dispatcher" not in text_of(page)


def test_each_alert_has_buttons_to_confirm_pause_resume_and_change_its_frequency(strict, alert):
    jane, other = alert.subscriber, make_alert(q="dispatcher")
    untouched = Alert.objects.values().get(pk=other.pk)
    press(strict, jane, "confirm", alert)
    assert reload(alert).confirmed_at is not None
    assert "Paused. We don't send it." in text_of(press(strict, jane, "pause", alert))
    assert reload(alert).paused
    before = timezone.now()
    press(strict, jane, "resume", alert)
    assert not reload(alert).paused
    assert reload(alert).notified_until >= before
    assert "Westport, CT, weekly" in text_of(press(strict, jane, "weekly", alert))
    press(strict, jane, "daily", alert)
    assert reload(alert).frequency == "daily"
    assert Alert.objects.values().get(pk=other.pk) == untouched


def test_the_owner_can_have_a_refused_address_tried_again(strict, alert):
    jane = alert.subscriber
    for press_button in (lambda: press(strict, jane, "accept"), lambda: strict.post(link("confirm", alert))):
        Subscriber.objects.update(refused_at=timezone.now(), refusal="550 Who?")
        assert "Your mail server refused one of our emails" in text_of(strict.get(link("manage", jane)))
        press_button()
        assert "refused" not in text_of(strict.get(link("manage", jane)))
        jane.refresh_from_db()
        assert (jane.refused_at, jane.refusal) == (None, "")


def test_an_alert_to_a_refused_address_is_not_shown_as_on(strict):
    alert = make_alert()
    alert.subscriber.mark_refused("550 Who?")
    page = text_of(strict.get(link("manage", alert.subscriber)))
    assert "Stopped. We don't send it." in page
    assert "On. We email you" not in page


def test_deleting_an_alert_keeps_the_others(strict, alert):
    other = make_alert(q="dispatcher")
    assert "Alert deleted." in text_of(press(strict, alert.subscriber, "delete", alert))
    assert list(Alert.objects.all()) == [other]


def test_deleting_the_last_alert_deletes_the_address(strict, alert):
    page = press(strict, alert.subscriber, "delete", alert)
    assert "We store nothing about you." in text_of(page)
    assert stored() == [[], [], [], []]


def test_a_button_deletes_everything(strict, alert):
    jane = alert.subscriber
    message = Message.objects.create(alert=alert, kind="digest", sent_at=timezone.now())
    job = make_job()
    NotifiedOpening.objects.create(subscriber=jane, message=message, job=job, open_since=job.open_since)
    make_alert(q="dispatcher")
    path = link("manage", jane)
    assert "We deleted everything: your address, your alerts" in text_of(strict.post(path, {"do": "forget"}))
    assert stored() == [[], [], [], []]
    assert INVALID in text_of(strict.get(path))


@pytest.mark.parametrize("do", ["pause", "delete", "weekly", "confirm"])
def test_a_subscriber_cannot_change_the_alert_of_another(strict, alert, do):
    john = make_alert("john@example.com").subscriber
    before = stored()
    assert press(strict, john, do, alert).status_code == 200
    assert stored() == before


@pytest.mark.parametrize("sent", [{}, {"do": "nonsense"}, {"do": "delete"}, {"do": "pause", "alert": "\0é"}])
def test_unknown_actions_change_nothing(strict, alert, sent):
    before = stored()
    response = strict.post(link("manage", alert.subscriber), sent)
    assert response.status_code == 200
    assert "saved" not in text_of(response)
    assert stored() == before


def test_the_list_takes_as_many_queries_for_many_alerts_as_for_one(client, alert, django_assert_num_queries):
    path = link("manage", alert.subscriber)
    with django_assert_num_queries(2):
        client.get(path)
    for number in range(20):
        make_alert(department=make_department(f"Department {number}"))
    with django_assert_num_queries(2):
        client.get(path)
