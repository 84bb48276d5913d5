from django.core.management import call_command
from django.core.management.base import BaseCommand

from departments import exports
from jobs import samples


class Command(BaseCommand):
    help = "Load the country and the samples, and make the file of all departments, if they are missing."

    def handle(self, **options):
        call_command("load_country", stdout=self.stdout)
        if not samples.are_loaded():
            call_command("load_samples", stdout=self.stdout)
        if not exports.archive().is_file():
            call_command("export_departments", stdout=self.stdout)
