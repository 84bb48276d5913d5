from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db.models import Q

from departments.models import Department, Place
from jobs import samples

WESTPORT = {"state": "CT", "slug": "westport-police-department"}


class Command(BaseCommand):
    help = "Load places, the Westport Police Department and the samples if they are missing."

    def handle(self, **options):
        if not Place.objects.exists():
            call_command("load_places", stdout=self.stdout)
        if not self.has_westport():
            call_command("loaddata", "westport", verbosity=0)
            self.stdout.write("Loaded the Westport Police Department.")
        if not samples.are_loaded():
            call_command("load_samples", stdout=self.stdout)

    def has_westport(self):
        """Return whether the department exists, even if an editor changed its slug or its ORI."""
        former = {f"slug_redirects__{name}": value for name, value in WESTPORT.items()}
        return Department.objects.filter(Q(**WESTPORT) | Q(ori="CT0015800") | Q(**former)).exists()
