"""Sign up at /alerts/new/: the described alert, the stored data, the limits and the protection from bots."""

from datetime import timedelta

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from departments.models import Department
from jobs.alerts.forms import EMAILS_PER_ADDRESS, SIGN_UPS_PER_CLIENT
from jobs.models import Alert, Job, Message, Subscriber
from policeapp.web.spam import sign_time
from tests.factories import form_of, make_alert, make_department, make_job, text_of, yesterday
from tests.jobs.alerts.helpers import EMAIL, FORM, WESTPORT, sign_up
from tests.jobs.pages import html_of, links

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def requested():
    """The messages that were written to the outbox, with those that a later one replaced."""
    messages = []

    def add(instance, created, **_values):
        messages.append(instance)

    post_save.connect(add, sender=Message)
    yield messages
    post_save.disconnect(add, sender=Message)


def stored():
    """Return everything that is stored about subscribers."""
    return [list(model.objects.order_by("pk").values()) for model in (Subscriber, Alert, Message)]


# The alert


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "Your alert: All jobs "),
        (WESTPORT, "Your alert: Entry-level jobs within 25 miles of Westport, CT 06880 "),
        ("q=06880", "Your alert: Jobs within 25 miles of Westport, CT 06880 "),
        ("q=Norwalk", "Your alert: Jobs within 25 miles of Norwalk, CT "),
        ("near=Norwalk&within=any", "Your alert: Jobs at any distance from Norwalk, CT "),
        ("q=night shift&pay=$60,000", "Jobs matching “night shift”, paying at least $60,000 a year "),
        ("state=CT&sort=pay&page=3", "Your alert: Jobs in Connecticut "),
        ("near=41.14,-73.35", "Your alert: Jobs within 25 miles of 41.14, -73.35 "),
    ],
)
def test_it_describes_the_alert_for_a_search(client, places, query, text):
    assert text in text_of(client.get(f"{FORM}?{query}")) + " "


def test_it_describes_the_alert_for_a_department(client):
    department = make_department()
    page = text_of(client.get(f"{FORM}?department={department.pk}"))
    assert "Your alert: New jobs at the Westport Police Department" in page


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("near=Atlantis", "We don't know “Atlantis”."),
        ("pay=plenty", "Enter a whole number."),
        ("kind=wizard", "Select a valid choice."),
        ("department=999999", "Department: We don't know this department."),
        ("department=nonsense", "Department: We don't know this department."),
    ],
)
def test_an_invalid_search_shows_its_errors_and_no_form(client, places, query, text):
    response = client.get(f"{FORM}?{query}")
    assert text in text_of(response)
    assert 'name="email"' not in html_of(response)
    assert ("Search all jobs", "/jobs/") in links(response)


def test_a_draft_department_cannot_have_alerts(client):
    draft = make_department(status=Department.Status.DRAFT)
    assert "We don't know this department." in text_of(client.get(f"{FORM}?department={draft.pk}"))


def test_a_visitor_chooses_among_several_places_of_a_name(client, places):
    chosen = dict(links(client.get(f"{FORM}?near=Springfield&kind=lateral")))["Springfield, Hampden County, MA"]
    page = text_of(client.get(f"{FORM}{chosen}"))
    assert "Jobs for lateral or certified officers within 25 miles of Springfield, MA" in page


def test_the_search_links_to_it_with_the_same_filters(client, places):
    make_job(make_department(at=(41.14, -73.35)), kind="entry_level")
    page = client.get(f"/jobs/?{WESTPORT}&sort=pay")
    assert dict(links(page))["Email me new jobs like these"] == f"{FORM}?{WESTPORT}"


@pytest.mark.parametrize("query", ["q=astronaut", "near=06880&within=10&q=astronaut", "state=AK&within=25"])
def test_a_search_without_results_links_to_it_too(client, places, query):
    page = client.get(f"/jobs/?{query}")
    url = dict(links(page))["Email me when there are new jobs"]
    assert "Your alert:" in text_of(client.get(url))


@pytest.mark.parametrize("values", [{"closes_on": yesterday()}, {"status": Job.Status.WITHDRAWN}])
def test_departments_and_closed_openings_link_to_it(client, values):
    job = make_job(**values)
    for page in (client.get(job.department.get_absolute_url()), client.get(job.get_absolute_url())):
        assert ("Email me when this department is hiring", f"{FORM}?department={job.department.pk}") in links(page)


# Signing up


