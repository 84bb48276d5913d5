"""`manage.py record_bounces` learns from delivery reports which addresses do not accept email."""

import mailbox
from email import message_from_bytes, message_from_string
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.alerts import bounces
from jobs.models import Message, Subscriber
from tests.factories import make_alert

pytestmark = pytest.mark.django_db

JANE = "jane@example.com"

REPORT = """\
From: MAILER-DAEMON@mail.example.net
To: alerts@police.example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.net
Arrival-Date: Mon, 23 Nov 2026 06:00:00 +0000

{recipients}

--B
Content-Type: {returned}

From: PoliceApp <alerts@police.example.org>
To: jane@example.com
Message-ID: {message_id}
Subject: 1 new job

--B--
"""
RECIPIENT = """\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {answer}
"""


def recipient(address=JANE, action="failed", status="5.1.1", answer="550 5.1.1 <jane@example.com>: no such user"):
    return RECIPIENT.format(address=address, action=action, status=status, answer=answer)


def report(*recipients, message_id="<somebody@else>", returned="text/rfc822-headers", **values):
    recipients = "\n".join(recipients or [recipient(**values)])
    return REPORT.format(recipients=recipients, message_id=message_id, returned=returned)


def make_message(email=JANE):
    """Create a message to this address, and return its Message-ID."""
    return f"<{make_alert(email).messages.create(kind='digest').key}@police.example.org>"


def read(path):
    out = StringIO()
    call_command("record_bounces", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def read_one(tmp_path):
    """`read_one(email)` returns the command's output for a mailbox with this one email."""

    def read_one(email):
        path = tmp_path / "report.eml"
        path.write_text(email, errors="surrogateescape")
        return read(path)

    return read_one


def refused():
    return set(Subscriber.objects.exclude(refused_at=None).values_list("email", flat=True))


def test_a_permanent_failure_is_recorded(read_one):
    message_id = make_message()
    make_message("joe@example.com")
    assert read_one(report(message_id=message_id)) == (
        "Read 1 email: 1 recorded, 0 already known, 0 not about our messages, "
        "0 about delays or successes, 0 not a delivery report, 0 too large or damaged.\n"
    )
    assert refused() == {JANE}
    assert Subscriber.objects.get(email=JANE).refusal == "550 5.1.1 <jane@example.com>: no such user"
    assert "0 recorded, 1 already known" in read_one(report(message_id=message_id))


def test_a_report_about_an_email_to_an_account_is_recorded(read_one):
    message = Message.objects.create(kind="account", recipient=JANE, content={"title": "x"})
    output = read_one(report(message_id=f"<{message.key}@police.example.org>"))
    message.refresh_from_db()
    assert "1 recorded" in output and message.abandoned_at and message.content == {} and refused() == set()


def test_an_old_report_counts_only_once(read_one):
    """Mailboxes are read again and again, and the owner may have received an email since."""
    message_id = make_message()
    read_one(report(message_id=message_id))
    Subscriber.objects.get().clear_refusal()
    assert "0 recorded, 1 already known" in read_one(report(message_id=message_id))
    assert refused() == set()
    assert "1 recorded" in read_one(report(message_id=make_message()))
    assert refused() == {JANE}


@pytest.mark.parametrize("message_id", ["<somebody@else>", f"<{'0' * 32}@police.example.org>", "<{id}@x>", "{key}", ""])
def test_a_report_without_the_message_id_of_an_email_of_ours_does_not_count(read_one, message_id):
    """Anybody can write a report about any address."""
    alert = make_alert()
    alert.messages.create(kind="digest")
    forged = report(message_id=message_id.format(id=alert.pk, key=alert.key))
    assert "1 not about our messages" in read_one(forged)
    assert refused() == set()


def test_a_report_about_an_email_of_ours_counts_for_nobody_else(read_one):
    """Somebody who got an email of ours may write a report about others."""
    make_message()
    read_one(report(recipient(JANE), recipient("joe@example.com"), message_id=make_message("joe@example.com")))
    assert refused() == {"joe@example.com"}


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_a_forwarded_email_is_recognized_by_its_message_id(read_one, returned):
    elsewhere = recipient("jane.doe@forwarded.example", answer="552 5.2.2 Mailbox is full")
    read_one(report(elsewhere, message_id=make_message(), returned=returned))
    assert refused() == {JANE}


@pytest.mark.parametrize("field", ["In-Reply-To: {}", "References: <x@y> {}", "References: <x@y>\n {}"])
def test_the_reports_own_headers_may_contain_our_message_id(read_one, field):
    read_one(field.format(make_message()) + "\n" + report(address="elsewhere@example.net"))
    assert refused() == {JANE}


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"status": "4.2.2", "action": "delayed"}, "1 about delays or successes"),
        ({"status": "4.4.1"}, "1 about delays or successes"),
        ({"status": "2.0.0", "action": "delivered"}, "1 about delays or successes"),
        ({"status": "2.0.0", "action": "relayed"}, "1 about delays or successes"),
        ({"status": "5.1.1", "action": "delayed"}, "1 about delays or successes"),
        ({"status": "nonsense"}, "1 about delays or successes"),
        ({"status": ""}, "1 about delays or successes"),
    ],
    ids=str,
)
def test_other_reports_change_nothing(read_one, values, count):
    assert count in read_one(report(message_id=make_message(), **values))
    assert refused() == set()


