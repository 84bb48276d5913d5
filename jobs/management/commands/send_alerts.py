from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from jobs.alerts import outbox
from jobs.alerts.outbox import Outcome

REPORTED = (Outcome.SENT, Outcome.REFUSED, Outcome.GIVEN_UP, Outcome.EMPTY)


class Command(BaseCommand):
    help = "Send alert emails: digests of new openings, confirmation requests and renewal requests."

    def add_arguments(self, parser):
        parser.add_argument("--seconds", type=float, default=600, help="start nothing new after this (default: 600)")
        parser.add_argument("--limit", type=int, help="send at most this many messages")

    def handle(self, *, seconds, limit, **options):
        if not settings.SENDS_EMAIL:
            raise CommandError("EMAIL_URL is not set. Example: submission://user:password@mail.example.org")
        report = outbox.run(seconds, limit)
        prepared = f"{report.digests} digest{pluralize(report.digests)}"
        prepared += f" and {report.renewals} renewal request{pluralize(report.renewals)}"
        outcomes = ", ".join(f"{report.outcomes[outcome]} {outcome.value}" for outcome in REPORTED)
        self.stdout.write(f"Prepared {prepared}. Messages: {outcomes}, {report.waiting} waiting.")
        if report.problem:
            raise CommandError(f"Some messages could not be sent: {report.problem}.")
        if report.waiting or report.outcomes[Outcome.GIVEN_UP]:
            raise CommandError("Some messages could not be sent. See the problem of each message in the admin.")
