"""The worker of `manage.py send_mail` sends email while requests only write to the outbox."""

import signal
import subprocess
import sys
from threading import Event

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from jobs.alerts import outbox, worker
from jobs.models import Alert
from tests.factories import make_alert, make_job
from tests.mail_server import MailServer, SilentServer
from tests.processes import PRODUCTION, ROOT, environment, python
from tests.server import PATIENCE, migrated_database

from .helpers import sign_up
from .sending import JANE, JOE, send_and_fail, titles_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(settings):
    """A mail server that accepts connections and says nothing."""
    with SilentServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.1
        yield server


@pytest.fixture
def run(monkeypatch):
    """`run(*steps)` runs the worker, calls a step each time that it has nothing to do, and then stops it.

    Returns for how many seconds the worker would have waited each time.
    """

    def run(*steps):
        steps, waits = [*steps], []

        def wait(seconds, is_stopped):
            waits.append(seconds)
            if steps:
                steps.pop(0)()

        monkeypatch.setattr(worker, "_wait", wait)
        monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # it would end the test's transaction
        worker.run(lambda: len(waits) > 0 and not steps)
        return waits

    return run


def request_confirmation(email=JANE):
    make_alert(email, confirmed=False).messages.create(kind="confirm")


def test_signing_up_and_health_checks_do_not_ask_the_mail_server(client, places, silent):
    assert sign_up(client).status_code == 200
    assert client.get("/healthz").status_code == 200
    assert Alert.objects.get().messages.get().attempts == 0
    assert silent.connections == 0
    assert "the mail server does not accept messages" in send_and_fail()
    assert silent.connections == 1


def test_it_sends_a_message_at_the_next_look_into_the_outbox(smtp, run):
    waits = run(request_confirmation, lambda: request_confirmation(JOE), lambda: None)
    assert [message["To"] for message in smtp.messages] == [JANE, JOE]
    assert max(waits) <= 5


def test_it_prepares_digests_every_ten_minutes(smtp, run, clock, monkeypatch):
    now = 0
    monkeypatch.setattr(worker, "monotonic", lambda: now)
    make_alert()
    clock(hours=1)
    make_job(title="First")

    def ten_minutes_pass():
        nonlocal now
        now += 600

    run(lambda: clock(days=1), lambda: None, lambda: None)
    assert smtp.messages == []
    run(ten_minutes_pass, lambda: clock(days=1), ten_minutes_pass, lambda: None)
    assert [titles_in(message) for message in smtp.messages] == [["First"]]


def test_it_goes_on_at_once_when_there_was_no_time_to_prepare_everything(run, monkeypatch):
    prepared = []

    def prepare(has_time):
        prepared.append(has_time())
        monkeypatch.setattr(worker, "MAX_PREPARE_SECONDS", 3)
        return {}, ""

    monkeypatch.setattr(worker, "prepare", prepare)
    monkeypatch.setattr(worker, "MAX_PREPARE_SECONDS", -1)
    run()
    assert prepared == [False, True]


def test_looking_into_an_empty_outbox_and_for_connectors_to_try_takes_two_queries(smtp, run):
    captured = CaptureQueriesContext(connection)
    make_alert().messages.create(kind="digest", sent_at="2026-01-01T00:00Z")
    run(captured.__enter__, lambda: None, lambda: captured.__exit__(None, None, None))
    assert len(captured) == 2 * 2  # looks


def test_it_goes_on_when_the_database_comes_back(smtp, run, monkeypatch, caplog):
    find = outbox._free_messages

    def fail():
        raise OperationalError("the server is away\nfor jane@example.com")

    def goes_away():
        request_confirmation()
        monkeypatch.setattr(outbox, "_free_messages", fail)

    run(goes_away, lambda: None, lambda: monkeypatch.setattr(outbox, "_free_messages", find), lambda: None)
    assert [message["To"] for message in smtp.messages] == [JANE]
    assert caplog.text.count("the server is away") == 1 and "Traceback" not in caplog.text


def test_it_goes_on_when_the_mail_server_comes_back(smtp, run, caplog):
    smtp.stop()
    waits = run(request_confirmation, lambda: None, smtp.start, lambda: None)
    assert [message["To"] for message in smtp.messages] == [JANE]
    assert caplog.text.count("the mail server does not accept messages") == 1
    assert outbox.last_run().problem == "" and max(waits) <= 5


@pytest.mark.parametrize("step", ["delete_unconfirmed", "prepare_renewals", "prepare_digests"])
def test_a_step_that_fails_does_not_stop_the_others(smtp, run, monkeypatch, clock, caplog, step):
    def fail(*_args):
        raise ZeroDivisionError("no luck")

    make_alert()
    clock(days=366)
    make_job()
    request_confirmation("ann@example.com")
    monkeypatch.setattr(worker, step, fail)
    run(lambda: None)
    assert len(smtp.messages) == {"delete_unconfirmed": 3}.get(step, 2)
    assert "no luck" in caplog.text
    assert outbox.last_run().problem.endswith("failed: ZeroDivisionError")
    assert "failed: ZeroDivisionError" in send_and_fail()


class EventServer(MailServer):
    """Sets `arrived` when it has received an email."""

    def __init__(self):
        super().__init__()
        self.arrived = Event()

    async def handle_DATA(self, server, session, envelope):
        answer = await super().handle_DATA(server, session, envelope)
        self.arrived.set()
        return answer


SIGN_UP = """
import django
django.setup()
from jobs.models import Alert, Subscriber
alert = Alert.objects.create(subscriber=Subscriber.objects.create(email="jane@example.com"))
alert.messages.create(kind="confirm")
"""


def test_the_command_sends_until_it_is_told_to_stop(tmp_path):
    server = EventServer()
    server.start()
    try:
        with migrated_database(tmp_path) as url:
            values = PRODUCTION | {"DATABASE_URL": url, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}/?timeout=40"}
            values |= {"SITE_URL": "https://police.example.org", "LOG_FORMAT": "text"}
            command = [sys.executable, "manage.py", "send_mail"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment(values), stderr=subprocess.PIPE, text=True)
            done = python("-c", SIGN_UP, env=values)
            assert done.returncode == 0, done.stderr
            assert server.arrived.wait(PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=PATIENCE) == (None, "")
            assert process.returncode == 0
            last = python("manage.py", "send_mail", "--once", env=values)
            assert "0 sent" in last.stdout and "0 waiting" in last.stdout, last.stderr
    finally:
        server.stop()
