from django.core.management.base import BaseCommand

from jobs import samples
from policeapp.database.analyze import analyze


class Command(BaseCommand):
    help = "Load sample departments and sample jobs, which are marked as samples on every page."

    def handle(self, **options):
        departments, jobs = samples.load()
        analyze()
        self.stdout.write(f"Sample departments added: {departments}. Sample jobs up to date: {jobs}.")
