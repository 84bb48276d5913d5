from departments.imports.agencies import AgencyImporter
from policeapp.imports.commands import BaseImportCommand


class Command(BaseImportCommand):
    help = "Import departments from a CSV file. departments/README.md lists its columns and rules."
    importer = AgencyImporter
