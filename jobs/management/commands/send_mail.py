import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from jobs.alerts import worker
from jobs.alerts.outbox import Outcome

REPORTED = (Outcome.SENT, Outcome.REFUSED, Outcome.GIVEN_UP, Outcome.EMPTY)


class Command(BaseCommand):
    help = "Send email until it is stopped: confirmation requests at once, digests, reminders and renewals when due."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="send what is due and what waits, print a report, exit")

    def handle(self, *, once, **options):
        if not settings.SENDS_EMAIL:
            raise CommandError("EMAIL_URL is not set. Example: submission://user:password@mail.example.org")
        if once:
            return self.report(worker.run_once())
        stopped = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.append(True))
        worker.run(lambda: bool(stopped))

    def report(self, report):
        prepared = f"{report.digests} digest{pluralize(report.digests)}"
        prepared += f" and {report.renewals} renewal request{pluralize(report.renewals)}"
        outcomes = ", ".join(f"{report.outcomes[outcome]} {outcome.value}" for outcome in REPORTED)
        self.stdout.write(f"Prepared {prepared}. Messages: {outcomes}, {report.waiting} waiting.")
        if report.problem:
            raise CommandError(f"Some messages could not be sent: {report.problem}.")
        if report.waiting or report.outcomes[Outcome.GIVEN_UP]:
            raise CommandError("Some messages could not be sent. See the problem of each message in the admin.")
