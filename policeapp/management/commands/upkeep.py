from django.core.management.base import BaseCommand

from policeapp.operations import clean_up


class Command(BaseCommand):
    help = "Delete ended sessions, old counts and sign-in attempts, unconfirmed alerts and unused files."

    def handle(self, **options):
        said = ", ".join(f"{number} {what}" for what, number in clean_up.forget().items())
        self.stdout.write(f"Deleted {said}.")
