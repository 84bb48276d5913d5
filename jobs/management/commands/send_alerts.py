from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from jobs.alerts import matching
from jobs.alerts.models import forget_unconfirmed
from jobs.alerts.outbox import Outcome, note_run, send_waiting
from jobs.models import Message

SAID = (Outcome.SENT, Outcome.REFUSED, Outcome.GIVEN_UP, Outcome.NOTHING_LEFT)


class Command(BaseCommand):
    help = "Send what alerts have to tell: new openings, requests to confirm, questions whether they are still wanted."

    def add_arguments(self, parser):
        parser.add_argument("--seconds", type=float, default=600, help="begin nothing new after so long (default: 600)")
        parser.add_argument("--limit", type=int, help="send at most so many messages")

    def handle(self, *, seconds, limit, **options):
        if not settings.SITE_URL:
            raise CommandError(
                "SITE_URL is not set: the links in e-mails need it. It is like https://police.example.org"
            )
        if not settings.SENDS_EMAIL:
            raise CommandError("EMAIL_URL is not set. It is like submission://user:password@mail.example.org")
        end = monotonic() + seconds

        def has_time():
            return monotonic() < end

        forget_unconfirmed()
        asked = matching.ask_whether_wanted()
        digests = matching.prepare(has_time)
        outcomes, problem = send_waiting(limit, has_time)
        note_run(outcomes, problem)
        waiting = Message.objects.to_send().count()
        prepared = f"{digests} digest{pluralize(digests)} and {asked} question{pluralize(asked)}"
        said = ", ".join(f"{outcomes[outcome]} {outcome.value}" for outcome in SAID)
        self.stdout.write(f"{prepared} prepared; {said}; {waiting} waiting.")
        if problem:
            raise CommandError(f"Not all could be sent: {problem}.")
        if waiting or outcomes[Outcome.GIVEN_UP]:
            raise CommandError("Not all could be sent. The problems stand with the messages in the database.")
