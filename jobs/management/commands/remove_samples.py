from django.core.management.base import BaseCommand

from jobs import samples


class Command(BaseCommand):
    help = "Remove the sample jobs, and the sample departments that nobody has edited."

    def handle(self, **options):
        departments, jobs = samples.remove()
        self.stdout.write(f"Removed {jobs} sample jobs and {departments} departments.")
