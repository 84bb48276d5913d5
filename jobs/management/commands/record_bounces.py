from django.core.management.base import BaseCommand, CommandError

from jobs.alerts.bounces import Result, record_bounces


class Command(BaseCommand):
    help = "Read delivery reports from a mailbox, and stop sending to addresses that do not accept email."

    def add_arguments(self, parser):
        parser.add_argument("mailbox", help="an mbox file, a Maildir, a folder of .eml files, or one .eml file")

    def handle(self, *, mailbox, **options):
        try:
            results = record_bounces(mailbox)
        except OSError as error:
            raise CommandError(f"Cannot read {mailbox}: {error.strerror or error}.") from error
        counts = ", ".join(f"{results[result]} {result.value}" for result in Result)
        self.stdout.write(f"Read {results.total()} email{'' if results.total() == 1 else 's'}: {counts}.")
