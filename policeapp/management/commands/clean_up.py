from django.core.management.base import BaseCommand, CommandError

from policeapp.operations.clean_up import clean_up


class Command(BaseCommand):
    help = "Delete ended sessions, old rate limit counts, failed sign-ins, old claims and alerts, and unused files."

    def handle(self, **options):
        numbers = clean_up()
        done = [f"{number} {name}" for name, number in numbers.items() if number is not None]
        self.stdout.write(f"Deleted {', '.join(done) or 'nothing'}.")
        if failed := [name for name, number in numbers.items() if number is None]:
            raise CommandError(f"The clean-up of these failed: {', '.join(failed)}. See the log.")
