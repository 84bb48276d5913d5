"""The links in e-mails: each is good for one thing, by a button, and for whoever has it alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jobs.alerts.tokens import LIFETIMES
from jobs.models import Alert, Message, Subscriber, Told
from tests.factories import make_alert, make_department, make_job, text_of
from tests.jobs.alerts.signing_up import EMAIL, link
from tests.jobs.pages import html_of, links

pytestmark = pytest.mark.django_db

PURPOSES = list(LIFETIMES)
GONE = "This link does not work"


@pytest.fixture
def alert():
    """Jane's, which she hasn't confirmed."""
    return make_alert(
        confirmed=False, kind="entry_level", near="Westport, CT", latitude=41.1, longitude=-73.3, miles=25
    )


@pytest.fixture
def strict():
    """A browser without any cookie, whose forms are checked as in production."""
    return Client(enforce_csrf_checks=True)


def row_of(purpose, alert):
    return alert.subscriber if purpose == "manage" else alert


def kept():
    return [list(model.objects.order_by("pk").values()) for model in (Subscriber, Alert, Message, Told)]


def now_as(alert):
    return Alert.objects.get(pk=alert.pk)


# Tokens


def wrong_links(purpose, alert):
    """``{what is wrong: path}`` of links that must not do what the purpose says."""
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
        "something before": f"{begin}x{token}/",
        "something behind": f"{begin}{token}x/",
        "capitals": f"{begin}{token.upper()}/",
        "nonsense": f"{begin}%00%F0%9F%91%AE:::/",
        "a row that is not there": link(purpose, Alert(key="0" * 32)) if purpose != "unsubscribe" else f"{begin}x/",
    }
    for of in PURPOSES:
        if of != purpose:
            wrong[f"a token for {of}"] = f"{begin}{link(of, row_of(of, alert)).split('/')[3]}/"
            wrong[f"a token for {of} with this row's key"] = f"{begin}{link(of, row_of(purpose, alert)).split('/')[3]}/"
    if LIFETIMES[purpose]:
        wrong["too old"] = link(purpose, row_of(purpose, alert), ago=LIFETIMES[purpose] + timedelta(minutes=1))
    return wrong


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_token_that_is_not_quite_right_fails_closed_and_says_nothing(strict, alert, purpose):
    wrong = wrong_links(purpose, alert)
    before = kept()
    answers = {}
    for name, path in wrong.items():
        for button in ({}, {"do": "forget"}, {"List-Unsubscribe": "One-Click"}):
            answers[name, "POST", str(button)] = strict.post(path, button)
        answers[name, "GET", ""] = strict.get(path)
    assert kept() == before
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 404} == {}
    # Not one of them can be told from another.
    assert len({answer.content for answer in answers.values()}) == 1
    page = next(iter(answers.values()))
    assert GONE in text_of(page) and EMAIL not in html_of(page)
    assert ("Search for openings", "/jobs/") in links(page)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_is_good_until_the_end_of_its_time(client, alert, purpose):
    ago = (LIFETIMES[purpose] or timedelta(days=5000)) - timedelta(minutes=1)
    assert client.get(link(purpose, row_of(purpose, alert), ago=ago)).status_code == 200


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_token_says_nothing_of_whom_it_is_about(alert, purpose):
    path = link(purpose, row_of(purpose, alert))
    for said in (EMAIL, "jane", f"/{alert.pk}:", "Westport"):
        assert said not in path


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_nothing_changes_by_looking(strict, alert, method, confirmed):
    if confirmed:
        alert.confirm()
    before = kept()
    for purpose in PURPOSES:
        path = link(purpose, row_of(purpose, alert))
        for query in ("", "?do=forget&List-Unsubscribe=One-Click"):
            assert getattr(strict, method)(path + query).status_code == 200
    assert kept() == before


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_keeps_the_page_or_learns_its_address_and_it_sets_no_cookie(strict, alert, purpose, method):
    good = link(purpose, row_of(purpose, alert))
    for path in (good, good[:-2] + "/"):
        response = getattr(strict, method)(path)
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in html_of(response)
        assert not response.cookies


@pytest.mark.parametrize("purpose", PURPOSES)
def test_it_takes_no_other_method(strict, alert, purpose):
    for method in ("put", "patch", "delete", "options"):
        assert getattr(strict, method)(link(purpose, row_of(purpose, alert))).status_code == 405


# Confirming


def test_a_button_confirms_the_alert_and_says_what_will_come(strict, alert):
    path = link("confirm", alert)
    page = text_of(strict.get(path))
    assert "To be sent to jane@example.com: Entry-level openings within 25 miles of Westport, CT, daily." in page
    answer = strict.post(path)
    assert "Your alert is on" in text_of(answer)
    assert "You will get at jane@example.com: Entry-level openings within 25 miles of Westport, CT, daily." in text_of(
        answer
    )
    assert strict.get(dict(links(answer))["Pause, change or delete it"]).status_code == 200
    assert now_as(alert).confirmed_at is not None


def test_what_opened_since_it_was_asked_for_is_not_lost_while_it_waits_to_be_confirmed(strict, alert):
    asked = timezone.now() - timedelta(days=3)
    Alert.objects.update(created=asked)
    strict.post(link("confirm", alert))
    assert now_as(alert).told_until == asked


def test_confirming_twice_is_the_same_as_once(strict, alert):
    strict.post(link("confirm", alert))
    before = kept()
    assert "Your alert is on" in text_of(strict.post(link("confirm", alert)))
    assert kept() == before


def test_who_was_refused_meanwhile_confirms_once_more(strict, alert):
    strict.post(link("confirm", alert))
    alert.subscriber.refuse("552 5.2.2 Mailbox full")
    assert "Confirm your alert" in text_of(strict.get(link("confirm", alert)))
    assert "Your alert is on" in text_of(strict.post(link("confirm", alert)))
    assert now_as(alert).subscriber.refused_at is None


# Renewing


def test_a_button_renews_the_alert(strict, alert):
    alert.confirm()
    Alert.objects.update(renewal_asked_at=timezone.now())
    assert "Keep your alert?" in text_of(strict.get(link("renew", alert)))
    assert "Your alert goes on" in text_of(strict.post(link("renew", alert)))
    assert now_as(alert).renewed_at is not None
    assert now_as(alert).renewal_asked_at is None


def test_renewing_goes_on_with_an_alert_that_was_paused_because_nobody_answered(strict, alert):
    alert.confirm()
    alert.pause()
    strict.post(link("renew", alert))
    assert not now_as(alert).paused


# Unsubscribing


def test_a_button_ends_the_alert_and_with_the_last_one_the_subscriber_is_forgotten(strict, alert):
    second = make_alert(q="dispatcher")
    assert "Entry-level openings" in text_of(strict.get(link("unsubscribe", alert)))
    assert "The alert has ended" in text_of(strict.post(link("unsubscribe", alert)))
    assert list(Subscriber.objects.get().alerts.all()) == [second]
    strict.post(link("unsubscribe", second))
    assert kept() == [[], [], [], []]


def test_a_mail_program_ends_it_with_one_click(strict, alert):
    """RFC 8058: a POST with this body, without cookies, redirects or questions."""
    response = strict.post(
        link("unsubscribe", alert),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 200
    assert not Alert.objects.exists()


def test_ending_it_again_says_that_it_has_ended(strict, alert):
    path = link("unsubscribe", alert)
    for _time in range(2):
        assert "nothing more is sent for it" in text_of(strict.post(path))
    assert "nothing more is sent for it" in text_of(strict.get(path))


# Managing


def press(client, subscriber, do, alert=None):
    return client.post(link("manage", subscriber), {"do": do} | ({"alert": alert.key} if alert else {}))


def test_it_lists_all_alerts_of_the_subscriber_in_words_and_nobody_elses(strict, alert):
    department = make_department()
    make_alert(department=department, frequency="weekly")
    make_alert("john@example.com", q="dispatcher")
    page = strict.get(link("manage", alert.subscriber))
    assert "They go to jane@example.com." in text_of(page)
    assert dict(links(page))["New openings at the Westport Police Department, weekly"] == department.get_absolute_url()
    assert "Entry-level openings within 25 miles of Westport, CT, daily" in text_of(page)
    assert "Not confirmed" in text_of(page)
    assert "dispatcher" not in text_of(page)


def test_each_alert_is_confirmed_paused_resumed_and_sent_as_often_as_its_owner_wants(strict, alert):
    jane, other = alert.subscriber, make_alert(q="dispatcher")
    untouched = Alert.objects.values().get(pk=other.pk)
    press(strict, jane, "confirm", alert)
    assert now_as(alert).confirmed_at is not None
    assert "Paused: nothing is sent for it." in text_of(press(strict, jane, "pause", alert))
    assert now_as(alert).paused
    before = timezone.now()
    press(strict, jane, "resume", alert)
    assert not now_as(alert).paused
    assert now_as(alert).told_until >= before
    assert "Westport, CT, weekly" in text_of(press(strict, jane, "weekly", alert))
    press(strict, jane, "daily", alert)
    assert now_as(alert).frequency == "daily"
    assert Alert.objects.values().get(pk=other.pk) == untouched


def test_an_address_that_was_refused_is_tried_again_when_its_owner_says_so(strict, alert):
    jane = alert.subscriber
    for press_button in (lambda: press(strict, jane, "accept"), lambda: strict.post(link("confirm", alert))):
        Subscriber.objects.update(refused_at=timezone.now(), refusal="550 Who?")
        assert "Your mail server has refused a message of ours" in text_of(strict.get(link("manage", jane)))
        press_button()
        assert "refused" not in text_of(strict.get(link("manage", jane)))
        jane.refresh_from_db()
        assert (jane.refused_at, jane.refusal) == (None, "")


def test_one_alert_is_deleted_and_the_others_stay(strict, alert):
    other = make_alert(q="dispatcher")
    assert "The alert is deleted." in text_of(press(strict, alert.subscriber, "delete", alert))
    assert list(Alert.objects.all()) == [other]


def test_with_the_last_alert_the_address_goes_too(strict, alert):
    page = press(strict, alert.subscriber, "delete", alert)
    assert "We keep nothing of you." in text_of(page)
    assert kept() == [[], [], [], []]


def test_everything_is_deleted_completely_and_at_once(strict, alert):
    jane = alert.subscriber
    message = Message.objects.create(alert=alert, kind="digest", sent_at=timezone.now())
    Told.objects.create(subscriber=jane, message=message, job=make_job())
    make_alert(q="dispatcher")
    path = link("manage", jane)
    assert "All is deleted: your address, your alerts" in text_of(strict.post(path, {"do": "forget"}))
    assert kept() == [[], [], [], []]
    assert GONE in text_of(strict.get(path))


@pytest.mark.parametrize("do", ["pause", "delete", "weekly", "confirm"])
def test_nobody_reaches_another_subscribers_alert(strict, alert, do):
    john = make_alert("john@example.com").subscriber
    before = kept()
    assert press(strict, john, do, alert).status_code == 200
    assert kept() == before


@pytest.mark.parametrize("sent", [{}, {"do": "nonsense"}, {"do": "delete"}, {"do": "pause", "alert": "\0é"}])
def test_buttons_that_there_are_not_do_nothing(strict, alert, sent):
    before = kept()
    response = strict.post(link("manage", alert.subscriber), sent)
    assert response.status_code == 200
    assert "saved" not in text_of(response)
    assert kept() == before


def test_its_list_takes_as_many_queries_for_many_alerts_as_for_one(client, alert, django_assert_num_queries):
    path = link("manage", alert.subscriber)
    with django_assert_num_queries(2):
        client.get(path)
    for number in range(20):
        make_alert(department=make_department(f"Department {number}"))
    with django_assert_num_queries(2):
        client.get(path)
