"""The text and the headers of alert emails."""

import re
from datetime import date, time, timedelta
from html.parser import HTMLParser

import pytest
from django.core.management import call_command

from departments.names import slug_of
from jobs.alerts import emails
from jobs.alerts.tokens import read_token
from jobs.models import Message, NotifiedOpening
from tests.factories import make_alert, make_department, make_job, yesterday
from tests.jobs.alerts.sending import send
from tests.mail_server import html_of, text_of

pytestmark = pytest.mark.django_db

SITE = "https://police.example.org"
WESTPORT = {"near": "Westport, CT", "latitude": 41.1434, "longitude": -73.3496, "miles": 25}


def sent(smtp, kind, *jobs, **values):
    """Send a message of this kind about these openings, and return the received email."""
    alert = make_alert(confirmed=kind != "confirm", **values)
    message = Message.objects.create(alert=alert, kind=kind)
    for job in jobs:
        NotifiedOpening.objects.create(subscriber=alert.subscriber, message=message, job=job, open_since=job.open_since)
    send()
    return smtp.messages[-1]


def tokens(message, purpose, part=text_of):
    """Return the keys in the tokens of all links for this purpose in a part of the email."""
    links = re.findall(rf"{SITE}/alerts/[^\s\"<>]*{purpose}[^\s\"<>]*", part(message))
    return {
        key
        for link in links
        for token in link.split("/")
        if ":" in token and (key := read_token(purpose, token.strip()))
    }


