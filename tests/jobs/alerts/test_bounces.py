"""``manage.py record_bounces``: addresses that take no e-mail are learnt from delivery reports, and nothing else is."""

import mailbox
from email import message_from_bytes, message_from_string
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
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
Subject: 1 new opening

--B--
"""
RECIPIENT = """\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
"""


def recipient(address=JANE, action="failed", status="5.1.1", said="550 5.1.1 <jane@example.com>: no such user"):
    return RECIPIENT.format(address=address, action=action, status=status, said=said)


def report(*recipients, message_id="<somebody@else>", returned="text/rfc822-headers", **values):
    recipients = "\n".join(recipients or [recipient(**values)])
    return REPORT.format(recipients=recipients, message_id=message_id, returned=returned)


def read(path):
    out = StringIO()
    call_command("record_bounces", str(path), stdout=out)
    return out.getvalue()


@pytest.fixture
def told_by(tmp_path):
    """``told_by(report)``: what the command says of a mailbox with this e-mail alone."""

    def told_by(letter):
        path = tmp_path / "report.eml"
        path.write_text(letter, errors="surrogateescape")
        return read(path)

    return told_by


def refused():
    return set(Subscriber.objects.exclude(refused_at=None).values_list("email", flat=True))


def test_an_address_that_does_not_exist_is_sent_nothing_more(told_by):
    make_alert()
    make_alert("joe@example.com")
    assert told_by(report()) == (
        "Read 1 e-mails: 1 recorded, 0 known already, 0 about addresses that have no alert, "
        "0 of delays or successes, 0 no delivery reports.\n"
    )
    assert refused() == {JANE}
    assert Subscriber.objects.get(email=JANE).refusal == "550 5.1.1 <jane@example.com>: no such user"
    assert "0 recorded, 1 known already" in told_by(report())


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_who_has_their_mail_forwarded_is_known_by_our_message(told_by, returned):
    message = Message.objects.create(alert=make_alert(), kind="digest")
    elsewhere = recipient("jane.doe@forwarded.example", said="552 5.2.2 Mailbox is full")
    told_by(report(elsewhere, message_id=f"<{message.key}@police.example.org>", returned=returned))
    assert refused() == {JANE}


@pytest.mark.parametrize("field", ["In-Reply-To: <{}@police.example.org>", "References: <x@y> <{}@police.example.org>"])
def test_our_message_may_be_named_in_the_reports_own_header(told_by, field):
    message = Message.objects.create(alert=make_alert(), kind="digest")
    told_by(field.format(message.key) + "\n" + report(address="elsewhere@example.net"))
    assert refused() == {JANE}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"status": "4.2.2", "action": "delayed"}, "1 of delays or successes"),
        ({"status": "4.4.1"}, "1 of delays or successes"),
        ({"status": "2.0.0", "action": "delivered"}, "1 of delays or successes"),
        ({"status": "2.0.0", "action": "relayed"}, "1 of delays or successes"),
        ({"status": "5.1.1", "action": "delayed"}, "1 of delays or successes"),
        ({"status": "nonsense"}, "1 of delays or successes"),
        ({"status": ""}, "1 of delays or successes"),
        ({"address": "stranger@example.com"}, "1 about addresses that have no alert"),
        ({"address": ""}, "1 about addresses that have no alert"),
    ],
    ids=str,
)
def test_what_is_not_final_or_about_strangers_changes_nothing(told_by, values, said):
    make_alert()
    assert said in told_by(report(**values))
    assert refused() == set()


def test_a_report_on_several_recipients_is_about_those_that_failed(told_by):
    for name in ("jane", "joe", "ann"):
        make_alert(f"{name}@example.com")
    told_by(
        report(
            recipient("joe@example.com"),
            recipient("ANN@EXAMPLE.COM"),
            recipient(JANE, status="2.0.0", action="relayed"),
        )
    )
    assert refused() == {"joe@example.com", "ann@example.com"}


GARBAGE = {
    "nothing": "",
    "no headers": "hello\nworld\n",
    "an answer": "From: jane@example.com\nSubject: Re: 1 new opening\n\nFinal-Recipient: rfc822; jane@example.com\n"
    "Action: failed\nStatus: 5.1.1\n",
    "an empty report": 'Content-Type: multipart/report; boundary="B"\n\n--B--\n',
    "a report without its boundary": "Content-Type: multipart/report\n\n" + recipient(),
    "a receipt": report().replace("message/delivery-status", "message/disposition-notification"),
    "cut off": report()[:420],
}


@pytest.mark.parametrize("letter", GARBAGE.values(), ids=GARBAGE)
def test_other_e_mail_is_counted_and_changes_nothing(told_by, letter):
    make_alert()
    assert "Read 1 e-mails: 0 recorded" in told_by(letter)
    assert refused() == set()


def test_what_no_database_takes_is_left_out(told_by):
    make_alert()
    told_by(report(said="550 \x00no\udcff such user"))
    assert refused() == {JANE}
    told_by(report(address="ja\x00ne@example.com"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, len(report())), what=st.binary(max_size=30), upto=st.integers(0, 200))
def test_no_report_however_damaged_makes_it_fail(tmp_path, where, what, upto):
    whole = report().encode()
    (tmp_path / "damaged.eml").write_bytes(whole[:where] + what + whole[where + upto :])
    assert "Read 1 e-mails" in read(tmp_path / "damaged.eml")


# Mailboxes


def fill(box):
    for address in ("jane@example.com", "joe@example.com"):
        box.add(message_from_string(report(address=address)))
    box.add(message_from_bytes(b"From: x@y.z\nSubject: Hello\n\nFrom here on\nnothing.\n"))
    box.close()


@pytest.mark.parametrize("kind", ["mbox", "Maildir", "files"])
def test_it_reads_mailboxes_of_every_kind_and_leaves_them_as_they_are(tmp_path, kind):
    make_alert()
    make_alert("joe@example.com")
    path = tmp_path / "box"
    if kind == "mbox":
        fill(mailbox.mbox(path))
    elif kind == "Maildir":
        fill(mailbox.Maildir(path))
    else:
        path.mkdir()
        for number, address in enumerate(("jane@example.com", "joe@example.com")):
            (path / f"{number}.eml").write_text(report(address=address))
        (path / "hello.eml").write_text("Subject: Hello\n\n")
        (path / "notes.txt").write_text(report())
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    assert "Read 3 e-mails: 2 recorded" in read(path)
    assert refused() == {"jane@example.com", "joe@example.com"}
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_an_empty_folder_has_no_e_mail(tmp_path):
    assert "Read 0 e-mails" in read(tmp_path)


def test_a_mailbox_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="nowhere cannot be read: No such file or directory"):
        read(tmp_path / "nowhere")


def test_every_kind_of_e_mail_is_counted_under_one_name():
    assert len({found.value for found in bounces.Found}) == len(bounces.Found)
