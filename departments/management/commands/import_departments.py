from departments.roster import RosterImporter
from policeapp.imports.commands import BaseImportCommand


class Command(BaseImportCommand):
    help = "Import departments from a CSV file. The README has its columns and rules."
    importer = RosterImporter