def test_a_report_counts_if_one_of_its_recipients_failed(read_one):
    """The address may lead to several mailboxes."""
    delivered = recipient("ann@example.com", status="2.0.0", action="relayed")
    read_one(report(delivered, recipient("ANN@example.net"), message_id=make_message()))
    assert refused() == {JANE}


GARBAGE = {
    "nothing": "",
    "no headers": "hello\nworld\n",
    "a reply": "From: jane@example.com\nSubject: Re: 1 new job\n\nFinal-Recipient: rfc822; jane@example.com\n"
    "Action: failed\nStatus: 5.1.1\n",
    "an empty report": 'Content-Type: multipart/report; boundary="B"\n\n--B--\n',
    "a report without its boundary": "Content-Type: multipart/report\n\n" + recipient(),
    "a receipt": report().replace("message/delivery-status", "message/disposition-notification"),
    "cut off": report()[:420],
}


@pytest.mark.parametrize("email", GARBAGE.values(), ids=GARBAGE)
def test_other_emails_are_counted_and_change_nothing(read_one, email):
    assert "Read 1 email: 0 recorded" in read_one(f"References: {make_message()}\n{email}")
    assert refused() == set()


def test_characters_that_databases_reject_are_removed(read_one):
    read_one(report(answer="550 \x00no\udcff such user", message_id=make_message()))
    assert refused() == {JANE}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, len(report())), what=st.binary(max_size=30), upto=st.integers(0, 200))
def test_damaged_reports_do_not_make_it_fail(tmp_path, where, what, upto):
    whole = report().encode()
    reference = f"References: {make_message()}\n".encode()
    (tmp_path / "damaged.eml").write_bytes(reference + whole[:where] + what + whole[where + upto :])
    assert "Read 1 email" in read(tmp_path / "damaged.eml")


# Emails that strangers send to end the run


def nested(message_id, parts=1500):
    start = f"References: {message_id}\n"
    return start + "".join(f'Content-Type: multipart/report; boundary="{n}"\n\n--{n}\n' for n in range(parts))


HOSTILE = {
    "nested parts": nested,
    "nested emails": lambda message_id: nested(message_id, 1) + "Content-Type: message/rfc822\n\n" * 9000,
    "too large": lambda message_id: report(message_id=message_id) + "x" * bounces.MAX_BYTES,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_an_email_that_cannot_be_read_does_not_stop_the_others(tmp_path, make, caplog):
    (tmp_path / "1.eml").write_text(make(make_message("joe@example.com")))
    (tmp_path / "2.eml").write_text(report(message_id=make_message()))
    for _run in range(2):
        assert "1 too large or damaged" in read(tmp_path)
    assert refused() == {JANE}
    assert "The email 1.eml could not be read" in caplog.text and "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "values",
    [
        {"address": "a" * 400_000 + "@example.com"},
        {"answer": "550 " + "no " * 100_000},
        {"message_id": f"<{'0' * 32}@x> " * 10_000},
    ],
    ids=["address", "answer", "Message-IDs"],
)
def test_values_of_any_length_are_read(tmp_path, values):
    whole = {"message_id": make_message()} | values
    (tmp_path / "1.eml").write_text(report(**whole))
    assert f"1 {'not about our messages' if 'message_id' in values else 'recorded'}" in read(tmp_path)


def test_the_run_stops_while_the_database_is_away(tmp_path, monkeypatch):
    """The reports stay in the mailbox for the next run."""

    def fail(content):
        raise OperationalError("the server is away")

    monkeypatch.setattr(bounces, "_find_message", fail)
    (tmp_path / "1.eml").write_text(report())
    with pytest.raises(OperationalError):
        read(tmp_path)


# Mailboxes


def fill(box):
    for address in ("jane@example.com", "joe@example.com"):
        box.add(message_from_string(report(message_id=make_message(address))))
    box.add(message_from_bytes(b"From: x@y.z\nSubject: Hello\n\nFrom here on\nnothing.\n"))
    box.close()


@pytest.mark.parametrize("kind", ["mbox", "Maildir", "files"])
def test_it_reads_every_type_of_mailbox_and_does_not_change_it(tmp_path, kind):
    path = tmp_path / "box"
    if kind == "mbox":
        fill(mailbox.mbox(path))
    elif kind == "Maildir":
        fill(mailbox.Maildir(path))
    else:
        path.mkdir()
        for number, address in enumerate(("jane@example.com", "joe@example.com")):
            (path / f"{number}.eml").write_text(report(message_id=make_message(address)))
        (path / "hello.eml").write_text("Subject: Hello\n\n")
        (path / "notes.txt").write_text(report())
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    assert "Read 3 emails: 2 recorded" in read(path)
    assert refused() == {"jane@example.com", "joe@example.com"}
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_it_reads_an_empty_folder(tmp_path):
    assert "Read 0 emails" in read(tmp_path)


def test_a_missing_mailbox_gives_an_error_message(tmp_path):
    with pytest.raises(CommandError, match="Cannot read .*nowhere: No such file or directory"):
        read(tmp_path / "nowhere")


def test_every_result_has_its_own_label():
    assert len({result.value for result in bounces.Result}) == len(bounces.Result)
