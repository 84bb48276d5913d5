from django.core.management.base import BaseCommand

from jobs import samples


class Command(BaseCommand):
    help = "Load sample departments and sample openings, which are marked as samples on every page."

    def handle(self, **options):
        departments, openings = samples.load()
        self.stdout.write(f"Added {departments} departments; {openings} sample openings are up to date.")
