from django.core.management.base import BaseCommand

from departments.imports import jurisdictions, places
from departments.models import Department


class Command(BaseCommand):
    help = (
        "Load ZIP codes and towns from the zipcodes package, and municipalities and counties. They replace all places."
    )

    def handle(self, **options):
        self.stdout.write(f"Loaded {places.load():,} places.")
        if number := jurisdictions.load():
            self.stdout.write(f"Loaded {number:,} municipalities and counties.")
        if Department.objects.exists():
            jurisdictions.match()
            self.stdout.write(jurisdictions.report())
