from django.core.management.base import BaseCommand, CommandError

from jobs.alerts import bounces


class Command(BaseCommand):
    help = "Read the delivery reports in a mailbox, and send nothing more to addresses that take no e-mail."

    def add_arguments(self, parser):
        parser.add_argument("mailbox", help="an mbox file, a Maildir, a folder of .eml files, or one such file")

    def handle(self, *, mailbox, **options):
        try:
            found = bounces.record(mailbox)
        except OSError as problem:
            raise CommandError(f"{mailbox} cannot be read: {problem.strerror or problem}.") from problem
        said = ", ".join(f"{found[kind]} {kind.value}" for kind in bounces.Found)
        self.stdout.write(f"Read {found.total()} e-mails: {said}.")
