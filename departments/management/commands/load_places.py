from django.core.management.base import BaseCommand

from departments.imports import places


class Command(BaseCommand):
    help = "Load ZIP codes and towns from the zipcodes package. They replace all places."

    def handle(self, **options):
        number = places.load()
        self.stdout.write(f"Loaded {number:,} places.")