def test_signing_up_stores_the_address_the_filters_and_one_confirmation_request(client, places, requested):
    assert "We're sending an email to jane@example.com." in text_of(sign_up(client, frequency="weekly"))
    alert = Alert.objects.get()
    assert alert.subscriber.email == EMAIL
    assert {name: getattr(alert, name) for name in Alert.SEARCH_FIELDS} == {
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
    assert (alert.frequency, alert.confirmed_at, alert.notified_until) == ("weekly", None, None)
    assert requested == [Message.objects.get(alert=alert, kind="confirm")]


def test_signing_up_for_a_department(client, requested):
    department = make_department()
    sign_up(client, f"department={department.pk}")
    assert Alert.objects.get().department == department
    assert len(requested) == 1


@pytest.mark.parametrize("typed", ["JANE@Example.com", "  jane@example.com "])
def test_case_and_spaces_do_not_make_another_address(client, places, typed):
    sign_up(client)
    sign_up(client, email=typed)
    assert Subscriber.objects.get().email == EMAIL
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        *("", "jane", "jane@", "jane@example.com\nBcc: x@example.com", "a" * 250 + "@x.com"),
        *("root@localhost", "victim@[127.0.0.1]", '"jane"@example.com', "ja\xadne@example.com", "jane@city.local"),
        *("alerts@police.example.org", "ALERTS+jane@police.example.org", "mailer-daemon@police.example.org"),
    ],
)
def test_an_invalid_address_shows_an_error_beside_the_field(client, places, requested, typed):
    response = sign_up(client, email=typed, frequency="weekly")
    assert 'id="email_error"' in html_of(response)
    assert '<option value="weekly" selected>' in html_of(response)
    assert not Subscriber.objects.exists() and not requested


def test_the_response_does_not_reveal_whether_an_address_is_known_confirmed_or_refused(client, places, requested):
    unknown = sign_up(client)
    pending = sign_up(client)
    Alert.objects.get().confirm()
    confirmed = sign_up(client)
    Subscriber.objects.update(refused_at=timezone.now(), refusal="550")
    refused = sign_up(client)
    answers = [unknown, pending, confirmed, refused]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, unknown.content)}
    own = {"Expires", "X-Request-ID"}  # differ for each response
    headers = [{name: value for name, value in answer.headers.items() if name not in own} for answer in answers]
    assert headers == [headers[0]] * 4
    assert len(requested) == 4


def test_signing_up_again_leaves_one_alert_and_one_waiting_request(client, places):
    sign_up(client)
    sign_up(client, frequency="weekly")
    assert Alert.objects.get().frequency == "weekly"
    assert Message.objects.count() == 1
    Message.objects.update(sent_at=timezone.now())
    sign_up(client)
    assert Message.objects.filter(sent_at=None).count() == 1


def test_another_search_creates_another_alert_of_the_same_subscriber(client, places):
    sign_up(client)
    sign_up(client, "q=dispatcher")
    assert Subscriber.objects.get().alerts.count() == 2


def test_signing_up_again_does_not_change_a_confirmed_alert(client, places):
    sign_up(client)
    Alert.objects.get().confirm()
    before = Alert.objects.values().get()
    sign_up(client, frequency="weekly")
    assert Alert.objects.values().get() == before


def test_signing_up_deletes_alerts_that_stay_unconfirmed_for_a_week(client, places):
    sign_up(client)
    make_alert("john@example.com")
    eight_days_ago = timezone.now() - timedelta(days=8)
    for model in (Subscriber, Alert, Message):
        model.objects.update(created=eight_days_ago)
    sign_up(client, email="new@example.com")
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"john@example.com", "new@example.com"}
    assert Alert.objects.count() == 2


# Bots


def test_filling_the_honeypot_gives_the_usual_response_and_stores_nothing(client, places, requested):
    answer = sign_up(client, homepage="https://spam.example/")
    assert stored() == [[], [], []] and not requested
    assert answer.content == sign_up(client).content


def test_the_honeypot_is_hidden_and_not_in_the_tab_order(client):
    html = html_of(client.get(FORM))
    assert '<div class="honey">' in html
    assert 'name="homepage" autocomplete="off" tabindex="-1"' in html


@pytest.mark.parametrize("seconds", [0, 1, -60])
def test_a_form_that_is_sent_too_quickly_must_be_sent_again(client, places, requested, seconds):
    response = sign_up(client, seconds=seconds)
    assert "That was quick. Please press the button again." in text_of(response)
    assert f'value="{EMAIL}"' in html_of(response)
    assert stored() == [[], [], []] and not requested


def test_sending_it_again_a_moment_later_is_enough(client, places):
    """The returned form keeps the time at which the first one was shown."""
    shown = sign_time(timezone.now() - timedelta(seconds=1))
    assert form_of(sign_up(client, shown=shown))["shown"] == shown


