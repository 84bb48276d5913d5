from departments.imports.agencies import RosterImporter
from policeapp.management.imports import BaseImportCommand


class Command(BaseImportCommand):
    help = "Import departments from a CSV file. The README has its columns and rules."
    importer = RosterImporter
