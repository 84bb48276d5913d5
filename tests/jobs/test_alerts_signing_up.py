"""``/alerts/new/``: what it says it will send, what it keeps, and that it tells nobody who is known."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Department
from jobs import outbox
from jobs.alert_forms import MAILS, SIGN_UPS, stamp
from jobs.models import Alert, Job, Message, Subscriber
from tests.factories import form_of, make_alert, make_department, make_job, text_of, yesterday
from tests.jobs.alerts import EMAIL, FORM, WESTPORT, sign_up
from tests.jobs.pages import html_of, links

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def delivered(monkeypatch):
    """The messages that were to be sent at once."""
    messages = []
    monkeypatch.setattr(outbox, "deliver", messages.append)
    return messages


def kept():
    """All that is kept of anybody."""
    return [list(model.objects.order_by("pk").values()) for model in (Subscriber, Alert, Message)]


# What it is for


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "You will be told of: Openings "),
        (WESTPORT, "You will be told of: Entry-level openings within 25 miles of Westport, CT 06880 "),
        ("q=06880", "You will be told of: Openings within 25 miles of Westport, CT 06880 "),
        ("q=Norwalk", "You will be told of: Openings within 25 miles of Norwalk, CT "),
        ("near=Norwalk&within=any", "You will be told of: Openings at any distance from Norwalk, CT "),
        ("q=night shift&pay=$60,000", "Openings matching “night shift”, paying at least $60,000 a year "),
        ("state=CT&sort=pay&page=3", "You will be told of: Openings in Connecticut "),
        ("near=41.14,-73.35", "You will be told of: Openings within 25 miles of 41.14, -73.35 "),
    ],
)
def test_it_says_in_words_what_will_be_sent_for_a_search(client, places, query, said):
    assert said in text_of(client.get(f"{FORM}?{query}")) + " "


def test_it_says_in_words_what_will_be_sent_for_a_department(client):
    department = make_department()
    page = text_of(client.get(f"{FORM}?department={department.pk}"))
    assert "You will be told of: New openings at the Westport Police Department" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("near=Atlantis", "Near: We don't know “Atlantis”."),
        ("pay=plenty", "Minimum yearly pay: Enter a whole number."),
        ("kind=wizard", "Job type: Select a valid choice."),
        ("department=999999", "Department: We don't know this department."),
        ("department=nonsense", "Department: We don't know this department."),
    ],
)
def test_what_cannot_be_searched_for_is_said_and_no_address_is_asked_for(client, places, query, said):
    response = client.get(f"{FORM}?{query}")
    assert said in text_of(response)
    assert 'name="email"' not in html_of(response)
    assert ("Search all openings", "/jobs/") in links(response)


def test_a_draft_cannot_be_followed(client):
    draft = make_department(status=Department.Status.DRAFT)
    assert "We don't know this department." in text_of(client.get(f"{FORM}?department={draft.pk}"))


def test_one_of_several_places_of_a_name_is_chosen_first(client, places):
    chosen = dict(links(client.get(f"{FORM}?near=Springfield&kind=lateral")))["Springfield, Hampden County, MA"]
    page = text_of(client.get(f"{FORM}{chosen}"))
    assert "Openings for lateral or certified officers within 25 miles of Springfield, MA" in page


def test_the_search_leads_to_it_with_its_own_values(client, places):
    make_job(make_department(at=(41.14, -73.35)), kind="entry_level")
    page = client.get(f"/jobs/?{WESTPORT}&sort=pay")
    assert dict(links(page))["Email me new jobs like these"] == f"{FORM}?{WESTPORT}"


@pytest.mark.parametrize("query", ["q=astronaut", "near=06880&within=10&q=astronaut", "state=AK&within=25"])
def test_every_search_that_finds_nothing_leads_to_it_too(client, places, query):
    page = client.get(f"/jobs/?{query}")
    address = dict(links(page))["Email me when there is one"]
    assert "You will be told of:" in text_of(client.get(address))


@pytest.mark.parametrize("values", [{"closes_on": yesterday()}, {"status": Job.Status.WITHDRAWN}])
def test_a_department_and_an_opening_that_is_over_lead_to_it(client, values):
    job = make_job(**values)
    for page in (client.get(job.department.get_absolute_url()), client.get(job.get_absolute_url())):
        assert ("Email me when this department is hiring", f"{FORM}?department={job.department.pk}") in links(page)


# Signing up


def test_signing_up_keeps_the_address_the_search_and_one_message_to_confirm_it(client, places, delivered):
    assert "A message is on its way to jane@example.com." in text_of(sign_up(client, frequency="weekly"))
    alert = Alert.objects.get()
    assert alert.subscriber.email == EMAIL
    assert {name: getattr(alert, name) for name in Alert.ASKED} == {
        "department": None,
        "q": "",
        "near": "Westport, CT 06880",
        "latitude": 41.1434,
        "longitude": -73.3496,
        "miles": 25,
        "kind": "entry_level",
        "pay": None,
        "state": "",
    }
    assert (alert.frequency, alert.confirmed_at, alert.told_until) == ("weekly", None, None)
    assert delivered == [Message.objects.get(alert=alert, kind="confirm")]


def test_a_department_is_followed(client, delivered):
    department = make_department()
    sign_up(client, f"department={department.pk}")
    assert Alert.objects.get().department == department
    assert len(delivered) == 1


@pytest.mark.parametrize("typed", ["JANE@Example.com", "  jane@example.com "])
def test_an_address_is_one_however_it_is_typed(client, places, typed):
    sign_up(client)
    sign_up(client, email=typed)
    assert Subscriber.objects.get().email == EMAIL
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "jane", "jane@", "jane@example.com\nBcc: x@example.com", "a" * 250 + "@x.com"])
def test_what_is_no_address_is_said_beside_the_field(client, places, delivered, typed):
    response = sign_up(client, email=typed, frequency="weekly")
    assert 'id="email_error"' in html_of(response)
    assert '<option value="weekly" selected>' in html_of(response)
    assert not Subscriber.objects.exists() and not delivered


def test_the_same_answer_comes_whether_the_address_is_known_confirmed_refused_or_not(client, places, delivered):
    unknown = sign_up(client)
    pending = sign_up(client)
    Alert.objects.get().confirm()
    confirmed = sign_up(client)
    Subscriber.objects.update(refused_at=timezone.now(), refusal="550")
    refused = sign_up(client)
    answers = [unknown, pending, confirmed, refused]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, unknown.content)}
    own = {"Expires", "X-Request-ID"}  # of each answer
    headers = [{name: value for name, value in answer.headers.items() if name not in own} for answer in answers]
    assert headers == [headers[0]] * 4
    assert len(delivered) == 4


def test_signing_up_again_keeps_one_alert_and_one_waiting_request(client, places):
    sign_up(client)
    sign_up(client, frequency="weekly")
    assert Alert.objects.get().frequency == "weekly"
    assert Message.objects.count() == 1
    Message.objects.update(sent_at=timezone.now())
    sign_up(client)
    assert Message.objects.filter(sent_at=None).count() == 1


def test_another_search_is_another_alert_of_the_same_subscriber(client, places):
    sign_up(client)
    sign_up(client, "q=dispatcher")
    assert Subscriber.objects.get().alerts.count() == 2


def test_nobody_can_change_an_alert_that_is_confirmed_by_typing_its_address(client, places):
    sign_up(client)
    Alert.objects.get().confirm()
    before = Alert.objects.values().get()
    sign_up(client, frequency="weekly")
    assert Alert.objects.values().get() == before


def test_what_nobody_confirms_is_deleted_after_a_week(client, places):
    sign_up(client)
    make_alert("john@example.com")
    eight_days_ago = timezone.now() - timedelta(days=8)
    for model in (Subscriber, Alert, Message):
        model.objects.update(created=eight_days_ago)
    sign_up(client, email="new@example.com")
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"john@example.com", "new@example.com"}
    assert Alert.objects.count() == 2


# Machines


def test_who_fills_the_field_that_nobody_sees_gets_the_usual_answer_and_nothing_is_kept(client, places, delivered):
    answer = sign_up(client, homepage="https://spam.example/")
    assert kept() == [[], [], []] and not delivered
    assert answer.content == sign_up(client).content


def test_people_neither_see_nor_reach_the_field_for_machines(client):
    html = html_of(client.get(FORM))
    assert '<div class="honey">' in html
    assert 'name="homepage" autocomplete="off" tabindex="-1"' in html


@pytest.mark.parametrize("seconds", [0, 1, -60])
def test_a_form_that_comes_too_quickly_is_asked_for_once_more(client, places, delivered, seconds):
    response = sign_up(client, seconds=seconds)
    assert "That was quick. Please press the button once more." in text_of(response)
    assert f'value="{EMAIL}"' in html_of(response)
    assert kept() == [[], [], []] and not delivered


def test_pressing_once_more_after_a_moment_is_enough(client, places):
    """The form that comes back counts from when the first one was shown."""
    shown = stamp(timezone.now() - timedelta(seconds=1))
    assert form_of(sign_up(client, shown=shown))["shown"] == shown


@pytest.mark.parametrize("shown", ["", "forged", "1", "x:y:z"])
def test_a_form_without_its_time_is_asked_for_again_with_what_was_typed(client, places, delivered, shown):
    response = sign_up(client, shown=shown)
    assert "Please press the button again." in text_of(response)
    assert form_of(response)["email"] == EMAIL
    assert form_of(response)["shown"] != shown
    assert kept() == [[], [], []] and not delivered


def test_a_form_that_was_open_for_days_is_asked_for_again(client, places, delivered):
    assert "Please press the button again." in text_of(sign_up(client, seconds=3 * 24 * 3600))
    assert not delivered
    sign_up(client, seconds=23 * 3600)
    assert len(delivered) == 1


# Limits


def test_one_address_gets_only_so_many_messages_and_nobody_learns_of_it(client, places, delivered):
    answers = [sign_up(client, f"q={number}") for number in range(MAILS.most + 3)]
    assert len(delivered) == Alert.objects.count() == MAILS.most
    assert {answer.status_code for answer in answers} == {200}
    assert "A message is on its way" in text_of(answers[-1])
    assert f"One address gets at most {MAILS.most} of these messages a day." in text_of(answers[0])
    sign_up(client, email="john@example.com")
    assert len(delivered) == MAILS.most + 1


def test_one_client_signs_up_only_so_often_and_loses_nothing_that_it_typed(places, delivered):
    client = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(SIGN_UPS.most):
        assert sign_up(client, email=f"{number}@example.com").status_code == 200
    response = sign_up(client, frequency="weekly")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= SIGN_UPS.seconds
    assert "Nothing is lost: keep this page open and press the button again in an hour" in text_of(response)
    assert (form_of(response)["email"], form_of(response)["frequency"]) == (EMAIL, "weekly")
    assert len(delivered) == Subscriber.objects.count() == SIGN_UPS.most
    assert sign_up(Client(REMOTE_ADDR="203.0.113.8")).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_forged_header_does_not_make_another_client(places, header):
    for number in range(SIGN_UPS.most + 1):
        client = Client(headers={header: f"198.51.100.{number}"})
        status = sign_up(client, email=f"{number}@example.com").status_code
    assert status == 429


def test_who_is_behind_the_sites_own_proxy_is_told_apart(places, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for number in range(SIGN_UPS.most + 1):
        forwarded = {"X-Forwarded-For": f"10.9.9.9, 203.0.113.{number}"}
        client = Client(REMOTE_ADDR="10.0.0.1", headers=forwarded)
        assert sign_up(client, email=f"{number}@example.com").status_code == 200
    for number in range(SIGN_UPS.most):
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.99"})
        sign_up(client, email=f"again{number}@example.com")
    assert sign_up(client).status_code == 429


# The page


def test_it_alone_sets_a_cookie_and_is_kept_by_nobody(client, places):
    response = client.get(f"{FORM}?{WESTPORT}")
    assert list(response.cookies) == ["csrftoken"]
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in html_of(response)


def test_a_form_that_another_site_sends_is_refused(places, delivered):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FORM, {"email": EMAIL, "frequency": "daily"}).status_code == 403
    assert sign_up(strict).status_code == 200
    assert len(delivered) == 1


def test_it_says_what_is_kept_and_how_to_be_rid_of_it(client):
    page = text_of(client.get(FORM))
    assert "We keep your e-mail address, what you asked for and what we sent you, for nothing else" in page
    assert "the button that deletes it all at once, and what you don't confirm is deleted after a week." in page