@pytest.mark.parametrize("shown", ["", "forged", "1", "x:y:z"])
def test_a_form_without_a_valid_time_must_be_sent_again_and_keeps_its_values(client, places, requested, shown):
    response = sign_up(client, shown=shown)
    assert "Please press the button again." in text_of(response)
    assert form_of(response)["email"] == EMAIL
    assert form_of(response)["shown"] != shown
    assert stored() == [[], [], []] and not requested


def test_a_form_that_was_open_for_days_must_be_sent_again(client, places, requested):
    assert "Please press the button again." in text_of(sign_up(client, seconds=3 * 24 * 3600))
    assert not requested
    sign_up(client, seconds=23 * 3600)
    assert len(requested) == 1


# Limits


def test_the_number_of_emails_to_an_address_is_limited_and_the_response_does_not_reveal_it(client, places, requested):
    answers = [sign_up(client, f"q={number}") for number in range(EMAILS_PER_ADDRESS.most + 3)]
    assert len(requested) == Alert.objects.count() == EMAILS_PER_ADDRESS.most
    assert {answer.status_code for answer in answers} == {200}
    assert "We're sending an email" in text_of(answers[-1])
    assert f"We send at most {EMAILS_PER_ADDRESS.most} of these emails a day to one address." in text_of(answers[0])
    sign_up(client, email="john@example.com")
    assert len(requested) == EMAILS_PER_ADDRESS.most + 1


def test_aliases_of_an_address_share_its_limit(client, places, requested):
    for number in range(EMAILS_PER_ADDRESS.most):
        sign_up(client, f"q={number}")
    for typed in ("jane+1@example.com", "JANE@EXAMPLE.COM", "j.ane@example.com", "jane@exam\xadple.com"):
        assert "We're sending an email" in text_of(sign_up(client, "q=more", email=typed))
    assert len(requested) == Message.objects.count() == EMAILS_PER_ADDRESS.most


def test_an_alert_goes_to_the_normalized_address_with_its_tag(client, places):
    page = sign_up(client, email="Jane+Police@exam\xadple.COM")
    assert "We're sending an email to jane+police@example.com." in text_of(page)
    assert Subscriber.objects.get().email == "jane+police@example.com"


def test_the_number_of_sign_ups_from_a_client_is_limited_and_the_form_keeps_its_values(places, requested):
    client = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(SIGN_UPS_PER_CLIENT.most):
        assert sign_up(client, email=f"{number}@example.com").status_code == 200
    response = sign_up(client, frequency="weekly")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= SIGN_UPS_PER_CLIENT.seconds
    assert "Nothing is lost. Keep this page open and press the button again in an hour." in text_of(response)
    assert (form_of(response)["email"], form_of(response)["frequency"]) == (EMAIL, "weekly")
    assert len(requested) == Subscriber.objects.count() == SIGN_UPS_PER_CLIENT.most
    assert sign_up(Client(REMOTE_ADDR="203.0.113.8")).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_forged_header_does_not_evade_the_limit(places, header):
    for number in range(SIGN_UPS_PER_CLIENT.most + 1):
        client = Client(headers={header: f"198.51.100.{number}"})
        status = sign_up(client, email=f"{number}@example.com").status_code
    assert status == 429


def test_clients_behind_a_trusted_proxy_have_separate_limits(places, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for number in range(SIGN_UPS_PER_CLIENT.most + 1):
        forwarded = {"X-Forwarded-For": f"10.9.9.9, 203.0.113.{number}"}
        client = Client(REMOTE_ADDR="10.0.0.1", headers=forwarded)
        assert sign_up(client, email=f"{number}@example.com").status_code == 200
    for number in range(SIGN_UPS_PER_CLIENT.most):
        client = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.99"})
        sign_up(client, email=f"again{number}@example.com")
    assert sign_up(client).status_code == 429


# The page


def test_it_sets_only_the_csrf_cookie_and_is_not_cached(client, places):
    response = client.get(f"{FORM}?{WESTPORT}")
    assert list(response.cookies) == ["csrftoken"]
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in html_of(response)


def test_a_form_from_another_site_is_rejected(places, requested):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FORM, {"email": EMAIL, "frequency": "daily"}).status_code == 403
    assert sign_up(strict).status_code == 200
    assert len(requested) == 1


def test_it_says_what_is_stored_and_how_to_delete_it(client):
    page = text_of(client.get(FORM))
    assert (
        "We store your email address, your alert and a record of what we sent you, and use them for nothing else."
        in page
    )
    assert "delete everything at once. If you don't confirm, we delete your data after a week." in page