class Reader(HTMLParser):
    """The elements, texts and links of an HTML email."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.links = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.links += [value for name, value in attributes if name == "href"]

    def handle_data(self, data):
        self.texts.append(" ".join(data.split()))


def test_a_digest_lists_title_department_distance_pay_and_deadline(smtp):
    near = make_department("Norwalk Police Department", city="Norwalk", at=(41.1177, -73.4082))
    job = make_job(
        near, title="Patrol Officer", pay_min=64_500, pay_max=81_250, closes_on=date(2099, 12, 5), closes_time=time(16)
    )
    other = make_job(make_department("Far Police", city="", state="NY", at=(42.0, -73.3)), title="Clerk")
    message = sent(smtp, "digest", other, job, **WESTPORT)
    text = text_of(message)
    assert text.index("Patrol Officer") < text.index("Clerk")  # the nearer first
    for words in (
        "Patrol Officer",
        "Norwalk Police Department, Norwalk, CT (4 miles)",
        "$64,500 to $81,250 a year",
        "closes December 5, 2099, 4:00 PM EST",
        f"{SITE}{job.get_absolute_url()}",
        "Far Police, New York (59 miles)",
        "open until filled",
    ):
        assert words in text
    page = Reader(html_of(message))
    assert {"Patrol Officer", "Norwalk Police Department, Norwalk, CT · 4 miles"} <= set(page.texts)
    assert "$64,500 to $81,250 a year · closes December 5, 2099, 4:00 PM EST" in page.texts
    assert f"{SITE}{job.get_absolute_url()}" in page.links
    assert "2 new jobs" in message["Subject"] and "2 new jobs" in text


def test_openings_without_a_location_come_last(smtp):
    lost, placed = make_job(make_department("Lost", city="")), make_job(make_department("Placed", at=(41.2, -73.3)))
    text = text_of(sent(smtp, "digest", lost, placed, **WESTPORT))
    assert text.index("Placed") < text.index("Lost")


@pytest.mark.parametrize("place", [{}, WESTPORT])
def test_openings_with_the_keywords_in_their_titles_come_first(smtp, place):
    other = make_job(make_department("Near", at=(41.14, -73.35)), description="A diver.")
    titled = make_job(make_department("Far", at=(41.2, -73.3)), "Diver", opens_on=yesterday() - timedelta(days=30))
    text = text_of(sent(smtp, "digest", other, titled, q="diver", **place))
    assert text.index("Far") < text.index("Near")


def test_a_full_digest_says_that_there_may_be_more_jobs(smtp):
    department = make_department()
    jobs = [make_job(department) for _number in range(emails.MAX_OPENINGS)]
    assert "There may be more new jobs" in text_of(sent(smtp, "digest", *jobs))
    assert "There may be more new jobs" not in text_of(sent(smtp, "digest", make_job(), email="joe@example.com"))


@pytest.mark.parametrize("kind", ["confirm", "digest", "renew"])
def test_every_email_has_a_text_part_and_an_html_part_with_the_same_links(smtp, kind):
    message = sent(smtp, kind, make_job())
    [row] = Message.objects.all()
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Message-ID"] == f"<{row.key}@police.example.org>"
    assert message["From"] == "PoliceApp <alerts@police.example.org>"
    assert message["To"] == "jane@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] and message["Subject"]
    links = Reader(html_of(message)).links
    text = text_of(message)
    assert links and all(link.startswith(SITE) for link in links)
    assert {link.rpartition(":")[0] for link in links} <= {
        word.rpartition(":")[0] for word in text.split() if word.startswith(SITE)
    }
    assert "{{" not in text + html_of(message) and "&amp;" not in text and "&#" not in text


def test_a_confirmation_request_has_its_link_and_explains_what_to_do_about_a_mistake(smtp):
    message = sent(smtp, "confirm", state="CT", pay=60_000)
    alert = Message.objects.get().alert
    assert tokens(message, "confirm") == tokens(message, "confirm", html_of) == {alert.key}
    assert "Didn't ask" in text_of(message)
    assert "Jobs in Connecticut, paying at least $60,000 a year, daily" in text_of(message)
    # An unconfirmed address has nothing to unsubscribe from.
    assert message["List-Unsubscribe"] is None


STRANGERS_WORDS = "URGENT: your police record was accessed. Verify at https://evil.example"


@pytest.mark.parametrize("confirmed", [False, True])
def test_an_email_that_anybody_can_request_quotes_no_keywords(smtp, confirmed):
    alert = make_alert(confirmed=confirmed, q=STRANGERS_WORDS, state="CT")
    alert.messages.create(kind="confirm")
    send()
    [message] = smtp.messages
    whole = str(message) + text_of(message) + html_of(message)
    assert not re.search("urgent|accessed|evil", whole, flags=re.IGNORECASE)
    for part in (text_of, html_of):
        assert "Jobs matching your keywords in Connecticut, daily" in part(message)


def test_signing_up_again_sends_an_email_that_says_the_alert_already_exists(smtp):
    alert = make_alert()
    alert.messages.create(kind="confirm")
    send()
    [message] = smtp.messages
    assert "already" in message["Subject"] and "already" in text_of(message) and "already" in html_of(message)
    assert tokens(message, "manage") == tokens(message, "manage", html_of) == {alert.subscriber.key}
    assert not tokens(message, "confirm") | tokens(message, "confirm", html_of)


@pytest.mark.parametrize("kind", ["digest", "renew"])
def test_a_subscriber_can_unsubscribe_with_one_click_or_manage_all_alerts(smtp, kind):
    message = sent(smtp, kind, make_job())
    alert = Message.objects.get().alert
    address = message["List-Unsubscribe"].strip()
    assert re.fullmatch(rf"<{SITE}/alerts/\S+>", address)
    assert address.strip("<>") in text_of(message)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in (text_of, html_of):
        assert tokens(message, "unsubscribe", part) == {alert.key}
        assert tokens(message, "manage", part) == {alert.subscriber.key}
        assert "because you signed up" in part(message)


@pytest.mark.parametrize("name", ["Police, Jobs & Alerts" * 9, "Policía y 警察" * 15], ids=["ascii", "unicode"])
@pytest.mark.parametrize("kind", ["confirm", "digest", "renew"])
def test_no_line_of_a_header_is_empty_or_too_long(smtp, settings, kind, name):
    """Some programs read only the first line of a header, such as List-Unsubscribe."""
    settings.SITE_URL = f"https://{'long-name.' * 10}example.org"
    settings.DEFAULT_FROM_EMAIL = f'"{name}" <alerts@{"long-name." * 10}example.org>'
    long = make_department("Año Nuevo " * 15)
    sent(smtp, kind, make_job(long), email=f"{'a' * 64}@{'b' * 60}.example.org", department=long)
    headers = smtp.contents[-1].partition(b"\r\n\r\n")[0].split(b"\r\n")
    for line in headers:
        assert line[:1] in b" \t" or re.match(rb"[\w-]+: *\S", line), line
        assert line.isascii() and len(line) <= emails.MAX_LINE_LENGTH
    unsubscribe = [line for line in headers if line.startswith(b"List-Unsubscribe:")]
    assert len(unsubscribe) == (kind != "confirm")
    assert all(re.fullmatch(rb"List-Unsubscribe: <https://\S+>", line) for line in unsubscribe)
    # Python's parser adds spaces between encoded words.
    shown = smtp.messages[-1]["From"].addresses[0].display_name
    assert shown.replace(" ", "") == name.replace(" ", "")


def test_a_renewal_request_says_what_happens_without_an_answer(smtp):
    message = sent(smtp, "renew")
    assert tokens(message, "renew") == tokens(message, "renew", html_of) == {Message.objects.get().alert.key}
    assert "we pause this alert in 30 days" in text_of(message) and "we pause this alert in 30 days" in html_of(message)


HOSTILE = "Chief\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script> & \u202eevil\x00\u2028 {{ site }}"


def test_hostile_names_cannot_inject_headers_or_markup(smtp, monkeypatch):
    department = make_department("Town\nX-Evil: 1\n<img src=x onerror=alert(1)>", city="A\nTo: b@c.d")
    job = make_job(department, title="placeholder")
    title = HOSTILE.replace("\x00", "")  # which PostgreSQL rejects
    type(job).objects.filter(pk=job.pk).update(title=title, slug=slug_of(title, ""))
    monkeypatch.setattr("jobs.models.Alert.describe", lambda alert: f"Jobs\r\nCc: x@y.z\r\n\r\n{HOSTILE}")
    message = sent(smtp, "digest", job)
    assert {name.lower() for name in message.keys()} == {
        "content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted",
        "list-unsubscribe", "list-unsubscribe-post",
    }  # fmt: skip
    assert "\n" not in message["Subject"] and "Bcc" in message["Subject"]
    page = Reader(html_of(message))
    assert "script" not in page.elements and "img" not in page.elements
    assert "Chief Bcc: victim@example.org <script>alert(1)</script> & evil {{ site }}" in page.texts
    text = text_of(message)
    assert "* Chief Bcc: victim@example.org <script>alert(1)</script> & evil {{ site }}\n" in text
    assert "Town X-Evil: 1 <img src=x onerror=alert(1)>, A To: b@c.d, CT\n" in text


def test_a_long_subject_is_truncated(smtp, monkeypatch):
    monkeypatch.setattr("jobs.models.Alert.describe", lambda alert: "Jobs " * 100)
    assert len(sent(smtp, "digest", make_job())["Subject"]) <= 150


def test_non_ascii_text_arrives_unchanged(smtp):
    department = make_department("Año Nuevo Polizei 警察", city="Cañon City")
    message = sent(smtp, "digest", make_job(department, title="Détective"))
    assert "Détective" in text_of(message) and "警察" in html_of(message)


def test_the_console_backend_shows_the_email(settings, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    Message.objects.create(alert=make_alert(confirmed=False), kind="confirm")
    call_command("send_mail", once=True)
    output = capsys.readouterr().out
    assert "Subject: Confirm your police job alert" in output and "1 sent" in output
