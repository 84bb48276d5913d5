from django.core.management.base import BaseCommand

from policeapp.operations.clean_up import clean_up


class Command(BaseCommand):
    help = "Delete ended sessions, old rate limit counts, failed sign-ins, unconfirmed alerts and unused files."

    def handle(self, **options):
        numbers = ", ".join(f"{number} {name}" for name, number in clean_up().items())
        self.stdout.write(f"Deleted {numbers}.")
