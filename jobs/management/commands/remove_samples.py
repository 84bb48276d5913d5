from django.core.management.base import BaseCommand

from jobs import samples


class Command(BaseCommand):
    help = "Remove the sample openings, and the sample departments that nobody has edited."

    def handle(self, **options):
        departments, openings = samples.remove()
        self.stdout.write(f"Removed {openings} sample openings and {departments} departments.")
