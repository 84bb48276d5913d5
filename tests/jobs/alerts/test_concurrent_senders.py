"""Several senders run at once, each in its own process, on the database engine of this test run.

One of them prepares the reminder of an editor.
"""

import subprocess
import sys
from collections import Counter
from threading import Barrier, BrokenBarrierError

import pytest

from tests.mail_server import MailServer, text_of
from tests.processes import PRODUCTION, ROOT, environment, python
from tests.server import migrated_database

SENDERS, SUBSCRIBERS = 3, 30

FILL = f"""
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from departments.models import Department
from jobs.models import Alert, Job, Subscriber
yesterday = timezone.now() - timedelta(days=2)
for number in range({SUBSCRIBERS}):
    subscriber = Subscriber.objects.create(email=f"user{{number}}@example.com")
    for state in ("CT", ""):
        Alert.objects.create(subscriber=subscriber, state=state, confirmed_at=yesterday)
for title in ("First", "Second"):
    Job.objects.create(
        department=Department.objects.get(), title=title, status="published", description="x", apply_instructions="y"
    )
department = Department.objects.get()
department.editors.create(email="bob@example.com", is_staff=True)
closes_on = department.today() + timedelta(days=2)
department.jobs.create(title="Third", status="published", apply_instructions="y", closes_on=closes_on)
"""


class SlowServer(MailServer):
    """Waits until all senders are connected, so that they work at the same time."""

    def __init__(self):
        super().__init__()
        self.all_connected = Barrier(SENDERS)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        await server.loop.run_in_executor(None, self.wait)
        return await super().handle_EHLO(server, session, envelope, hostname, responses)

    def wait(self):
        if self.connections < SENDERS:
            try:
                self.all_connected.wait(30)
            except BrokenBarrierError:
                pass


@pytest.mark.django_db
def test_concurrent_senders_send_each_opening_once_to_everyone(tmp_path):
    server = SlowServer()
    server.start()
    try:
        with migrated_database(tmp_path) as url:
            values = PRODUCTION | {
                "DATABASE_URL": url,
                "EMAIL_URL": f"smtp://127.0.0.1:{server.port}/?timeout=40",
            }
            done = python("-c", FILL, env=values)
            assert done.returncode == 0, done.stderr
            senders = [
                subprocess.Popen(
                    [sys.executable, "manage.py", "send_mail", "--once"],
                    cwd=ROOT,
                    env=environment(values),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
                for _number in range(SENDERS)
            ]
            outputs = [sender.communicate(timeout=100)[0] for sender in senders]
            assert all("Traceback" not in output for output in outputs), outputs
            last = python("manage.py", "send_mail", "--once", env=values)
    finally:
        server.stop()
    assert last.returncode == 0 and "0 sent" in last.stdout and "0 waiting" in last.stdout, last.stderr
    assert server.connections == SENDERS
    sent = Counter(
        (message["To"], title)
        for message in server.messages
        for title in ("First", "Second")
        if f"* {title}\n" in text_of(message)
    )
    assert set(sent.values()) == {1} and len(sent) == 2 * SUBSCRIBERS
    assert [message["To"] for message in server.messages].count("bob@example.com") == 1
    assert len({message["Message-ID"] for message in server.messages}) == len(server.messages)
