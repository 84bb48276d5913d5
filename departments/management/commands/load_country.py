from django.core.management import call_command
from django.core.management.base import BaseCommand

from departments.imports import country, jurisdictions
from departments.models import Place
from policeapp.imports.commands import progress_bar


class Command(BaseCommand):
    help = "Load the places, the specializations and the departments of the country that are missing."

    def handle(self, **options):
        if not Place.objects.exists():
            call_command("load_places", stdout=self.stdout)
        if areas := jurisdictions.load():
            self.stdout.write(f"Loaded {areas:,} municipalities and counties.")
        if country.load_westport():
            self.stdout.write("Loaded the Westport Police Department.")
        if number := country.load_specializations():
            self.stdout.write(f"Added {number} specializations.")
        if report := country.load_agencies(progress_bar):
            self.stdout.write(
                "Loaded the departments of the country: {created:,} added, {updated:,} updated, {unchanged:,} "
                "unchanged, {rejected:,} rejected. {conflicts:,} values differ from those that people entered.".format(
                    **report
                )
            )
        if areas or report or not jurisdictions.are_matched():
            jurisdictions.match()
            self.stdout.write(jurisdictions.report())
