from django.core.management.base import BaseCommand

from departments import gazetteer


class Command(BaseCommand):
    help = "Load ZIP codes and towns from the zipcodes package, in place of those that are loaded."

    def handle(self, **options):
        number = gazetteer.load()
        self.stdout.write(f"Loaded {number:,} places.")
